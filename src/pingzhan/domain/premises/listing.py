"""Trainings with attendance and figures of production as files, in the columns of the imports; incidents and plans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises import rules
from pingzhan.domain.premises.enums import PostDuty
from pingzhan.domain.premises.importers.figures import FIGURES
from pingzhan.domain.premises.importers.training import ATTENDANCE
from pingzhan.domain.premises.models import Attendance, Figures, Incident, Plan
from pingzhan.domain.premises.queries.lists import PlanFilter, figures_between, find_incidents, find_plans
from pingzhan.domain.premises.standards import REVIEW_DAYS
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.imports.spec import ImportSpec

MONTH = timedelta(days=31)


def day_in(params: Params, key: str, default: date) -> date:
    """Return a day of an address, ``default`` when it is none."""
    try:
        return date.fromisoformat(params.get(key, ""))
    except ValueError:
        return default


def narrowed(rows: QuerySet[Any], field: str, params: Params) -> QuerySet[Any]:
    """Return the rows of the enterprise an address names by ``unit``, all of them when it names none."""
    unit = params.get("unit", "")
    return rows.filter(**{field: int(unit)}) if unit.isdecimal() else rows


def _attendance(actor: Actor, params: Params) -> QuerySet[Attendance]:
    rows = Attendance.objects.filter(
        training__in=rules.trainings_visible_to(actor), training__voided_at__isnull=True
    )
    today = clock.today()
    t0, t1 = day_in(params, "t0", today - 12 * MONTH), day_in(params, "t1", today)
    rows = rows.filter(training__held_on__gte=t0, training__held_on__lte=t1)
    return (
        narrowed(rows, "training__enterprise", params)
        .select_related("training__enterprise", "employment")
        .order_by("-training__held_on", "training_id", "employment__employee_no")
    )


def _figures(actor: Actor, params: Params) -> QuerySet[Figures]:
    today = clock.today()
    rows = figures_between(
        rules.figures_visible_to(actor),
        day_in(params, "t0", today - MONTH),
        day_in(params, "t1", today),
        period=params.get("period", ""),
        difficulty=params.get("difficulty", ""),
    )
    return narrowed(rows, "enterprise", params)


def sees(actor: Actor) -> bool:
    """Return whether the actor reads the ledgers of some enterprise."""
    return actor.has(Permission.VIEW_LEDGERS)


def _attended(row: Attendance, key: str) -> Value:
    if key == "employee_no":
        return row.employment.employee_no
    value: Value = row.training.get_form_display() if key == "form" else getattr(row.training, key)
    return value if value != "" else None


def _figure(row: Figures, key: str) -> Value:
    shown = {"period": row.get_period_display(), "difficulty": row.get_difficulty_display()}
    value: Value = shown[key] if key in shown else getattr(row, key)
    return value if value != "" else None


def _read_at(read: Callable[[Any, str], Value], key: str, row: Any) -> Value:
    return read(row, key)


def _columns(spec: ImportSpec, read: Callable[[Any, str], Value]) -> Sequence[OutColumn]:
    return [
        OutColumn(one.key, one.title, partial(_read_at, read, one.key), width=one.width)
        for one in spec.columns
    ]


# The columns of the import first, so that what went out can come in again.
ATTENDANCE_LIST = Listing(
    key="premises.attendance",
    title=gettext_lazy("培训签到"),
    columns=(
        *_columns(ATTENDANCE, _attended),
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.training.enterprise.name, width=20),
    ),
    queryset=_attendance,
    may=sees,
)
FIGURES_LIST = Listing(
    key="premises.figures",
    title=gettext_lazy("生产经营情况"),
    columns=(
        *_columns(FIGURES, _figure),
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("made_by", gettext_lazy("填报人"), lambda row: row.made_by, width=12),
    ),
    queryset=_figures,
    may=sees,
)


def _incidents(actor: Actor, params: Params) -> QuerySet[Incident]:
    rows = find_incidents(
        rules.incidents_visible_to(actor), words=params.get("q", "")[:60], state=params.get("state", "")
    )
    return narrowed(rows, "enterprise", params)


def _plans(actor: Actor, params: Params) -> QuerySet[Plan]:
    wanted = PlanFilter(params.get("q", "")[:60], params.get("kind", ""), params.get("state", ""))
    # What is overdue depends on the enterprise; a file has what waits longer than the usual time.
    rows = find_plans(rules.plans_visible_to(actor), wanted, clock.now() - timedelta(days=REVIEW_DAYS))
    return narrowed(rows.prefetch_related("posts"), "enterprise", params)


def _post_of(duty: PostDuty, row: Plan) -> Value:
    return next((post.title for post in row.posts.all() if post.duty == duty), None)


def _moment(value: datetime | None) -> Value:
    return timezone.localtime(value) if value is not None else None


INCIDENT_LIST = Listing(
    key="premises.incidents",
    title=gettext_lazy("事件报告"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("kind", gettext_lazy("情况"), lambda row: row.get_kind_display(), width=14),
        OutColumn("place", gettext_lazy("地点"), lambda row: row.place, width=20),
        OutColumn("persons", gettext_lazy("涉及人数"), lambda row: row.persons, width=10),
        OutColumn("found_at", gettext_lazy("发现时间"), lambda row: _moment(row.found_at), width=18),
        OutColumn("due_at", gettext_lazy("报告时限"), lambda row: _moment(row.due_at), width=18),
        OutColumn("reported_at", gettext_lazy("报告时间"), lambda row: _moment(row.reported_at), width=18),
        OutColumn("received_at", gettext_lazy("接收时间"), lambda row: _moment(row.received_at), width=18),
        OutColumn("closed_at", gettext_lazy("结束时间"), lambda row: _moment(row.closed_at), width=18),
        OutColumn("state", gettext_lazy("状态"), lambda row: row.get_state_display(), width=10),
    ),
    queryset=_incidents,
    may=lambda actor: any(actor.has(one) for one in rules.INCIDENT_READERS),
)
PLAN_LIST = Listing(
    key="premises.plans",
    title=gettext_lazy("方案和预案"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("kind", gettext_lazy("种类"), lambda row: row.get_kind_display(), width=14),
        OutColumn("n", gettext_lazy("版次"), lambda row: row.n, width=8),
        OutColumn("state", gettext_lazy("状态"), lambda row: row.get_state_display(), width=12),
        *(OutColumn(duty.value, duty.label, partial(_post_of, duty), width=16) for duty in PostDuty),
        OutColumn("valid_until", gettext_lazy("有效期至"), lambda row: row.valid_until, width=12),
        OutColumn("submitted_at", gettext_lazy("报送时间"), lambda row: _moment(row.submitted_at), width=18),
        OutColumn("decided_at", gettext_lazy("审核时间"), lambda row: _moment(row.decided_at), width=18),
        OutColumn("decided_by", gettext_lazy("审核人"), lambda row: row.decided_by, width=12),
        OutColumn("remarks", gettext_lazy("审核意见"), lambda row: row.remarks or None, width=30),
    ),
    queryset=_plans,
    may=lambda actor: any(actor.has(one) for one in rules.PLAN_READERS),
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(ATTENDANCE_LIST)
    register_listing(FIGURES_LIST)
    register_listing(INCIDENT_LIST)
    register_listing(PLAN_LIST)
