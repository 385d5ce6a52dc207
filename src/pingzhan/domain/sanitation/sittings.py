"""Who eats when: teams spread over the sittings of a canteen, never above the seats the rule allows.

Annex 2 (5) of the notice: 分批错时就餐、分餐打包. A team is never divided. What is sought, the first counting
most: fewest people on packed meals, fewest sittings, fewest groups (shift and workshop) torn apart, least
waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pingzhan.domain.sanitation.capacity import places

# Steps of the search, not seconds: the same teams give the same plan on every machine.
STEPS = 40_000


@dataclass(frozen=True, slots=True)
class Team:
    """A team that eats together: `group` names its shift and workshop, `people` is at least 1."""

    key: int
    people: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Seating:
    """A plan: keys of teams by sitting (the first eats first), and those who get packed meals.

    `released` are hand edits that could not be kept; `proven` says that the search ended, so that no better plan
    exists under the hand edits that were kept (with hand edits the order of sittings stays as it was made).
    """

    sittings: tuple[tuple[int, ...], ...]
    packed: tuple[int, ...]
    released: tuple[int, ...]
    proven: bool


def seat(
    teams: Sequence[Team],
    *,
    seats: int,
    percent: int,
    most: int,
    kept: Mapping[int, int] | None = None,
) -> Seating:
    """Spread teams over at most `most` sittings of `seats` seats, of which `percent` may be taken.

    `kept` are hand edits: key of a team to its sitting, from 0. One that names no team, lies beyond `most` or
    no longer fits beside those before it is released; a sitting passed over by hand edits may stay empty.
    ValueError for a team without people or a key given twice.
    """
    if len({team.key for team in teams}) != len(teams) or any(team.people < 1 for team in teams):
        raise ValueError("teams need people and keys of their own")
    search = _Search(teams, places(seats, percent), most)
    released = search.pin(kept or {})
    search.go(0)
    return search.answer(released)


class _Search:
    """Depth first, best fit first: the first leaf is a fair plan, the rest only betters it."""

    def __init__(self, teams: Sequence[Team], room: int, most: int) -> None:
        self.room, self.most = room, most
        self.teams = sorted(teams, key=lambda team: (-team.people, team.group, team.key))
        self.held: list[list[Team]] = []
        self.packed: list[Team] = []
        self.pins = False
        self.steps = 0
        self.best: tuple[int, int, int, int] | None = None
        self.found: tuple[list[list[Team]], list[Team]] = ([], [])

    def pin(self, kept: Mapping[int, int]) -> tuple[int, ...]:
        known = {team.key: team for team in self.teams}
        released = []
        for key, number in kept.items():
            team = known.get(key)
            beside = self.held[number] if 0 <= number < len(self.held) else []
            if team is None or not 0 <= number < self.most or _people(beside) + team.people > self.room:
                released.append(key)
                continue
            while len(self.held) <= number:
                self.held.append([])
            self.held[number].append(team)
            self.teams.remove(team)
            self.pins = True
        return tuple(released)

    def go(self, depth: int) -> None:
        if self.steps > STEPS and self.best is not None:
            return
        self.steps += 1
        if self.best is not None and self.bound(depth) > self.best:
            return
        if depth == len(self.teams):
            self.leaf()
            return
        team = self.teams[depth]
        fits = [sitting for sitting in self.held if _people(sitting) + team.people <= self.room]
        fits.sort(key=lambda sitting: (all(one.group != team.group for one in sitting), -_people(sitting)))
        for sitting in fits:
            sitting.append(team)
            self.go(depth + 1)
            sitting.pop()
        if len(self.held) < self.most and team.people <= self.room:
            self.held.append([team])
            self.go(depth + 1)
            self.held.pop()
        self.packed.append(team)
        self.go(depth + 1)
        self.packed.pop()

    def bound(self, depth: int) -> tuple[int, int, int, int]:
        """No leaf below is better: each part only grows on the way down."""
        return (_people(self.packed), len(self.held), _torn(self.held), 0)

    def leaf(self) -> None:
        held = [list(sitting) for sitting in self.held]
        if not self.pins:
            held.sort(key=lambda sitting: -_people(sitting))
        waiting = sum(number * _people(sitting) for number, sitting in enumerate(held))
        cost = (_people(self.packed), len(held), _torn(held), waiting)
        if self.best is None or cost < self.best:
            self.best, self.found = cost, (held, list(self.packed))

    def answer(self, released: tuple[int, ...]) -> Seating:
        held, packed = self.found
        return Seating(
            tuple(tuple(sorted(team.key for team in sitting)) for sitting in held),
            tuple(sorted(team.key for team in packed)),
            released,
            self.steps <= STEPS,
        )


def _people(teams: Sequence[Team]) -> int:
    return sum(team.people for team in teams)


def _torn(sittings: Sequence[Sequence[Team]]) -> int:
    """How often a group eats at one more sitting than it need."""
    seen = [{team.group for team in sitting if team.group} for sitting in sittings]
    return sum(len(groups) for groups in seen) - len(set().union(*seen))
