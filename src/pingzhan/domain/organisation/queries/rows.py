"""Plain rows for the command module: one or two queries whatever the size of the structure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Now

from pingzhan.domain.organisation.enums import (
    QUERY_ENTERPRISE,
    QUERY_PROJECT,
    PersonKind,
    ResponsibilityKind,
    VersionStatus,
)
from pingzhan.domain.organisation.models import (
    Absence,
    Clause,
    Contact,
    Holding,
    Person,
    Post,
    Responsibility,
    StructureVersion,
)
from pingzhan.domain.territory.enums import UnitKind

#: Seat number of a person placed in a class post by a rule: this base plus the person's id. Counting places
#: in the list would move everybody's seat with each change of the register.
QUERY_SEAT_BASE = 1_000

_QUERY_KINDS = {
    QUERY_ENTERPRISE: ResponsibilityKind.ENTERPRISE,
    QUERY_PROJECT: ResponsibilityKind.PROJECT,
}


class PostRow(NamedTuple):
    """A post as the switch needs it; fields as in models.Post, plus codes and paths."""

    id: int
    code: str
    name: str
    role: str
    group_code: str
    group_name: str
    group_kind: str
    unit_id: int
    unit_path: str
    posture: str
    level_at_least: int
    min_seats: int
    max_seats: int
    critical: bool
    reports_to_code: str
    segregated_from: list[str]


class HoldingRow(NamedTuple):
    """A person ranked for a seat; rules are resolved, unresolved entries left out."""

    post_id: int
    post_code: str
    seat_no: int
    rank: int
    person_id: int
    t0: datetime | None
    t1: datetime | None


class Responsible(NamedTuple):
    """One row of a resolved person rule."""

    person_id: int
    unit_id: int
    unit_path: str
    rank: int


class PersonRow(NamedTuple):
    """A person who is in service; ``reachable`` is true with any contact or an account."""

    id: int
    name: str
    kind: str
    unit_path: str
    account_id: int | None
    reachable: bool


def published_version(zone_id: int) -> StructureVersion | None:
    """Return the version in force for a zone, None before the first publishing."""
    return StructureVersion.objects.filter(zone_id=zone_id, status=VersionStatus.PUBLISHED).first()


def post_rows(version_id: int) -> list[PostRow]:
    """Return all posts of a version by code order of the plan (sort, id). One query."""
    rows = (
        Post.objects.filter(version_id=version_id)
        .order_by("sort", "id")
        .values_list(
            "id",
            "code",
            "name",
            "role",
            "group__code",
            "group__name",
            "group__kind",
            "unit_id",
            "unit__path",
            "posture",
            "level_at_least",
            "min_seats",
            "max_seats",
            "critical",
            "reports_to_code",
            "segregated_from",
        )
    )
    return [PostRow(*row) for row in rows]


def resolve_query(query: str, unit_paths: Sequence[str]) -> list[Responsible]:
    """Return who a person rule names at or below the given units, by unit path and rank.

    Only persons in service. ``query`` is one of enums.PERSON_QUERIES; raises KeyError for any other.
    """
    within = Q()
    for path in unit_paths:
        within |= Q(unit__path__startswith=path)
    if not unit_paths:
        return []
    rows = (
        Responsibility.objects.filter(within, kind=_QUERY_KINDS[query], person__active=True)
        .order_by("unit__path", "rank")
        .values_list("person_id", "unit_id", "unit__path", "rank")
    )
    return [Responsible(*row) for row in rows]


RuleRow = tuple[int, str, int, int, str, str, str, datetime | None, datetime | None]
"""A holding by rule: post id and code, seat, rank, rule, path and kind of the post's unit, term."""


def _expand(
    rule_rows: list[RuleRow],
) -> Iterable[HoldingRow]:
    """Resolve rule holdings: a rule on one enterprise ranks its officials for the one seat; on a zone or area
    each principal (rank 0) gets a seat of his own, numbered by the person so that it never moves."""
    # By zone and not by unit: two hundred enterprises would be two hundred conditions.
    roots = {f"/{path.split('/')[1]}/" for _p, _c, _s, _r, _q, path, _k, _0, _1 in rule_rows}
    queries = {row[4] for row in rule_rows}
    found: dict[str, list[Responsible]] = {query: resolve_query(query, sorted(roots)) for query in queries}
    exact: dict[tuple[str, str], list[Responsible]] = {}
    for query, rows in found.items():
        for row in rows:
            exact.setdefault((query, row.unit_path), []).append(row)
    for post_id, code, seat_no, rank, query, path, kind, t0, t1 in rule_rows:
        if kind in (UnitKind.ENTERPRISE, UnitKind.SITE):
            for n, row in enumerate(exact.get((query, path), [])):
                yield HoldingRow(post_id, code, seat_no, rank + n, row.person_id, t0, t1)
            continue
        for row in found[query]:
            if row.rank == 0 and row.unit_path.startswith(path):
                yield HoldingRow(post_id, code, QUERY_SEAT_BASE + row.person_id, rank, row.person_id, t0, t1)


