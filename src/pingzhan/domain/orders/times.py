"""Times of orders: the database's now, the light, and the stages of reminders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.orders import settings
from pingzhan.domain.orders.enums import WORKING_STATES, Light
from pingzhan.domain.orders.models import Order
from pingzhan.kernel.errors import Invalid

DAY = timedelta(days=1)
FARTHEST = timedelta(days=3653)
"""No order is given for longer than ten years; a due time beyond is a slip of the pen."""


def require_near(due_at: datetime, now: datetime) -> None:
    """Raise Invalid for a due time more than ten years away."""
    if due_at - now > FARTHEST:
        raise Invalid(_("时限最远为十年以内。"), hint=_("请检查年份。"), code="order_far")


def yellow_from(issued_at: datetime, due_at: datetime) -> datetime:
    """Return when the light turns yellow: three days before the due time (a setting), half-way for short terms."""
    half = max(timedelta(0), (due_at - issued_at) / 2)
    return due_at - min(timedelta(hours=settings.yellow_hours()), half)


def light_of(order: Order, now: datetime) -> Light:
    """Return the light of an order; grey while nobody but the checker has to act, and when it is over."""
    if order.state not in WORKING_STATES:
        return Light.GREY
    if order.due_at <= now:
        return Light.RED
    return Light.YELLOW if order.yellow_at <= now else Light.GREEN


@dataclass(frozen=True, order=True)
class Stage:
    """One reminder: when it is due and what it is called (before-72, due, late-1, head, leader)."""

    at: datetime
    name: str


def stages(order: Order, until: datetime) -> Iterator[Stage]:
    """Yield the reminders of an order in order of time, those after ``until`` up to the first one.

    Before the due time by the settings (none that would have come before the order was given), at the due time,
    then every day; the group head and the leader once each when it is late by so many hours.
    """
    found = [
        Stage(order.due_at - timedelta(hours=hours), f"before-{hours}") for hours in settings.before_hours()
    ]
    found = [stage for stage in found if stage.at > order.issued_at]
    found.append(Stage(order.due_at, "due"))
    for name, hours in settings.late_hours():
        if hours:
            found.append(Stage(order.due_at + timedelta(hours=hours), name))
    late = max(0, (until - order.due_at) // DAY)
    found += [Stage(order.due_at + n * DAY, f"late-{n}") for n in range(1, late + 2)]
    for stage in sorted(found):
        yield stage
        if stage.at > until:
            return


def next_stage(order: Order, after: datetime) -> datetime:
    """Return when the first reminder after a moment is due."""
    for stage in stages(order, after):
        if stage.at > after:
            return stage.at
    raise AssertionError("there is always a next day")
