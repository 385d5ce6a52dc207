"""Pages of pooled positives: what the zone follows, and what of it an enterprise sees."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import HoldState, ProposalState, PursuitState
from pingzhan.domain.screening.models import Hold, Pursuit, SamplingTeam, SwitchProposal
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Park, build_park, hire, person
from tests.domain.screening.lab import POSITIVE, Lab
from tests.domain.screening.phones import adopted_round, phone
from tests.factories import kept
from tests.pages.console.conftest import SignIn

NAME = "\u8c37\u8fdc\u6d32"


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], person(NAME), no="B7"), *(hire(park.firms[0], no=f"B{n}") for n in range(5))]


@pytest.fixture
def lab(park: Park) -> Lab:
    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")
    adopted_round(park, team, [firm.unit for firm in park.firms], pool_size=10)
    return Lab(park, phone(team, park))


@pytest.fixture
def followed(lab: Lab, crew: list[Employment]) -> Pursuit:
    lab.fill("T-001", crew[:2])
    lab.say(("T-001", POSITIVE))
    return Pursuit.objects.get()


def post(client: Client, name: str, *args: Any, **data: str) -> Any:
    return client.post(reverse(name, args=args), data, follow=True)


def test_the_leader_reads_and_decides_but_takes_no_step(
    sign_in: SignIn, park: Park, followed: Pursuit
) -> None:
    leader = sign_in(Role.LEADER, path=park.zone.path)
    listed = text(leader.get(reverse("pursuits:index")))
    assert "T-001" in listed
    shown = text(leader.get(reverse("pursuits:show", args=[followed.pk])))
    assert "\u8c37**" in shown
    assert NAME not in shown
    assert "\u7532\u73ed" in shown
    hold = Hold.objects.all()[0]
    for name, args in (
        ("pursuits:controlled", [followed.pk]),
        ("pursuits:reported", [followed.pk]),
        ("pursuits:close", [followed.pk]),
        ("pursuits:release", [followed.pk, hold.pk]),
    ):
        assert leader.post(reverse(name, args=args), {"reason": "\u539f\u56e0"}).status_code == 403
    proposal = SwitchProposal.objects.get()
    post(leader, "pursuits:decide", proposal.pk, accept="0", reason="\u5148\u590d\u6838")
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DECLINED


def test_the_desk_takes_the_steps_at_night(sign_in: SignIn, park: Park, followed: Pursuit) -> None:
    desk = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    post(desk, "pursuits:controlled", followed.pk)
    post(desk, "pursuits:reported", followed.pk)
    followed.refresh_from_db()
    assert followed.controlled_at is not None
    assert followed.reported_at is not None


def test_an_enterprise_sees_its_people_and_another_none(
    sign_in: SignIn, park: Park, followed: Pursuit
) -> None:
    own, other = park.firms
    contact = sign_in(Role.COMPANY, path=own.unit.path)
    shown = text(contact.get(reverse("testing:held", args=[own.unit.pk])))
    assert "B7" in shown
    assert NAME not in shown
    assert reverse("testing:held", args=[own.unit.pk]) in text(
        contact.get(reverse("testing:firm", args=[own.unit.pk]))
    )
    hold = Hold.objects.get(employment__employee_no="B7")
    reveal = reverse("privacy:reveal", args=["screening_hold", hold.pk])
    opened = contact.post(reveal, {"choice": "", "reason": "\u901a\u77e5\u672c\u4eba\u5355\u91c7"})
    assert opened.status_code in (200, 422)
    stranger = sign_in(Role.COMPANY, path=other.unit.path)
    assert stranger.get(reverse("testing:held", args=[own.unit.pk])).status_code == 404
    assert stranger.get(reveal).status_code == 404
    assert stranger.get(reverse("pursuits:show", args=[followed.pk])).status_code == 404
    # As a word: the token of a form may hold the two signs by chance.
    assert not re.search(r"\bB7\b", text(stranger.get(reverse("testing:held", args=[other.unit.pk]))))


def test_the_list_asks_as_often_for_three_as_for_one(
    sign_in: SignIn, park: Park, lab: Lab, crew: list[Employment], followed: Pursuit
) -> None:
    desk = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    desk.get(reverse("pursuits:index"))
    counts = []
    for n in (0, 2, 4):
        if n:
            lab.fill(f"T-10{n}", crew[n : n + 2])
            lab.say((f"T-10{n}", POSITIVE))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get(reverse("pursuits:index"))
        counts.append(len(asked))
    assert Pursuit.objects.count() == 3
    assert counts[0] == counts[1] == counts[2]


def test_states_that_the_page_shows_are_those_of_the_rows(followed: Pursuit) -> None:
    assert followed.state == PursuitState.OPEN
    assert set(Hold.objects.values_list("state", flat=True)) == {HoldState.HELD}
