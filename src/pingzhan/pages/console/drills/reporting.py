"""The report of a drill: on the page, and as an official document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Drill
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.documents import papers
from pingzhan.kernel.errors import Conflict, NotFound, Refused
from pingzhan.pages.console.documents.reading import download
from pingzhan.pages.console.drills import paper
from pingzhan.pages.console.drills.access import for_readers
from pingzhan.pages.console.drills.timeline import picture
from pingzhan.pages.console.drills.wording import milestone_words, minutes, told
from pingzhan.pages.console.wording import level_word

COMPARED = ("leads_acked", "acked_half", "acked_90", "posts_acked", "leads_arrived", "posts_arrived")


@require_GET
@for_readers
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the times that happened against the references, with the last drills beside them."""
    actor = request_actor(request)
    drill, made = _report(actor, pk)
    words = told(made.facts, names=drills.can_name(actor, drill.unit))
    context = {
        "drill": drill,
        "world": drill.world or 0,
        "lead": _("%(unit)s，%(level)s") % {"unit": drill.unit.name, "level": level_word(drill.level)},
        "told": words,
        "report": made,
        "picture": picture(words, made.injects),
        "compared": compared(actor, drill),
        "file": drill.ended_at is not None,
    }
    return render(request, "console/drills/report.html", context)


@require_GET
@for_readers
def report_file(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """Answer the report as an official document, .docx or PDF, marked as a drill's. Conflict before the end."""
    actor = request_actor(request)
    drill, made = _report(actor, pk)
    if drill.ended_at is None:
        raise Conflict(_("演练结束后才能出具报告。"), code="drill_running")
    content = paper.of_drill(made, names=drills.can_name(actor, drill.unit))
    return download(papers.attested_file(content, suffix), _("演练评估报告 %(n)d") % {"n": drill.pk}, suffix)


def _report(actor: Actor, pk: int) -> tuple[Drill, drills.Report]:
    drill = drills.find(actor, pk)
    if not drills.can_see_script(actor, drill):
        raise Refused(_("演练结束后，组织演练的人员才能查看报告。"), code="drill_report")
    made = drills.report(drill)
    if made is None:
        raise NotFound(_("演练还没有启动，没有报告。"))
    return drill, made


def compared(actor: Actor, drill: Drill) -> dict[str, Any]:
    """Return this drill beside the last ones that the reader may know of: head words and rows of minutes."""
    found = drills.compare(drill, among=drills.visible_to(actor))
    words = milestone_words()
    return {
        "head": [one.title for one, _minutes in found],
        "rows": [(words[key], [minutes(times[key]) for _one, times in found]) for key in COMPARED],
        "n": len(found),
    }
