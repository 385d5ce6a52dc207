"""混管追阳: a positive or grey tube holds everybody in it, and each is free or positive by his own swab only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from pingzhan.domain.command.models import Activation
from pingzhan.domain.orders.models import Order
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import (
    HOLD_MOVES,
    HoldState,
    PoolMode,
    ProposalState,
    PursuitState,
    RoundKind,
    RoundState,
)
from pingzhan.domain.screening.events import PersonPositive, PooledPositive, person_positive, pooled_positive
from pingzhan.domain.screening.models import (
    Conflict,
    Demand,
    Hold,
    Member,
    Pursuit,
    Round,
    SamplingTeam,
    SwitchProposal,
)
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict as ConflictError
from pingzhan.kernel.errors import DomainError, Invalid, Refused
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.lab import GREY, INVALID, NEGATIVE, POSITIVE, Lab, states, tube
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


def test_everybody_in_a_positive_tube_is_held_and_who_has_to_act_is_told(
    park: Park, lab: Lab, crew: list[Employment]
) -> None:
    firm = park.firms[0]
    Placement.objects.filter(employment=crew[0], t1__isnull=True).update(
        room=firm.room, canteen=firm.canteen, sitting=1, t0=crew[0].created_at - timedelta(days=2)
    )
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    followed = the_pursuit()
    assert states(*crew) == [HELD, HELD, "", ""]
    hold = Hold.objects.get(employment=crew[0])
    assert (hold.individual, hold.enterprise) == (crew[0].individual, firm.unit)
    assert (hold.team, hold.room, hold.canteen, hold.sitting) == (firm.teams[0], firm.room, firm.canteen, 1)
    assert (followed.verdict, followed.tube.code, followed.sampled_at) == (
        POSITIVE,
        "T001",
        tube("T001").first_taken_at,
    )
    order = Order.objects.get()
    assert order.pk in followed.order_ids
    assert (order.unit, order.critical) == (firm.unit, True)
    trail = AuditRecord.objects.get(verb="screening.pursuit_opened")
    assert trail.body["persons"] == 2


def test_the_single_retest_is_a_round_of_today_with_its_demand(
    park: Park, lab: Lab, crew: list[Employment], planner: Actor
) -> None:
    lab.fill("T001", crew[:2])
    lab.fill("T002", crew[2:3])
    lab.say(("T001", POSITIVE))
    lab.say(("T002", GREY))
    assert SwitchProposal.objects.get().tubes == 1
    again = Round.objects.get(kind=RoundKind.RETEST)
    assert (again.mode, again.pool_size, again.state) == (PoolMode.SINGLE, 1, RoundState.DRAFT)
    assert set(Pursuit.objects.values_list("retest", flat=True)) == {again.pk}
    demand = Demand.objects.get()
    assert (demand.round, demand.enterprise, demand.due) == (again, park.firms[0].unit, 3)
    assert again.enterprise_ids == [] or again.enterprise_ids == [park.firms[0].unit.pk]
    assert [one.due for one in screening.compute_demand(round_=again, by=planner)] == [3]


@pytest.mark.parametrize(
    ("verdict", "state"), [(NEGATIVE, RELEASED), (POSITIVE, FOUND), (GREY, HELD), (INVALID, HELD)]
)
def test_what_a_single_swab_after_the_pool_says(
    lab: Lab, crew: list[Employment], verdict: Any, state: str
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    lab.fill("S001", crew[:1])
    lab.say(("S001", verdict))
    assert states(*crew[:2]) == [state, HELD]
    # A grey single is followed by itself; a positive one of somebody held needs no pursuit of its own.
    assert Pursuit.objects.count() == (2 if verdict == GREY else 1)
    if state in (RELEASED, FOUND):
        assert Hold.objects.get(employment=crew[0]).retest_tube == tube("S001")


def test_a_single_swab_before_the_pool_releases_nobody(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("S001", crew[:1])
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    lab.say(("S001", NEGATIVE))
    assert states(crew[0]) == [HELD]


def test_a_retest_that_comes_in_with_its_pool_counts(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.fill("S001", crew[:1])
    lab.say(("S001", NEGATIVE), ("T001", POSITIVE))
    assert states(*crew[:2]) == [RELEASED, HELD]


def test_a_positive_single_of_somebody_free_is_followed_by_itself(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("S001", crew[:1])
    lab.say(("S001", POSITIVE))
    assert states(crew[0]) == [FOUND]
    assert the_pursuit().tube == tube("S001")
    assert the_pursuit().retest is None


def test_events_tell_of_the_tube_and_of_the_person(
    lab: Lab, crew: list[Employment], django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[Any] = []

    def hear(event: Any, **_more: Any) -> None:
        heard.append(event)

    pooled_positive.connect(hear)
    person_positive.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            lab.fill("T001", crew[:2])
            lab.say(("T001", POSITIVE))
            lab.fill("S001", crew[:1])
            lab.say(("S001", POSITIVE))
    finally:
        pooled_positive.disconnect(hear)
        person_positive.disconnect(hear)
    hold = Hold.objects.get(employment=crew[0])
    followed = the_pursuit()
    assert heard == [
        PooledPositive(followed.pk, followed.tube_id, followed.zone_id, POSITIVE, 2),
        PersonPositive(hold.pk, tube("S001").pk, crew[0].individual_id, None, hold.enterprise_id),
    ]


def test_a_pool_corrected_to_negative_releases_with_the_reason(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    assert SwitchProposal.objects.get().state == ProposalState.OPEN
    lab.say(("T001", NEGATIVE, WHY))
    assert states(*crew[:2]) == [RELEASED, RELEASED]
    assert all(WHY in reason for reason in Hold.objects.values_list("reason", flat=True))
    ended = Pursuit.objects.get()
    assert (ended.state, WHY in ended.reason) == (PursuitState.CLOSED, True)
    assert Order.objects.get().state == "cancelled"
    assert SwitchProposal.objects.get().state == ProposalState.WITHDRAWN


def test_a_negative_corrected_to_positive_opens(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", NEGATIVE))
    assert not Pursuit.objects.exists()
    lab.say(("T001", POSITIVE, WHY))
    assert states(*crew[:2]) == [HELD, HELD]
    lab.say(("T001", NEGATIVE, WHY))
    lab.say(("T001", POSITIVE, WHY))
    assert states(*crew[:2]) == [HELD, HELD]
    assert Pursuit.objects.count() == 2


def test_a_pool_corrected_to_invalid_holds_on(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    lab.say(("T001", INVALID, WHY))
    assert states(*crew[:2]) == [HELD, HELD]


def test_a_positive_single_corrected_is_held_or_free_by_what_is_left(
    lab: Lab, crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    lab.fill("S001", crew[:1])
    lab.say(("S001", POSITIVE))
    lab.say(("S001", INVALID, WHY))
    assert states(crew[0]) == [HELD]
    lab.say(("S001", NEGATIVE, WHY))
    assert states(crew[0]) == [RELEASED]


def test_a_release_by_a_swab_that_is_corrected_holds_again(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    lab.fill("S001", crew[:1])
    lab.say(("S001", NEGATIVE))
    lab.say(("S001", INVALID, WHY))
    assert states(crew[0]) == [HELD]
    assert Hold.objects.filter(employment=crew[0]).count() == 2
    lab.fill("S002", crew[:1])
    lab.say(("S002", NEGATIVE))
    assert states(crew[0]) == [RELEASED]
    lab.say(("S001", NEGATIVE, WHY))
    assert states(crew[0]) == [RELEASED]


def test_somebody_in_two_positive_tubes_is_free_when_neither_holds(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.fill("T002", [crew[0], crew[2]])
    lab.say(("T001", POSITIVE), ("T002", GREY))
    assert Hold.objects.count() == 3
    assert Member.objects.filter(hold__employment=crew[0]).count() == 2
    lab.say(("T001", NEGATIVE, WHY))
    assert states(*crew[:3]) == [HELD, RELEASED, HELD]
    lab.say(("T002", NEGATIVE, WHY))
    assert states(*crew[:3]) == [RELEASED, RELEASED, RELEASED]


def test_members_of_a_tube_found_in_conflict_later_stay_held(
    park: Park, lab: Lab, one: Phone, crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    one.send(one.swab("T002", crew[0]), one.write("seal", tube="T002"))
    assert Conflict.objects.filter(person=crew[0].individual_id).exists()
    assert states(*crew[:2]) == [HELD, HELD]


def test_the_steps_of_a_pursuit(park: Park, lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    followed, by = the_pursuit(), park.root
    screening.mark_controlled(pursuit=followed, by=by)
    screening.mark_reported(pursuit=followed, by=by)
    for again in (screening.mark_controlled, screening.mark_reported):
        with pytest.raises(ConflictError):
            again(pursuit=followed, by=by)
    with pytest.raises(ConflictError, match="2"):
        screening.close_pursuit(pursuit=followed, reason=WHY, by=by)
    first, second = Hold.objects.order_by("pk")
    with pytest.raises(Invalid):
        screening.release_hold(pursuit=followed, hold=first, reason=" ", by=by)
    screening.release_hold(pursuit=followed, hold=first, reason=WHY, by=by)
    with pytest.raises(ConflictError):
        screening.release_hold(pursuit=followed, hold=first, reason=WHY, by=by)
    lab.fill("S001", crew[1:2])
    lab.say(("S001", POSITIVE))
    second.refresh_from_db()
    assert (second.state, second.until) == (FOUND, None)
    screening.close_pursuit(pursuit=followed, reason=WHY, by=by)
    second.refresh_from_db()
    assert second.until is not None
    with pytest.raises(ConflictError):
        screening.mark_controlled(pursuit=followed, by=by)


@pytest.mark.parametrize(
    "role", [Role.COMPANY, Role.LABORATORY, Role.LEADER, Role.ORGANISER, Role.AUDITOR, Role.SAMPLER]
)
def test_who_may_not_take_the_steps(park: Park, lab: Lab, crew: list[Employment], role: Role) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    followed, by = the_pursuit(), acting(role, park.zone.path)
    steps: list[Any] = [
        lambda: screening.mark_controlled(pursuit=followed, by=by),
        lambda: screening.mark_reported(pursuit=followed, by=by),
        lambda: screening.release_hold(pursuit=followed, hold=Hold.objects.all()[0], reason=WHY, by=by),
        lambda: screening.close_pursuit(pursuit=followed, reason=WHY, by=by),
    ]
    for step in steps:
        with pytest.raises(Refused):
            step()


def test_an_enterprise_sees_its_own_people_and_nobody_elses(
    park: Park, lab: Lab, one: Phone, crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    own, other = park.firms
    assert screening.holds_visible_to(own.contact).count() == 2
    assert not screening.holds_visible_to(other.contact).exists()
    for contact in (own.contact, other.contact):
        assert not screening.pursuits_visible_to(contact).exists()
        assert not screening.proposals_visible_to(contact).exists()
    for role, sees in ((Role.DUTY_OFFICER, 1), (Role.LEADER, 1), (Role.SAMPLER, 0), (Role.ORGANISER, 0)):
        assert screening.pursuits_visible_to(acting(role, park.zone.path)).count() == sees
    assert not screening.pursuits_visible_to(acting(Role.DUTY_OFFICER, "/9999/")).exists()


def test_a_proposal_switches_nothing_and_a_person_decides(
    park: Park, lab: Lab, crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    found = SwitchProposal.objects.get()
    assert (found.unit, found.state) == (park.firms[0].unit, ProposalState.OPEN)
    with pytest.raises(Refused):
        screening.decide_proposal(
            proposal=found, accept=True, note=WHY, by=acting(Role.COMPANY, park.zone.path)
        )
    leader = acting(Role.LEADER, park.zone.path)
    with pytest.raises(Invalid):
        screening.decide_proposal(proposal=found, accept=True, note="", by=leader)
    screening.decide_proposal(proposal=found, accept=True, note=WHY, by=leader)
    with pytest.raises(ConflictError):
        screening.decide_proposal(proposal=found, accept=False, note=WHY, by=leader)
    assert not Activation.objects.exists()


def test_a_second_enterprise_makes_the_proposal_one_for_the_zone(park: Park, lab: Lab) -> None:
    lab.fill("T001", [hire(park.firms[0], no="A"), hire(park.firms[0], no="B")])
    lab.say(("T001", POSITIVE))
    lab.fill("T002", [hire(park.firms[1], no="A"), hire(park.firms[1], no="B")])
    lab.say(("T002", POSITIVE))
    found = SwitchProposal.objects.get()
    assert (found.unit, found.tubes) == (park.zone, 2)


def test_the_four_times_are_measured_against_their_targets(
    park: Park, lab: Lab, crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    followed = the_pursuit()
    row = screening.pursuit_rows([followed], followed.found_at + timedelta(minutes=61))[0]
    tested, _found, controlled, reported = row.times
    assert (row.heads, row.held, row.released, row.positive) == (2, 2, 0, 0)
    assert (controlled.taken, controlled.late, controlled.waiting) == (timedelta(minutes=61), True, True)
    assert (reported.late, tested.waiting, row.late) == (False, False, True)
    assert tested.taken == followed.tested_at - followed.sampled_at  # type: ignore[operator]
    screening.mark_controlled(pursuit=followed, by=park.root)
    followed.refresh_from_db()
    assert not screening.pursuit_rows([followed], followed.found_at + timedelta(minutes=61))[0].late


def test_the_database_keeps_the_transition_table(lab: Lab, crew: list[Employment]) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    hold = Hold.objects.all()[0]
    one_tube = tube("T001")
    values: dict[HoldState, dict[str, Any]] = {
        HELD: {"until": None},
        RELEASED: {"until": hold.since, "reason": WHY},
        FOUND: {"retest_tube": one_tube},
    }
    for before in (HELD, FOUND, RELEASED):
        for after in HoldState:
            if after == before:
                continue
            with transaction.atomic():
                if before != HELD:
                    Hold.objects.filter(pk=hold.pk).update(state=before, **values[before])
                if after in HOLD_MOVES[before]:
                    assert Hold.objects.filter(pk=hold.pk).update(state=after, **values[after])
                else:
                    with pytest.raises(IntegrityError), transaction.atomic():
                        Hold.objects.filter(pk=hold.pk).update(state=after, **values[after])
                transaction.set_rollback(True)
    for change in (
        lambda: Hold.objects.filter(pk=hold.pk).update(person=hold.person + 1),
        lambda: Hold.objects.filter(pk=hold.pk).update(state=RELEASED, until=hold.since),
        lambda: Pursuit.objects.update(found_at=hold.since - timedelta(days=1)),
        lambda: Pursuit.objects.update(state=PursuitState.CLOSED),
        lambda: Member.objects.all().delete(),
        lambda: Hold.objects.create(person=hold.person),
    ):
        with pytest.raises((IntegrityError, ProtectedError, DomainError, Exception)), transaction.atomic():
            change()


def test_a_phone_is_told_who_is_held(
    park: Park, lab: Lab, one: Phone, teams: list[SamplingTeam], crew: list[Employment]
) -> None:
    lab.fill("T001", crew[:2])
    lab.say(("T001", POSITIVE))
    roster = screening.take_roster(device=one.device, by=one.actor)[0]
    assert {row.ref: row.held for row in roster.people} == {worker.pk: worker in crew[:2] for worker in crew}
