"""Work that starts by the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.runs.actions import start
from pingzhan.foundation.runs.models import RunRow, ScheduleMark
from pingzhan.foundation.runs.registry import works


@dataclass(frozen=True)
class Schedule:
    """Work of ``kind`` once a day at a time of the clock, or every so many seconds."""

    name: str
    kind: str
    daily: Callable[[], str] | None
    every: float | None
    title: str | Promise
    params: Mapping[str, Any] = field(default_factory=dict)

    def last_slot(self, now: datetime) -> datetime:
        """Return the latest moment not after ``now`` at which the work is due (aware; local days)."""
        if self.every is not None:
            return datetime.fromtimestamp(now.timestamp() // self.every * self.every, tz=now.tzinfo)
        assert self.daily is not None
        local = timezone.localtime(now)
        slot = datetime.combine(local.date(), time.fromisoformat(self.daily()), tzinfo=local.tzinfo)
        return slot if slot <= local else slot - timedelta(days=1)

    def next_slot(self, now: datetime) -> datetime:
        """Return the first moment after ``now`` at which the work is due."""
        step = timedelta(days=1) if self.every is None else timedelta(seconds=self.every)
        return self.last_slot(now) + step


_schedules: dict[str, Schedule] = {}


def schedule(
    name: str,
    *,
    kind: str,
    daily: str | Callable[[], str] | None = None,
    every: float | None = None,
    params: Mapping[str, Any] | None = None,
    title: str | Promise = "",
) -> None:
    """Have work started by the clock: ``daily`` at 'HH:MM' in the zone's time, or ``every`` so many seconds.

    ``daily`` may be a function, so that the time can be a setting. Registered in the application's ready(),
    after the work itself. Moments missed while no worker ran are made up for once, not one by one.
    """
    if (daily is None) == (every is None) or (every is not None and every <= 0):
        raise ValueError("a schedule is either daily or every so many seconds")
    if kind not in works():
        raise ValueError(f"work {kind!r} is not registered")
    if isinstance(daily, str):
        time.fromisoformat(daily)
        fixed = daily
        daily = lambda: fixed  # noqa: E731
    _schedules[name] = Schedule(name, kind, daily, every, title or works()[kind].title, dict(params or {}))


def schedules() -> tuple[Schedule, ...]:
    """Return the registered schedules."""
    return tuple(_schedules.values())


def start_due(now: datetime | None = None) -> list[RunRow]:
    """Start what the clock asks for and return the new runs; safe in several workers at once.

    A schedule seen for the first time begins with its next moment.
    """
    moment = now or timezone.now()
    started: list[RunRow] = []
    for item in schedules():
        slot = item.last_slot(moment)
        with transaction.atomic():
            ScheduleMark.objects.bulk_create([ScheduleMark(name=item.name, slot=slot)], ignore_conflicts=True)
            moved = ScheduleMark.objects.filter(name=item.name, slot__lt=slot).update(slot=slot)
            if moved:
                started.append(
                    start(
                        item.kind,
                        title=str(item.title),
                        params=item.params,
                        by=system_actor(""),
                        dedupe=f"schedule:{item.name}:{slot.isoformat()}",
                    )
                )
    return started
