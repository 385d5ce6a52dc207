"""The calendar as rows: what stands in each day, who is away, what is a hole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import LAST_SEAT, LEAD_SEAT, DayClass, Part, role_of
from pingzhan.domain.roster.models import Shift
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock


@dataclass(frozen=True)
class ShiftView:
    """A shift as a cell shows it: ``word`` says what is wrong, empty when nothing is."""

    pk: int
    seat: int
    label: str
    part: str
    part_word: str
    name: str
    mine: bool
    word: str = ""

    @property
    def lead(self) -> bool:
        """Return whether it is the leader's."""
        return self.seat == LEAD_SEAT


@dataclass
class DayCell:
    """A day of the calendar; ``shown`` is false for days of the neighbouring months."""

    day: date
    kind: DayClass
    note: str = ""
    shown: bool = True
    today: bool = False
    shifts: list[ShiftView] = field(default_factory=list)

    @property
    def weekday(self) -> str:
        """Return the day of the week in words."""
        return date_format(self.day, "D")

    @property
    def off(self) -> bool:
        """Return whether it is no workday."""
        return self.kind != DayClass.WORKDAY


def shift_label(shift: Shift) -> str:
    """Return what a shift is called in a cell: the role, and the part of the day unless it is all of it."""
    role = _("带班") if shift.seat == LEAD_SEAT else _("值班")
    if shift.part == Part.FULL:
        return role
    return _("%(role)s·%(part)s") % {"role": role, "part": shift.get_part_display()}


def _views(
    shifts: Iterable[Shift], absences: Sequence[Absence], me: int | None
) -> dict[date, list[ShiftView]]:
    away: dict[int, list[Absence]] = defaultdict(list)
    for absence in absences:
        away[absence.person_id].append(absence)
    found: dict[date, list[ShiftView]] = defaultdict(list)
    for shift in shifts:
        word = ""
        if shift.person is None:
            word = _("无人")
        elif not shift.person.active:
            word = _("不在职")
        else:
            hit = [one for one in away.get(shift.person.pk, ()) if one.t0 < shift.t1 and shift.t0 < one.t1]
            word = hit[0].get_kind_display() if hit else ""
        found[shift.day].append(
            ShiftView(
                shift.pk,
                shift.seat,
                shift_label(shift),
                shift.part,
                shift.get_part_display(),
                shift.person.name if shift.person is not None else "",
                shift.person_id == me and me is not None,
                word,
            )
        )
    return found


def cells(
    zone: Unit, first: date, until: date, me: int | None, *, month: date | None = None
) -> list[DayCell]:
    """Return the days [first, until) with their shifts. Three queries.

    With ``month`` the days outside that month are not shown.
    """
    own = api.own_days()
    known = {**api.published_days(), **own}
    absences = list(
        organisation.absences_between(
            zone.path, clock.midnight(first), clock.midnight(until + timedelta(days=2))
        )
    )
    views = _views(api.shifts_of_days(zone, first, until), absences, me)
    today = timezone.localdate()
    found = []
    day = first
    while day < until:
        entry = known.get(day)
        found.append(
            DayCell(
                day,
                api.day_class(day, own),
                f"{entry.name} {entry.kind.label}" if entry is not None else "",
                month is None or day.month == month.month,
                day == today,
                views.get(day, []),
            )
        )
        day += timedelta(days=1)
    return found


def weeks(zone: Unit, on: date, me: int | None) -> list[list[DayCell]]:
    """Return the weeks, from Monday, that a month touches."""
    first, until = api.month_of(on)
    start, _next = api.week_of(first)
    _monday, end = api.week_of(until - timedelta(days=1))
    days = cells(zone, start, end, me, month=first)
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def head_word(seat: int, part: str, part_word: str) -> str:
    """Return the head of a column: the role, the part of the day unless it is all of it, the second officer."""
    word = str(role_of(seat).label)
    if part != Part.FULL:
        word = _("%(role)s·%(part)s") % {"role": word, "part": part_word}
    return word if seat < LAST_SEAT else _("%(label)s 2") % {"label": word}


def columns(days: Sequence[DayCell]) -> list[tuple[int, str, str]]:
    """Return (seat, part, head word) of the columns that a table of these days needs, the leader first."""
    present = {(view.seat, view.part): view.part_word for day in days for view in day.shifts}
    order = {part.value: n for n, part in enumerate(Part)}
    return [
        (seat, part, head_word(seat, part, word))
        for (seat, part), word in sorted(
            present.items(), key=lambda item: (item[0][0], order.get(item[0][1], 9))
        )
    ]


@dataclass(frozen=True)
class SheetRow:
    """A day as one row of a table: for each column its head word and the shifts in it."""

    cell: DayCell
    columns: list[tuple[str, list[ShiftView]]]


def sheet(days: Sequence[DayCell]) -> tuple[list[str], list[SheetRow]]:
    """Return the head words and the rows of days, one column for each seat and part."""
    heads = columns(days)
    rows = [
        SheetRow(
            day,
            [
                (label, [view for view in day.shifts if (view.seat, view.part) == (seat, part)])
                for seat, part, label in heads
            ],
        )
        for day in days
    ]
    return [label for _seat, _part, label in heads], rows
