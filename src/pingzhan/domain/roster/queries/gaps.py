"""What is wrong with the next hours of the roster, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster.enums import GapKind, ShiftRole, role_of
from pingzhan.domain.roster.fairness import overlaps, too_close
from pingzhan.domain.roster.links import new_link, shift_link
from pingzhan.domain.roster.models import Shift
from pingzhan.domain.roster.queries.duty import shifts_in_force
from pingzhan.domain.roster.queries.setting import pattern_now, rest_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock

HOURS = 72


@dataclass(frozen=True)
class RosterGap:
    """One hole: what, when, whom it concerns, and in one sentence.

    ``shift_id`` is the shift to mend, None when there is none yet. ``urgent``: it begins within 24 hours, or
    has begun. ``link`` is where it is mended.
    """

    kind: GapKind
    role: ShiftRole
    seat: int
    t0: datetime
    t1: datetime
    sentence: str
    urgent: bool
    link: str
    shift_id: int | None = None
    person_id: int | None = None

    @property
    def severity(self) -> str:
        """Return 'bad', or 'warn' for what is against the rules but leaves nobody out."""
        return "warn" if self.kind == GapKind.SHORT_REST else "bad"


def when(t0: datetime, t1: datetime) -> str:
    """Return a period in words, local time: month, day and clock of both ends."""
    start, end = timezone.localtime(t0), timezone.localtime(t1)
    return _("%(start)s 至 %(end)s") % {
        "start": date_format(start, "m-d H:i"),
        "end": date_format(end, "H:i" if end.date() == start.date() else "m-d H:i"),
    }


def gaps(zone: Unit, hours: int = HOURS, at: datetime | None = None) -> list[RosterGap]:
    """Return the gaps of the next hours, by time: no shift, nobody in it, away, left the service, twice in a row.

    Three queries, one when nothing is in force.
    """
    if at is None:
        at = Unit.objects.filter(pk=zone.pk).annotate(now=Now()).values_list("now", flat=True).get()
    end, rest = at + timedelta(hours=hours), rest_now()
    rows = list(shifts_in_force(zone).filter(t1__gt=at - rest, t0__lt=end))
    window = [row for row in rows if row.t1 > at]
    found = [
        *_uncovered(window, at, end),
        *_nobody(window, at),
        *_absent(window, at),
        *_twice(rows, at, rest),
    ]
    return sorted(found, key=lambda gap: (gap.t0, gap.seat, gap.kind))


def _uncovered(rows: Sequence[Shift], at: datetime, end: datetime) -> Iterator[RosterGap]:
    for seat in pattern_now().seats():
        reached = at
        for row in [row for row in rows if row.seat == seat]:
            if row.t0 > reached:
                yield _missing(seat, reached, row.t0, at)
            reached = max(reached, row.t1)
        if reached < end:
            yield _missing(seat, reached, end, at)


def _missing(seat: int, t0: datetime, t1: datetime, at: datetime) -> RosterGap:
    role = role_of(seat)
    text = _("%(when)s 没有排%(role)s。") % {"when": when(t0, t1), "role": role.label}
    day = clock.day_of(t0)
    return RosterGap(GapKind.UNCOVERED, role, seat, t0, t1, text, _urgent(t0, at), new_link(day))


def _urgent(t0: datetime, at: datetime) -> bool:
    return t0 < at + timedelta(hours=24)


def _gap(kind: GapKind, row: Shift, text: str, at: datetime) -> RosterGap:
    return RosterGap(
        kind,
        row.role,
        row.seat,
        row.t0,
        row.t1,
        text,
        _urgent(row.t0, at),
        shift_link(row.pk),
        row.pk,
        row.person_id,
    )


def _nobody(rows: Sequence[Shift], at: datetime) -> Iterator[RosterGap]:
    for row in rows:
        words = {"when": when(row.t0, row.t1), "role": row.role.label}
        if row.person is None:
            yield _gap(GapKind.NO_PERSON, row, _("%(when)s 的%(role)s还没有人。") % words, at)
        elif not row.person.active:
            text = _("%(when)s 的%(role)s%(name)s已不在职。") % {**words, "name": row.person.name}
            yield _gap(GapKind.INACTIVE, row, text, at)


def _absent(rows: Sequence[Shift], at: datetime) -> Iterator[RosterGap]:
    people = {row.person_id for row in rows if row.person_id is not None}
    if not people:
        return
    first, last = min(row.t0 for row in rows), max(row.t1 for row in rows)
    away: dict[int, list[Absence]] = defaultdict(list)
    for absence in Absence.objects.filter(person__in=people, t0__lt=last, t1__gt=max(first, at)).order_by(
        "t0"
    ):
        away[absence.person_id].append(absence)
    for row in rows:
        hit = next(
            (one for one in away.get(row.person_id or 0, ()) if overlaps((one.t0, one.t1), (row.t0, row.t1))),
            None,
        )
        if hit is not None and row.person is not None:
            text = _("%(when)s 的%(role)s%(name)s已登记%(kind)s。") % {
                "when": when(row.t0, row.t1),
                "role": row.role.label,
                "name": row.person.name,
                "kind": AbsenceKind(hit.kind).label,
            }
            yield _gap(GapKind.ABSENT, row, text, at)


def _twice(rows: Sequence[Shift], at: datetime, rest: timedelta) -> Iterator[RosterGap]:
    if not rest:
        return
    last: dict[int, Shift] = {}
    for row in rows:
        if row.person_id is None or row.person is None:
            continue
        before = last.get(row.person_id)
        last[row.person_id] = row
        if before is None or row.t1 <= at or not too_close((before.t0, before.t1), (row.t0, row.t1), rest):
            continue
        text = _("%(name)s在 %(when)s 值班，与上一班相隔不到 %(hours)d 小时。") % {
            "name": row.person.name,
            "when": when(row.t0, row.t1),
            "hours": rest.total_seconds() // 3600,
        }
        yield _gap(GapKind.SHORT_REST, row, text, at)
