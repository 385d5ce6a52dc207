"""Checking the drivers of a plan whose teams stay out: what each fetches, when, and with how much aboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pingzhan.engines.plancheck.world import World

Said = tuple[str, dict[str, Any]]
"""A kind of violation and its details."""


@dataclass(frozen=True, slots=True)
class Swabbed:
    """A visit as the check computed it; ``ready`` is not before the written end."""

    team: str
    chunk: str
    site: str
    cohort: str
    persons: int
    tubes: int
    first: int
    ready: int


class Fetching:
    """The drivers of a plan. ``arrivals`` are (time, tubes) at the laboratory, ``hours`` those of all drivers."""

    def __init__(self, world: World, plan: dict[str, Any], visits: list[Swabbed]) -> None:
        self.world, self.rule = world, world.couriers or {}
        self.visits: dict[tuple[str, str], list[Swabbed]] = {}
        for one in visits:
            self.visits.setdefault((one.team, one.chunk), []).append(one)
        self.arrivals: list[tuple[int, int]] = []
        self.used, self.hours, self.km = 0, 0.0, 0.0
        self.fetched: Counter[tuple[str, str]] = Counter()
        self.violations = list(self._judge(plan.get("couriers") or []))

    def _judge(self, drivers: list[dict[str, Any]]) -> Iterator[Said]:
        out = [one for one in drivers if one.get("trips")]
        names = Counter(str(one["id"]) for one in out)
        self.used = len(out)
        spare = len(names) - self.rule["drivers"]
        if spare > 0:
            yield "fleet", {"persons": spare}
        for name, times in names.items():
            if times > 1:
                yield "fleet", {"team": name, "persons": times - 1}
        for one in out:
            yield from self._driver(str(one["id"]), one["trips"])
        for (team, chunk), there in self.visits.items():
            times = self.fetched[team, chunk]
            if times != 1:
                visit = there[0]
                yield (
                    "refetched" if times else "unfetched",
                    {"team": team, "site": visit.site, "cohort": visit.cohort, "persons": visit.persons},
                )

    def _driver(self, name: str, trips: list[dict[str, Any]]) -> Iterator[Said]:
        world, free, begun = self.world, self.rule["open"], None
        for trip in trips:
            here, clock, depart = 0, free, int(trip["depart"])
            if depart < free - 1:
                yield "shift" if begun is None else "times", {"team": name, "seconds": free - depart}
            begun = depart if begun is None else begun
            clock = max(clock, depart)
            aboard: list[Swabbed] = []
            for pickup in trip["pickups"]:
                found = list(self._found(name, pickup))
                yield from (said for said in found if isinstance(said, tuple))
                there = [one for one in found if isinstance(one, Swabbed)]
                if not there:
                    continue
                site = there[0].site
                where, ready = world.sites[site], max(one.ready for one in there)
                arrive, at = clock + world.seconds[here][where], int(pickup["at"])
                self.km += world.metres[here][where] / 1000
                if at < ready - 1:
                    yield "early", {"team": name, "site": site, "seconds": ready - at}
                elif at < arrive - 1:
                    yield "times", {"team": name, "site": site, "seconds": arrive - at}
                clock, here = max(arrive, ready, at) + self.rule["pickup"], where
                aboard += there
            home = clock + world.seconds[here][0]
            self.km += world.metres[here][0] / 1000
            if abs(int(trip["lab_arrive"]) - home) > 1:
                yield "times", {"team": name, "seconds": abs(int(trip["lab_arrive"]) - home)}
            yield from self._delivered(name, aboard, home)
            free = home
        if begun is not None:
            self.hours += (free - begun) / 3600
            if free > self.rule["close"]:
                yield "shift", {"team": name, "seconds": free - self.rule["close"]}

    def _found(self, name: str, pickup: dict[str, Any]) -> Iterator[Swabbed | Said]:
        """Yield the visits that are fetched here, or what is wrong: nobody knows them, or they lie elsewhere."""
        team, site = str(pickup["team"]), str(pickup["site"])
        for chunk in map(str, pickup["chunks"]):
            there = self.visits.get((team, chunk), [])
            if not there or there[0].site != site:
                yield "unknown", {"team": name, "site": site}
                continue
            self.fetched[team, chunk] += 1
            yield from there

    def _delivered(self, name: str, aboard: list[Swabbed], home: int) -> Iterator[Said]:
        persons, tubes = sum(one.persons for one in aboard), sum(one.tubes for one in aboard)
        for most, carried in ((self.rule["persons"], persons), (self.rule["tubes"], tubes)):
            if most and carried > most:
                yield "load", {"team": name, "persons": carried - most}
        for one in aboard:
            if home - one.first > self.world.age + 1:
                yield (
                    "age",
                    {
                        "team": name,
                        "site": one.site,
                        "cohort": one.cohort,
                        "persons": one.persons,
                        "seconds": home - one.first - self.world.age,
                    },
                )
        if aboard:
            self.arrivals.append((home, tubes))
