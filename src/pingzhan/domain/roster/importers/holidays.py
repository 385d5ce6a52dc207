"""The import of a year's holidays, as the State Council's notice gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy

from pingzhan.domain.roster.actions.importing import store_holidays
from pingzhan.domain.roster.calendar import Known
from pingzhan.domain.roster.enums import HolidayKind
from pingzhan.domain.roster.importers.people import zones_for
from pingzhan.domain.roster.queries.setting import own_days
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
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
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=14),
    Column(
        "kind",
        gettext_lazy("安排"),
        Kind.CHOICE,
        required=True,
        width=12,
        choices=tuple(HolidayKind.choices),
        example="放假",
    ),
    Column("name", gettext_lazy("节日"), required=True, width=14, example="元旦", max_length=40),
    Column(
        "source",
        gettext_lazy("依据"),
        required=True,
        width=40,
        note=gettext_lazy("写明国务院办公厅通知的文号。"),
        max_length=200,
    ),
)


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.MANAGE_SETTINGS)


def _scopes(actor: Actor) -> Sequence[Scope]:
    return zones_for(actor, Permission.MANAGE_SETTINGS)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare with the zone's own table. One query."""
    own = own_days()
    return [_judge(row, own) for row in rows]


def _judge(row: Row, own: dict[date, Known]) -> Verdict:
    fresh = Known(HolidayKind(row.values["kind"]), row.values["name"], row.values["source"])
    old = own.get(row.values["day"])
    carry = (row.values["day"], fresh)
    if old is None:
        return Verdict(Outcome.NEW, carry=carry)
    if old == fresh:
        return Verdict(Outcome.SAME)
    changes = {
        "kind": (str(old.kind.label), str(fresh.kind.label)),
        "name": (old.name, fresh.name),
        "source": (old.source, fresh.source),
    }
    return Verdict(
        Outcome.CHANGED,
        changes={key: pair for key, pair in changes.items() if pair[0] != pair[1]},
        carry=carry,
    )


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the rows that were chosen."""
    store_holidays(days=[one.verdict.carry for one in judged], by=ctx.by)


HOLIDAYS = ImportSpec(
    key="roster.holidays",
    title=gettext_lazy("放假安排"),
    columns=COLUMNS,
    natural_key=("day",),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/roster/holidays/",
    note=gettext_lazy("按国务院办公厅公布的通知填写，放假和调休上班的日子都要写。"),
    max_rows=800,
)
