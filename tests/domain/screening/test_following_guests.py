"""Who is on no list and in a positive tube: held, swabbed again and counted like the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.orders.models import Order
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import (
    HoldState,
    PoolMode,
    PursuitState,
    RoundKind,
)
from pingzhan.domain.screening.models import (
    Demand,
    Hold,
    Pursuit,
    Round,
    RoundCount,
    SamplingTeam,
    Slot,
    WalkIn,
)
from pingzhan.foundation.access.actor import Actor
from tests.domain.people.crowd import Park, hire, id_number
from tests.domain.screening.lab import NEGATIVE, POSITIVE, Lab, states, tube
from tests.domain.screening.phones import Phone, adopted_round, phone

HELD, RELEASED, FOUND = HoldState.HELD, HoldState.RELEASED, HoldState.POSITIVE
WHY = "\u6837\u672c\u6c61\u67d3"


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(4)]


@pytest.fixture
def one(park: Park, teams: list[SamplingTeam]) -> Phone:
    adopted_round(park, teams[0], [firm.unit for firm in park.firms], pool_size=10)
    return phone(teams[0], park)


@pytest.fixture
def lab(park: Park, one: Phone) -> Lab:
    return Lab(park, one)


def the_pursuit() -> Pursuit:
    return Pursuit.objects.select_related("zone").get(state=PursuitState.OPEN)


def test_somebody_registered_on_the_spot_is_held_like_the_others(
    park: Park, lab: Lab, one: Phone, crew: list[Employment]
) -> None:
    one.send(
        one.swab("T001", crew[0]), one.guest("T001", "\u8c37\u8fdc", id_number(3300), 2),
        one.write("seal", tube="T001"),
    )  # fmt: skip
    lab.receive("T001")
    lab.say(("T001", POSITIVE))
    hold = Hold.objects.get(individual=None)
    assert (hold.walk_in, hold.state, hold.enterprise) == (WalkIn.objects.get(), HELD, park.firms[0].unit)
    assert Demand.objects.get().due == 2


def test_a_walk_in_swabbed_again_in_another_round_is_the_same_person(
    park: Park, lab: Lab, one: Phone, teams: list[SamplingTeam], crew: list[Employment]
) -> None:
    number = id_number(3301)
    one.send(
        one.guest("T001", "\u8c37\u8fdc", number),
        one.swab("T001", crew[0], 2),
        one.write("seal", tube="T001"),
    )
    lab.receive("T001")
    lab.say(("T001", POSITIVE))
    adopted_round(park, teams[0], [park.firms[0].unit], pool_size=1)
    one.send(one.guest("S001", "\u8c37\u8fdc", number), one.write("seal", tube="S001"))
    lab.receive("S001")
    lab.say(("S001", NEGATIVE))
    assert WalkIn.objects.count() == 2
    assert Hold.objects.get(walk_in__isnull=False).state == RELEASED
    assert states(crew[0]) == [HELD]


def guests_only(lab: Lab, one: Phone, *numbers: int, code: str = "T001") -> None:
    """A tube of people who are on no list, so that nothing in it names an enterprise."""
    one.send(
        *(one.guest(code, "\u8c37\u8fdc", id_number(n), place) for place, n in enumerate(numbers, start=1)),
        one.write("seal", tube=code),
    )
    lab.receive(code)
    assert tube(code).enterprise is None


def test_walk_ins_of_an_unknown_enterprise_are_swabbed_again_where_the_team_stood(
    park: Park, lab: Lab, one: Phone, planner: Actor
) -> None:
    here, there = (firm.unit for firm in park.firms)
    # The team was at the second enterprise when they came, and at the first hours later.
    at = one.clock()
    Slot.objects.filter(enterprise=here).update(start=at + timedelta(hours=3), end=at + timedelta(hours=4))
    Slot.objects.filter(enterprise=there).update(start=at - timedelta(hours=1), end=at + timedelta(hours=1))
    guests_only(lab, one, 3310, 3311)
    lab.say(("T001", POSITIVE))
    assert set(Hold.objects.values_list("enterprise", flat=True)) == {there.pk}
    again = Round.objects.get(kind=RoundKind.RETEST)
    assert again.enterprise_ids == [there.pk]
    assert list(Demand.objects.values_list("enterprise", "due")) == [(there.pk, 2)]
    assert [order.unit for order in Order.objects.filter(unit__in=[here, there])] == [there]
    assert [row.due for row in screening.compute_demand(round_=again, by=planner)] == [2]


def test_what_the_plan_in_force_says_goes_before_a_slot_that_was_replaced(
    park: Park, lab: Lab, one: Phone
) -> None:
    here, there = (firm.unit for firm in park.firms)
    old = Slot.objects.get(enterprise=there)
    at = one.clock()
    Slot.objects.filter(pk=old.pk).update(
        start=at - timedelta(hours=1), end=at + timedelta(hours=1), ended_by=old.version
    )
    guests_only(lab, one, 3312)
    lab.say(("T001", POSITIVE))
    assert Hold.objects.get().enterprise == here


def test_a_walk_in_swabbed_singly_counts_where_he_was_held(
    park: Park, lab: Lab, one: Phone, teams: list[SamplingTeam]
) -> None:
    here = park.firms[0].unit
    Slot.objects.exclude(enterprise=here).delete()
    guests_only(lab, one, 3313, 3314)
    lab.say(("T001", POSITIVE))
    again = adopted_round(park, teams[0], [here], pool_size=1, kind=RoundKind.RETEST, mode=PoolMode.SINGLE)
    Pursuit.objects.update(retest=again)
    RoundCount.objects.create(round_id=again.pk, enterprise_id=here.pk, due=2)
    one.send(one.guest("S001", "\u8c37\u8fdc", id_number(3313)), one.write("seal", tube="S001"))
    assert RoundCount.objects.get(round_id=again.pk).tested == 1
    # Somebody whom nobody waits for is no enterprise's, in this round as in any other.
    one.send(one.guest("S002", "\u8c37\u8fdc", id_number(3315)), one.write("seal", tube="S002"))
    assert RoundCount.objects.get(round_id=again.pk).tested == 1
    lab.receive("S001")
    lab.say(("S001", NEGATIVE))
    assert sorted(Hold.objects.values_list("state", flat=True)) == sorted([HELD, RELEASED])
