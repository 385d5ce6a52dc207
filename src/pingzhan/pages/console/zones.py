"""Which zone a page is about."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound


def zones_of(actor: Actor, permission: Permission) -> list[Unit]:
    """Return the zones that touch the actor's grants for this permission, by code. One query."""
    paths = actor.paths(permission)
    return [
        zone
        for zone in territory.zones()
        if any(zone.path.startswith(path) or path.startswith(zone.path) for path in paths)
    ]


def unit_names(paths: Iterable[str]) -> dict[str, str]:
    """Return the names of units by their paths: the whole site has one too, a unit that is gone its path. One query."""
    wanted = set(paths)
    known = dict(Unit.objects.filter(path__in=wanted).values_list("path", "name"))
    return {path: known.get(path, _("全部") if path == "/" else path) for path in wanted}


def zone_for(request: HttpRequest, permission: Permission) -> Unit:
    """Return the zone asked for by ``zone`` (an id), else the first the actor may see.

    Raises NotFound when there is none yet, or when the one asked for is not his.
    """
    found = zones_of(request_actor(request), permission)
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isdecimal():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(
            _("没有您可以查看的开发区。"),
            hint=_("请系统管理员先建立开发区，或请安全管理员扩大授权范围。"),
            code="no_zone",
        )
    return found[0]
