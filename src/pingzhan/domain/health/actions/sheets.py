"""Temperatures of a spreadsheet: of this slot or an earlier one, and those that differ as corrections."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.health import duties, rules
from pingzhan.domain.health.actions.cases import open_for_fever
from pingzhan.domain.health.actions.readings import fever_tenths
from pingzhan.domain.health.actions.storing import OLDEST, Fact, store
from pingzhan.domain.health.enums import Result, Source
from pingzhan.domain.health.models import Case
from pingzhan.domain.health.slots import Slot
from pingzhan.domain.health.timetable import Timetable
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Line:
    """What a sheet says of one worker in the slot that begins at a minute of the day.

    ``corrects`` is the reading that held until now.
    """

    employment_id: int
    team_id: int
    day: date
    slot: int
    result: Result
    tenths: int | None = None
    corrects: int | None = None


def moment_of(slot: Slot, table: Timetable, unit_id: int) -> tuple[datetime, bool]:
    """Return when a slot of a sheet was measured and whether it is told late: now, if it is the slot of now.

    What is entered of a slot that is over, without its time, counts at its beginning. Raises Invalid for a slot that
    has not begun and for a day older than is taken in.
    """
    if slot == table.now_of(unit_id):
        return table.now, slot.is_late(table.now)
    if slot.t0 > table.now:
        raise Invalid(_("这个时段还没有到，不能预先登记体温。"), place="slot", code="future")
    if table.today - slot.day > OLDEST:
        raise Invalid(_("只接收最近 7 天的体温。"), place="day", code="old")
    return slot.t0, True


@transaction.atomic
def record_sheet(*, enterprise: Unit, lines: Sequence[Line], by: Actor) -> int:
    """Enter the lines of a sheet and return how many; each worker and slot once.

    Refused without KEEP_LEDGERS, Invalid for a slot that the day does not have or that cannot
    be entered. The caller has found the workers among those of the enterprise. A fever stops the worker's work,
    unless a case began on that day or later.
    """
    rules.require_keep(by, enterprise)
    if not lines:
        return 0
    line, table = fever_tenths(enterprise), Timetable([enterprise.pk])
    days = table.with_booked(enterprise.pk, [one.day for one in lines])
    known = {(slot.day, slot.code): slot for slots in days.values() for slot in slots}
    facts, booked = [], set()
    for one in lines:
        slot = known.get((one.day, one.slot))
        if slot is None:
            raise Invalid(_("这一天没有这个测温时段。"), place="slot", code="slot")
        at, late = moment_of(slot, table, enterprise.pk)
        booked.add((enterprise.pk, slot, at))
        facts.append(
            Fact(
                one.day, one.slot, one.employment_id, enterprise.pk, one.team_id, one.result, one.tenths,
                one.tenths is not None and one.tenths >= line, late, Source.SHEET, None, at, uuids.uuid4(),
                one.corrects,
            )
        )  # fmt: skip
    store(facts)
    _stop(enterprise, [one for one in facts if one.fever], by)
    duties.measured(booked, enterprise.pk, by)
    record(
        "health.sheet", by=by, subject=("unit", enterprise.pk), unit_path=enterprise.path,
        body={"stored": len(facts), "corrected": sum(one.corrects is not None for one in facts)},
    )  # fmt: skip
    return len(facts)


def _stop(enterprise: Unit, ill: Sequence[Fact], by: Actor) -> None:
    if not ill:
        return
    first = min(one.day for one in ill)
    begun: dict[int, datetime] = {}
    recent = Case.objects.filter(
        employment__in=[one.employment_id for one in ill],
        stopped_at__gte=clock.midnight(first) - timedelta(days=1),
    )
    for case in recent.order_by("stopped_at"):
        if case.stopped_at is not None:
            begun[case.employment_id] = case.stopped_at
    for one in ill:
        at = begun.get(one.employment_id)
        if at is None or clock.day_of(at) < one.day:
            open_for_fever(one.employment_id, enterprise, one.tenths, by)
