"""Balanced assignment of enterprises to officials: plain Python, no database, the same answer for the same input.

The largest load is made small first (load: workers weighted by risk class), then changes are few, then ways are
short. Longest first, moves and swaps after: on equal officials never more than 4/3 of the best possible.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

STRANGE_AREA = 3_000
"""Metres that an enterprise of another area counts as farther away."""
SHORTER = 200
"""Metres that must be saved for an enterprise to be given to somebody else."""
GOOD_ENOUGH = 1.1
"""A load of this much of the mean needs no further change."""
_ROUNDS = 2_000


class Firm(NamedTuple):
    """An enterprise: ``weight`` at least 1, ``area`` 0 when it lies in none, ``spot`` in metres of the park plan."""

    id: int
    weight: int
    area: int = 0
    spot: tuple[float, float] | None = None


class Official(NamedTuple):
    """Somebody who may answer for enterprises; area and spot of his home, when it lies in the zone's plan."""

    id: int
    area: int = 0
    spot: tuple[float, float] | None = None


@dataclass
class Task:
    """What to balance.

    ``present`` is who answers for what now; of it only what is in ``movable`` may change, besides enterprises
    without anybody. ``barred`` are pairs (enterprise, official) that may not be. ``base`` is what an official
    carries anyway; ``also`` is what else he has to do, which only decides between equal loads. ``cap`` is how
    many enterprises one may have, 0 for as many as are needed.
    """

    firms: Sequence[Firm]
    officials: Sequence[Official]
    present: Mapping[int, int] = field(default_factory=dict)
    movable: Collection[int] = ()
    barred: Collection[tuple[int, int]] = ()
    base: Mapping[int, int] = field(default_factory=dict)
    cap: int = 0
    also: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Balanced:
    """Who answers for what, the load of each, the cap in force, and the enterprises that nobody may take."""

    given: dict[int, int]
    loads: dict[int, int]
    counts: dict[int, int]
    cap: int
    raised: bool
    left: tuple[int, ...]

    @property
    def peak(self) -> int:
        """Return the largest load."""
        return max(self.loads.values(), default=0)


def bound(task: Task) -> int:
    """Return a load that no assignment can undercut."""
    if not task.officials:
        return 0
    total = sum(firm.weight for firm in task.firms) + sum(task.base.get(one.id, 0) for one in task.officials)
    heaviest = max((firm.weight for firm in task.firms), default=0)
    carried = max((task.base.get(one.id, 0) for one in task.officials), default=0)
    return max(math.ceil(total / len(task.officials)), heaviest, carried)


def metres(one: tuple[float, float] | None, other: tuple[float, float] | None) -> int | None:
    """Return the distance of two spots in whole metres, None when one is unknown."""
    if one is None or other is None:
        return None
    return round(math.dist(one, other))


class _Book:
    """Who has what while it is being worked on."""

    def __init__(self, task: Task) -> None:
        self.firms = {firm.id: firm for firm in task.firms}
        self.officials = sorted(task.officials)
        self.ids = [one.id for one in self.officials]
        self.barred = frozenset(task.barred)
        self.given: dict[int, int] = {}
        self.held: dict[int, set[int]] = {one: set() for one in self.ids}
        self.loads = {one: task.base.get(one, 0) for one in self.ids}
        self.area = {one.id: one.area for one in self.officials}
        self.spot = {one.id: one.spot for one in self.officials}
        self.also = task.also
        self.cap = 0

    def give(self, firm: int, official: int) -> None:
        self.given[firm] = official
        if official in self.held:
            self.held[official].add(firm)
            self.loads[official] += self.firms[firm].weight
            # Whoever has no home in the zone is at home where his first enterprise lies.
            self.area[official] = self.area[official] or self.firms[firm].area
            self.spot[official] = self.spot[official] or self.firms[firm].spot

    def take(self, firm: int) -> int:
        official = self.given.pop(firm)
        if official in self.held:
            self.held[official].discard(firm)
            self.loads[official] -= self.firms[firm].weight
        return official

    def allowed(self, firm: int, official: int) -> bool:
        return (firm, official) not in self.barred

    def room(self, official: int) -> bool:
        return len(self.held[official]) < self.cap

    def way(self, firm: int, official: int) -> int:
        one = self.firms[firm]
        strange = STRANGE_AREA if one.area and self.area[official] and one.area != self.area[official] else 0
        return strange + (metres(one.spot, self.spot[official]) or 0)


def solve(task: Task) -> Balanced:
    """Return a balanced assignment; every enterprise that anybody may take is taken.

    The cap is kept whenever that is possible at all, and raised to what is needed otherwise (``raised``).
    What may not be moved stays. What may be moved stays too as long as the loads are good enough without.
    """
    book = _Book(task)
    movable = set(task.movable)
    for firm in sorted(book.firms.values(), key=lambda one: (-one.weight, one.id)):
        holder = task.present.get(firm.id)
        if holder is not None and (
            firm.id not in movable or (holder in book.held and book.allowed(firm.id, holder))
        ):
            book.give(firm.id, holder)
    free = [firm.id for firm in book.firms.values() if firm.id not in book.given]
    changeable = {*free, *(movable & book.given.keys())}
    book.cap = task.cap or math.inf  # type: ignore[assignment]
    if task.cap:
        _shed(book, movable, free)
    raised, left = _fill(book, free, changeable)
    _level(book, changeable)
    _shorten(book, {firm for firm in changeable if task.present.get(firm) != book.given.get(firm)})
    cap = 0 if book.cap == math.inf else book.cap
    counts = {one: len(held) for one, held in book.held.items()}
    return Balanced(dict(sorted(book.given.items())), dict(book.loads), counts, cap, raised, tuple(left))


