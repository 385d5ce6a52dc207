"""Duty sheet, emergency team and drills as files: the columns of the imports first, so that they can come in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import rules
from pingzhan.domain.premises.importers.duty import COLUMNS
from pingzhan.domain.premises.importers.exercises import COLUMNS as DRILL_COLUMNS
from pingzhan.domain.premises.listing import MONTH, day_in, narrowed, sees
from pingzhan.domain.premises.models import DutyDay, Exercise, TeamMember
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.privacy.masks import mask_name

AHEAD = timedelta(days=61)


@dataclass(frozen=True, slots=True)
class Named:
    """A row with the names of the workers in it, by their employment."""

    row: Any
    names: dict[int, str]


def named(rows: Sequence[Any], workers: Sequence[Employment]) -> list[Named]:
    """Return rows with the names of their workers, whose individuals must be loaded. One query."""
    texts = people.opened({one.individual_id: one.individual for one in workers}.values(), fields=("name",))
    names = {one.pk: texts[one.individual_id].name or "" for one in workers}
    return [Named(row, names) for row in rows]


def _duty(actor: Actor, params: Params) -> QuerySet[DutyDay]:
    today = clock.today()
    rows = rules.duty_visible_to(actor).filter(
        day__gte=day_in(params, "t0", today - MONTH), day__lte=day_in(params, "t1", today + AHEAD)
    )
    return (
        narrowed(rows, "enterprise", params)
        .select_related("enterprise", "leader__individual", "officer__individual")
        .order_by("-day", "enterprise__name", "pk")
    )


def _opened(rows: Sequence[DutyDay]) -> Sequence[Named]:
    return named(rows, [who for row in rows for who in (row.leader, row.officer)])


DUTY_LIST = Listing(
    key="premises.duty",
    title=gettext_lazy("企业值班表"),
    columns=(
        OutColumn("day", COLUMNS[0].title, lambda one: one.row.day, width=12),
        OutColumn("leader", COLUMNS[1].title, lambda one: one.row.leader.employee_no, width=12),
        OutColumn("officer", COLUMNS[2].title, lambda one: one.row.officer.employee_no, width=12),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn(
            "leader_name",
            gettext_lazy("带班领导"),
            lambda one: one.names[one.row.leader_id],
            personal=True,
            mask=mask_name,
        ),
        OutColumn(
            "officer_name",
            gettext_lazy("值班人员"),
            lambda one: one.names[one.row.officer_id],
            personal=True,
            mask=mask_name,
        ),
        OutColumn("made_by", gettext_lazy("登记人"), lambda one: one.row.made_by, width=12),
    ),
    queryset=_duty,
    may=sees,
    load=_opened,
)


def _team(actor: Actor, params: Params) -> QuerySet[TeamMember]:
    rows = rules.team_visible_to(actor).filter(ended_at__isnull=True)
    return (
        narrowed(rows, "enterprise", params)
        .select_related("enterprise", "employment__individual")
        .order_by("enterprise__name", "pk")
    )


def _team_opened(rows: Sequence[TeamMember]) -> Sequence[Named]:
    return named(rows, [row.employment for row in rows])


TEAM_LIST = Listing(
    key="premises.team",
    title=gettext_lazy("应急队伍名单"),
    columns=(
        OutColumn("employee_no", gettext_lazy("工号"), lambda one: one.row.employment.employee_no, width=12),
        OutColumn("task", gettext_lazy("分工"), lambda one: one.row.get_task_display(), width=12),
        OutColumn("leaves", gettext_lazy("退出"), lambda one: None, width=8),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn(
            "name",
            gettext_lazy("姓名"),
            lambda one: one.names[one.row.employment_id],
            personal=True,
            mask=mask_name,
        ),
        OutColumn("left", gettext_lazy("已离职"), lambda one: one.row.employment.left is not None, width=8),
    ),
    queryset=_team,
    may=sees,
    load=_team_opened,
)


def _exercises(actor: Actor, params: Params) -> QuerySet[Exercise]:
    rows = rules.exercises_visible_to(actor).filter(voided_at__isnull=True)
    today = clock.today()
    rows = rows.filter(
        held_on__gte=day_in(params, "t0", today - 12 * MONTH), held_on__lte=day_in(params, "t1", today)
    )
    return narrowed(rows, "enterprise", params).select_related("enterprise").order_by("-held_on", "-pk")


def _told(key: str, row: Exercise) -> Value:
    value: Value = getattr(row, key)
    return value if value != "" else None


EXERCISE_LIST = Listing(
    key="premises.exercises",
    title=gettext_lazy("企业应急演练"),
    columns=(
        *(OutColumn(one.key, one.title, partial(_told, one.key), width=one.width) for one in DRILL_COLUMNS),
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("made_by", gettext_lazy("登记人"), lambda row: row.made_by, width=12),
    ),
    queryset=_exercises,
    may=sees,
)


def register() -> None:
    """Make the lists exportable."""
    for listing in (DUTY_LIST, TEAM_LIST, EXERCISE_LIST):
        register_listing(listing)
