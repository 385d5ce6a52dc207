"""The instance as plain lists: what the planner's inner loops read.

A tour is a list of chunk indices and RETURN; a plan is one tour for each team. A trip is what lies between two visits
to the laboratory; the last return is not written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pingzhan.engines.planning.chunks import Chunk, chunks_of
from pingzhan.engines.planning.instance import Instance, Params, Team

RETURN = -1
"""In a tour: to the laboratory and out again."""
Tour = list[int]
Plan = list[Tour]


@dataclass(frozen=True, slots=True)
class Crew:
    """A team as the loops see it.

    It is free at ``free`` at ``place`` (0: the laboratory, which is the base). ``aboard`` is the time of the first
    swab of samples it carries already and ``aboard_tubes`` how many, None and 0 when there are none. A team that has
    been out left the base at ``left``, has ``trips`` behind it and has worked ``worked`` seconds if it stays.
    """

    id: str
    samplers: int
    free: int
    until: int
    cooler: int
    place: int = 0
    aboard: int | None = None
    aboard_tubes: int = 0
    left: int | None = None
    trips: int = 0
    worked: int = 0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything by index. ``service[samplers][chunk]`` is in seconds, ``legs`` is the matrix of driving times.

    ``lead[i][j]`` are the seconds from the end of chunk i to the beginning of chunk j, driving and set-up; the last
    row and column, which RETURN means too, are the laboratory. ``begin`` holds such a row for the place of each crew.
    ``tight`` are the chunks of sites that have fewer points than chunks, with the site's points; ``barred`` are
    the chunks for which each crew lacks the skill. ``arrived`` are (time, tubes) that the laboratory has already or
    gets whatever is decided, ``busy`` are (place, begin, end) of visits that are fixed. ``fetched``: the samples do
    not travel with the teams, so that a priority counts from the end of swabbing.
    """

    instance: Instance
    params: Params
    chunks: tuple[Chunk, ...]
    crews: tuple[Crew, ...]
    legs: list[list[int]]
    metres: list[list[int]]
    place: list[int]
    persons: list[int]
    tubes: list[int]
    open: list[int]
    close: list[int]
    service: dict[int, list[int]] = field(repr=False)
    lead: list[list[int]] = field(repr=False)
    begin: list[list[int]] = field(repr=False)
    tight: dict[int, int] = field(repr=False)
    priority: list[int] = field(repr=False)
    barred: list[frozenset[int]] = field(repr=False)
    arrived: tuple[tuple[int, int], ...] = ()
    busy: tuple[tuple[int, int, int], ...] = ()
    fetched: bool = False

    @property
    def sizes(self) -> list[int]:
        """Return the different numbers of samplers, rising."""
        return sorted(self.service)


def problem_of(
    instance: Instance,
    *,
    chunks: Sequence[Chunk] | None = None,
    crews: Sequence[Crew] | None = None,
    arrived: Sequence[tuple[int, int]] = (),
    busy: Sequence[tuple[int, int, int]] = (),
) -> Problem:
    """Return the problem of an instance; with the other arguments, of what is left of it while it runs."""
    found = tuple(chunks_of(instance) if chunks is None else chunks)
    params = instance.params
    teams = tuple(crews if crews is not None else (crew_of(instance, team) for team in instance.teams))
    legs = instance.travel.seconds.tolist()
    places = [one.place for one in found]
    counts = Counter(places) + Counter(where for where, _begin, _end in busy)
    points = [0, *(site.points for site in instance.sites)]

    def row(start: int) -> list[int]:
        legs_from = legs[start]
        return [
            *(0 if where == start else legs_from[where] + params.setup for where in places),
            legs_from[0],
        ]

    rows = {where: row(where) for where in {0, *places, *(crew.place for crew in teams)}}
    return Problem(
        instance=instance,
        params=params,
        chunks=found,
        crews=teams,
        legs=legs,
        metres=instance.travel.metres.tolist(),
        place=places,
        persons=[one.persons for one in found],
        tubes=[one.tubes for one in found],
        open=[one.open for one in found],
        close=[one.close for one in found],
        service={
            size: [params.swabbing(one.persons, size) for one in found]
            for size in sorted({crew.samplers for crew in teams})
        },
        lead=[*(rows[where] for where in places), rows[0]],
        begin=[rows[crew.place] for crew in teams],
        tight={chunk: points[where] for chunk, where in enumerate(places) if points[where] < counts[where]},
        priority=[one.priority for one in found],
        barred=[
            frozenset(n for n, one in enumerate(found) if one.skill and one.skill not in crew.skills)
            for crew in teams
        ],
        arrived=tuple(arrived),
        busy=tuple(busy),
    )


def crew_of(instance: Instance, team: Team) -> Crew:
    """Return a team as it is before the round begins; it must be back before the laboratory closes."""
    return Crew(
        team.id,
        team.samplers,
        max(instance.params.start, team.from_),
        min(team.to, instance.lab.close),
        team.cooler_tubes,
        skills=frozenset(team.skills),
    )
