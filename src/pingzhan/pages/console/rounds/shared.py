"""What the pages of testing rounds share: who sees them, tabs, tones, clock times."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import PlanState, RoundState
from pingzhan.domain.screening.models import PlanVersion, Round
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.guard import needs, needs_one_of

SEES = needs_one_of(Permission.VIEW_SCREENING, Permission.PLAN_SCREENING)
PROBES = needs_one_of(Permission.VIEW_SCREENING, Permission.PLAN_SCREENING, Permission.KEEP_SAMPLING)
PROBES_ADD = needs_one_of(Permission.PLAN_SCREENING, Permission.KEEP_SAMPLING)
PLANS = needs(Permission.PLAN_SCREENING)
ROUND_TONES = {
    RoundState.DRAFT: "idle",
    RoundState.PLANNED: "info",
    RoundState.ADOPTED: "ok",
    RoundState.RUNNING: "info",
    RoundState.CLOSED: "idle",
    RoundState.CANCELLED: "idle",
}
PLAN_TONES = {
    PlanState.QUEUED: "info",
    PlanState.COMPUTING: "info",
    PlanState.READY: "ok",
    PlanState.FAILED: "bad",
    PlanState.CANCELLED: "idle",
    PlanState.ADOPTED: "ok",
    PlanState.REPLACED: "idle",
}


@dataclass(frozen=True)
class Tab:
    """One tab of the pages."""

    key: str
    label: str
    url: str


def tabs() -> list[Tab]:
    """Return the tabs in their order."""
    return [
        Tab("index", _("检测轮次"), reverse("rounds:index")),
        Tab("probes", _("愿检和抽检"), reverse("rounds:probes")),
        Tab("staff", _("采样队和实验室"), reverse("rounds:staff")),
        Tab("phones", _("采样手机"), reverse("rounds:phones")),
    ]


def zone_of(request: HttpRequest) -> Unit:
    """Return the zone asked for by ``zone`` (an id), else the first. NotFound when it is none of the actor's."""
    found = list(screening.screening_zones(request_actor(request)))
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isascii() and asked.isdigit():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return found[0]


def round_for(actor: Actor, pk: int) -> Round:
    """Return a round the actor may see. NotFound otherwise."""
    found = screening.rounds_visible_to(actor).select_related("zone", "laboratory").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这一轮检测，或您无权查看。"))
    return found


def version_for(actor: Actor, pk: int) -> PlanVersion:
    """Return a version of a plan the actor may see. NotFound otherwise."""
    found = screening.versions_visible_to(actor).select_related("round__zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个计划，或您无权查看。"))
    return found


def clock(seconds: float) -> str:
    """Return seconds from midnight as a time of day; beyond midnight the day is said."""
    days, rest = divmod(round(seconds), 86_400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return _("次日 %(at)s") % {"at": text} if days == 1 else text
