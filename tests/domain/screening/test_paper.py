"""Tubes on paper: entered by work numbers they are the records a phone would have sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import RoundState, TubeState
from pingzhan.domain.screening.models import (
    Conflict,
    CustodyStep,
    Round,
    RoundCount,
    Sample,
    SamplingTeam,
    Tube,
)
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, hire
from tests.domain.screening.phones import adopted_round, phone
from tests.factories import account

NAME = "\u7686\u5343\u5c71"


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(5)]


@pytest.fixture
def today(park: Park, teams: list[SamplingTeam]) -> Round:
    return adopted_round(park, teams[0], [park.firms[0].unit])


def enter(
    park: Park, round_: Round, team: SamplingTeam, *numbers: str, tube: str = "t-0001", role: Role = Role.SAMPLER,
    box: str = "", over: str = "", ahead: timedelta = timedelta(hours=-1),
) -> api.PaperAnswer:  # fmt: skip
    sheet = api.PaperTube(tube, numbers, clock.now() + ahead, NAME, over, box)
    by = actor_of(account(role, path=park.zone.path))
    return api.enter_paper(round_=round_, team=team, enterprise=park.firms[0].unit, sheet=sheet, by=by)


def test_a_tube_on_paper_is_swabbed_sealed_and_boxed(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam]
) -> None:
    told = enter(park, today, teams[0], "A0", "A1", "A2", box="BOX-1")
    assert (told.stored, told.same, told.refused, told.doubts) == (3, 0, [], [])
    tube = Tube.objects.get()
    assert (tube.code, tube.state, tube.heads, tube.held) == ("T-0001", TubeState.BOXED, 3, False)
    assert sum(RoundCount.objects.values_list("tested", flat=True)) == 3
    assert list(Sample.objects.order_by("place").values_list("person", flat=True)) == [
        one.individual_id for one in crew[:3]
    ]
    assert NAME in CustodyStep.objects.get(step="seal").note


def test_the_same_sheet_again_changes_nothing_and_who_was_left_out_is_added(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam]
) -> None:
    enter(park, today, teams[0], "A0", "A1")
    again = enter(park, today, teams[0], "A0", "A1")
    assert (again.stored, again.same) == (0, 2)
    more = enter(park, today, teams[0], "A0", "A3", "A1")
    assert (more.stored, more.same, more.refused) == (1, 2, [])
    assert Tube.objects.get().heads == 3
    assert Device.objects.count() == 1
    other = enter(park, today, teams[0], "A2", tube="T-0002")
    assert other.stored == 1
    assert not Conflict.objects.exists()


@pytest.mark.parametrize(
    ("numbers", "field"),
    [(("A0", "B9"), "B9"), (("A0", "A0"), "A0"), ((), "1 \u81f3"), (("",), "1 \u81f3")],
)
def test_a_sheet_with_a_wrong_number_stores_nothing_and_names_it(
    park: Park,
    crew: list[Employment],
    today: Round,
    teams: list[SamplingTeam],
    numbers: tuple[str, ...],
    field: str,
) -> None:
    with pytest.raises(DomainError) as told:
        enter(park, today, teams[0], *numbers)
    assert told.value.place == "numbers"
    assert field in told.value.message
    assert not Sample.objects.exists()


def test_more_than_a_tube_holds_needs_a_reason(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam]
) -> None:
    told = enter(park, today, teams[0], "A0", "A1", "A2", "A3")
    assert told.stored == 3
    assert [number for number, _why in told.refused] == ["A3"]
    told = enter(
        park, today, teams[0], "A4", "A0", "A1", "A2", tube="T-0002", over="\u6700\u540e\u4e00\u7ba1"
    )
    assert told.stored == 4


def test_who_was_swabbed_by_phone_too_is_told(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam]
) -> None:
    one = phone(teams[0], park)
    one.send(one.swab("T-0009", crew[0]), one.write("seal", tube="T-0009"))
    told = enter(park, today, teams[0], "A0", "A1")
    assert told.stored == 2
    assert len(told.doubts) == 1
    assert sum(RoundCount.objects.values_list("tested", flat=True)) == 2


def test_who_may_not_sample_another_place_a_later_time_and_a_round_that_takes_none_are_refused(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam]
) -> None:
    for role in (Role.DUTY_OFFICER, Role.COMPANY, Role.AUDITOR, Role.LEADER):
        with pytest.raises(DomainError) as told:
            enter(park, today, teams[0], "A0", role=role)
        assert told.value.status == 403
    with pytest.raises(DomainError) as told:
        enter(park, today, teams[1], "A0")
    assert told.value.place == "enterprise"
    with pytest.raises(DomainError) as told:
        enter(park, today, teams[0], "A0", ahead=timedelta(hours=1))
    assert told.value.place == "at"
    draft = Round.objects.create(zone=park.zone, number=900, day=today.day, pool_size=3)
    assert draft.state == RoundState.DRAFT
    with pytest.raises(DomainError) as told:
        enter(park, draft, teams[0], "A0")
    assert told.value.code == "round_state"
    assert not Sample.objects.exists()


def test_a_register_on_paper_cannot_sign_in(
    park: Park, crew: list[Employment], today: Round, teams: list[SamplingTeam], client: Client
) -> None:
    enter(park, today, teams[0], "A0")
    book = Device.objects.get()
    assert (book.token_sha, book.enrol_sha, book.enrolled_at) == (None, None, None)
    for token in ("", "None", str(book.pk)):
        answer = client.get("/api/v1/sampling/roster", headers={"Authorization": f"Device {token}"})
        assert answer.status_code == 401
