"""The import of a roster: date, role, name. A row is known by day, role, number and part of the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster.actions.importing import ImportedShift, store_shifts
from pingzhan.domain.roster.calendar import Slot, span
from pingzhan.domain.roster.enums import LEAD_SEAT, Part, ShiftRole
from pingzhan.domain.roster.fairness import overlaps
from pingzhan.domain.roster.importers.people import kept, person_of, zones_for
from pingzhan.domain.roster.models import Shift
from pingzhan.domain.roster.queries.balance import away_of
from pingzhan.domain.roster.queries.setting import pattern_now
from pingzhan.domain.territory.models import Unit
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

PARTS = (Part.FULL, Part.DAY, Part.NIGHT)

COLUMNS = (
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=14, aliases=("值班日期",)),
    Column(
        "role",
        gettext_lazy("角色"),
        Kind.CHOICE,
        required=True,
        width=12,
        choices=tuple(ShiftRole.choices),
        example="值班员",
    ),
    Column("name", gettext_lazy("姓名"), required=True, width=14, example="安若水", max_length=40),
    Column(
        "title",
        gettext_lazy("职务"),
        width=20,
        note=gettext_lazy("有同名人员时必须填写，与人员库一致。"),
        max_length=80,
    ),
    Column(
        "part",
        gettext_lazy("班次"),
        Kind.CHOICE,
        width=10,
        choices=tuple((part.value, part.label) for part in PARTS),
        note=gettext_lazy("不填为全天。"),
    ),
    Column(
        "number",
        gettext_lazy("第几名"),
        Kind.INTEGER,
        width=10,
        minimum=1,
        maximum=2,
        note=gettext_lazy("同一班有两名值班员时填 1 或 2；不填为 1。"),
    ),
)


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.MANAGE_ROSTER, path)


def _scopes(actor: Actor) -> Sequence[Scope]:
    return zones_for(actor, Permission.MANAGE_ROSTER)


def _slot(row: Row) -> Slot | CellError:
    role, part = ShiftRole(row.values["role"]), Part(row.values["part"] or Part.FULL)
    number = row.values["number"] or 1
    if role == ShiftRole.LEAD and number != 1:
        return CellError("number", _("每班只有一名带班领导。"))
    seat = LEAD_SEAT if role == ShiftRole.LEAD else number
    t0, t1 = span(row.values["day"], part, pattern_now(), timezone.get_default_timezone())
    return Slot(row.values["day"], seat, part, t0, t1)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with what is in force: a fixed number of queries for the whole batch."""
    zone = Unit.objects.annotate(now=Now()).get(path=ctx.scope.path)
    read = [(row, _slot(row), person_of(row, ctx)) for row in rows]
    good = [slot for _row, slot, _person in read if isinstance(slot, Slot)]
    standing: list[Shift] = []
    away = {}
    if good:
        t0, t1 = min(slot.t0 for slot in good), max(slot.t1 for slot in good)
        standing = list(
            Shift.objects.filter(in_force=True, t0__lt=t1 + timedelta(days=1), t1__gt=t0 - timedelta(days=1))
            .select_related("person")
            .order_by("pk")
        )
        people = [person.pk for _row, _slot, person in read if isinstance(person, Person)]
        away = away_of(people, t0, t1)
    verdicts = []
    for _row, slot, person in read:
        errors = [one for one in (slot, person) if isinstance(one, CellError)]
        if isinstance(slot, CellError) or isinstance(person, CellError):
            verdicts.append(Verdict(Outcome.REFUSED, errors))
        elif slot.t1 <= zone.now:
            verdicts.append(Verdict.refused("day", _("这个班次已经过去。")))
        elif any(overlaps(one, (slot.t0, slot.t1)) for one in away.get(person.pk, ())):
            verdicts.append(
                Verdict.refused("name", _("%(name)s在这段时间里已登记离岗。") % {"name": person.name})
            )
        else:
            verdicts.append(_judge(zone, slot, person, standing, ctx))
    return verdicts


def _judge(zone: Unit, slot: Slot, person: Person, standing: Sequence[Shift], ctx: Context) -> Verdict:
    here = [
        one
        for one in standing
        if one.zone_id == zone.pk and one.seat == slot.seat and one.t0 < slot.t1 and slot.t0 < one.t1
    ]
    same = next((one for one in here if (one.t0, one.t1) == (slot.t0, slot.t1)), None)
    if same is not None and same.person_id == person.pk:
        return Verdict(Outcome.SAME)
    if here and same is None:
        return Verdict.refused("part", _("这一岗位在这段时间里已有起止时间不同的班次。"))
    earlier: list[ImportedShift] = kept(ctx, "shifts")
    moved = {one.standing for one in earlier}
    busy = any(
        one.person_id == person.pk and one.pk not in moved and one.t0 < slot.t1 and slot.t0 < one.t1
        for one in standing
        if same is None or one.pk != same.pk
    ) or any(
        one.person.pk == person.pk and one.slot.t0 < slot.t1 and slot.t0 < one.slot.t1 for one in earlier
    )
    if busy:
        return Verdict.refused("name", _("%(name)s在这段时间里已有值班。") % {"name": person.name})
    carry = ImportedShift(slot, person, same.pk if same is not None else None)
    earlier.append(carry)
    if same is None:
        return Verdict(Outcome.NEW, carry=carry)
    before = same.person.name if same.person is not None else ""
    return Verdict(Outcome.CHANGED, changes={"name": (before, person.name)}, carry=carry)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the rows that were chosen."""
    store_shifts(
        zone=Unit.objects.get(path=ctx.scope.path), rows=[one.verdict.carry for one in judged], by=ctx.by
    )


SHIFTS = ImportSpec(
    key="roster.shifts",
    title=gettext_lazy("值班表"),
    columns=COLUMNS,
    natural_key=("day", "role", "part", "number"),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/roster/",
    note=gettext_lazy("导入后立即生效，有关人员会收到通知。已有班次的值班人按表格更换。"),
    max_rows=2_000,
)
