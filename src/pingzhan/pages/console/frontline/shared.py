"""What the pages of the front line share: the zone, the tabs, words of distances and coverage."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.enums import Cover
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.kernel.errors import NotFound

PAGE = 50
COVER_STATES = {
    Cover.NOBODY.value: "bad",
    Cover.AWAY.value: "bad",
    Cover.NO_SUBSTITUTE.value: "warn",
    Cover.FULL.value: "ok",
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
        Tab("index", _("企业"), reverse("frontline:index")),
        Tab("officials", _("责任人"), reverse("frontline:officials")),
        Tab("map", _("分布图"), reverse("frontline:map")),
        Tab("places", _("下沉安排"), reverse("frontline:places")),
        Tab("presence", _("到位情况"), reverse("frontline:presence")),
    ]


def zone_to_see(request: HttpRequest) -> Unit:
    """Return the zone asked for by ``zone`` (an id), else the first whose front line the actor may see.

    Raises Refused without the right anywhere, NotFound for a zone that is not his.
    """
    actor = request_actor(request)
    frontline.require_see(actor)
    return _chosen(request, [zone for zone in territory.zones() if frontline.can_see(actor, zone)])


def zone_to_assign(request: HttpRequest) -> Unit:
    """Return the zone asked for, of those where the actor may assign; errors as zone_to_see."""
    actor = request_actor(request)
    found = [zone for zone in territory.zones() if frontline.can_assign(actor, zone)]
    if not found:
        frontline.require_assign(actor, zone_to_see(request))
    return _chosen(request, found)


def _chosen(request: HttpRequest, found: list[Unit]) -> Unit:
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isdecimal():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return found[0]


def may_assign(actor: Actor, zone: Unit) -> bool:
    """Return whether buttons that assign are shown."""
    return frontline.can_assign(actor, zone)


def way(metres: int | None) -> str:
    """Return a distance in words, empty when it is not known."""
    if metres is None:
        return ""
    if metres < 1_000:
        return _("%(n)d 米") % {"n": round(metres, -1)}
    return _("%(n).1f 公里") % {"n": metres / 1_000}


def world_of(request: HttpRequest) -> int:
    """Return which world a page is about: 0, or the number of a drill."""
    text = request.GET.get("world") or request.POST.get("world") or ""
    return int(text) if text.isdecimal() and len(text) < 9 else 0
