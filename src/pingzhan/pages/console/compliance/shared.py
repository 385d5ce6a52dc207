"""What the pages of compliance share: the scope looked at, the days, the words of parties, items and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command import api as command
from pingzhan.domain.measures.enums import ITEMS, Party
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import Axis, State
from pingzhan.domain.organisation.api import short_group
from pingzhan.domain.organisation.models import Group
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound

PAGE = 50
PERIODS = (7, 30, 90, 365)
DEFAULT_DAYS = 30
GOOD, FAIR = 95.0, 80.0
STATE_TONES = {
    State.OPEN: "info",
    State.LATE: "bad",
    State.DONE: "ok",
    State.WAIVED: "idle",
    State.WITHDRAWN: "idle",
}
AXES = (
    (Axis.PARTY, gettext_lazy("按四方责任")),
    (Axis.UNIT, gettext_lazy("按企业")),
    (Axis.ITEM, gettext_lazy("按指南条目")),
    (Axis.MEASURE, gettext_lazy("按措施")),
    (Axis.GROUP, gettext_lazy("按工作组")),
)


@dataclass(frozen=True)
class Days:
    """The business days [t0, t1) a page is about, by the number of days back from today."""

    count: int
    t0: date
    t1: date


def days_for(request: HttpRequest, default: int = DEFAULT_DAYS) -> Days:
    """Return the period asked for by ``days``; anything unknown is the usual one."""
    return days_of(request.GET, default)


def days_of(params: Mapping[str, str], default: int = DEFAULT_DAYS) -> Days:
    """Return the same from the parameters of a page."""
    asked = params.get("days", "")
    count = next((one for one in PERIODS if str(one) == asked), default)
    today = obligations.business_now()[1]
    return Days(count, today - timedelta(days=count - 1), today + timedelta(days=1))


def scopes_for(actor: Actor) -> list[Unit]:
    """Return what the actor may look at as a whole: his zones and areas, else his enterprises. One query."""
    seen = Unit.objects.filter(within("path", actor.paths(Permission.VIEW_LEDGERS)))
    wide = Q(kind__in=(UnitKind.ZONE, UnitKind.AREA))
    narrow = Q(kind=UnitKind.ENTERPRISE) & ~Exists(seen.filter(wide))
    return list(seen.filter(wide | narrow).order_by("path"))


def scope_for(request: HttpRequest, scopes: Sequence[Unit]) -> Unit:
    """Return the scope asked for by ``scope``, else the first. Raises NotFound for one that is not his."""
    return scope_of(request.GET, scopes)


def scope_of(params: Mapping[str, str], scopes: Sequence[Unit]) -> Unit:
    """Return the same from the parameters of a page."""
    asked = params.get("scope", "")
    found = [one for one in scopes if str(one.pk) == asked] if asked else list(scopes)
    if not found:
        raise NotFound(_("没有这个单位，或者不在您的范围内。"), code="no_scope")
    return found[0]


def rate_tone(rate: float | None) -> str:
    """Return the tone of a percentage."""
    if rate is None:
        return "idle"
    if rate >= GOOD:
        return "ok"
    return "warn" if rate >= FAIR else "bad"


def percent(rate: float | None) -> str:
    """Return a percentage as it is written, a dash for nothing due."""
    return "—" if rate is None else f"{rate:g}%"


def group_names() -> dict[str, str]:
    """Return the names of work groups by code and by function, the newest of several versions. One query."""
    found: dict[str, str] = {}
    for one in Group.objects.order_by("version_id", "sort"):
        function = command.function_of(command.GroupLike(one.code, one.name, one.kind))
        found[one.code] = short_group(one.name)
        if function:
            found[function] = short_group(one.name)
    return found


def label_of(axis: str, key: str, label: str, groups: dict[str, str]) -> str:
    """Return what a line of a table is called."""
    if axis == Axis.PARTY:
        return str(Party(key).label) if key in Party.values else label
    if axis == Axis.ITEM:
        n = int(key)
        return _("第 %(n)d 条 %(words)s") % {"n": n, "words": ITEMS[n]} if n in ITEMS and n else str(ITEMS[0])
    if axis == Axis.GROUP:
        return groups.get(key, key) or _("未指定")
    return label


def query_of(request: HttpRequest, *without: str) -> str:
    """Return the query of a page without its number and the given keys."""
    return urlencode(
        {key: value for key, value in request.GET.items() if value and key not in {"page", *without}}
    )


def asking(request: HttpRequest) -> Actor:
    """Return the actor of the request."""
    return request_actor(request)
