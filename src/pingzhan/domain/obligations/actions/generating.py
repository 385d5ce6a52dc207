"""The roll of the day: every unit's obligations are made at the boundary, and what was missed is made good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.actions.settling import Settled, make_part, settle, units_below
from pingzhan.domain.obligations.calendar import ONE_DAY
from pingzhan.domain.obligations.models import UnitDay
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Invalid

BACK_DAYS = 7
"""How many missed days are made good after a stop of the machine."""
MONTHS_AHEAD = 13
"""What is due once a year is kept under the day it is due on."""


@transaction.atomic
def generate(day: date, unit_ids: Collection[int] | None = None, *, by: Actor) -> Settled:
    """Make the obligations of a business day, of all units or of these; what is there stays.

    Raises Invalid for a day that has not begun: what will be in force then is not known yet.
    """
    if day > business_now()[1]:
        raise Invalid(_("不能生成还没有开始的日期。"), place=day.isoformat(), code="future_day")
    units = units_below(["/"]) if unit_ids is None else sorted(unit_ids)
    settled = settle(units, day)
    if settled.made or settled.withdrawn:
        record(
            "obligations.generate",
            by=by,
            body={
                "day": day.isoformat(), "units": settled.units, "made": settled.made,
                "withdrawn": settled.withdrawn,
            },
        )  # fmt: skip
    return settled


def roll(*, by: Actor) -> Settled:
    """Bring every unit up to today, day by day from where it was; one transaction for each day.

    Changes nothing when all are there, so that the loop may call it every minute.
    """
    today = business_now()[1]
    known = dict(UnitDay.objects.values_list("unit_id", "day"))
    missing: dict[date, list[int]] = defaultdict(list)
    for unit in units_below(["/"]):
        day = max(known[unit] + ONE_DAY, today - timedelta(days=BACK_DAYS)) if unit in known else today
        while day <= today:
            missing[day].append(unit)
            day += ONE_DAY
    total = Settled()
    for day in sorted(missing):
        total += generate(day, missing[day], by=by)
    return total


def refresh(*, by: Actor) -> Settled:
    """Look at today once more for all units: an enterprise stopped, or opened a canteen or a shift."""
    return generate(business_now()[1], by=by)


def make_parts() -> int:
    """Make the parts of the table for this month and the next three; return how many were missing."""
    first = business_now()[1].replace(day=1)
    made = 0
    for n in range(MONTHS_AHEAD + 1):
        made += make_part(_months_after(first, n))
    return made


def _months_after(first: date, n: int) -> date:
    month = first.month - 1 + n
    return date(first.year + month // 12, month % 12 + 1, 1)
