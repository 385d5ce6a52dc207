"""Who answers for what, officials by load, and places as files; the first can come in again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.frontline import rules
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.frontline.queries.facts import open_firms
from pingzhan.domain.frontline.queries.lists import official_list, place_list
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.api import zones
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


def _zone(actor: Actor, params: Params) -> Unit | None:
    asked = params.get("zone", "")
    mine = [zone for zone in zones() if rules.can_see(actor, zone)]
    if asked.isdecimal():
        mine = [zone for zone in mine if str(zone.pk) == asked]
    return mine[0] if mine else None


def _rows(actor: Actor, params: Params) -> QuerySet[Responsibility]:
    zone = _zone(actor, params)
    if zone is None:
        return Responsibility.objects.none()
    rows = Responsibility.objects.filter(
        kind=ResponsibilityKind.ENTERPRISE,
        unit__in=open_firms(zone).values("pk"),
    )
    if params.get("area", "").isdecimal() and len(params["area"]) < 19:
        rows = rows.filter(unit__parent=int(params["area"]))
    return rows.select_related("unit", "person").order_by("unit__code", "rank")


def _officials(actor: Actor, params: Params) -> QuerySet[Person]:
    zone = _zone(actor, params)
    return official_list(zone, params) if zone is not None else Person.objects.none()


def _places(actor: Actor, params: Params) -> QuerySet[Person]:
    zone = _zone(actor, params)
    return place_list(zone, params) if zone is not None else Person.objects.none()


def _visits(actor: Actor, params: Params) -> QuerySet[SiteVisit]:
    rows = rules.visits_visible_to(actor).select_related("unit").order_by("-visited_at", "-id")
    asked = params.get("unit", "")
    return rows.filter(unit=int(asked)) if asked.isdecimal() and len(asked) < 19 else rows


def _may_visits(actor: Actor) -> bool:
    return rules.firms_to_visit(actor).exists()


def _place(person: Any) -> Any:
    return getattr(person, "front_place", None)


LISTINGS = (
    Listing(
        key="frontline.responsible",
        title=_("包企责任人"),
        columns=(
            OutColumn("code", _("企业代码"), lambda row: row.unit.code, width=14),
            OutColumn("enterprise", _("企业名称"), lambda row: row.unit.name, width=28),
            OutColumn("rank", _("次序"), lambda row: row.rank, width=8),
            OutColumn("name", _("姓名"), lambda row: row.person.name, width=12),
            OutColumn("title", _("职务"), lambda row: row.person.title or None, width=24),
        ),
        queryset=_rows,
        may=rules.can_see,
    ),
    Listing(
        key="frontline.officials",
        title=_("包保负担"),
        columns=(
            OutColumn("name", _("姓名"), lambda row: row.name, width=12),
            OutColumn("title", _("职务"), lambda row: row.title or None, width=24),
            OutColumn("firms", _("主责企业"), lambda row: row.firms),
            OutColumn("seconds", _("替补企业"), lambda row: row.seconds),
            OutColumn("heads", _("职工人数"), lambda row: row.heads),
            OutColumn("load", _("折算人数"), lambda row: row.load),
        ),
        queryset=_officials,
        may=rules.can_see,
    ),
    Listing(
        key="frontline.places",
        title=_("下沉一线安排"),
        columns=(
            OutColumn("name", _("姓名"), lambda row: row.name, width=12),
            OutColumn("title", _("职务"), lambda row: row.title or None, width=24),
            OutColumn(
                "unit", _("去处"), lambda row: _place(row).unit.name if _place(row) else None, width=28
            ),
            OutColumn(
                "source",
                _("来由"),
                lambda row: str(_place(row).get_source_display()) if _place(row) else None,
            ),
            OutColumn(
                "duty", _("任务"), lambda row: (_place(row).duty or None) if _place(row) else None, width=30
            ),
        ),
        queryset=_places,
        may=rules.can_see,
    ),
    Listing(
        key="frontline.visits",
        title=_("走访记录"),
        columns=(
            OutColumn("code", _("企业代码"), lambda row: row.unit.code, width=14),
            OutColumn("enterprise", _("企业名称"), lambda row: row.unit.name, width=28),
            OutColumn("day", _("走访日期"), lambda row: row.day),
            OutColumn("by", _("走访人姓名"), lambda row: row.by_name),
            OutColumn("seen", _("看到的情况"), lambda row: row.seen, width=60),
            OutColumn("at", _("登记时间"), lambda row: row.at, width=20),
            OutColumn("voided", _("撤回时间"), lambda row: row.voided_at, width=20),
            OutColumn("why", _("撤回理由"), lambda row: row.void_reason or None, width=40),
        ),
        queryset=_visits,
        may=_may_visits,
    ),
)


def register() -> None:
    """Make the lists exportable."""
    for listing in LISTINGS:
        register_listing(listing)
