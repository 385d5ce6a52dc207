"""How the duties are shared out: numbers per person and kind of day, and who could take a shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models.functions import Now

from pingzhan.domain.organisation.models import Absence, Person
from pingzhan.domain.roster.enums import DayClass, ShiftRole
from pingzhan.domain.roster.fairness import Candidate, Span, Why, obstacle
from pingzhan.domain.roster.models import PoolMember, Roster, Shift
from pingzhan.domain.roster.queries.setting import day_class, own_days, rest_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.options.registry import number

_AROUND = timedelta(days=4)


@dataclass
class Share:
    """What one person has of a role: shifts by kind of day, hours, and whether he takes turns now."""

    person: Person
    role: ShiftRole
    counts: dict[DayClass, int] = field(default_factory=lambda: dict.fromkeys(DayClass, 0))
    hours: float = 0.0
    in_pool: bool = True
    last: datetime | None = None

    @property
    def total(self) -> int:
        """Return the number of shifts."""
        return sum(self.counts.values())

    @property
    def workdays(self) -> int:
        """Return shifts that begin on workdays."""
        return self.counts[DayClass.WORKDAY]

    @property
    def weekends(self) -> int:
        """Return shifts that begin on weekends."""
        return self.counts[DayClass.WEEKEND]

    @property
    def holidays(self) -> int:
        """Return shifts that begin on public holidays."""
        return self.counts[DayClass.HOLIDAY]


def members(zone: Unit, role: ShiftRole | None = None) -> list[PoolMember]:
    """Return who takes turns, by role and place in the rotation; people no longer in service are left out."""
    found = PoolMember.objects.filter(zone=zone, person__active=True).select_related("person")
    if role is not None:
        found = found.filter(role=role)
    return list(found.order_by("role", "position", "pk"))


def balance(zone: Unit, t0: datetime, t1: datetime) -> list[Share]:
    """Return the shares of everybody who takes turns or had a shift that began in [t0, t1). Three queries.

    By role, then most shifts first. A whole day is one shift, as half a day is; the hours tell them apart.
    """
    rows = Shift.objects.filter(
        zone=zone, in_force=True, person__isnull=False, t0__gte=t0, t0__lt=t1
    ).select_related("person")
    return _shares(zone, rows.order_by("t0"))


def draft_shares(roster: Roster) -> list[Share]:
    """Return the shares that a roster gives, as balance does. Three queries."""
    rows = Shift.objects.filter(roster=roster, person__isnull=False).select_related("person")
    return _shares(roster.zone, rows.order_by("t0"))


def _shares(zone: Unit, rows: Iterable[Shift]) -> list[Share]:
    own = own_days()
    shares: dict[tuple[str, int], Share] = {
        (member.role, member.person_id): Share(member.person, ShiftRole(member.role))
        for member in members(zone)
    }
    for shift in rows:
        assert shift.person is not None
        key = (shift.role.value, shift.person.pk)
        share = shares.get(key)
        if share is None:
            share = shares[key] = Share(shift.person, shift.role, in_pool=False)
        share.counts[day_class(shift.day, own)] += 1
        share.hours += (shift.t1 - shift.t0).total_seconds() / 3600
        share.last = shift.t0
    order = {role: n for n, role in enumerate(ShiftRole)}
    return sorted(
        shares.values(), key=lambda one: (order[one.role], -one.total, one.person.sort_key, one.person.pk)
    )


def candidates(
    zone: Unit, role: ShiftRole, t0: datetime, t1: datetime, *, without: Collection[int] = ()
) -> list[Candidate]:
    """Return who takes turns in a role as the sharing out needs them, for shifts within [t0, t1).

    What somebody did in the days of the balance before ``t0`` counts, and what is in force after it; shifts in
    ``without`` (ids) do not, nor do they hinder. Whoever joined during those days starts with the average of
    those before him, so that he is not given everything at once. Four queries.
    """
    since = t0 - timedelta(days=number("roster.balance_days"))
    pool = members(zone, role)
    ids = [member.person_id for member in pool]
    own = own_days()
    counts: dict[int, dict[DayClass, int]] = {pk: dict.fromkeys(DayClass, 0) for pk in ids}
    busy: dict[int, list[Span]] = defaultdict(list)
    for shift in (
        Shift.objects.filter(person__in=ids, in_force=True, t1__gt=since)
        .exclude(pk__in=list(without))
        .order_by("t0")
    ):
        person = shift.person_id
        assert person is not None
        if shift.zone_id == zone.pk and shift.role == role:
            counts[person][day_class(shift.day, own)] += 1
        if shift.t1 > t0 - _AROUND and shift.t0 < t1 + _AROUND:
            busy[person].append((shift.t0, shift.t1))
    _level(pool, counts, since)
    away = away_of(ids, t0, t1)
    return [Candidate(pk, counts[pk], tuple(away.get(pk, ())), tuple(busy.get(pk, ()))) for pk in ids]


def _level(pool: Sequence[PoolMember], counts: dict[int, dict[DayClass, int]], since: datetime) -> None:
    """Raise whoever joined after ``since`` to the average of those before him, kind by kind."""
    old = [member.person_id for member in pool if member.since <= since]
    base = old or [min(pool, key=lambda one: (one.since, one.pk)).person_id] if pool else []
    for kind in DayClass:
        mean = round(sum(counts[pk][kind] for pk in base) / len(base)) if base else 0
        for member in pool:
            if member.person_id not in base:
                counts[member.person_id][kind] = max(counts[member.person_id][kind], mean)


def away_of(person_ids: Iterable[int], t0: datetime, t1: datetime) -> dict[int, list[Span]]:
    """Return when these persons are away within [t0, t1). One query."""
    found: dict[int, list[Span]] = defaultdict(list)
    for person, start, end in Absence.objects.filter(
        person__in=list(person_ids), t0__lt=t1, t1__gt=t0
    ).values_list("person_id", "t0", "t1"):
        found[person].append((start, end))
    return found


@dataclass(frozen=True)
class Choice:
    """Somebody who could take a shift: how he stands, and why not when something hinders him."""

    person: Person
    same_kind: int
    total: int
    why: Why | None


def choices(zone: Unit, shift: Shift) -> list[Choice]:
    """Return the people of the role for one shift: who is free and has done least first, then the others."""
    own = own_days()
    kind = day_class(shift.day, own)
    people = {member.person_id: member.person for member in members(zone, shift.role)}
    span, rest = (shift.t0, shift.t1), rest_now()
    found = [
        Choice(
            people[one.person_id],
            one.counts[kind],
            sum(one.counts.values()),
            obstacle(span, one.away, one.busy, rest),
        )
        for one in candidates(zone, shift.role, shift.t0, shift.t1, without=[shift.pk])
        if one.person_id != shift.person_id
    ]
    return sorted(found, key=lambda one: (one.why is not None, one.same_kind, one.total))


def past_and_planned(zone: Unit) -> tuple[datetime, datetime]:
    """Return the period the balance page shows by default: the days of the balance, and all that is planned."""
    days = number("roster.balance_days")
    now: datetime = Unit.objects.filter(pk=zone.pk).annotate(now=Now()).values_list("now", flat=True).get()
    last = Shift.objects.filter(zone=zone, in_force=True).order_by("-t1").values_list("t1", flat=True).first()
    return now - timedelta(days=days), max(now, last or now)
