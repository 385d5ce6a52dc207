"""Members of a sampling team and an enterprise's exemptions in the browser: listed, added, ended; refused in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening.enums import MemberKind
from pingzhan.domain.screening.models import Exemption, SamplingTeam, TeamMember
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Park, build_park, hire
from tests.factories import kept
from tests.pages.console.conftest import SignIn

NAME = "\u8d1d\u6811\u9752"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


@pytest.fixture
def park(db: None) -> Park:
    made = kept(build_park)
    hire(made.firms[0], no="A1")
    return made


@pytest.fixture
def team(park: Park) -> SamplingTeam:
    return SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")


@pytest.fixture
def person(park: Park) -> Person:
    return Person.objects.create(name=NAME, home_unit=park.zone)


@pytest.fixture
def planner(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.ORGANISER, path=park.zone.path)


@pytest.fixture
def contact(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.COMPANY, path=park.firms[0].unit.path)


def test_somebody_joins_a_team_and_leaves_it(planner: Client, team: SamplingTeam, person: Person) -> None:
    page, add = at("rounds:members", team.pk), at("rounds:member_add", team.pk)
    assert page in text(planner.get(at("rounds:staff")))
    data = {"person": person.pk, "kind": "medical", "role": "sampler"}
    assert "\u8bf7\u9009\u62e9\u4eba\u5458" in text(planner.post(add, data | {"person": ""}))
    assert planner.post(add, data).status_code == 302
    answer = planner.post(add, data)
    assert (answer.status_code, "\u4e0d\u5728\u53ef\u9009\u7684\u540d\u5355\u91cc" in text(answer)) == (
        422,
        True,
    )
    member = TeamMember.objects.get()
    assert (member.kind, member.person) == (MemberKind.MEDICAL, person)
    end = at("rounds:member_end", member.pk)
    assert end in text(planner.get(page))
    planner.post(end)
    shown = text(planner.get(page))
    assert (end in shown, "\u4ee5\u524d\u7684\u6210\u5458" in shown) == (False, True)
    assert "\u5df2\u7ecf\u4e0d\u5728\u8fd9\u4e2a\u91c7\u6837\u961f" in text(planner.post(end, follow=True))


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_keeps_members(
    sign_in: SignIn, park: Park, team: SamplingTeam, person: Person, role: Role
) -> None:
    client = sign_in(role, path=park.zone.path)
    page, add = at("rounds:members", team.pk), at("rounds:member_add", team.pk)
    sees = role in {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}
    assert client.get(page).status_code == (200 if sees else 403)
    data = {"person": person.pk, "kind": "medical", "role": "sampler"}
    assert client.post(add, data).status_code == (302 if role == Role.ORGANISER else 403)
    assert (add in text(client.get(page))) == (role == Role.ORGANISER)
    member = TeamMember.objects.create(
        team=team, kind="official", person=Person.objects.create(name="\u67d0", home_unit=park.zone)
    )
    far = sign_in(Role.ORGANISER, path="/999/")
    assert [far.get(page).status_code, far.post(at("rounds:member_end", member.pk)).status_code] == [404, 404]


def exemption(**more: str) -> dict[str, str]:
    today = business_now()[1]
    return {"number": "A1", "reason": "leave", "since": f"{today}", "until": f"{today}"} | more


def test_an_exemption_is_written_down_and_taken_back(contact: Client, park: Park) -> None:
    unit = park.firms[0].unit
    page, add = at("testing:exemptions", unit.pk), at("testing:exempt", unit.pk)
    assert page in text(contact.get(at("testing:firm", unit.pk)))
    for wrong, words in (
        ({"number": ""}, "\u8bf7\u586b\u5199\u5de5\u53f7"),
        ({"number": "B9"}, "\u6ca1\u6709\u8fd9\u4e2a\u5de5\u53f7"),
        ({"since": "x"}, "\u65e5\u671f\u4e0d\u5bf9"),
        ({"reason": "other"}, "\u8981\u5199\u8bf4\u660e"),
    ):
        answer = contact.post(add, exemption(**wrong))
        assert (answer.status_code, words in text(answer)) == (422, True), wrong
    assert contact.post(add, exemption()).status_code == 302
    assert "\u5df2\u767b\u8bb0\u6682\u4e0d\u91c7\u6837" in text(contact.post(add, exemption()))
    made = Exemption.objects.get()
    end = at("testing:exempt_end", unit.pk, made.pk)
    assert end in text(contact.get(page))
    assert "\u6062\u590d\u91c7\u6837" in text(contact.post(end, follow=True))
    assert "\u5df2\u7ecf\u64a4\u9500" in text(contact.post(end, follow=True))
    assert "\u5df2\u64a4\u9500" in text(contact.get(page))


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_registers_exemptions(sign_in: SignIn, park: Park, role: Role) -> None:
    unit = park.firms[0].unit
    client = sign_in(role, path=park.zone.path)
    page, add = at("testing:exemptions", unit.pk), at("testing:exempt", unit.pk)
    sees = role in {Role.DUTY_OFFICER, Role.COMPANY}
    assert client.get(page).status_code == (200 if sees else 403)
    assert client.post(add, exemption()).status_code == (302 if role == Role.COMPANY else 403)
    assert (add in text(client.get(page))) == (role == Role.COMPANY)


def test_another_enterprise_is_not_found(sign_in: SignIn, contact: Client, park: Park) -> None:
    contact.post(at("testing:exempt", park.firms[0].unit.pk), exemption())
    made = Exemption.objects.get()
    other = park.firms[1].unit.pk
    assert contact.get(at("testing:exemptions", other)).status_code == 404
    assert contact.post(at("testing:exempt", other), exemption()).status_code == 404
    stranger = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert stranger.post(at("testing:exempt_end", other, made.pk)).status_code == 404


def test_the_lists_need_the_same_queries_for_one_and_three_rows(
    planner: Client, contact: Client, park: Park, team: SamplingTeam
) -> None:
    unit, today = park.firms[0].unit, business_now()[1]
    seen = []
    for rows in ((1,), (2, 3)):
        for n in rows:
            TeamMember.objects.create(
                team=team, kind="official", person=Person.objects.create(name=f"{n}", home_unit=park.zone)
            )
            worker = hire(park.firms[0], no=f"B{n}")
            Exemption.objects.create(
                employment=worker,
                enterprise=unit,
                reason="leave",
                since=today,
                until=today + timedelta(days=n),
            )
        for client, page in (
            (planner, at("rounds:members", team.pk)),
            (contact, at("testing:exemptions", unit.pk)),
        ):
            client.get(page)
            with CaptureQueriesContext(connection) as caught:
                client.get(page)
            seen.append(len(caught))
    assert seen == [10, 11, 10, 11]
