"""Where everybody is at a moment of an adopted plan: what is done or under way, what is still open, who has nobody.

A visit is committed when its swabbing has begun or its team is on the way to it; the drive to the laboratory likewise.
A team that is lost, late or before a shut gate is committed only to what it has begun to swab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pingzhan.engines.planning.chunks import Chunk, chunks_of
from pingzhan.engines.planning.climb import tidy
from pingzhan.engines.planning.disturbances import Disturbances
from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.instance import Instance, Team
from pingzhan.engines.planning.problem import RETURN, Crew, Plan, Problem, Tour, problem_of
from pingzhan.engines.planning.written import Past


@dataclass(slots=True)
class Standing:
    """A team at the moment. ``rest`` is its open tour by chunk id, None for a return; ``crew`` None: works no more.

    ``lost`` are visits whose samples are lost.
    """

    team: Team
    past: Past
    crew: Crew | None
    rest: list[str | None]
    lost: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What can still be decided. ``problem`` has the living teams, ``plan`` the adopted plan's rest for them.

    ``teams`` are all teams in the plan's order and ``crews`` the index of each in the problem, None for a team that
    works no more. ``orphans`` are chunks of the problem that nobody has, ``before`` (team id, start) of the others in
    the adopted plan. ``unserved`` are (chunk, reason).
    """

    instance: Instance
    problem: Problem
    plan: Plan
    teams: tuple[Standing, ...]
    crews: tuple[int | None, ...]
    past: tuple[Past, ...]
    orphans: tuple[int, ...]
    before: Mapping[str, tuple[str, int]]
    unserved: tuple[tuple[Chunk, str], ...]


def situation(instance: Instance, adopted: Mapping[str, Any], said: Disturbances) -> Situation:
    """Return where everybody is at ``said.at``. Raises PlanningError when the plan is not one of this round."""
    changed = said.apply(instance)
    written = {str(team["id"]): team for team in adopted["teams"]}
    teams = tuple(_standing(changed, team, written.get(team.id, {}), said) for team in changed.teams)
    settled = {visit["chunk"] for one in teams for visit in _visits(one.past)}
    kept = {chunk for one in teams if one.crew is not None for chunk in one.rest}
    chunks, unserved = [], []
    for chunk in chunks_of(changed):
        if chunk.id in settled:
            continue
        reason = _hopeless(chunk, said, teams, held=chunk.id in kept)
        if reason:
            unserved.append((chunk, reason))
        else:
            chunks.append(chunk)
    index = {chunk.id: n for n, chunk in enumerate(chunks)}
    living = [one for one in teams if one.crew is not None]
    problem = problem_of(
        changed,
        chunks=chunks,
        crews=[one.crew for one in living if one.crew is not None],
        arrived=[(trip["lab_arrive"], trip["tubes"]) for one in teams for trip in one.past.trips],
        busy=_busy(changed, teams, said.at),
    )
    plan = [_tour(one, index) for one in living]
    held = {item for tour in plan for item in tour}
    return Situation(
        instance=changed,
        problem=problem,
        plan=plan,
        teams=teams,
        crews=tuple(living.index(one) if one.crew is not None else None for one in teams),
        past=tuple(one.past for one in living),
        orphans=tuple(n for n in range(len(chunks)) if n not in held),
        before={
            str(visit["chunk"]): (str(team["id"]), int(visit["start"]))
            for team in adopted["teams"]
            for trip in team["trips"]
            for visit in trip["visits"]
        },
        unserved=tuple(unserved),
    )


def _tour(one: Standing, index: Mapping[str, int]) -> Tour:
    """Return a team's open tour without what cannot be served any more."""
    found = [
        RETURN if chunk is None else index[chunk] for chunk in one.rest if chunk is None or chunk in index
    ]
    return tidy(found, carrying=bool(one.past.visits))


def _hopeless(chunk: Chunk, said: Disturbances, teams: tuple[Standing, ...], *, held: bool) -> str:
    """Return why nobody can be swabbed there any more, empty when it is not certain."""
    if chunk.site in said.closed and said.closed[chunk.site] is None:
        return "site_closed"
    if chunk.open > chunk.close:
        return "site_closed"
    if chunk.close < said.at and not held:
        return "window"
    able = [one for one in teams if one.crew is not None]
    if not able:
        return "no_team"
    if chunk.skill and not any(chunk.skill in one.team.skills for one in able):
        return "skill"
    return ""


def _visits(past: Past) -> list[dict[str, Any]]:
    return [*(visit for trip in past.trips for visit in trip["visits"]), *past.visits]


def _busy(instance: Instance, teams: tuple[Standing, ...], at: int) -> list[tuple[int, int, int]]:
    places = {site.id: n for n, site in enumerate(instance.sites, start=1)}
    return [
        (places[visit["site"]], visit["start"], visit["end"])
        for one in teams
        for visit in _visits(one.past)
        if visit["end"] > at
    ]


