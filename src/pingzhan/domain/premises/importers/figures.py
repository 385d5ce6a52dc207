"""The import of production figures: a line for each day or week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.actions.producing import FiguresData, checked_row, save_figures
from pingzhan.domain.premises.enums import Difficulty, Period
from pingzhan.domain.premises.models import Figures
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

COLUMNS = (
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    Column(
        "period",
        gettext_lazy("类别"),
        Kind.CHOICE,
        width=8,
        choices=tuple(Period.choices),
        note=gettext_lazy("不填为日报；周报记在当周星期一。"),
    ),
    Column("output", gettext_lazy("产值（万元）"), Kind.DECIMAL, required=True, width=14),
    Column("at_work", gettext_lazy("在岗人数"), Kind.INTEGER, required=True, width=10),
    Column("orders", gettext_lazy("在手订单（万元）"), Kind.DECIMAL, width=16),
    Column("power", gettext_lazy("用电量（千瓦时）"), Kind.DECIMAL, width=16),
    Column("difficulty", gettext_lazy("困难类别"), Kind.CHOICE, width=14, choices=tuple(Difficulty.choices)),
    Column("words", gettext_lazy("困难和需求"), width=30, max_length=300),
)
_FIELDS = ("output", "at_work", "orders", "power", "difficulty", "words")


@dataclass(frozen=True, slots=True)
class _Plan:
    day: date
    period: Period
    data: FiguresData


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the figures of the enterprise. One query for the batch."""
    unit, today = enterprise_of(ctx), clock.today()
    days = {day for row in rows for day in (row.values["day"], clock.monday(row.values["day"]))}
    stored = {(one.period, one.day): one for one in Figures.objects.filter(enterprise=unit, day__in=days)}
    verdicts = []
    for row in rows:
        values = row.values
        period = Period(values["period"] or Period.DAY)
        data = FiguresData(
            output=Decimal(values["output"]),
            at_work=int(values["at_work"]),
            orders=values["orders"],
            power=values["power"],
            difficulty=values["difficulty"] or "",
            words=values["words"] or "",
        )
        try:
            made = checked_row(unit, values["day"], period, data, by_name=ctx.by.name, today=today)
            made.clean_fields(exclude=["enterprise"])
            made.validate_constraints(exclude=["enterprise", "day"])
        except Invalid as error:
            verdicts.append(Verdict.refused(error.place if error.place in values else "", told(error)))
            continue
        except ValidationError as error:
            verdicts.append(Verdict.refused("", "".join(error.messages)))
            continue
        known = stored.get((period, made.day))
        plan = _Plan(made.day, period, data)
        if known is None:
            verdicts.append(Verdict(Outcome.NEW, carry=plan))
            continue
        changes = {
            key: (getattr(known, key), getattr(made, key))
            for key in _FIELDS
            if getattr(known, key) != getattr(made, key)
        }
        verdicts.append(
            Verdict(Outcome.CHANGED, changes=changes, carry=plan) if changes else Verdict(Outcome.SAME)
        )
    return verdicts


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Carry out the rows that were chosen by the same action as the page."""
    unit = enterprise_of(ctx)
    for one in judged:
        plan: _Plan = one.verdict.carry
        save_figures(enterprise=unit, day=plan.day, period=plan.period, data=plan.data, by=ctx.by)


FIGURES = ImportSpec(
    key="premises.figures",
    title=gettext_lazy("生产经营情况"),
    columns=COLUMNS,
    natural_key=("day", "period"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/production/",
    note=gettext_lazy("按日期和类别核对；已填报的按表格更正，原数字保留在历史中。"),
    max_rows=5_000,
)
