"""Who sits where: a pure function of plain rows, the same for switch, preview, readiness and explanation.

Rules 1-5 and 7 of reference/command.md section 7. Rules 2 and 3 look at posts already given, so the order is
fixed: the commander's post, then critical posts by code, then the rest by code; within a post by seat number.
No Django here: the caller loads the rows, the tests compare with an oracle of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pingzhan.domain.command.rows import HoldingLike, PostLike
from pingzhan.kernel.levels import ROUTINE_RANK

CLASS_SEAT_BASE = 1_000
"""Seats of a class post are numbered by this base plus the person's id, so that they never move."""


POOL_CODE = "pool"
"""Post code of the pool 机动; the seat number is the person's id."""


class Why(StrEnum):
    """Why somebody ranked for a seat did not get it."""

    NOT_IN_SERVICE = "not_in_service"
    NOT_IN_TERM = "not_in_term"
    REFUSED = "refused"
    ABSENT = "absent"
    ALREADY_HERE = "already_here"
    SEGREGATED = "segregated"
    OWN_SUPERVISOR = "own_supervisor"
    NO_CONTACT = "no_contact"
    SECOND_CRITICAL = "second_critical"
    LOWER_RANK = "lower_rank"
    OVERRIDDEN = "overridden"
    NOBODY_NAMED = "nobody_named"


@dataclass(frozen=True)
class OpenActivation:
    """An open activation as it matters for ruling; ``order`` grows with time, so the newest has the highest."""

    id: int
    path: str
    level: int
    order: int
    run_key: str
    structure_id: int


@dataclass(frozen=True)
class Plan:
    """The posts and holdings of one structure version."""

    posts: Sequence[PostLike]
    holdings: Sequence[HoldingLike]


@dataclass(frozen=True)
class World:
    """Everything the assignment of one zone in one world depends on.

    ``routine`` is the published structure version; ``refused`` are (regime, post, seat, person) that may not
    come again; ``overrides`` map (run key, post, seat) to the person named by hand.
    """

    now: datetime
    activations: Sequence[OpenActivation]
    routine: int | None
    plans: Mapping[int, Plan]
    in_service: frozenset[int]
    absent: frozenset[int]
    unreachable: frozenset[int]
    refused: frozenset[tuple[str, str, int, int]] = frozenset()
    overrides: Mapping[tuple[str, str, int], int] = field(default_factory=dict)
    officials: Sequence[tuple[int, str]] = ()


class SeatKey(NamedTuple):
    """Post code and seat number: unique among the open seats of a zone in a world."""

    post_code: str
    seat_no: int


class Chair(NamedTuple):
    """A chair that should be filled and who may sit on it: ``ranked`` are (rank, person, in term)."""

    post: PostLike
    seat_no: int
    level: int
    regime: str
    activation: int | None
    ranked: tuple[tuple[int, int, bool], ...]

    @property
    def key(self) -> SeatKey:
        """Return post code and seat number."""
        return SeatKey(self.post.code, self.seat_no)


class Filled(NamedTuple):
    """The person given a chair, by which rank and rule ('holder', 'substitute', 'override')."""

    chair: Chair
    person: int
    rank: int
    chosen_by: str
    skipped: tuple[tuple[int, Why], ...]


class Empty(NamedTuple):
    """A chair nobody could be given, with the reason for each person ranked for it."""

    chair: Chair
    reasons: tuple[tuple[int, Why], ...]


class PoolPlace(NamedTuple):
    """An official without any post while his unit is in an emergency (rule 7)."""

    person: int
    regime: str
    activation: int
    level: int


@dataclass
class Assignment:
    """The result: filled and empty chairs by key, persons in the pool, officials left out as absent."""

    filled: dict[SeatKey, Filled] = field(default_factory=dict)
    empty: dict[SeatKey, Empty] = field(default_factory=dict)
    pool: list[PoolPlace] = field(default_factory=list)
    left_out: list[tuple[int, Why]] = field(default_factory=list)
    posts: dict[str, Chair] = field(default_factory=dict)
    commander_codes: tuple[str, ...] = ()


def paths_above(path: str) -> list[str]:
    """Return the path and all its ancestors, the nearest first: '/1/3/' -> ['/1/3/', '/1/']."""
    found: list[str] = []
    while len(path) > 1:
        found.append(path)
        path = path[: path.rstrip("/").rfind("/") + 1]
    return found


