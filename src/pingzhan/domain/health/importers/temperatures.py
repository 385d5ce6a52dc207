"""The import of temperatures of an enterprise: who by employee number, day, slot, and what was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.health.actions.sheets import Line, moment_of, record_sheet
from pingzhan.domain.health.enums import Result
from pingzhan.domain.health.models import Reading
from pingzhan.domain.health.slots import Slot, clock_of, label_of, read_tenths, words, words_of
from pingzhan.domain.health.timetable import Timetable
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Placement
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Verdict,
    register_import,
)
from pingzhan.kernel.errors import Invalid

_WORDS = {str(Result(one).value): Result(one) for one in (Result.NORMAL, Result.ABSENT, Result.ON_LEAVE)}


def read_value(text: str) -> str:
    """Return a temperature as ``36.5``, or the number of what is said instead of one. Raises Invalid."""
    for number, result in _WORDS.items():
        if text == str(result.label):
            return number
    return f"{read_tenths(text) / 10:.1f}"


_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:\uff1a]([0-5][0-9])(:00)?\Z")


def read_slot(text: str) -> str:
    """Return a slot as ``07:30`` where its time is written, else the words that are written. Raises Invalid."""
    *_words, last = text.split() or [""]
    found = _TIME.match(last)
    if found:
        return f"{int(found[1]):02d}:{found[2]}"
    if text not in words():
        raise Invalid(_("时段应填“早间”“午后”“晚间”，或测温的时间，例如 07:30。"), place="slot", code="slot")
    return text


COLUMNS = (
    Column("employee_no", gettext_lazy("工号"), Kind.CODE, required=True, width=14, example="A001", max_length=40),
    Column(
        "name", gettext_lazy("姓名"), personal=True, width=12, max_length=60,
        note=gettext_lazy("可以不填；填了就与花名册核对，不符的不予登记。"),
    ),
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    Column(
        "slot", gettext_lazy("时段"), required=True, width=12, example="07:30", max_length=20, check=read_slot,
        note=gettext_lazy("填“早间”“午后”“晚间”，或这次测温开始的时间，例如 07:30。"),
    ),
    Column(
        "value", gettext_lazy("体温"), required=True, width=10, example="36.5", max_length=12, check=read_value,
        aliases=("体温（℃）",), note=gettext_lazy("填体温，或填“正常”“未到岗”“请假”。"),
    ),
)  # fmt: skip


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Find the workers by number and the slots of the days, and compare with what is entered, for the whole batch."""
    unit = enterprise_of(ctx)
    table = ctx.cache.get("table")
    if table is None:
        table = ctx.cache["table"] = Timetable([unit.pk])
    days = table.with_booked(unit.pk, [row.values["day"] for row in rows])
    seen: dict[tuple[int, date, int], tuple[str, int]] = ctx.cache.setdefault("seen", {})
    placed = {
        one.employment.employee_no.upper(): one
        for one in Placement.objects.filter(
            enterprise=unit, t1__isnull=True, employment__left__isnull=True
        ).select_related("employment__individual")
    }
    wanted = [placed[row.values["employee_no"]] for row in rows if row.values["employee_no"] in placed]
    asked = [one.employment.individual for one in wanted] if any(row.values["name"] for row in rows) else []
    texts = people.opened(asked, fields=("name",)) if asked else {}
    held = {
        (one.employment_id, one.day, one.slot): one
        for one in Reading.objects.filter(
            day__in={row.values["day"] for row in rows},
            employment_id__in=[one.employment_id for one in wanted],
        ).order_by("pk")
    }
    found = []
    for row in rows:
        place = placed.get(row.values["employee_no"])
        if place is None:
            found.append(Verdict.refused("employee_no", _("本企业没有这个工号的在职职工。")))
            continue
        opened = texts.get(place.employment.individual_id)
        name = "".join((row.values["name"] or "").split())
        if name and (opened is None or name != "".join((opened.name or "").split())):
            found.append(Verdict.refused("name", _("姓名与花名册上这个工号的职工不符。")))
            continue
        try:
            slot = _named(row.values["slot"], days[row.values["day"]])
            moment_of(slot, table, unit.pk)
        except Invalid as error:
            found.append(Verdict.refused(error.place, f"{error.message}{error.hint}"))
            continue
        first = seen.setdefault((place.employment_id, slot.day, slot.code), (row.sheet, row.number))
        if first != (row.sheet, row.number):
            found.append(
                Verdict.refused("slot", _("与第 %(n)d 行是同一名职工的同一时段。") % {"n": first[1]})
            )
            continue
        found.append(_verdict(row, place, held, slot))
    return found


def _named(said: str, slots: Sequence[Slot]) -> Slot:
    """Return the slot of a day that a cell names by its time or, where it is the only one, by the part of the day."""
    meant = [one for one in slots if said == clock_of(one.code) or said in words_of(one.code)]
    if len(meant) == 1:
        return meant[0]
    message = (
        _("这一天有几次“%(said)s”测温，请填时间。") if meant else _("这一天没有“%(said)s”这个测温时段。")
    )
    raise Invalid(
        message % {"said": said},
        place="slot",
        hint=_("当天的时段：%(slots)s。") % {"slots": "、".join(label_of(one.code) for one in slots)},
        code="slot",
    )


def _verdict(row: Row, place: Placement, held: dict[Any, Reading], slot: Slot) -> Verdict:
    day, code, value = slot.day, slot.code, row.values["value"]
    result = _WORDS.get(value, Result.MEASURED)
    tenths = read_tenths(value) if result is Result.MEASURED else None
    before = held.get((place.employment_id, day, code))
    line = Line(
        place.employment_id, place.team_id or 0, day, code, result, tenths, before.pk if before else None
    )
    if before is None:
        return Verdict(Outcome.NEW, carry=line)
    if (before.result, before.tenths) == (result, tenths):
        return Verdict(Outcome.SAME)
    changes = {"value": (shown(before.result, before.tenths), shown(result, tenths))}
    return Verdict(Outcome.CHANGED, changes=changes, carry=line)


def shown(result: int, tenths: int | None) -> str:
    """Return what is known of somebody in a slot, as a sheet says it."""
    return f"{tenths / 10:.1f}" if tenths is not None else str(Result(result).label)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Enter the rows that were chosen; one that differs from what held is a correction."""
    record_sheet(enterprise=enterprise_of(ctx), lines=[one.verdict.carry for one in judged], by=ctx.by)


TEMPERATURES = ImportSpec(
    key="health.temperatures",
    title=gettext_lazy("职工体温"),
    columns=COLUMNS,
    natural_key=("employee_no", "day", "slot"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/health/",
    note=gettext_lazy("按工号核对，只收最近 7 天。与已登记的不同时按更正登记，原记录保留。"),
    max_rows=50_000,
)


def register() -> None:
    """Make the import known."""
    register_import(TEMPERATURES)