def _shed(book: _Book, movable: set[int], free: list[int]) -> None:
    """Take from everybody over the cap what may be moved, the lightest first."""
    for official in book.ids:
        over = len(book.held[official]) - book.cap
        light = sorted(book.held[official] & movable, key=lambda one: (book.firms[one].weight, one))
        for firm in light[: max(0, over)]:
            book.take(firm)
            free.append(firm)


def _fill(book: _Book, free: Sequence[int], changeable: set[int]) -> tuple[bool, list[int]]:
    raised, left = False, []
    for firm in sorted(free, key=lambda one: (-book.firms[one].weight, one)):
        open_to = [one for one in book.ids if book.allowed(firm, one)]
        if not open_to:
            left.append(firm)
            continue
        while not any(book.room(one) for one in open_to) and not _make_room(book, firm, changeable):
            book.cap += 1
            raised = True
        weight = book.firms[firm].weight
        best = min(
            (one for one in open_to if book.room(one)),
            key=lambda one: (book.loads[one] + weight, book.also.get(one, 0), book.way(firm, one), one),
        )
        book.give(firm, best)
    return raised, left


def _make_room(book: _Book, firm: int, changeable: set[int]) -> bool:
    """Shift enterprises along a chain of officials until one who may take ``firm`` has room; say whether it was."""
    came: dict[int, tuple[int, int]] = {}
    queue = [one for one in book.ids if book.allowed(firm, one)]
    seen = set(queue)
    for official in queue:
        for held in sorted(book.held[official] & changeable):
            for other in book.ids:
                if other in seen or not book.allowed(held, other):
                    continue
                seen.add(other)
                came[other] = (official, held)
                if book.room(other):
                    end = other
                    while end in came:
                        source, moved = came[end]
                        book.take(moved)
                        book.give(moved, end)
                        end = source
                    return True
                queue.append(other)
    return False


def _level(book: _Book, changeable: set[int]) -> None:
    """Lower the heaviest loads by moves and swaps until they are good enough or nothing helps."""
    if not book.ids:
        return
    enough = math.floor(sum(book.loads.values()) / len(book.ids) * GOOD_ENOUGH)
    for _round in range(_ROUNDS):
        for heavy in sorted(book.ids, key=lambda one: (-book.loads[one], one)):
            if book.loads[heavy] <= enough:
                return
            step = _relief(book, heavy, changeable)
            if step is not None:
                _apply(book, heavy, *step)
                break
        else:
            return


def _relief(book: _Book, heavy: int, changeable: set[int]) -> tuple[int, int, int | None] | None:
    """Return the move or swap (firm, official, firm back) that lowers the larger of two loads most."""
    best: tuple[int, int, int, int, int] | None = None
    found: tuple[int, int, int | None] | None = None
    load = book.loads[heavy]
    for firm in sorted(book.held[heavy] & changeable):
        weight = book.firms[firm].weight
        for other in book.ids:
            if other == heavy or not book.allowed(firm, other) or book.loads[other] >= load:
                continue
            if book.room(other):
                key = (max(load - weight, book.loads[other] + weight), 0, book.way(firm, other), firm, other)
                if key[0] < load and (best is None or key < best):
                    best, found = key, (firm, other, None)
            for back in sorted(book.held[other] & changeable):
                shift = weight - book.firms[back].weight
                if shift <= 0 or not book.allowed(back, heavy):
                    continue
                key = (max(load - shift, book.loads[other] + shift), 1, book.way(firm, other), firm, other)
                if key[0] < load and (best is None or key < best):
                    best, found = key, (firm, other, back)
    return found


def _apply(book: _Book, official: int, firm: int, other: int, back: int | None) -> None:
    book.take(firm)
    if back is not None:
        book.take(back)
        book.give(back, official)
    book.give(firm, other)


def _shorten(book: _Book, fresh: set[int]) -> None:
    """Shorten the ways of newly given enterprises where no load rises above what it was between the two."""
    if not book.ids:
        return
    mean = math.ceil(sum(book.loads.values()) / len(book.ids))
    for firm in sorted(fresh & book.given.keys()):
        here = book.given[firm]
        if here not in book.held:
            continue
        weight, way = book.firms[firm].weight, book.way(firm, here)
        moves = [
            (book.way(firm, other), other)
            for other in book.ids
            if other != here
            and book.allowed(firm, other)
            and book.room(other)
            and book.loads[other] + weight <= max(book.loads[here], mean)
        ]
        nearest = min(moves, default=None)
        if nearest is not None and nearest[0] + SHORTER <= way:
            _apply(book, here, firm, nearest[1], None)
            continue
        swap = _nearer_swap(book, firm, fresh)
        if swap is not None:
            _apply(book, here, firm, *swap)


def _nearer_swap(book: _Book, firm: int, fresh: set[int]) -> tuple[int, int] | None:
    here, weight = book.given[firm], book.firms[firm].weight
    best: tuple[int, int, int] | None = None
    for back in sorted(fresh & book.given.keys()):
        other = book.given[back]
        if other == here or other not in book.held:
            continue
        if not book.allowed(firm, other) or not book.allowed(back, here):
            continue
        shift = weight - book.firms[back].weight
        if max(book.loads[here] - shift, book.loads[other] + shift) > max(
            book.loads[here], book.loads[other]
        ):
            continue
        saved = book.way(firm, here) + book.way(back, other) - book.way(firm, other) - book.way(back, here)
        if saved >= SHORTER and (best is None or (-saved, other, back) < best):
            best = (-saved, other, back)
    return (best[1], best[2]) if best is not None else None
