"""Sharing out shifts: each kind of day by itself, then the total, within rest and absences. No database.

First everybody is given what he is behind in, in the order of time; then single shifts are handed on, and chains
of two, as long as that evens the numbers. Without absences and rest each kind ends within one of each other, and
so does the total: moving one shift from the busier of two to the other improves as long as they differ by two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pingzhan.domain.roster.calendar import Slot
from pingzhan.domain.roster.enums import DayClass

Span = tuple[datetime, datetime]
CLASSES: tuple[DayClass, ...] = tuple(DayClass)
_EVEN_CLASS, _EVEN_TOTAL = 10_000, 1
_ROUNDS = 60


class Why(StrEnum):
    """Why somebody cannot take a shift."""

    AWAY = "away"
    BUSY = "busy"
    REST = "rest"


@dataclass
class Candidate:
    """Somebody who takes turns. ``counts`` is what he has done by kind of day; ``away`` and ``busy`` are periods
    outside this plan in which he is absent, or on duty already."""

    person_id: int
    counts: Mapping[DayClass, int] = field(default_factory=dict)
    away: Sequence[Span] = ()
    busy: Sequence[Span] = ()


@dataclass(frozen=True)
class Need:
    """A shift to fill and what its day counts as."""

    slot: Slot
    day_class: DayClass


def overlaps(one: Span, other: Span) -> bool:
    """Return whether two half-open periods share a moment."""
    return one[0] < other[1] and other[0] < one[1]


def too_close(one: Span, other: Span, rest: timedelta) -> bool:
    """Return whether less than ``rest`` lies between the two, or they overlap."""
    return one[0] < other[1] + rest and other[0] < one[1] + rest


def obstacle(span: Span, away: Sequence[Span], busy: Sequence[Span], rest: timedelta) -> Why | None:
    """Return why somebody with these periods cannot take a shift, None when he can."""
    if any(overlaps(span, one) for one in away):
        return Why.AWAY
    if any(overlaps(span, one) for one in busy):
        return Why.BUSY
    if any(too_close(span, one, rest) for one in busy):
        return Why.REST
    return None


class _Plan:
    def __init__(self, needs: Sequence[Need], people: Sequence[Candidate], rest: timedelta) -> None:
        self.needs, self.people, self.rest = needs, people, rest
        self.spans = [(need.slot.t0, need.slot.t1) for need in needs]
        self.kind = [CLASSES.index(need.day_class) for need in needs]
        self.given: list[int | None] = [None] * len(needs)
        self.mine: list[set[int]] = [set() for _one in people]
        self.count = [[one.counts.get(name, 0) for name in CLASSES] for one in people]
        self.total = [sum(row) for row in self.count]
        self.outside = [
            [obstacle(span, one.away, one.busy, rest) is None for span in self.spans] for one in people
        ]
        self.near = [
            [j for j, other in enumerate(self.spans) if j != i and too_close(span, other, rest)]
            for i, span in enumerate(self.spans)
        ]

    def in_the_way(self, who: int, i: int) -> list[int]:
        return [j for j in self.near[i] if j in self.mine[who]]

    def free(self, who: int, i: int, *, without: int = -1) -> bool:
        return self.outside[who][i] and all(j == without for j in self.in_the_way(who, i))

    def give(self, i: int, who: int | None) -> None:
        before = self.given[i]
        for person, step in ((before, -1), (who, 1)):
            if person is not None:
                self.count[person][self.kind[i]] += step
                self.total[person] += step
        if before is not None:
            self.mine[before].discard(i)
        if who is not None:
            self.mine[who].add(i)
        self.given[i] = who

    def cost(self) -> int:
        """Return how uneven it is: squares, so that two more for one weighs more than one more for two."""
        return sum(_EVEN_CLASS * sum(n * n for n in row) for row in self.count) + _EVEN_TOTAL * sum(
            n * n for n in self.total
        )

    def gain(self, moves: Sequence[tuple[int, int | None, int | None]]) -> int:
        """Return by how much the cost falls when each (shift, from, to) is done."""
        before: dict[int, tuple[list[int], int]] = {}
        after: dict[int, tuple[list[int], int]] = {}
        for i, old, new in moves:
            for who, step in ((old, -1), (new, 1)):
                if who is None:
                    continue
                before.setdefault(who, (self.count[who], self.total[who]))
                row, total = after.get(who, (list(self.count[who]), self.total[who]))
                row[self.kind[i]] += step
                after[who] = (row, total + step)
        return sum(_weight(*state) for state in before.values()) - sum(_weight(*s) for s in after.values())


def _weight(row: Sequence[int], total: int) -> int:
    return _EVEN_CLASS * sum(n * n for n in row) + _EVEN_TOTAL * total * total


def share_out(
    needs: Sequence[Need], people: Sequence[Candidate], rest: timedelta = timedelta(0)
) -> list[int | None]:
    """Return for each shift the id of who takes it, None where nobody can. Always the same for the same input.

    Nobody gets a shift while he is away, on duty elsewhere, or with less than ``rest`` to another of his shifts.
    ``people`` are in the order of the rotation, which decides between equals. A shift stays empty only when
    neither a person nor a chain of two could take it.
    """
    plan = _Plan(needs, people, rest)
    order = sorted(range(len(needs)), key=lambda i: (plan.spans[i], needs[i].slot.seat))
    for i in order:
        _take_turn(plan, i)
    filling = True
    while filling:
        # A chain or an exchange may free somebody for a shift that nobody could take before.
        filled = [_fill(plan, i) for i in order if plan.given[i] is None]
        for _round in range(_ROUNDS):
            if not _improve(plan):
                break
        filling = any(filled) or any(plan.given[i] is None and _free(plan, i) for i in order)
    return [None if who is None else people[who].person_id for who in plan.given]


def _free(plan: _Plan, i: int) -> list[int]:
    return [who for who in range(len(plan.people)) if plan.free(who, i)]


def _take_turn(plan: _Plan, i: int) -> bool:
    free = _free(plan, i)
    if free:
        plan.give(i, min(free, key=lambda who: _turn(plan, who, i)))
    return bool(free)


def _fill(plan: _Plan, i: int) -> bool:
    return _take_turn(plan, i) or _fill_by_chain(plan, i)


def _turn(plan: _Plan, who: int, i: int) -> tuple[int, int, float, int]:
    """Return whose turn it is: least of this kind of day, least in all, longest since, order of the rotation."""
    start = plan.spans[i][0]
    ends = [plan.spans[j][1] for j in plan.mine[who]] + [end for _t0, end in plan.people[who].busy]
    last = max((end.timestamp() for end in ends if end <= start), default=0.0)
    return plan.count[who][plan.kind[i]], plan.total[who], last, who


def _fill_by_chain(plan: _Plan, i: int) -> bool:
    best: tuple[int, list[tuple[int, int | None, int | None]]] | None = None
    for moves in _chains(plan, i, None):
        gain = plan.gain(moves)
        if best is None or gain > best[0]:
            best = (gain, moves)
    if best is not None:
        _do(plan, best[1])
    return best is not None


def _do(plan: _Plan, moves: Sequence[tuple[int, int | None, int | None]]) -> None:
    for i, _old, new in reversed(moves):
        plan.give(i, new)


def _chains(plan: _Plan, i: int, holder: int | None) -> Iterator[list[tuple[int, int | None, int | None]]]:
    """Yield "q takes i, and r takes what stood in q's way": the last first, when it is done."""
    for q in range(len(plan.people)):
        if q == holder or not plan.outside[q][i]:
            continue
        blocking = plan.in_the_way(q, i)
        if len(blocking) != 1:
            continue
        j = blocking[0]
        for r in range(len(plan.people)):
            if r == q or not plan.outside[r][j]:
                continue
            stuck = [k for k in plan.in_the_way(r, j) if not (r == holder and k == i)]
            if not stuck:
                yield [(i, holder, q), (j, q, r)]


def _improve(plan: _Plan) -> bool:
    """Hand on single shifts, then pairs and chains; return whether anything became more even."""
    better = False
    everybody = range(len(plan.people))
    for i, holder in enumerate(list(plan.given)):
        if holder is None:
            continue
        options = [q for q in everybody if q != holder and plan.free(q, i)]
        if not options:
            continue
        q = max(options, key=lambda q: (plan.gain([(i, holder, q)]), -q))
        if plan.gain([(i, holder, q)]) > 0:
            plan.give(i, q)
            better = True
    if better:
        return True
    return _exchange(plan)


def _exchange(plan: _Plan) -> bool:
    better = False
    for i in range(len(plan.given)):
        holder = plan.given[i]
        if holder is None or not _may_give(plan, holder):
            continue
        for moves in _chains(plan, i, holder):
            if plan.gain(moves) > 0:
                _do(plan, moves)
                better = True
                break
        else:
            better = _swap_two(plan, i, holder) or better
    return better


def _may_give(plan: _Plan, who: int) -> bool:
    return plan.total[who] > min(plan.total) or any(
        plan.count[who][n] > min(row[n] for row in plan.count) for n in range(len(CLASSES))
    )


def _swap_two(plan: _Plan, i: int, p: int) -> bool:
    """Exchange two shifts of different kinds of day when that evens both kinds."""
    for j, q in enumerate(plan.given):
        if q is None or q == p or plan.kind[j] == plan.kind[i]:
            continue
        if plan.gain([(i, p, q), (j, q, p)]) <= 0:
            continue
        if plan.free(q, i, without=j) and plan.free(p, j, without=i):
            plan.give(i, q)
            plan.give(j, p)
            return True
    return False
