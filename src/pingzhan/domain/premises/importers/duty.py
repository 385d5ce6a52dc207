"""The import of the enterprise's duty sheet: a line for each day, leader and officer by employee number."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.actions.duty import DutyLine, set_duty, settable
from pingzhan.domain.premises.importers.named import number_column, unknown, workers
from pingzhan.domain.premises.models import DutyDay
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

COLUMNS = (
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    number_column("leader", gettext_lazy("带班领导工号")),
    number_column("officer", gettext_lazy("值班人员工号")),
)
WHO = ("leader", "officer")


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the sheet of the enterprise. Two queries for the batch."""
    unit, today = enterprise_of(ctx), clock.today()
    stored = {
        row.day: (row.leader.employee_no, row.officer.employee_no)
        for row in DutyDay.objects.filter(
            enterprise=unit, day__in=[row.values["day"] for row in rows]
        ).select_related("leader", "officer")
    }
    known = workers(unit, (row.values[key] for row in rows for key in WHO))
    verdicts = []
    for row in rows:
        line = DutyLine(row.values["day"], row.values["leader"], row.values["officer"])
        before, after = stored.get(line.day), (line.leader, line.officer)
        if before == after:
            verdicts.append(Verdict(Outcome.SAME))
            continue
        try:
            _check(line, known)
            settable(line.day, today)
        except Invalid as error:
            verdicts.append(Verdict.refused(error.place, told(error)))
            continue
        if before is None:
            verdicts.append(Verdict(Outcome.NEW, carry=line))
            continue
        changes = {key: (old, new) for key, old, new in zip(WHO, before, after, strict=True) if old != new}
        verdicts.append(Verdict(Outcome.CHANGED, changes=changes, carry=line))
    return verdicts


def _check(line: DutyLine, known: dict[str, int]) -> None:
    for key in WHO:
        if getattr(line, key) not in known:
            raise Invalid(unknown(getattr(line, key)), place=key)
    if line.leader == line.officer:
        raise Invalid(_("带班领导和值班人员不能是同一人。"), place="officer")


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Set the days that were chosen by the same action as the page."""
    lines = [one.verdict.carry for one in judged]
    if lines:
        set_duty(enterprise=enterprise_of(ctx), lines=lines, by=ctx.by)


DUTY = ImportSpec(
    key="premises.duty",
    title=gettext_lazy("企业值班表"),
    columns=COLUMNS,
    natural_key=("day",),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/duty/",
    note=gettext_lazy(
        "一行一天，按日期核对。已排的按表格更换，原来的安排保留在历史中；表格没有列出的日期不变。"
    ),
    max_rows=2_000,
)
