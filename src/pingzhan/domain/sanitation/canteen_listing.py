"""Plans of sittings and checks of canteens as files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy

from pingzhan.domain.sanitation import canteen_rights
from pingzhan.domain.sanitation.enums import KitchenResult, PlanState
from pingzhan.domain.sanitation.importers.kitchen import CHECKS
from pingzhan.domain.sanitation.mealrules import hours_of
from pingzhan.domain.sanitation.models import KitchenCheck, SittingLine
from pingzhan.domain.sanitation.queries.canteen import team_name, told
from pingzhan.domain.sanitation.queries.kitchen import BookFilter, book, standing
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _unit(params: Params) -> int | None:
    text = params.get("unit", "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


def _lines(actor: Actor, params: Params) -> QuerySet[SittingLine]:
    plans = canteen_rights.plans_visible_to(actor).filter(state=PlanState.PUBLISHED)
    unit = _unit(params)
    if unit is not None:
        plans = plans.filter(enterprise=unit)
    rows = SittingLine.objects.filter(plan__in=plans)
    return rows.select_related("team", "plan__enterprise", "plan__meal__site").order_by(
        "plan__enterprise__name", "plan", F("sitting").asc(nulls_last=True), "pk"
    )


def _checks(actor: Actor, params: Params) -> QuerySet[KitchenCheck]:
    rows = standing(canteen_rights.checks_visible_to(actor))
    unit = _unit(params)
    if unit is not None:
        rows = rows.filter(enterprise=unit)
    wanted = BookFilter(
        _day(params.get("first", "")), _day(params.get("last", "")), bool(params.get("problems"))
    )
    return book(rows, wanted).select_related("enterprise", "site").prefetch_related("steps")


def _sees(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


def _hours(line: SittingLine) -> str | None:
    if line.sitting is None:
        return None
    begin, end = hours_of(line.plan, line.sitting)
    return f"{begin:%H:%M}-{end:%H:%M}"


SITTINGS = Listing(
    key="canteen.sittings",
    title=gettext_lazy("就餐安排"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.plan.enterprise.name, width=20),
        OutColumn("site", gettext_lazy("食堂"), lambda one: one.plan.meal.site.name, width=16),
        OutColumn("meal", gettext_lazy("餐次"), lambda one: one.plan.meal.get_kind_display(), width=8),
        OutColumn(
            "sitting",
            gettext_lazy("场次"),
            lambda one: None if one.sitting is None else one.sitting + 1,
            width=8,
        ),
        OutColumn("hours", gettext_lazy("时间"), _hours, width=14),
        OutColumn("team", gettext_lazy("班组"), team_name, width=16),
        OutColumn("people", gettext_lazy("人数"), lambda one: one.people, width=8),
        OutColumn("told", gettext_lazy("告知职工"), lambda one: told(one.plan, one), width=44),
    ),
    queryset=_lines,
    may=_sees,
)


def _value(check: KitchenCheck, key: str) -> Value:
    problems = [step for step in check.steps.all() if step.result == KitchenResult.PROBLEM]
    absent = [step for step in check.steps.all() if step.result == KitchenResult.ABSENT]
    words: dict[str, Value] = {
        "site": check.site.code,
        "problems": "、".join(step.get_task_display() for step in problems) or None,
        "absent": "、".join(step.get_task_display() for step in absent) or None,
        "note": "；".join(step.note for step in problems) or None,
    }
    return words[key] if key in words else getattr(check, key)


def _column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda check: _value(check, key), width=width)


# The columns of the import first, so that what went out can come in again.
CHECK_LIST = Listing(
    key="canteen.checks",
    title=gettext_lazy("食堂卫生检查"),
    columns=(
        *(_column(one.key, one.title, one.width) for one in CHECKS.columns),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.enterprise.name, width=20),
        OutColumn("by", gettext_lazy("登记人"), lambda one: one.by_name, width=12),
        OutColumn("at", gettext_lazy("登记时间"), lambda one: one.at, width=18),
    ),
    queryset=_checks,
    may=_sees,
)


def register() -> None:
    """Make the lists exportable."""
    for listing in (SITTINGS, CHECK_LIST):
        register_listing(listing)
