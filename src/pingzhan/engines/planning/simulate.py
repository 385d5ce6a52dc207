"""What a plan leads to, as the planner sees it: times as early as possible, the age of samples, the laboratory's queue.

The independent checker (engines.plancheck) computes the same from the written plan and shares no code with this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pingzhan.engines.planning.instance import Lab
from pingzhan.engines.planning.problem import RETURN, Plan, Problem

FOREVER = 1 << 60
AGE_TOLERANCE = 1
"""Seconds by which rounding may exceed the age limit."""


@dataclass(slots=True)
class Run:
    """How one team's tour goes.

    ``late`` counts persons whose swabbing would begin after their window, ``over`` trips (and coolers, and work, and
    visits for which the team lacks the skill) beyond a limit; ``arrivals`` are (time, tubes) at the laboratory;
    ``work`` seconds from leaving to the last return; ``urgent`` as in Score.
    """

    late: int
    over: int
    arrivals: list[tuple[int, int]]
    departure: int
    last: int
    work: int
    urgent: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A whole plan. ``staff`` is sampler-seconds; ``last_result`` seconds from midnight, fractions kept.

    ``urgent`` are the minutes at which samples with a priority reach the laboratory, times the priority, summed up.
    ``crowded`` counts teams for which a site has no point; the router cannot know, the climb mends it.
    """

    missing: int
    late: int
    over: int
    last_lab: int
    last_result: float
    staff: int
    fairness: float
    crowded: int = 0
    urgent: int = 0

    @property
    def clean(self) -> bool:
        """Return whether nobody is left out, late or over a limit; how many teams a site has room for aside."""
        return not (self.missing or self.late or self.over)

    def routing_key(self) -> tuple[int, int, int, int, int]:
        """Return the key by which routes are compared: the last arrival counts in steps of two minutes."""
        return (self.missing, self.late + 100 * self.over, self.urgent, self.last_lab // 120, self.staff)

    def result_key(self) -> tuple[int, int, int, int, int]:
        """Return the key by which whole plans are compared: the last result counts in minutes."""
        bad = self.late + 100 * (self.over + self.crowded)
        return (self.missing, bad, self.urgent, int(self.last_result // 60), self.staff)


def run_team(problem: Problem, team: int, tour: Sequence[int]) -> Run:
    """Return how a tour goes when every step is taken as early as possible.

    The team leaves just in time for its first window, not before it is free. The age of a trip's samples is counted
    from the latest first swab that changes nothing afterwards: waiting is done before swabbing, not after.
    """
    crew, params = problem.crews[team], problem.params
    aboard = crew.aboard
    if not tour and aboard is None:
        return Run(0, 0, [], crew.free, crew.free, crew.worked)
    lead, opens, closes = problem.lead, problem.open, problem.close
    tubes, service = problem.tubes, problem.service[crew.samplers]
    row, now, late, over = problem.begin[team], crew.free, 0, 0
    if crew.place == 0 and tour and tour[0] != RETURN:
        now = max(now, opens[tour[0]] - row[tour[0]])
    departure = now if crew.left is None else crew.left
    arrivals: list[tuple[int, int]] = []
    load, first, waits, room = crew.aboard_tubes, -1, 0, 0
    weight, urgent = 0, 0
    if problem.barred[team]:
        over += sum(item in problem.barred[team] for item in tour)
    # The first swab of a trip can begin later by what is waited afterwards, but no visit after its window.
    for item in (*tour, RETURN):
        now += row[item]
        if item == RETURN:
            if first < 0 and aboard is None:
                now -= row[item]
                continue
            begin = first + min(waits, room)
            if aboard is not None:
                begin = aboard if first < 0 else min(begin, aboard)
                aboard = None
            if now - begin > params.age_max + AGE_TOLERANCE:
                over += 1
            if crew.cooler and load > crew.cooler:
                over += 1
            arrivals.append((now, load))
            if weight:
                urgent, weight = urgent + weight * (now // 60), 0
            now += params.lab_stop
            row, load, first = lead[RETURN], 0, -1
            continue
        early = opens[item]
        if first < 0:
            now = max(now, early)
            first, waits, room = now, 0, FOREVER
        elif now < early:
            waits += early - now
            now = early
        spare = closes[item] - now
        if spare < 0:
            late += problem.persons[item]
            spare = 0
        room = min(room, waits + spare)
        now += service[item]
        row = lead[item]
        load += tubes[item]
        if problem.fetched:
            urgent += problem.priority[item] * (now // 60)
        else:
            weight += problem.priority[item]
    last = arrivals[-1][0] if arrivals else departure
    work = last - departure
    trips = crew.trips + len(arrivals)
    if trips > params.max_trips:
        over += trips - params.max_trips
    if params.max_work and work > params.max_work:
        over += 1
    if last > crew.until:
        over += 1
    return Run(late, over, arrivals, departure, last, work, urgent)


def stays(problem: Problem, team: int, tour: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (place, begin, end) of the visits to sites that have fewer points than visits."""
    crew, tight = problem.crews[team], problem.tight
    if not any(item in tight for item in tour):
        return []
    service, row, now = problem.service[crew.samplers], problem.begin[team], crew.free
    found: list[tuple[int, int, int]] = []
    carrying = crew.aboard is not None
    for item in tour:
        if item == RETURN:
            if carrying:
                now += row[RETURN] + problem.params.lab_stop
                row, carrying = problem.lead[RETURN], False
            continue
        begin = max(now + row[item], problem.open[item])
        now = begin + service[item]
        if item in tight:
            found.append((problem.place[item], begin, now))
        row, carrying = problem.lead[item], True
    return found


def crowding(problem: Problem, there: Iterable[tuple[int, int, int]]) -> int:
    """Return by how many teams the points of sites are exceeded, at the worst moment of each site."""
    events: dict[int, list[tuple[int, int]]] = {}
    for place, begin, end in (*problem.busy, *there):
        events.setdefault(place, []).extend(((begin, 1), (end, -1)))
    excess = 0
    for place, changes in events.items():
        now = most = 0
        for _at, change in sorted(changes):
            now += change
            most = max(most, now)
        excess += max(0, most - problem.instance.sites[place - 1].points)
    return excess


def queue(arrivals: Iterable[tuple[int, int]], problem: Problem) -> float:
    """Return when the last result is there: tubes flow through the laboratory in order of arrival, then ``run``."""
    lab = problem.instance.lab
    if lab.tubes_per_h is None:
        return max((at for at, _tubes in (*problem.arrived, *arrivals)), default=0) + lab.run
    each, free = 3600 / lab.tubes_per_h, float(lab.open)
    if lab.slower:
        for at, tubes in sorted((*problem.arrived, *arrivals)):
            free = _tested(lab, max(free, at), tubes)
        return free + lab.run
    for at, tubes in sorted((*problem.arrived, *arrivals)):
        free = (at if at > free else free) + tubes * each
    return free + lab.run


def _tested(lab: Lab, now: float, tubes: float) -> float:
    """Return when so many tubes are through, begun at ``now``, when the throughput changes at some moments."""
    rate, moments = lab.tubes_per_h or 0.0, (*lab.slower, (FOREVER, 0.0))
    for moment, then in moments:
        if now < moment:
            if rate and tubes * 3600 / rate <= moment - now:
                return now + tubes * 3600 / rate
            tubes -= rate * (moment - now) / 3600
            now = moment
        rate = then
    return now


def score(problem: Problem, plan: Plan, runs: Sequence[Run] | None = None) -> Score:
    """Return the score of a plan."""
    done = [run_team(problem, team, tour) for team, tour in enumerate(plan)] if runs is None else runs
    seen = [0] * len(problem.chunks)
    for tour in plan:
        for item in tour:
            if item != RETURN:
                seen[item] += 1
    works = [run.work for run in done if run.work]
    return Score(
        crowded=crowding(
            problem, (one for team, tour in enumerate(plan) for one in stays(problem, team, tour))
        )
        if problem.tight
        else 0,
        missing=sum(abs(count - 1) for count in seen),
        late=sum(run.late for run in done),
        over=sum(run.over for run in done),
        last_lab=max(
            (at for at, _tubes in (*problem.arrived, *(one for run in done for one in run.arrivals))),
            default=0,
        ),
        last_result=queue((one for run in done for one in run.arrivals), problem),
        staff=sum(run.work * crew.samplers for run, crew in zip(done, problem.crews, strict=True)),
        urgent=sum(run.urgent for run in done),
        fairness=max(works) * len(works) / sum(works) if works else 1.0,
    )
