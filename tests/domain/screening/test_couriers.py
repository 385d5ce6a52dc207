"""Couriers in a round of the zone: computed, compared, named where they cannot keep it, never adopted."""

from __future__ import annotations

from typing import Any

import pytest

from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import PlanState
from pingzhan.domain.screening.models import Laboratory, PlanVersion, Round, SamplingTeam, Slot
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid
from tests.domain.people.crowd import Park, hire

FEW = 60
"""Iterations: enough for a plan of two enterprises."""


@pytest.fixture
def ready(
    park: Park, planner: Actor, round_: Round, teams: list[SamplingTeam], laboratory: Laboratory
) -> PlanVersion:
    """A version of a round of two enterprises that was computed and can be adopted."""
    for firm in (park.firms[0], park.firms[0], park.firms[1]):
        hire(firm)
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    assert drain() == ["done"]
    return PlanVersion.objects.get(pk=made.pk)


def test_couriers_are_a_comparison_that_nobody_adopts(
    planner: Actor, ready: PlanVersion, teams: list[SamplingTeam]
) -> None:
    made = api.plan_round(
        round_=ready.round, iterations=FEW, assumed=api.Assumed(drivers=2, age_minutes=120), by=planner
    )
    assert made.what_if == {"drivers": 2, "age_minutes": 120}
    assert made.instance["params"]["age_max_min"] == 120
    assert made.instance["couriers"]["drivers"] == 2
    drain()
    made.refresh_from_db()
    assert made.state == PlanState.READY
    assert made.plan is not None
    assert made.plan["fetching"]["kept"]
    assert made.score is not None
    assert made.score["drivers"] == len(made.plan["couriers"]) >= 1
    with pytest.raises(Conflict) as caught:
        api.adopt_plan(version=made, by=planner)
    assert caught.value.code == "what_if"
    assert "\u6ca1\u6709\u9001\u6837\u5458" in caught.value.message
    made.refresh_from_db()
    assert made.state == PlanState.READY
    assert not Slot.objects.filter(version=made).exists()


def test_couriers_who_cannot_keep_the_limit_are_named_by_enterprise(
    park: Park, planner: Actor, ready: PlanVersion, teams: list[SamplingTeam]
) -> None:
    made = api.plan_round(
        round_=ready.round, iterations=FEW, assumed=api.Assumed(drivers=1, age_minutes=2), by=planner
    )
    drain()
    made.refresh_from_db()
    assert made.state == PlanState.FAILED
    assert made.plan is not None
    assert {one["reason"] for one in made.plan["fetching"]["unfetched"]} == {"age"}
    assert set(made.faults) == {
        f"\u6ca1\u6709\u9001\u6837\u5458\u6765\u53d6\u6837\u672c\uff1a{firm.unit.name}" for firm in park.firms
    }


@pytest.mark.parametrize(
    ("assumed", "place"),
    [
        ({"drivers": 0}, "drivers"),
        ({"drivers": 201}, "drivers"),
        ({"age_minutes": 0}, "age_minutes"),
        ({"drivers": 2, "age_minutes": 241}, "age_minutes"),
    ],
)
def test_what_cannot_be_assumed_is_refused(
    planner: Actor, ready: PlanVersion, assumed: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as caught:
        api.plan_round(round_=ready.round, iterations=FEW, assumed=api.Assumed(**assumed), by=planner)
    assert caught.value.place == place
    assert PlanVersion.objects.count() == 1
