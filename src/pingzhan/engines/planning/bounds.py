"""How good a plan could be at best. What is shown to people is a proven bound, never a deadline that was not met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pingzhan.engines.planning.problem import Problem

TRIPS = 5
"""Trips of a team that the bounds reckon with at most."""
SEARCH_STEPS = 32
"""Steps of the search for prices; each narrows the range by a third."""
WHOLE_SEARCH = 3
"""Different team sizes up to which the search goes to full depth."""
MOST_SIZES = 4
"""Different team sizes at which the search ends; beyond, prices are powers of the size, a little weaker."""
PRECISION = 1.0
"""Seconds to which a bound is searched."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """No plan is earlier. ``reason`` says what binds the last arrival or result: work, window or lab."""

    last_lab: float
    last_result: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Site:
    """The people of a site, its cheapest arrival, its way to the laboratory."""

    persons: int
    arrival: float
    home: int


def bounds(problem: Problem) -> Bounds:
    """Return the bounds of a whole round: by work that must be done, by windows, and by the laboratory's queue.

    Planning reference, section 6. The work bound is a linear programme in which sites may be split among teams of all
    sizes; it holds for every way of cutting.
    """
    if not problem.chunks:
        return Bounds(problem.params.start, problem.params.start + problem.instance.lab.run, "work")
    sites = _sites(problem)
    work = _work_bound(problem, sites)
    window = _window_bound(problem)
    last_lab, reason = (work, "work") if work >= window else (window, "window")
    run = problem.instance.lab.run
    last_result, flow = last_lab + run, _flow_bound(problem, sites)
    if flow > last_result:
        last_result, reason = flow, "lab"
    return Bounds(last_lab, last_result, reason)


def simple_bound(problem: Problem) -> int:
    """Return a bound in closed form, from which the bisection starts: all work shared by all samplers."""
    sites = _sites(problem)
    samplers = sum(crew.samplers for crew in problem.crews)
    least = min(crew.samplers for crew in problem.crews)
    work = sum(site.persons * 3600 / problem.params.rate + least * site.arrival for site in sites)
    return int(_when(problem, sites, work / samplers))


def _sites(problem: Problem) -> list[_Site]:
    inbound: dict[int, int] = {}
    used = sorted(set(problem.place))
    crews = sorted({crew.place for crew in problem.crews})
    for j in used:
        inbound[j] = min(problem.legs[i][j] for i in {0, *used, *crews} if i != j)
    heads = dict.fromkeys(used, 0)
    for place, persons in zip(problem.place, problem.persons, strict=True):
        heads[place] += persons
    # A team that stands at a site already needs neither drive nor set-up there.
    return [
        _Site(
            heads[j],
            0.0 if j in crews else problem.params.setup + inbound[j],
            problem.legs[j][0],
        )
        for j in used
    ]


def _useful(problem: Problem, sites: list[_Site], at: float) -> float:
    """Return the most seconds a team can offer by a time, when it comes and goes between laboratory and sites."""
    params = problem.params
    start = min(crew.free for crew in problem.crews)
    home = min(site.home for site in sites)
    arrival = max(site.arrival for site in sites)
    longest = 0.0
    for trips in range(1, TRIPS + 1):
        by_time = at - start - trips * home - (trips - 1) * params.lab_stop
        by_age = trips * (params.age_max - home + arrival)
        longest = max(longest, min(by_time, by_age))
    return longest


def _when(problem: Problem, sites: list[_Site], needed: float) -> float:
    """Return the first time by which a team can offer so many seconds."""
    low = float(min(crew.free for crew in problem.crews))
    high = low + 3600.0
    while _useful(problem, sites, high) < needed and high < low + 30 * 86_400:
        high = low + 2 * (high - low)
    while high - low > PRECISION / 4:
        middle = (low + high) / 2
        if _useful(problem, sites, middle) >= needed:
            high = middle
        else:
            low = middle
    return low


def _work_bound(problem: Problem, sites: list[_Site]) -> float:
    """Return the work bound: the least seconds that every team must work when sites may be split among team sizes.

    The linear programme is min w with shares x of site i done by size j, sum_j x_ij = 1 and sum_i x_ij p_ij <= n_j w.
    By duality w = max over prices l >= 0 with sum_j n_j l_j = 1 of sum_i min_j l_j p_ij, which is concave in the
    prices, and every price gives a proven bound; so a search in a few dimensions replaces a solver.
    """
    teams = np.array(
        [sum(crew.samplers == size for crew in problem.crews) for size in problem.sizes], dtype=float
    )
    spent = np.array(
        [
            [site.persons * 3600 / (problem.params.rate * size) + site.arrival for size in problem.sizes]
            for site in sites
        ]
    )
    # A share is what all teams of one size earn together, so that the shares sum to 1.
    priced = spent / teams
    if len(teams) <= MOST_SIZES:
        return _when(problem, sites, _best_share(priced, np.empty(0)))
    sizes = np.array(problem.sizes, dtype=float)
    best = 0.0
    for power in np.linspace(0.5, 1.5, 41):
        shares = teams * sizes**power
        best = max(best, float((priced * (shares / shares.sum())).min(axis=1).sum()))
    return _when(problem, sites, best)


def _best_share(spent: npt.NDArray[np.float64], given: npt.NDArray[np.float64]) -> float:
    """Return the greatest bound over shares of 1 that begin with ``given``: ternary search, one size at a time."""
    left = 1.0 - float(given.sum())
    size = len(given)
    if size == spent.shape[1] - 1:
        return float((spent * np.append(given, left)).min(axis=1).sum())
    low, high = 0.0, left
    steps = SEARCH_STEPS if spent.shape[1] <= WHOLE_SEARCH else SEARCH_STEPS // 2
    best = 0.0
    for _step in range(steps):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        at_a, at_b = _best_share(spent, np.append(given, a)), _best_share(spent, np.append(given, b))
        best = max(best, at_a, at_b)
        if at_a < at_b:
            low = a
        else:
            high = b
    return best


def _window_bound(problem: Problem) -> float:
    fastest = problem.sizes[-1]
    return max(
        begin + spent + problem.legs[place][0]
        for begin, spent, place in zip(problem.open, problem.service[fastest], problem.place, strict=True)
    )


def _flow_bound(problem: Problem, sites: list[_Site]) -> float:
    """Return the last result that the laboratory allows: tubes cannot be tested before they could be swabbed."""
    lab = problem.instance.lab
    if lab.tubes_per_h is None:
        return 0.0
    each = 3600 / lab.tubes_per_h
    start = min(crew.free for crew in problem.crews)
    home = min(site.home for site in sites)
    samplers, least = sum(crew.samplers for crew in problem.crews), min(problem.sizes)
    tubes: dict[int, int] = {}
    for place, count in zip(problem.place, problem.tubes, strict=True):
        tubes[place] = tubes.get(place, 0) + count
    items = sorted(
        (
            ((site.persons * 3600 / problem.params.rate + least * site.arrival) / tubes[place], tubes[place])
            for place, site in zip(sorted(tubes), sites, strict=True)
        )
    )
    total = sum(tubes.values())
    # Tubes at the laboratory by t are at most a fractional knapsack of the samplers' seconds; what is left then
    # flows afterwards. The worst t lies where the cheapest tubes so far are all there.
    worst, spent, there = max(lab.open, start + home) + total * each, 0.0, 0
    for cost, count in items:
        spent += cost * count
        there += count
        t = start + home + spent / samplers
        worst = max(worst, t + (total - there) * each)
    return worst + lab.run
