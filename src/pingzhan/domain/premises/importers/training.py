"""The import of attendance: a line for each worker of a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.actions.training import OLDEST, TrainingData, add_attendance, hold_training
from pingzhan.domain.premises.enums import TrainingForm
from pingzhan.domain.premises.importers.named import number_column, unknown, workers
from pingzhan.domain.premises.models import Attendance, Training
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.audit import record
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict

COLUMNS = (
    Column("held_on", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    Column("topic", gettext_lazy("主题"), required=True, width=24, max_length=60),
    number_column("employee_no", gettext_lazy("工号")),
    Column("form", gettext_lazy("形式"), Kind.CHOICE, width=12, choices=tuple(TrainingForm.choices)),
    Column("hours", gettext_lazy("学时"), Kind.DECIMAL, width=8, example="1"),
    Column("material", gettext_lazy("材料"), width=24, max_length=120),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    employment: int
    data: TrainingData


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the sessions of the enterprise. Two queries for the batch."""
    unit, today = enterprise_of(ctx), clock.today()
    known = workers(unit, (row.values["employee_no"] for row in rows))
    have = set(
        Attendance.objects.filter(
            training__enterprise=unit,
            training__voided_at__isnull=True,
            training__held_on__in={row.values["held_on"] for row in rows},
            employment__in=known.values(),
        ).values_list("training__held_on", "training__topic", "employment_id")
    )
    return [_judged(row, known, have, today) for row in rows]


def _judged(row: Row, known: dict[str, int], have: set[tuple[date, str, int]], today: date) -> Verdict:
    values = row.values
    who = known.get(values["employee_no"])
    if who is None:
        return Verdict.refused("employee_no", unknown(values["employee_no"]))
    if values["held_on"] > today:
        return Verdict.refused("held_on", _("培训日期不能晚于今天。"))
    if today - values["held_on"] > OLDEST:
        return Verdict.refused("held_on", _("只能登记最近一年的培训。"))
    hours = Decimal(values["hours"] or 1)
    if not 0 < hours <= 24:
        return Verdict.refused("hours", _("学时应大于 0，不超过 24。"))
    if (values["held_on"], values["topic"], who) in have:
        return Verdict(Outcome.SAME)
    data = TrainingData(
        topic=values["topic"],
        held_on=values["held_on"],
        form=TrainingForm(values["form"] or TrainingForm.LECTURE),
        hours=hours,
        material=values["material"] or "",
    )
    return Verdict(Outcome.NEW, carry=_Plan(who, data))


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the sessions and who was there; a session that is there already gets the others added."""
    unit = enterprise_of(ctx)
    sessions: dict[tuple[date, str], list[_Plan]] = defaultdict(list)
    for one in judged:
        plan: _Plan = one.verdict.carry
        sessions[plan.data.held_on, plan.data.topic].append(plan)
    for (day, topic), plans in sorted(sessions.items()):
        present = [plan.employment for plan in plans]
        there = Training.objects.filter(
            enterprise=unit, held_on=day, topic=topic, voided_at__isnull=True
        ).select_related("enterprise")
        known = there.first()
        if known is None:
            hold_training(enterprise=unit, data=plans[0].data, workers=sorted(set(present)), by=ctx.by)
        else:
            add_attendance(known, present, ctx.by)
    record(
        "premises.trainings_imported",
        by=ctx.by,
        subject=("unit", unit.pk),
        unit_path=unit.path,
        body={"persons": len(judged)},
    )


ATTENDANCE = ImportSpec(
    key="premises.attendance",
    title=gettext_lazy("培训签到"),
    columns=COLUMNS,
    natural_key=("held_on", "topic", "employee_no"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/training/",
    note=gettext_lazy("一行一名职工。同一日期、同一主题算同一场培训，已有的场次补登人员。"),
    max_rows=20_000,
)
