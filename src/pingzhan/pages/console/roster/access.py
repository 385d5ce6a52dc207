"""What the pages of the roster share: the zone, the tabs, the person of an account, doing and saying what failed."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.roster import api
from pingzhan.domain.roster.models import Handover, Roster, Shift, SwapRequest
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.zones import zone_for


def roster_zone(request: HttpRequest, permission: Permission = Permission.VIEW_STRUCTURE) -> Unit:
    """Return the zone of the page; Refused when the actor holds the permission for a part of it only."""
    zone = zone_for(request, permission)
    require(request_actor(request), permission, zone.path)
    return zone


def tabs(actor: Actor, zone: Unit, now: str) -> list[tuple[str, str, bool]]:
    """Return (address, words, current) of the pages that the actor may open."""
    pages = [
        ("index", _("值班表")),
        ("mine", _("我的值班")),
        ("handovers", _("交接班")),
        ("absences", _("请假离岗")),
    ]
    if api.can_manage(actor, zone):
        pages += [("swaps", _("换班审批")), ("drafts", _("编排")), ("pool", _("轮值人员"))]
    pages += [("balance", _("均衡情况")), ("holidays", _("放假安排"))]
    return [(reverse(f"roster:{name}"), words, name == now) for name, words in pages]


def visible_shift(actor: Actor, pk: int) -> Shift:
    """Return a shift the actor may see; NotFound otherwise."""
    found = api.visible_to(actor).select_related("zone", "person", "roster").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个班次，或您无权查看。"))
    return found


def visible_roster(actor: Actor, pk: int) -> Roster:
    """Return a roster the actor makes; NotFound otherwise."""
    found = api.rosters_visible_to(actor).select_related("zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这份值班表，或您无权查看。"))
    return found


def visible_swap(actor: Actor, pk: int) -> SwapRequest:
    """Return a swap request the actor may see; NotFound otherwise."""
    found = api.swaps_visible_to(actor).select_related("shift__zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个换班申请，或您无权查看。"))
    return found


def visible_handover(actor: Actor, pk: int) -> Handover:
    """Return a hand-over the actor may see, with its lines; NotFound otherwise."""
    found = api.handover_loaded(api.handovers_visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这条交接班记录，或您无权查看。"))
    return found
