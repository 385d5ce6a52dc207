"""What people need: a team with the skill, an early laboratory for those with a priority, a tube of their own."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pingzhan.engines import plancheck
from pingzhan.engines.planning import (
    Ask,
    Effort,
    PlanningError,
    greedy_plan,
    make_plan,
    read_instance,
    replan,
)
from pingzhan.engines.planning.problem import problem_of
from pingzhan.engines.planning.simulate import score
from pingzhan.engines.planning.written import written

from .made import random_plan, random_round


def skilled(seed: int) -> dict[str, Any]:
    """Return a round in which two places need a skill that one team has."""
    data = random_round(seed, generous=True)
    data["teams"][1]["skills"] = ["cold chain", "heights"]
    for site in data["sites"][:2]:
        for cohort in site["cohorts"]:
            cohort["skill"] = "cold chain"
    return data


def teams_at(plan: dict[str, Any], site: str) -> set[str]:
    return {
        team["id"]
        for team in plan["teams"]
        for trip in team["trips"]
        for visit in trip["visits"]
        if visit["site"] == site
    }


@pytest.mark.parametrize("seed", range(4))
def test_people_who_need_a_skill_are_given_to_a_team_that_has_it(seed: int) -> None:
    data = skilled(seed)
    for plan in (
        greedy_plan(data),
        greedy_plan(data, by_hand=True),
        make_plan(data, effort=Effort("iterations", 40, 1)),
    ):
        assert teams_at(plan, "s0") | teams_at(plan, "s1") == {data["teams"][1]["id"]}
        assert not {"skill", "missing"} & {one["kind"] for one in plan["violations"]}


def test_the_planner_and_the_check_agree_about_skills() -> None:
    found = 0
    for seed in range(40):
        data = skilled(seed)
        problem = problem_of(read_instance(data))
        plan = random_plan(problem, seed)
        mine, other = score(problem, plan), plancheck.check(data, {"teams": written(problem, plan)})
        kinds = [one.kind for one in other.violations]
        persons = sum(one.persons for one in other.violations if one.kind == "trips")
        assert mine.over == persons + sum(
            kind in ("age", "cooler", "work", "hours", "skill") for kind in kinds
        )
        found += kinds.count("skill")
    assert found > 40


def test_when_the_only_team_with_the_skill_is_lost_the_reason_is_named_and_checked() -> None:
    data = skilled(2)
    plan = greedy_plan(data)
    lost = {"changes": [{"kind": "team_out", "team": data["teams"][1]["id"]}]}
    again = replan(data, plan, lost, at=27_000, ask=Ask("least-change", 60, "iterations", 5))
    assert {(one["site"], one["reason"]) for one in again["replan"]["unserved"]} == {
        ("s0", "skill"),
        ("s1", "skill"),
    }
    assert again["violations"] == []
    data["teams"][2]["skills"] = ["cold chain"]
    assert {one.kind for one in plancheck.check(data, again, plan).violations} == {"unserved"}


def test_a_skill_that_no_team_has_is_refused_with_its_place() -> None:
    data = skilled(2)
    data["sites"][2]["cohorts"][0]["skill"] = "diving"
    with pytest.raises(PlanningError) as refused:
        read_instance(data)
    assert refused.value.place == "sites[2].cohorts"


@pytest.mark.parametrize("seed", range(4))
def test_people_with_a_priority_are_at_the_laboratory_earlier(seed: int) -> None:
    plain = random_round(seed, generous=True)
    plain["sites"][-1]["cohorts"] = [
        {"id": "again", "persons": 10, "open": 27_000, "close": 64_800, "pool": 1}
    ]
    urgent = copy.deepcopy(plain)
    urgent["sites"][-1]["cohorts"][0]["priority"] = 5
    name = plain["sites"][-1]["id"]

    def arrival(data: dict[str, Any]) -> int:
        plan = make_plan(data, effort=Effort("iterations", 60, 1))
        assert plan["violations"] == []
        return next(
            int(trip["lab_arrive"])
            for team in plan["teams"]
            for trip in team["trips"]
            for visit in trip["visits"]
            if visit["site"] == name
        )

    early = arrival(urgent)
    legs = read_instance(urgent).travel.seconds
    site = len(urgent["sites"])
    soonest = 27_000 + int(legs[0][site]) + 720 + round(10 * 60 / max(t["samplers"] for t in urgent["teams"]))
    assert early <= arrival(plain)
    assert early <= soonest + int(legs[site][0]) + 900


def test_key_groups_have_a_tube_each_unless_the_pool_is_written() -> None:
    data = random_round(5, generous=True)
    for site in data["sites"]:
        for cohort in site["cohorts"]:
            cohort["key_group"] = "cold chain"
    data["sites"][0]["cohorts"][0]["pool"] = 5
    for team in data["teams"]:
        team.pop("cooler_tubes", None)
    plan = greedy_plan(data)
    first = data["sites"][0]["cohorts"][0]
    visits = [visit for team in plan["teams"] for trip in team["trips"] for visit in trip["visits"]]
    for visit in visits:
        mine = visit["site"] == data["sites"][0]["id"] and visit["cohort"] == first["id"]
        assert visit["tubes"] == (-(-visit["persons"] // 5) if mine else visit["persons"])
    assert plan["score"]["tubes"] == sum(visit["tubes"] for visit in visits)
