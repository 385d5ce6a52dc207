"""The page of verification: what holds the trail together, the walk along it, and what the last one found."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.foundation import audit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.anchors import ANCHOR_SECONDS
from pingzhan.foundation.audit.grants import offences
from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord, AuditSegment
from pingzhan.foundation.audit.triggers import faults
from pingzhan.foundation.audit.wording import anchored, break_sentence
from pingzhan.foundation.runs.actions import start
from pingzhan.foundation.runs.models import OPEN_STATES, RunRow, RunState
from pingzhan.pages.console.audit.views import is_htmx, lines
from pingzhan.pages.console.audit.work import VERIFY, walk
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.jobs.views import line as run_line

INLINE = 20_000
"""Records walked while the person waits (about a second); a longer trail becomes background work."""
ANCHORS = 10


@dataclass(frozen=True)
class Verdict:
    """The outcome of a verification as the page tells it."""

    ok: bool
    count: int
    break_count: int
    breaks: list[str]
    end: str
    head: str

    @classmethod
    def of(cls, report: audit.Report) -> Verdict:
        """Return the verdict of a report."""
        return cls(
            ok=report.ok,
            count=report.checked,
            break_count=report.break_count,
            breaks=[break_sentence(one) for one in report.breaks],
            end=anchored(report),
            head=report.head_sha,
        )


@require_http_methods(["GET", "POST"])
@needs(Permission.VERIFY_AUDIT)
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page; a POST walks the chain and names each broken record, in the background when it is long."""
    actor = request_actor(request)
    if request.method == "GET":
        return _page(request, actor, None)
    if _length() > INLINE:
        waiting = _latest(actor)
        if waiting is None or waiting.state not in OPEN_STATES:
            start(VERIFY, title=_("核验留痕"), params={}, by=actor)
        return redirect("audit:verify")
    verdict = Verdict.of(walk(actor))
    if is_htmx(request):
        return render(request, "console/audit/_verdict.html", {"verdict": verdict})
    return _page(request, actor, verdict)


def _length() -> int:
    ends = AuditRecord.objects.order_by("id").values_list("id", flat=True)
    first, last = ends.first(), ends.last()
    return 0 if first is None or last is None else last - first + 1


def _latest(actor: Actor) -> RunRow | None:
    return RunRow.objects.visible_to(actor).filter(kind=VERIFY).order_by("-pk").first()


def _page(request: HttpRequest, actor: Actor, verdict: Verdict | None) -> HttpResponse:
    run = _latest(actor)
    if verdict is None and run is not None and run.state == RunState.DONE:
        verdict = Verdict.of(audit.Report.from_dict(run.result))
    past = AuditRecord.objects.filter(verb="audit.verified").order_by("-id")[:5]
    context = {
        "verdict": verdict,
        "run": run_line(run, actor) if run is not None and run.state != RunState.DONE else None,
        "anchors": list(AuditAnchor.objects.order_by("-n")[:ANCHORS]),
        "segments": list(AuditSegment.objects.order_by("-last_id")[:ANCHORS]),
        "past": lines(list(past)),
        "minutes": int(ANCHOR_SECONDS // 60),
        "key_id": signing.keys().current,
        "length": _length(),
        "apart": not offences(),
        "faults": len(faults()),
    }
    return render(request, "console/audit/verify.html", context)