class Ruling:
    """Which activation rules a unit: the gravest open one on it or above, the newest on a tie (section 22)."""

    def __init__(self, activations: Iterable[OpenActivation]) -> None:
        self._by_path: dict[str, OpenActivation] = {}
        for one in activations:
            other = self._by_path.get(one.path)
            if other is None or _graver(one, other):
                self._by_path[one.path] = one
        self._known: dict[str, OpenActivation | None] = {}

    def of(self, path: str) -> OpenActivation | None:
        """Return the ruling activation of a unit path, None in routine."""
        if path not in self._known:
            best: OpenActivation | None = None
            for above in paths_above(path):
                one = self._by_path.get(above)
                if one is not None and (best is None or _graver(one, best)):
                    best = one
            self._known[path] = best
        return self._known[path]


def _graver(one: OpenActivation, other: OpenActivation) -> bool:
    return (one.level, -one.order) < (other.level, -other.order)


def _is_wanted(post: PostLike, level: int) -> bool:
    if level == ROUTINE_RANK:
        return post.posture in ("routine", "both")
    return post.posture in ("emergency", "both") and level <= post.level_at_least


def is_commander(post: PostLike) -> bool:
    """Return whether this is the post of the one who commands: the head of the leading group."""
    return post.group_kind == "leading" and post.role == "head"


def wanted_posts(world: World) -> list[tuple[PostLike, int, str, int | None, int]]:
    """Return (post, level, regime, activation, structure version) of every post wanted now.

    A unit is ruled by one regime and gets the posts of that regime's version. A code that moved between two
    versions in force at once belongs to the graver regime.
    """
    ruling = Ruling(world.activations)
    found: dict[str, tuple[tuple[int, int], PostLike, int, str, int | None, int]] = {}
    for structure_id in sorted(world.plans):
        for post in world.plans[structure_id].posts:
            one = ruling.of(post.unit_path)
            if one is None:
                if structure_id != world.routine:
                    continue
                level, regime, activation, gravity = ROUTINE_RANK, f"s{structure_id}", None, (ROUTINE_RANK, 0)
            else:
                if structure_id != one.structure_id:
                    continue
                level, regime, activation = one.level, one.run_key, one.id
                gravity = (one.level, -one.order)
            if not _is_wanted(post, level):
                continue
            other = found.get(post.code)
            if other is None or gravity < other[0]:
                found[post.code] = (gravity, post, level, regime, activation, structure_id)
    return [entry[1:] for entry in found.values()]


def _order(post: PostLike) -> tuple[int, str]:
    if is_commander(post):
        return (0, post.code)
    return (1 if post.critical else 2, post.code)


def chairs(world: World) -> list[Chair]:
    """Return all chairs to fill in the fixed order: commander, critical by code, the rest by code."""
    ranked: dict[tuple[int, str], dict[int, list[tuple[int, int, bool]]]] = {}
    wanted = sorted(wanted_posts(world), key=lambda entry: _order(entry[0]))
    needed: dict[int, set[str]] = defaultdict(set)
    for post, _level, _regime, _activation, structure_id in wanted:
        needed[structure_id].add(post.code)
    for structure_id, codes in needed.items():
        for holding in world.plans[structure_id].holdings:
            if holding.post_code in codes:
                in_term = (holding.t0 is None or holding.t0 <= world.now) and (
                    holding.t1 is None or world.now < holding.t1
                )
                ranked.setdefault((structure_id, holding.post_code), {}).setdefault(
                    holding.seat_no, []
                ).append((holding.rank, holding.person_id, in_term))
    found: list[Chair] = []
    for post, level, regime, activation, structure_id in wanted:
        by_seat = ranked.get((structure_id, post.code), {})
        numbers = {n for n in by_seat if n <= post.max_seats or n >= CLASS_SEAT_BASE}
        if len(numbers) < post.min_seats:
            numbers |= set(range(1, post.min_seats + 1))
        if activation is not None:
            numbers |= {
                seat_no
                for run_key, code, seat_no in world.overrides
                if code == post.code and run_key == regime
            }
        found.extend(
            Chair(post, n, level, regime, activation, tuple(sorted(by_seat.get(n, ()))))
            for n in sorted(numbers)
        )
    return found


class _Held:
    """What has been given so far: posts by person, critical posts by person, both ways of segregation."""

    def __init__(self) -> None:
        self.posts: dict[int, list[PostLike]] = defaultdict(list)
        self.critical: set[int] = set()

    def give(self, person: int, post: PostLike) -> None:
        self.posts[person].append(post)
        if post.critical or is_commander(post):
            self.critical.add(person)

    def clash(self, person: int, post: PostLike) -> Why | None:
        """Return why this person may not take this post beside those he holds (rule 3), None when he may."""
        for held in self.posts.get(person, ()):
            if held.code == post.code:
                return Why.ALREADY_HERE
            if held.code in post.segregated_from or post.code in held.segregated_from:
                return Why.SEGREGATED
            if held.code == post.reports_to_code or post.code == held.reports_to_code:
                return Why.OWN_SUPERVISOR
        return None


