"""The measured rounds: they are the published ones, greedy plans are as published, and every plan is checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bench import rounds

from pingzhan.engines import plancheck
from pingzhan.engines.planning import Cancelled, Effort, PlanningError, greedy_plan, make_plan, read_instance
from pingzhan.engines.planning.bounds import bounds
from pingzhan.engines.planning.chunks import chunks_of
from pingzhan.engines.planning.problem import problem_of

NAMES = tuple(rounds.ROUNDS)
BOUNDS = {"W60": (12.487, 16.64), "S60": (15.161, 19.16), "W500": (13.960, 17.96), "S500": (15.424, 19.42)}
GREEDY = {"W60": (13.81, 199.4), "S60": (15.96, 226.1), "W500": (16.01, 1926), "S500": (17.15, 2057)}


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_instance_is_the_published_one(name: str) -> None:
    instance = read_instance(rounds.load(name))
    chunks = [
        [chunk.place, chunk.persons, chunk.open - 25_200, chunk.close - 25_200]
        for chunk in chunks_of(instance)
    ]
    assert rounds.digest(chunks) == rounds.ROUNDS[name][5]


@pytest.mark.parametrize("name", NAMES)
def test_bounds_are_the_published_ones(name: str) -> None:
    found = bounds(problem_of(read_instance(rounds.load(name))))
    assert found.last_lab / 3600 == pytest.approx(BOUNDS[name][0], abs=0.001)
    assert found.last_result / 3600 == pytest.approx(BOUNDS[name][1], abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_the_greedy_plan_is_the_published_one(name: str) -> None:
    found = greedy_plan(rounds.load(name))
    last, staff = GREEDY[name]
    assert found["score"]["last_lab"] / 3600 == pytest.approx(last, abs=0.006)
    assert found["score"]["staff_h"] == pytest.approx(staff, rel=0.001)
    assert {one["kind"] for one in found["violations"]} <= ({"late"} if name == "S500" else set())


def test_a_searched_plan_is_clean_and_better_and_repeats_to_the_byte() -> None:
    data = rounds.load("W60")
    first = make_plan(data, effort=Effort("iterations", 150, 3))
    again = make_plan(data, effort=Effort("iterations", 150, 3))
    assert json.dumps(first) == json.dumps(again)
    assert first["violations"] == []
    greedy = greedy_plan(data)
    assert first["score"]["last_result"] < greedy["score"]["last_result"]
    assert first["score"]["last_result"] >= first["bounds"]["last_result"]
    assert first["score"]["persons"] == 5995


def test_a_plan_can_be_cancelled() -> None:
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        make_plan(rounds.load("W60"), effort=Effort("cpu_s", 60, 1), cancelled=lambda: next(asked, True))


def small(**changes: Any) -> dict[str, Any]:
    """A round of two sites and one team."""
    site = {
        "id": "a",
        "pos": [1, 0],
        "cohorts": [{"id": "c", "persons": 20, "open": 28_800, "close": 36_000}],
    }
    other = {
        "id": "b",
        "pos": [2, 0],
        "cohorts": [{"id": "c", "persons": 30, "open": 28_800, "close": 64_800}],
    }
    data: dict[str, Any] = {
        "version": 1,
        "round": {"id": "r", "date": "2022-05-12", "seed": 1, "budget": {"iterations": 20}},
        "labs": [{"id": "lab", "pos": [0, 0]}],
        "sites": [site, other],
        "teams": [{"id": "t", "samplers": 2}],
    }
    return data | changes


def test_written_times_are_what_a_team_can_do() -> None:
    found = make_plan(small())
    (team,) = found["teams"]
    visits = [visit for trip in team["trips"] for visit in trip["visits"]]
    assert sorted(visit["persons"] for visit in visits) == [20, 30]
    assert visits[0]["start"] == 28_800
    assert visits[0]["end"] == 28_800 + visits[0]["persons"] * 30
    assert visits[1]["start"] == visits[0]["end"] + round(1.3 / 35 * 3600 + 120) + 720
    assert found["violations"] == []


def test_samples_that_wait_are_swabbed_later() -> None:
    far = small()
    far["sites"][1]["cohorts"][0] |= {"open": 46_000, "close": 50_000}
    far["sites"][0]["cohorts"][0] |= {"close": 50_000}
    found = make_plan(far)
    assert found["violations"] == []
    for trip in found["teams"][0]["trips"]:
        assert trip["lab_arrive"] - trip["visits"][0]["start"] <= 240 * 60 + 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": 2}, "version"),
        ({"sites": []}, "sites"),
        ({"teams": [{"id": "t", "samplers": 0}]}, "teams[0].samplers"),
        ({"teams": [{"id": "t", "samplers": 2}, {"id": "t", "samplers": 2}]}, "teams[1].id"),
        ({"labs": [{"id": "a"}, {"id": "b"}]}, "labs[1]"),
        ({"teams": [{"id": "t", "samplers": 2, "start_pos": [5, 5]}]}, "teams[0].start_pos"),
        ({"travel": {"matrix_s": [[0, 1], [1, 0]]}}, "travel.matrix_s"),
        ({"params": {"pool": {"mode": "cube"}}}, "params.pool.mode"),
        ({"params": {"age_max_min": float("nan")}}, "params.age_max_min"),
        ({"round": {"budget": {"iterations": 1.5}}}, "round.budget.iterations"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(change: dict[str, Any], place: str) -> None:
    with pytest.raises(PlanningError) as refused:
        read_instance(small(**change))
    assert refused.value.place == place


def test_the_check_finds_what_was_tampered_with() -> None:
    data = small()
    good = make_plan(data)
    assert plancheck.check(data, good).ok

    def kinds(change: Any) -> set[str]:
        bad = json.loads(json.dumps(good))
        change(bad["teams"][0]["trips"][0]["visits"])
        return {one.kind for one in plancheck.check(data, bad).violations}

    assert "missing" in kinds(lambda visits: visits.pop())
    assert "duplicate" in kinds(lambda visits: visits.append(dict(visits[0])))
    assert "unknown" in kinds(lambda visits: visits[0].update(site="nowhere"))
    assert "times" in kinds(lambda visits: visits[0].update(start=27_000, end=27_600))
    tight = small()
    tight["sites"][0]["cohorts"][0]["close"] = 28_000
    tight["sites"][0]["cohorts"][0]["open"] = 27_000
    assert {one.kind for one in plancheck.check(tight, good).violations} == {"late"}
