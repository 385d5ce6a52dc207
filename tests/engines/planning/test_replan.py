"""Planning again while a round runs: what is begun stays, nobody is forgotten, and the least change is the least."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.engines import plancheck
from pingzhan.engines.planning import Ask, PlanningError, greedy_plan, make_plan, read_instance, replan
from pingzhan.engines.planning.climb import plan_key, tidy
from pingzhan.engines.planning.disturbances import read_changes
from pingzhan.engines.planning.meter import Meter
from pingzhan.engines.planning.planner import Effort
from pingzhan.engines.planning.problem import RETURN, Plan
from pingzhan.engines.planning.repair import append
from pingzhan.engines.planning.replan import MODES, document
from pingzhan.engines.planning.simulate import score
from pingzhan.engines.planning.standing import Situation, situation

from .made import random_plan, random_round

NEVER = {"missing", "duplicate", "unknown", "times", "frozen", "out", "closed", "unserved"}
EXACT = Ask("least-change", 0.0, "iterations", 2, 1)


def random_changes(data: dict[str, Any], rng: Random, at: int) -> dict[str, Any]:
    """Return one to three things that happen to a round."""
    changes: list[dict[str, Any]] = []
    teams = [team["id"] for team in data["teams"]]
    for n in range(rng.randint(1, 3)):
        kind = rng.choice(["team_out", "team_late", "courier_lost", "site_closed", "lab_slower", "extra"])
        one: dict[str, Any] = {"kind": kind}
        if kind in ("team_out", "courier_lost"):
            one["team"] = rng.choice(teams)
            if kind == "team_out":
                one["samples"] = rng.choice(["home", "lost"])
        elif kind == "team_late":
            one |= {"team": rng.choice(teams), "until": at + rng.randint(600, 7200)}
        elif kind == "site_closed":
            one["site"] = rng.choice(data["sites"])["id"]
            if rng.random() < 0.7:
                one["until"] = at + rng.randint(600, 7200)
        elif kind == "lab_slower":
            if "tubes_per_h" not in data["labs"][0]:
                continue
            one |= {"tubes_per_h": rng.choice([0, 5]), "until": at + rng.randint(600, 7200)}
        else:
            one |= {
                "site": rng.choice(data["sites"])["id"],
                "cohort": f"again{n}",
                "persons": rng.randint(1, 20),
            }
        changes.append(one)
    return {"version": 1, "changes": changes}


def plain(plan: dict[str, Any]) -> list[Any]:
    """Return the teams of a plan without what says that they have begun."""
    teams = copy.deepcopy(plan["teams"])
    for team in teams:
        for trip in team["trips"]:
            for one in (trip, *trip["visits"]):
                one.pop("pinned", None)
                one.pop("slack", None)
            trip.pop("max_age_min")
    return teams  # type: ignore[no-any-return]


def standing(data: dict[str, Any], plan: dict[str, Any], changes: dict[str, Any], at: int) -> Situation:
    instance = read_instance(data)
    return situation(instance, plan, read_changes(changes, instance, at))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 400), at=st.integers(25_000, 62_000), mode=st.sampled_from(MODES))
def test_with_no_disturbance_nothing_changes(seed: int, at: int, mode: str) -> None:
    data = random_round(seed, generous=True)
    plan = greedy_plan(data)
    again = replan(data, plan, {"changes": []}, at=at, ask=Ask(mode))
    assert plain(again) == plain(plan)
    assert (again["changes"], again["notices"]) == ([], [])
    assert again["violations"] == plan["violations"]
    assert again["score"] == plan["score"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 400), at=st.integers(27_000, 50_000), mode=st.sampled_from(MODES))
def test_whatever_happens_what_is_begun_stays_and_nobody_is_forgotten(seed: int, at: int, mode: str) -> None:
    data, rng = random_round(seed, generous=seed % 3 > 0), Random(seed + at)
    plan, changes = greedy_plan(data), random_changes(data, rng, at)
    again = replan(data, plan, changes, at=at, ask=Ask(mode, 30.0, "iterations", 3, 1))
    assert not NEVER & {one["kind"] for one in again["violations"] if one not in plan["violations"]}
    # Who breaks rules may be earlier than is possible.
    assert again["violations"] or again["bounds"]["last_result"] <= again["score"]["last_result"] + 1
    later = at + rng.randint(0, 9000)
    more = {"changes": [one for one in random_changes(data, rng, later)["changes"] if one["kind"] != "extra"]}
    third = replan(data, again, more, at=later, ask=Ask(mode, 30.0, "iterations", 3, 1))
    assert not NEVER & {one["kind"] for one in third["violations"] if one not in plan["violations"]}


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 400), at=st.integers(27_000, 50_000))
def test_it_is_never_worse_than_giving_what_is_open_to_the_end_of_others(seed: int, at: int) -> None:
    data = random_round(seed, generous=True)
    plan = greedy_plan(data)
    lost = {"changes": [{"kind": "team_out", "team": data["teams"][seed % len(data["teams"])]["id"]}]}
    now = standing(data, plan, lost, at)
    simple = score(now.problem, append(now.problem, now.plan, now.orphans)).result_key()
    again = replan(data, plan, lost, at=at, ask=Ask("least-delay", 0, "iterations", 5, 1))
    kinds = Counter(one["kind"] for one in again["violations"])
    if simple[:2] == (0, 0) and not plan["violations"]:
        assert not kinds
        assert int(again["score"]["last_result"] // 60) <= simple[3]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 400), at=st.integers(27_000, 50_000))
def test_the_planner_and_the_check_agree_about_any_plan_while_the_round_runs(seed: int, at: int) -> None:
    data, rng = random_round(seed, generous=seed % 2 > 0), Random(seed + at)
    plan = greedy_plan(data)
    if plan["violations"]:
        return
    changes = random_changes(data, rng, at)
    instance = read_instance(data)
    said = read_changes(changes, instance, at)
    now = situation(instance, plan, said)
    if not now.problem.crews:
        return
    tried: Plan = random_plan(now.problem, seed)
    tried = [
        tidy([RETURN, *tour] if rng.random() < 0.3 else tour, carrying=crew.aboard is not None)
        for tour, crew in zip(tried, now.problem.crews, strict=True)
    ]
    mine = score(now.problem, tried)
    other = document(plan, now, said, tried, (Ask(), Meter("iterations", 1)))
    persons: Counter[str] = Counter()
    kinds = Counter(one["kind"] for one in other["violations"])
    for one in other["violations"]:
        persons[one["kind"]] += one["persons"]
    assert not NEVER & set(kinds) - ({"times"} if kinds["late"] else set())
    assert mine.late == persons["late"]
    assert mine.over == sum(kinds[kind] for kind in ("age", "cooler", "work", "hours")) + persons["trips"]
    assert mine.crowded == persons["points"]
    assert mine.last_lab == other["score"]["last_lab"]
    assert round(mine.last_result) == other["score"]["last_result"]


def tiny(seed: int) -> tuple[dict[str, Any], int]:
    """Return a round of two teams and five places, and a moment at which four or fewer are still open."""
    rng = Random(seed)
    data: dict[str, Any] = {
        "version": 1,
        "round": {"id": "r", "date": "2022-05-12", "seed": 1, "budget": {"iterations": 20}},
        "labs": [{"id": "lab", "pos": [0, 0], "tubes_per_h": 30, "run_min": 60}],
        "params": {"age_max_min": rng.choice([120, 240])},
        "sites": [
            {
                "id": f"s{n}",
                "pos": [rng.uniform(-4, 4), rng.uniform(-4, 4)],
                "cohorts": [{"id": "c", "persons": rng.randint(10, 120), "open": 27_000, "close": 64_800}],
            }
            for n in range(5)
        ],
        "teams": [{"id": "a", "samplers": 2}, {"id": "b", "samplers": 3}, {"id": "c", "samplers": 2}],
    }
    return data, 27_000 + rng.randint(600, 3600)


def every_plan(now: Situation) -> list[Plan]:
    """Return all plans of what is left: every chunk gets a team, every team an order, every gap a return or none."""
    problem, found = now.problem, []
    teams, n = len(problem.crews), len(problem.chunks)
    for owners in itertools.product(range(teams), repeat=n):
        orders = []
        for team in range(teams):
            mine = [chunk for chunk in range(n) if owners[chunk] == team]
            carrying = problem.crews[team].aboard is not None
            ways = []
            for order in itertools.permutations(mine):
                for gaps in itertools.product((0, 1), repeat=len(order)):
                    tour = [
                        x for gap, item in zip(gaps, order, strict=True) for x in ([RETURN] * gap + [item])
                    ]
                    if tidy(tour, carrying=carrying) == tour:
                        ways.append(tour)
            orders.append(ways)
        found += [list(plan) for plan in itertools.product(*orders)]
    return found


@pytest.mark.parametrize("seed", range(8))
def test_the_least_change_is_the_least_of_all_plans(seed: int) -> None:
    data, at = tiny(seed)
    plan = make_plan(data, effort=Effort("iterations", 30, 1))
    changes = {"changes": [{"kind": "team_out", "team": "abc"[seed % 3]}]}
    instance = read_instance(data)
    said = read_changes(changes, instance, at)
    now = situation(instance, plan, said)
    ask = Ask("least-change", 20.0, "iterations", 40, 1)
    again = replan(data, plan, changes, at=at, ask=ask)
    limit = (plan["score"]["last_result"] // 60 + 20) * 60 + 59
    best: tuple[float, int, int] | None = None
    for tried in every_plan(now):
        if score(now.problem, tried).result_key()[:2] != (0, 0):
            continue
        found = document(plan, now, said, tried, (ask, Meter("iterations", 1)))
        if found["violations"]:
            continue
        excess = max(0, found["score"]["last_result"] // 60 - limit // 60)
        key = (excess, len(found["changes"]), len(found["notices"]))
        best = key if best is None else min(best, key)
    assert best is not None
    excess = max(0, again["score"]["last_result"] // 60 - limit // 60)
    assert (excess, len(again["changes"]), len(again["notices"])) == best
    assert again["violations"] == []


def running() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a round, its plan, and the plan after a team was lost in the middle of it."""
    data = random_round(7, generous=True)
    plan = make_plan(data, effort=Effort("iterations", 30, 1))
    starts = sorted(
        visit["start"] for team in plan["teams"] for trip in team["trips"] for visit in trip["visits"]
    )
    at = starts[len(starts) // 2] + 1
    lost = max(plan["teams"], key=lambda team: sum(len(trip["visits"]) for trip in team["trips"]))["id"]
    again = replan(
        data,
        plan,
        {"changes": [{"kind": "team_out", "team": lost}]},
        at=at,
        ask=Ask("least-change", 60, "iterations", 5),
    )
    return data, plan, again


def test_the_check_finds_what_was_changed_against_the_plan_before() -> None:
    data, plan, again = running()
    assert plancheck.check(data, again, plan).violations == []

    def kinds(change: Any) -> set[str]:
        bad = copy.deepcopy(again)
        change(bad)
        return {one.kind for one in plancheck.check(data, bad, plan).violations}

    def pinned(bad: dict[str, Any]) -> dict[str, Any]:
        return next(v for t in bad["teams"] for trip in t["trips"] for v in trip["visits"] if v.get("pinned"))

    def drop(bad: dict[str, Any]) -> None:
        for team in bad["teams"]:
            for trip in team["trips"]:
                for visit in trip["visits"]:
                    if not visit.get("pinned"):
                        trip["visits"].remove(visit)
                        bad["replan"]["unserved"].append({**visit, "reason": "site_closed"})
                        return

    def to_the_lost(bad: dict[str, Any]) -> None:
        lost = bad["replan"]["changes"][0]["team"]
        mine = next(team for team in bad["teams"] if team["id"] == lost)
        for team in bad["teams"]:
            for trip in team["trips"]:
                if team is not mine and trip["visits"] and not trip["visits"][-1].get("pinned"):
                    mine["trips"].append({**trip, "visits": [trip["visits"].pop()]})
                    return

    def forget(bad: dict[str, Any]) -> None:
        drop(bad)
        bad["replan"]["unserved"] = []

    assert "frozen" in kinds(lambda bad: pinned(bad).update(start=pinned(bad)["start"] + 60))
    assert "frozen" in kinds(lambda bad: pinned(bad).pop("pinned"))
    assert "unserved" in kinds(drop)
    assert "out" in kinds(to_the_lost)
    assert "missing" in kinds(forget)
    assert "frozen" in kinds(lambda bad: bad["replan"].update(lost=[{**pinned(bad), "team": "t0"}]))


def test_a_gate_that_stays_shut_is_named_with_its_people_and_one_that_opens_later_is_waited_for() -> None:
    data = random_round(11, generous=True)
    plan = greedy_plan(data)
    site = data["sites"][0]
    shut = replan(
        data, plan, {"changes": [{"kind": "site_closed", "site": site["id"]}]}, at=27_000, ask=EXACT
    )
    persons = sum(one["persons"] for one in site["cohorts"])
    assert sum(one["persons"] for one in shut["replan"]["unserved"]) == persons
    assert {one["reason"] for one in shut["replan"]["unserved"]} == {"site_closed"}
    assert shut["violations"] == []
    later = {"changes": [{"kind": "site_closed", "site": site["id"], "until": 34_000}]}
    opens = replan(data, plan, later, at=27_000, ask=Ask("least-delay", 0, "iterations", 10))
    starts = [
        visit["start"]
        for team in opens["teams"]
        for trip in team["trips"]
        for visit in trip["visits"]
        if visit["site"] == site["id"]
    ]
    assert min(starts) >= 34_000


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"kind": "storm"}, "changes[0].kind"),
        ({"kind": "team_out", "team": "nobody"}, "changes[0].team"),
        ({"kind": "team_late", "team": "t0"}, "changes[0].until"),
        ({"kind": "site_closed", "site": "nowhere"}, "changes[0].site"),
        ({"kind": "extra", "site": "s0", "cohort": "x", "persons": 0}, "changes[0].persons"),
        ({"kind": "extra", "site": "s0", "cohort": "x", "persons": 1, "at": 40_000}, "changes[0].at"),
    ],
)
def test_a_wrong_change_is_named_by_its_path(change: dict[str, Any], place: str) -> None:
    data = random_round(1, generous=True)
    with pytest.raises(PlanningError) as refused:
        replan(data, greedy_plan(data), {"changes": [change]}, at=30_000)
    assert refused.value.place == place


def test_the_same_seed_and_iterations_give_the_same_plan_again() -> None:
    data, plan, _again = running()
    changes = {"changes": [{"kind": "team_out", "team": data["teams"][0]["id"]}]}
    ask = Ask("least-delay", 0, "iterations", 20, 3)
    assert replan(data, plan, changes, at=30_000, ask=ask) == replan(data, plan, changes, at=30_000, ask=ask)
    now = standing(data, plan, changes, 30_000)
    assert plan_key(now.problem, now.plan, None)[0] == len(now.orphans)
