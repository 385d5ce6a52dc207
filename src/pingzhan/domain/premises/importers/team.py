"""The import of the emergency team: a line for each task of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.actions.duty import join_team, leave_team
from pingzhan.domain.premises.enums import TeamTask
from pingzhan.domain.premises.importers.named import number_column, unknown, workers
from pingzhan.domain.premises.models import TeamMember
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation.audit import record
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict

COLUMNS = (
    number_column("employee_no", gettext_lazy("工号")),
    Column(
        "task", gettext_lazy("分工"), Kind.CHOICE, required=True, width=12, choices=tuple(TeamTask.choices)
    ),
    Column(
        "leaves",
        gettext_lazy("退出"),
        Kind.BOOLEAN,
        width=8,
        note=gettext_lazy("填“是”即退出这项分工，记录仍保留；不填为在队。"),
    ),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    number: str
    task: TeamTask
    leaver: int = 0


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the team of the enterprise. Two queries for the batch."""
    unit = enterprise_of(ctx)
    numbers = [row.values["employee_no"] for row in rows]
    stored = {
        (row.employment.employee_no, row.task): row.pk
        for row in TeamMember.objects.filter(
            enterprise=unit, ended_at__isnull=True, employment__employee_no__in=numbers
        ).select_related("employment")
    }
    known = workers(unit, numbers)
    return [_judged(row, stored, known) for row in rows]


def _judged(row: Row, stored: dict[tuple[str, str], int], known: dict[str, int]) -> Verdict:
    number, task = row.values["employee_no"], TeamTask(row.values["task"])
    member = stored.get((number, task.value))
    if row.values["leaves"]:
        if member is None:
            return Verdict.refused("leaves", _("这名职工没有这项分工，不能退出。"))
        changes = {"leaves": (_("在队"), _("退出"))}
        return Verdict(Outcome.CHANGED, changes=changes, carry=_Plan(number, task, member))
    if member is not None:
        return Verdict(Outcome.SAME)
    if number not in known:
        return Verdict.refused("employee_no", unknown(number))
    return Verdict(Outcome.NEW, carry=_Plan(number, task))


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Let join and leave who was chosen by the actions of the page, joining first: no task is without anybody."""
    unit = enterprise_of(ctx)
    plans: list[_Plan] = [one.verdict.carry for one in judged]
    for plan in plans:
        if not plan.leaver:
            join_team(enterprise=unit, number=plan.number, task=plan.task, by=ctx.by)
    for plan in plans:
        if plan.leaver:
            leave_team(member_id=plan.leaver, by=ctx.by)
    record(
        "premises.team_imported",
        by=ctx.by,
        subject=("unit", unit.pk),
        unit_path=unit.path,
        body={"lines": len(plans)},
    )


TEAM = ImportSpec(
    key="premises.team",
    title=gettext_lazy("应急队伍名单"),
    columns=COLUMNS,
    natural_key=("employee_no", "task"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/duty/",
    note=gettext_lazy("一行一名职工的一项分工。表格没有列出的队员不变，要退出的在“退出”列填“是”。"),
    max_rows=1_000,
)
