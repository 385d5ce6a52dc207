"""The import of the permitted list under closed management: a line for a worker, a team or a plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate.actions.closing import end_permit, permit, read_permit
from pingzhan.domain.gate.models import Permit
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

COLUMNS = (
    Column(
        "worker",
        gettext_lazy("工号"),
        width=12,
        max_length=30,
        check=fold,
        note=gettext_lazy("工号、班组、车牌号填一项。"),
    ),
    Column("team", gettext_lazy("班组"), width=14, max_length=60, check=fold),
    Column("plate", gettext_lazy("车牌号"), Kind.PLATE, width=12),
    Column("purpose", gettext_lazy("准入事由"), required=True, width=24, max_length=60, check=fold),
    Column("until", gettext_lazy("有效期至"), Kind.DATE, width=12, note=gettext_lazy("不填为长期。")),
    Column(
        "ends",
        gettext_lazy("取消"),
        Kind.BOOLEAN,
        width=8,
        note=gettext_lazy("填“是”即从准入名单取消，记录仍保留。"),
    ),
)
WHO = ("worker", "team", "plate")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    former: int = 0
    purpose: str = ""
    until: date | None = None
    whom: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    unit: Unit
    today: date
    listed: dict[Key, Permit]
    jobs: dict[str, Employment]
    teams: dict[str, Team]
    absent: frozenset[str]


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the permitted list of the enterprise. Three queries for the batch."""
    unit, today = enterprise_of(ctx), clock.day_of(clock.now())
    listed = {
        _key_of(one): one
        for one in Permit.objects.filter(enterprise=unit, ended_at__isnull=True).select_related(
            "employment", "team"
        )
    }
    jobs = {
        one.employee_no: one
        for one in Employment.objects.filter(
            enterprise=unit,
            left__isnull=True,
            employee_no__in=[row.values["worker"] for row in rows if row.values["worker"]],
        )
    }
    teams = {fold(one.name): one for one in Team.objects.filter(enterprise=unit, active=True)}
    known = _Known(unit, today, listed, jobs, teams, ctx.absent)
    return [_judged(row, known) for row in rows]


def _key_of(row: Permit) -> Key:
    if row.employment is not None:
        return "worker", row.employment.employee_no
    return ("team", fold(row.team.name)) if row.team is not None else ("plate", row.plate)


def _judged(row: Row, known: _Known) -> Verdict:
    values = row.values
    named = [key for key in WHO if values[key]]
    if len(named) != 1:
        return Verdict.refused("worker", _("请填写工号、班组、车牌号中的一项。"))
    key: Key = (named[0], values[named[0]])
    former = known.listed.get(key)
    until = former.until if former is not None and "until" in known.absent else values["until"]
    if values["ends"]:
        if former is None:
            return Verdict.refused("ends", _("准入名单中没有这一行。"))
        return Verdict(Outcome.CHANGED, changes={"ends": (_("在名单中"), _("取消"))}, carry=_Plan(former.pk))
    changes = {}
    if former is not None:
        after = {"purpose": values["purpose"], "until": until}
        changes = {
            name: (_shown(getattr(former, name)), _shown(value))
            for name, value in after.items()
            if getattr(former, name) != value
        }
        if not changes:
            return Verdict(Outcome.SAME)
    whom: dict[str, Any] = {
        "employment": known.jobs.get(key[1]) if key[0] == "worker" else None,
        "team": known.teams.get(key[1]) if key[0] == "team" else None,
        "plate": key[1] if key[0] == "plate" else "",
    }
    if not any(whom.values()):
        missing = {
            "worker": _("本企业没有工号为%(no)s的在职职工。") % {"no": key[1]},
            "team": _("本企业没有名称为“%(name)s”的班组。") % {"name": key[1]},
        }
        return Verdict.refused(key[0], missing[key[0]])
    try:
        read_permit(
            known.unit,
            purpose=values["purpose"],
            until=until,
            by_name="",
            today=known.today,
            **whom,
        )
    except Invalid as error:
        return Verdict.refused(error.place if error.place in values else "", told(error))
    plan = _Plan(former.pk if former is not None else 0, values["purpose"], until, whom)
    if former is None:
        return Verdict(Outcome.NEW, carry=plan)
    return Verdict(Outcome.CHANGED, changes=changes, carry=plan)


def _shown(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """List and take off what was chosen by the actions of the page; a changed line is taken off and listed anew."""
    unit = enterprise_of(ctx)
    for one in judged:
        plan: _Plan = one.verdict.carry
        if plan.former:
            end_permit(permit_id=plan.former, by=ctx.by)
        if plan.whom is not None:
            permit(enterprise=unit, purpose=plan.purpose, until=plan.until, by=ctx.by, **plan.whom)


PERMITS = ImportSpec(
    key="gate.permits",
    title=gettext_lazy("准入名单"),
    columns=COLUMNS,
    natural_key=WHO,
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/gate/",
    note=gettext_lazy(
        "一行一名职工、一个班组或一辆车。事由或有效期不同的按表格更换，原来的一行保留；没有列出的不变。"
    ),
    max_rows=5_000,
)
