"""交接班: the list, and one record with what is pending and three signatures."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import HandoverState, LineState
from pingzhan.domain.roster.models import Handover
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.roster.access import roster_zone, tabs, visible_handover
from pingzhan.pages.console.roster.forms import HandoverForm, NoteForm

PAGE = 30
TONES = {HandoverState.OPEN: "bad", HandoverState.WRITTEN: "warn", HandoverState.SIGNED: "ok"}


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def index(request: HttpRequest) -> HttpResponse:
    """Show the hand-overs that the person may see, the newest first."""
    actor = request_actor(request)
    zone = roster_zone(request)
    seen = api.handovers_visible_to(actor)
    page = Paginator(api.handovers_of(zone, seen), PAGE).get_page(request.GET.get("page"))
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "handovers"),
        "page": page,
        "rows": [(one, TONES[one.state]) for one in page],
    }
    return render(request, "console/roster/handovers.html", context)


def _context(actor: Actor, handover: Handover, form: HandoverForm | None = None) -> dict[str, object]:
    signed = handover.state == HandoverState.SIGNED
    may_write = api.can_write_handover(actor, handover) and not signed
    lines = list(handover.lines.all())
    if form is None and may_write:
        form = HandoverForm(initial={"summary": handover.summary})
    return {
        "zone": handover.zone,
        "tabs": tabs(actor, handover.zone, "handovers"),
        "handover": handover,
        "tone": TONES[handover.state],
        "lines": [
            {"line": line, "source": api.source_label(line.source), "done": line.state == LineState.DONE}
            for line in lines
        ],
        # What was typed is shown with the reason, also when it was signed meanwhile.
        "form": form if may_write or (form is not None and form.is_bound) else None,
        "may_sign": api.can_sign_handover(actor, handover) and handover.state == HandoverState.WRITTEN,
        "may_countersign": api.can_countersign(actor, handover) and signed and handover.leader_at is None,
        "on_paper": actor.person_id != handover.incoming_id,
        "note": NoteForm(),
    }


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one hand-over and take what the outgoing writes."""
    actor = request_actor(request)
    handover = visible_handover(actor, pk)
    form = None
    if request.method == "POST":
        form = HandoverForm(request.POST)
        if form.is_valid():
            try:
                api.write_handover(
                    handover_id=pk,
                    summary=form.cleaned_data["summary"],
                    notes=form.cleaned_data["notes"].splitlines(),
                    done=[
                        int(one) for one in request.POST.getlist("done") if one.isdecimal() and len(one) < 19
                    ],
                    by=actor,
                )
            except (Refused, NotFound):
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                messages.success(request, _("交接班记录已保存，接班人会收到通知。"))
                return redirect("roster:handover", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/handover.html", _context(actor, handover, form), status=status)


@require_POST
@needs(Permission.VIEW_STRUCTURE)
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Sign as the incoming, countersign as the leader, or have the facts added that are known by now."""
    actor = request_actor(request)
    visible_handover(actor, pk)
    note = request.POST.get("note", "")
    acts = {
        "sign": (lambda: api.sign_handover(handover_id=pk, note=note, by=actor), _("已签收接班。")),
        "countersign": (lambda: api.countersign(handover_id=pk, note=note, by=actor), _("已签字。")),
        "refresh": (lambda: api.refresh_handover(handover_id=pk, by=actor), _("事项已更新。")),
    }
    if what not in acts:
        raise NotFound(_("没有这种操作。"))
    run, words = acts[what]
    return tried(request, run, words, "roster:handover", pk)
