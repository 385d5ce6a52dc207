"""The import of leave, travel and illness; the same check of AB 岗 as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import PLANNED_ABSENCES, AbsenceKind
from pingzhan.domain.organisation.models import Absence, Person
from pingzhan.domain.roster.calendar import YEARS
from pingzhan.domain.roster.importers.people import kept, person_of, zones_for
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    CellError,
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
)

COLUMNS = (
    Column("name", gettext_lazy("姓名"), required=True, width=14, example="安若水", max_length=40),
    Column(
        "title",
        gettext_lazy("职务"),
        width=20,
        note=gettext_lazy("有同名人员时必须填写，与人员库一致。"),
        max_length=80,
    ),
    Column(
        "kind",
        gettext_lazy("事由"),
        Kind.CHOICE,
        required=True,
        width=10,
        choices=tuple(AbsenceKind.choices),
        example="休假",
    ),
    Column("first", gettext_lazy("开始日期"), Kind.DATE, required=True, width=14),
    Column(
        "last",
        gettext_lazy("结束日期"),
        Kind.DATE,
        required=True,
        width=14,
        note=gettext_lazy("含当天。"),
    ),
    Column("basis", gettext_lazy("依据"), width=24, max_length=120),
)


@dataclass(frozen=True)
class _Away:
    person: Person
    kind: AbsenceKind
    t0: datetime
    t1: datetime
    basis: str


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.REGISTER_ABSENCE, path)


def _scopes(actor: Actor) -> Sequence[Scope]:
    return zones_for(actor, Permission.REGISTER_ABSENCE)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare with what is registered; one query for each row whose person has a counterpart."""
    if "pairs" not in ctx.cache:
        ctx.cache["pairs"] = organisation.pairs(int(ctx.scope.path.split("/")[1]))
    read = [(row, person_of(row, ctx)) for row in rows]
    known = {
        (one.person_id, one.kind, one.t0, one.t1)
        for one in Absence.objects.filter(
            person__in=[person.pk for _row, person in read if isinstance(person, Person)]
        )
    }
    return [_judge(row, person, known, ctx) for row, person in read]


def _judge(
    row: Row, person: Person | CellError, known: set[tuple[int, str, datetime, datetime]], ctx: Context
) -> Verdict:
    if isinstance(person, CellError):
        return Verdict(Outcome.REFUSED, [person])
    for place in ("first", "last"):
        if row.values[place].year not in YEARS:
            return Verdict.refused(place, _("请检查年份。"))
    t0, t1 = clock.midnight(row.values["first"]), clock.midnight(row.values["last"] + timedelta(days=1))
    if t0 >= t1:
        return Verdict.refused("last", _("结束日期早于开始日期。"))
    kind = AbsenceKind(row.values["kind"])
    if (person.pk, kind.value, t0, t1) in known:
        return Verdict(Outcome.SAME)
    earlier: list[_Away] = kept(ctx, "absences")
    if kind in PLANNED_ABSENCES:
        clash = _clash(person, t0, t1, earlier, ctx)
        if clash:
            return Verdict.refused("name", clash)
    away = _Away(person, kind, t0, t1, row.values["basis"] or "")
    earlier.append(away)
    return Verdict(Outcome.NEW, carry=away)


def _clash(person: Person, t0: datetime, t1: datetime, earlier: Sequence[_Away], ctx: Context) -> str:
    pairs = [pair for pair in ctx.cache["pairs"] if person.pk in (pair.first_id, pair.second_id)]
    if not pairs:
        return ""
    stored = organisation.clashes_of(person.pk, t0, t1, pairs)
    if stored:
        return _("“%(post)s”的 AB 岗不能同时离岗：%(other)s在这段时间里已登记%(kind)s。") % {
            "post": stored[0].post_name,
            "other": stored[0].other_name,
            "kind": stored[0].kind_label,
        }
    for pair in pairs:
        other = pair.second_id if pair.first_id == person.pk else pair.first_id
        for one in earlier:
            if one.person.pk == other and one.t0 < t1 and t0 < one.t1:
                return _("“%(post)s”的 AB 岗不能同时离岗：本表里%(other)s同时%(kind)s。") % {
                    "post": pair.post_name,
                    "other": one.person.name,
                    "kind": one.kind.label,
                }
    return ""


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Register the rows that were chosen, each by the action of the page."""
    for one in judged:
        away: _Away = one.verdict.carry
        organisation.register_absence(
            person=away.person, kind=away.kind, t0=away.t0, t1=away.t1, basis=away.basis, by=ctx.by
        )


ABSENCES = ImportSpec(
    key="roster.absences",
    title=gettext_lazy("请假和离岗"),
    columns=COLUMNS,
    natural_key=("name", "title", "first"),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/roster/absences/",
    note=gettext_lazy("AB 岗同时休假或出差的行会被拒绝；需要领导批准的，请在页面上办理。"),
    max_rows=2_000,
)
