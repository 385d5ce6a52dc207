"""What the pages of the laboratory share: who sees them, tabs, tones."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import Verdict
from pingzhan.domain.screening.models import Tube
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.guard import needs, needs_one_of

SEES = needs_one_of(Permission.ENTER_RESULTS, Permission.VIEW_RESULTS)
ENTERS = needs(Permission.ENTER_RESULTS)
IMPORT = "screening.results"
TONES = {
    Verdict.NEGATIVE: "ok",
    Verdict.POSITIVE: "bad",
    Verdict.GREY: "warn",
    Verdict.INVALID: "idle",
}


def zone_of(request: HttpRequest) -> Unit:
    """Return the zone asked for by ``zone`` (an id), else the first. NotFound when it is none of the actor's."""
    found = list(screening.result_zones(request_actor(request)))
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isascii() and asked.isdigit():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return found[0]


def tube_for(actor: Actor, zone: Unit, code: str) -> Tube:
    """Return a tube of a zone by its code. NotFound when there is none, or the actor may not see it."""
    rows = screening.result_tubes_visible_to(actor).select_related("round", "enterprise")
    found = rows.filter(round__zone=zone, code=code.strip().upper()).first()
    if found is None:
        raise NotFound(_("没有这个管码。"), hint=_("采样手机还没有上传的，等上传后再查。"))
    return found


def frame(request: HttpRequest, zone: Unit, tab: str) -> dict[str, Any]:
    """Return what the frame of every page shows: the zone, the tabs, what may be done."""
    enters = screening.can_enter_results(request_actor(request), zone)
    tabs = [("index", _("检测结果"), reverse("laboratory:index"))]
    if enters:
        tabs.append(("receive", _("接收采样管"), reverse("laboratory:receive")))
    tabs.append(("refused", _("未采用的结果"), reverse("laboratory:refused")))
    if enters:
        tabs.append(("keys", _("实验室接口"), reverse("laboratory:keys")))
    return {
        "zone": zone,
        "tabs": tabs,
        "tab": tab,
        "enters": enters,
        "import_url": f"{reverse('imports:begin', args=[IMPORT])}?scope={zone.code}",
    }
