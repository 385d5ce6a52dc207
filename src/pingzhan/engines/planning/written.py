"""The plan as JSON data: who is where when, with how much to spare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pingzhan.engines.planning.problem import RETURN, Plan, Problem, Tour


@dataclass(frozen=True, slots=True)
class Past:
    """What a team has behind it when a plan is made while the round runs; nothing when it is made before.

    ``trips`` are complete, ``visits`` belong to the trip under way, which began at ``depart``. ``stands`` says where
    the team is when that is not where its last visit was.
    """

    trips: tuple[dict[str, Any], ...] = ()
    visits: tuple[dict[str, Any], ...] = ()
    depart: int | None = None
    stands: dict[str, Any] | None = None


def written(problem: Problem, plan: Plan, past: Sequence[Past] = ()) -> list[dict[str, Any]]:
    """Return the teams of a plan with their trips. Teams without work have no trips.

    Times are as early as possible, except that a trip whose samples would grow too old begins swabbing later, by
    exactly what is needed; from the second trip on a team waits at the laboratory, not at the gate. ``slack`` is how
    many seconds a visit may begin later without anything else becoming late. ``past`` goes before the tours.
    """
    return [
        written_team(problem, index, tour, past[index] if past else Past()) for index, tour in enumerate(plan)
    ]


def written_team(problem: Problem, index: int, tour: Tour, past: Past) -> dict[str, Any]:
    """Return one team of a plan."""
    crew, params = problem.crews[index], problem.params
    trips = list(past.trips)
    now, depart = crew.free, crew.left
    parts, rest = [], list(tour)
    while RETURN in rest:
        end = rest.index(RETURN)
        parts.append(rest[:end])
        rest = rest[end + 1 :]
    parts.append(rest)
    for n, part in enumerate(parts):
        carried = past.visits if n == 0 else ()
        if not part and not carried:
            continue
        at = crew.place if n == 0 else 0
        if part and at == 0:
            lead = problem.legs[0][problem.place[part[0]]]
            now = max(now, problem.open[part[0]] - params.setup - lead)
        depart = now if depart is None else depart
        trip, now = _trip(problem, index, part, (now, at), carried)
        if carried or (n == 0 and past.depart is not None):
            trip["depart"] = past.depart
        trips.append(trip)
    last = trips[-1]["lab_arrive"] if trips else None
    found = {
        "id": crew.id,
        "samplers": crew.samplers,
        "depart": depart if trips else None,
        "last": last,
        "work_s": last - depart if last is not None and depart is not None else 0,
        "persons": sum(trip["persons"] for trip in trips),
        "trips": trips,
    }
    if past.stands is not None:
        found["stands"] = past.stands
    return found


def _trip(
    problem: Problem, index: int, part: Tour, start: tuple[int, int], carried: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], int]:
    """Return one trip and when the team can leave the laboratory again; ``start`` is when and where it is free."""
    (now, at), aboard = start, carried[0]["start"] if carried else None
    params, service = problem.params, problem.service[problem.crews[index].samplers]
    leave = now
    steps: list[tuple[int, int, int]] = []
    for chunk in part:
        where = problem.place[chunk]
        arrive = now + (0 if where == at else problem.legs[at][where])
        ready = arrive + (0 if where == at else params.setup)
        begin = max(ready, problem.open[chunk])
        steps.append((arrive, ready, begin))
        now, at = begin + service[chunk], where
    home = now + problem.legs[at][0]
    latest = [0] * len(part)
    end = now
    for k in range(len(part) - 1, -1, -1):
        chunk, (arrive, ready, begin) = part[k], steps[k]
        latest[k] = max(begin, min(end - service[chunk], max(problem.close[chunk], begin)))
        before = ready - arrive
        drive = arrive - (steps[k - 1][2] + service[part[k - 1]] if k else leave)
        end = latest[k] - before - drive
    visits: list[dict[str, Any]] = [dict(visit) for visit in carried]
    first = min(latest[0], max(steps[0][2], home - params.age_max)) if part and aboard is None else 0
    end = 0
    for k, chunk in enumerate(part):
        arrive, ready, soonest = steps[k]
        if k == 0:
            begin = max(soonest, first)
        else:
            shift = max(0, end - (steps[k - 1][2] + service[part[k - 1]]))
            arrive += shift
            begin = max(ready + shift, problem.open[chunk])
        one = problem.chunks[chunk]
        end = begin + service[chunk]
        visits.append(
            {
                "site": one.site,
                "cohort": one.cohort,
                "chunk": one.id,
                "persons": one.persons,
                "tubes": one.tubes,
                "arrive": arrive,
                "start": begin,
                "end": end,
                "slack": latest[k] - begin,
            }
        )
    oldest = aboard if aboard is not None else latest[0]
    trip = {
        "depart": leave,
        "visits": visits,
        "persons": sum(visit["persons"] for visit in visits),
        "tubes": sum(visit["tubes"] for visit in visits),
        "lab_arrive": home,
        "max_age_min": round((home - oldest) / 60, 2),
    }
    return trip, home + params.lab_stop
