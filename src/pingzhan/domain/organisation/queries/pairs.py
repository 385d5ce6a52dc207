"""AB 岗: the first holder of a chair and his first substitute should not be away at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.organisation.queries.rows import holding_rows, post_rows, published_version


class Pair(NamedTuple):
    """A chair with its A (``first_id``, the lowest rank) and its B (``second_id``, the next)."""

    post_code: str
    post_name: str
    seat_no: int
    first_id: int
    second_id: int


class BothAway(NamedTuple):
    """Both are away from ``t0`` until just before ``t1``; ``person_id`` is the one that was asked about."""

    post_code: str
    post_name: str
    person_id: int
    other_id: int
    other_name: str
    kind_label: str
    t0: datetime
    t1: datetime


def pairs(zone_id: int) -> list[Pair]:
    """Return the chairs of the version in force that have a substitute, rules resolved. At most six queries."""
    version = published_version(zone_id)
    if version is None:
        return []
    chairs: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in holding_rows(version.pk):
        chairs[row.post_code, row.seat_no].append(row.person_id)
    names = {post.code: post.name for post in post_rows(version.pk)}
    return [
        Pair(code, names.get(code, code), seat_no, people[0], people[1])
        for (code, seat_no), people in chairs.items()
        if len(people) > 1
    ]


def absences_between(zone_path: str, t0: datetime, t1: datetime) -> QuerySet[Absence]:
    """Return the absences of a zone's people that touch [t0, t1), by person and start."""
    return (
        Absence.objects.filter(person__home_unit__path__startswith=zone_path, t0__lt=t1, t1__gt=t0)
        .select_related("person")
        .order_by("person__sort_key", "person_id", "t0")
    )


def clashes_of(person_id: int, t0: datetime, t1: datetime, known: Sequence[Pair]) -> list[BothAway]:
    """Return the chairs that would have neither A nor B in [t0, t1) if this person were away. One query."""
    others: dict[int, list[Pair]] = defaultdict(list)
    for pair in known:
        if person_id == pair.first_id:
            others[pair.second_id].append(pair)
        elif person_id == pair.second_id:
            others[pair.first_id].append(pair)
    if not others:
        return []
    away = Absence.objects.filter(person__in=others, t0__lt=t1, t1__gt=t0).select_related("person")
    return [
        BothAway(
            pair.post_code,
            pair.post_name,
            person_id,
            absence.person_id,
            absence.person.name,
            str(AbsenceKind(absence.kind).label),
            max(t0, absence.t0),
            min(t1, absence.t1),
        )
        for absence in away.order_by("t0", "pk")
        for pair in others[absence.person_id]
    ]


def both_away(absences: Iterable[Absence], known: Sequence[Pair]) -> list[BothAway]:
    """Return where A and B are away at once among these absences (persons loaded), by time. No query."""
    by_person: dict[int, list[Absence]] = defaultdict(list)
    for absence in absences:
        by_person[absence.person_id].append(absence)
    found = [
        BothAway(
            pair.post_code,
            pair.post_name,
            pair.first_id,
            pair.second_id,
            other.person.name,
            str(AbsenceKind(other.kind).label),
            max(one.t0, other.t0),
            min(one.t1, other.t1),
        )
        for pair in known
        for one in by_person.get(pair.first_id, ())
        for other in by_person.get(pair.second_id, ())
        if one.t0 < other.t1 and other.t0 < one.t1
    ]
    return sorted(found, key=lambda row: (row.t0, row.post_code))