def _standing(instance: Instance, team: Team, plan: Mapping[str, Any], said: Disturbances) -> Standing:
    """Walk through a team's written plan up to the moment."""
    walk = _Walk(instance, team, said)
    for trip in plan.get("trips") or []:
        walk.trip(trip)
    return walk.end()


class _Walk:
    def __init__(self, instance: Instance, team: Team, said: Disturbances) -> None:
        self.instance, self.team, self.said, self.at = instance, team, said, said.at
        self.places = {site.id: n for n, site in enumerate(instance.sites, start=1)}
        self.stopped = said.gone(team.id) or said.late.get(team.id, 0) > said.at
        self.free = max(instance.params.start, team.from_)
        self.place = 0
        self.left: int | None = None
        self.trips: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        self.depart: int | None = None
        self.stands: dict[str, Any] | None = None
        self.rest: list[str | None] = []
        self.lost: list[dict[str, Any]] = []
        self.cut = False

    def trip(self, trip: Mapping[str, Any]) -> None:
        """Take what is committed of a trip, put the rest aside."""
        if self.cut:
            self.rest.append(None)
        leaves, kept = int(trip["depart"]), []
        for visit in trip["visits"]:
            if str(visit["site"]) not in self.places:
                raise PlanningError(
                    f"实例里没有 {visit['site']}。", place="teams", hint="计划要是这一轮的计划。"
                )
            if not self.cut:
                self.cut = not self._committed(visit, leaves)
            if self.cut:
                self.rest.append(str(visit["chunk"]))
                continue
            kept.append({**visit, "pinned": True})
            self.left = int(trip["depart"]) if self.left is None else self.left
            self.place, self.free = self.places[str(visit["site"])], int(visit["end"])
            leaves = self.free
        if self.stands is not None and not self.open and self.depart is None:
            self.depart = int(trip["depart"])
            self.left = self.depart if self.left is None else self.left
        if not kept:
            return
        home, done = int(trip["lab_arrive"]), not self.cut and leaves < self.at
        if self.said.gone(self.team.id) and not done:
            # Whoever stops working takes home what was swabbed.
            done, home = True, self.free + int(self.instance.travel.seconds[self.place][0])
        if done and home > self.at and self._loses():
            self.lost, self.place, self.free = kept, 0, self.at
            self.cut = True
            return
        if done:
            self.trips.append(
                {
                    "depart": int(trip["depart"]),
                    "visits": kept,
                    "persons": sum(visit["persons"] for visit in kept),
                    "tubes": sum(visit["tubes"] for visit in kept),
                    "lab_arrive": home,
                    "max_age_min": round((home - kept[0]["start"]) / 60, 2),
                    "pinned": True,
                }
            )
            self.place, self.free = 0, home + self.instance.params.lab_stop
            return
        self.open, self.depart, self.cut = kept, int(trip["depart"]), True

    def _loses(self) -> bool:
        return self.said.gone(self.team.id) and self.said.out[self.team.id].lost

    def _committed(self, visit: Mapping[str, Any], leaves: int) -> bool:
        if int(visit["start"]) < self.at:
            return True
        if leaves >= self.at or self.stopped:
            return False
        if str(visit["site"]) in self.said.closed:
            # On the way to a shut gate: the team gets there and finds it shut.
            until = self.said.closed[str(visit["site"])]
            if until is None or until > int(visit["start"]):
                self.place = self.places[str(visit["site"])]
                self.free = int(visit["arrive"]) + (0 if until is None else self.instance.params.setup)
                self.stands = {"site": str(visit["site"]), "free": max(self.free, self.at)}
                return False
        return True

    def end(self) -> Standing:
        """Return the team as it stands."""
        past = Past(tuple(self.trips), tuple(self.open), self.depart, self.stands)
        gone = self.said.gone(self.team.id)
        if gone:
            past = Past(tuple(self.trips))
        spent = len(self.trips) >= self.instance.params.max_trips and not (self.open or self.rest)
        if gone or spent:
            return Standing(self.team, past, None, self.rest, self.lost)
        worked = self.trips[-1]["lab_arrive"] - self.left if self.trips and self.left is not None else 0
        crew = Crew(
            id=self.team.id,
            samplers=self.team.samplers,
            free=max(self.free, self.at, self.said.late.get(self.team.id, 0)),
            until=min(self.team.to, self.instance.lab.close),
            cooler=self.team.cooler_tubes,
            place=self.place,
            aboard=int(self.open[0]["start"]) if self.open else None,
            aboard_tubes=sum(int(visit["tubes"]) for visit in self.open),
            left=self.left,
            trips=len(self.trips),
            worked=worked,
            skills=frozenset(self.team.skills),
        )
        return Standing(self.team, past, crew, self.rest, self.lost)