def _named_rows(version_id: int) -> list[HoldingRow]:
    rows = Holding.objects.filter(post__version_id=version_id, person__isnull=False).values_list(
        "post_id", "post__code", "seat_no", "rank", "person_id", "t0", "t1"
    )
    return [HoldingRow(*row) for row in rows]


def _rule_rows(version_id: int) -> list[RuleRow]:
    return list(
        Holding.objects.filter(post__version_id=version_id)
        .exclude(person_query="")
        .values_list(
            "post_id",
            "post__code",
            "seat_no",
            "rank",
            "person_query",
            "post__unit__path",
            "post__unit__kind",
            "t0",
            "t1",
        )
    )


def _resolved(named: Sequence[HoldingRow], rules: list[RuleRow]) -> list[HoldingRow]:
    rows = list(named)
    if rules:
        held = {(row.post_id, row.person_id) for row in rows}
        for row in _expand(rules):
            if (row.post_id, row.person_id) not in held:
                held.add((row.post_id, row.person_id))
                rows.append(row)
    rows.sort(key=lambda row: (row.post_id, row.seat_no, row.rank))
    return rows


def holding_rows(version_id: int) -> list[HoldingRow]:
    """Return who is ranked for which seat, sorted by post, seat and rank, each person once per post.

    Rules (person_query) are resolved now; on a post of one enterprise its officials take the seat by their
    rank, on a post of a zone or area every principal takes a seat of his own. At most four queries.
    """
    return _resolved(_named_rows(version_id), _rule_rows(version_id))


@lru_cache(maxsize=8)
def _frozen(version_id: int) -> tuple[list[PostRow], list[HoldingRow], list[RuleRow]]:
    return post_rows(version_id), _named_rows(version_id), _rule_rows(version_id)


def plan_rows(version_id: int, unit_paths: Mapping[int, str]) -> tuple[list[PostRow], list[HoldingRow]]:
    """Return posts and holdings of a published version, as post_rows and holding_rows do.

    Triggers refuse every change of a published version, so its rows are read once in the life of a process.
    What may change meanwhile is current: rules are resolved now, and ``unit_paths`` are the paths of the zone's
    units by id, since a unit may move.
    """
    posts, named, rules = _frozen(version_id)
    if any(unit_paths[post.unit_id] != post.unit_path for post in posts):
        _frozen.cache_clear()
        posts, named, rules = _frozen(version_id)
    return posts, _resolved(named, rules)


def clause_rows(version_id: int) -> list[tuple[str, int, str]]:
    """Return (group code, number, text) of every duty clause of a version."""
    return list(
        Clause.objects.filter(version_id=version_id)
        .order_by("group__sort", "n")
        .values_list("group__code", "n", "text")
    )


def person_rows(unit_path: str = "/") -> list[PersonRow]:
    """Return the persons in service whose home unit lies at or below the path. Two queries."""
    people = Person.objects.filter(active=True)
    if unit_path != "/":
        people = people.filter(home_unit__path__startswith=unit_path)
    reachable = set(Contact.objects.values_list("person_id", flat=True).distinct())
    return [
        PersonRow(id_, name, kind, path, account, account is not None or id_ in reachable)
        for id_, name, kind, path, account in people.order_by("sort_key", "name", "id").values_list(
            "id", "name", "kind", "home_unit__path", "account_id"
        )
    ]


def official_ids(unit_path: str = "/") -> list[int]:
    """Return the ids of officials in service at or below the path: those 人人有岗位 speaks of."""
    people = Person.objects.filter(active=True, kind=PersonKind.OFFICIAL)
    if unit_path != "/":
        people = people.filter(home_unit__path__startswith=unit_path)
    return list(people.order_by("id").values_list("id", flat=True))


def absent_ids(at: datetime | None = None) -> set[int]:
    """Return the ids of persons away at a moment, by the database clock when none is given."""
    moment = at if at is not None else Now()
    return set(Absence.objects.filter(t0__lte=moment, t1__gt=moment).values_list("person_id", flat=True))


def unreachable_ids() -> set[int]:
    """Return the ids of persons in service with neither a contact nor an account."""
    return set(
        Person.objects.filter(active=True, account__isnull=True, contacts__isnull=True).values_list(
            "id", flat=True
        )
    )


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of persons by id; unknown ids are left out."""
    return dict(Person.objects.filter(pk__in=set(person_ids)).values_list("id", "name"))


def responsibilities(unit_path: str = "/") -> list[tuple[int, str, int, str, int]]:
    """Return (unit id, unit path, person id, kind, rank) at or below a path."""
    rows = Responsibility.objects.all()
    if unit_path != "/":
        rows = rows.filter(unit__path__startswith=unit_path)
    return list(
        rows.order_by("unit__path", "kind", "rank").values_list(
            "unit_id", "unit__path", "person_id", "kind", "rank"
        )
    )