def _bar(world: World, chair: Chair, person: int, in_term: bool, held: _Held) -> Why | None:
    if person not in world.in_service:
        return Why.NOT_IN_SERVICE
    if not in_term:
        return Why.NOT_IN_TERM
    if (chair.regime, chair.post.code, chair.seat_no, person) in world.refused:
        return Why.REFUSED
    if person in world.absent:
        return Why.ABSENT
    return held.clash(person, chair.post)


def _choose(world: World, chair: Chair, held: _Held) -> Filled | Empty:
    skipped: list[tuple[int, Why]] = []
    named = world.overrides.get((chair.regime, *chair.key)) if chair.activation is not None else None
    if named is not None:
        bar = _bar(world, chair, named, True, held)
        if bar is None:
            rest = tuple((person, Why.OVERRIDDEN) for _rank, person, _term in chair.ranked if person != named)
            return Filled(chair, named, 0, "override", rest)
        skipped.append((named, bar))
    open_to: list[tuple[bool, bool, int, int]] = []
    is_critical = chair.post.critical or is_commander(chair.post)
    for rank, person, in_term in chair.ranked:
        bar = _bar(world, chair, person, in_term, held)
        if bar is not None:
            skipped.append((person, bar))
        else:
            double = is_critical and person in held.critical
            open_to.append((person in world.unreachable, double, rank, person))
    if not open_to:
        return Empty(chair, tuple(skipped) or ((0, Why.NOBODY_NAMED),))
    best = min(open_to)
    for unreachable, _double, rank, person in open_to:
        if person != best[3]:
            why = Why.LOWER_RANK
            if rank < best[2]:
                why = Why.NO_CONTACT if unreachable and not best[0] else Why.SECOND_CRITICAL
            skipped.append((person, why))
    first = chair.ranked[0][0]
    return Filled(chair, best[3], best[2], "holder" if best[2] == first else "substitute", tuple(skipped))


def assign(world: World) -> Assignment:
    """Return who should sit where now. Deterministic: equal rows give equal results."""
    result = Assignment()
    held = _Held()
    ruling = Ruling(world.activations)
    for chair in chairs(world):
        result.posts.setdefault(chair.post.code, chair)
        answer = _choose(world, chair, held)
        if isinstance(answer, Filled):
            held.give(answer.person, chair.post)
            result.filled[chair.key] = answer
        else:
            result.empty[chair.key] = answer
    result.commander_codes = tuple(
        sorted(code for code, chair in result.posts.items() if is_commander(chair.post))
    )
    for person, home_path in world.officials:
        one = ruling.of(home_path)
        if one is None or person in held.posts:
            continue
        if person in world.absent:
            result.left_out.append((person, Why.ABSENT))
        elif (one.run_key, POOL_CODE, person, person) in world.refused:
            result.left_out.append((person, Why.REFUSED))
        else:
            result.pool.append(PoolPlace(person, one.run_key, one.id, one.level))
    return result


def owner_of(assignment: Assignment, post: PostLike) -> int | None:
    """Return who answers for an empty post: the nearest filled head on its line of report (rule 5).

    Without a line of report it is the head of its group, then the head of the leading group; None when
    nobody is there at all. A ring in the line ends the search.
    """
    seen: set[str] = {post.code}
    code = post.reports_to_code
    while code and code not in seen:
        seen.add(code)
        person = first_on(assignment, code)
        if person is not None:
            return person
        above = assignment.posts.get(code)
        code = above.post.reports_to_code if above is not None else ""
    for same_group in (True, False):
        for other in sorted(assignment.posts):
            candidate = assignment.posts[other].post
            is_head = candidate.role == "head" and (
                candidate.group_code == post.group_code if same_group else candidate.group_kind == "leading"
            )
            if is_head and other != post.code:
                person = first_on(assignment, other)
                if person is not None:
                    return person
    return None


def first_on(assignment: Assignment, post_code: str) -> int | None:
    """Return the person on the lowest filled seat of a post, None when all are empty."""
    seats = [
        (key.seat_no, filled.person)
        for key, filled in assignment.filled.items()
        if key.post_code == post_code
    ]
    return min(seats)[1] if seats else None
