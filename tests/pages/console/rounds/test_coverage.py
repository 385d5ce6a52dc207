"""Pages of a round's coverage: who sees them, whole or masked names, what they cost, the files."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.models import Round, SamplingTeam
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from tests.domain.people.crowd import Firm, Park, build_park, hire, person
from tests.domain.screening.phones import Phone, adopted_round, phone
from tests.factories import kept
from tests.pages.console.conftest import SignIn

NAME = "\u8c37\u4e00\u9e23"
MASKED = "\u8c37**"


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def crew(mill: Firm) -> list[Employment]:
    return [hire(mill, person(name=NAME), no=f"A{n}") for n in range(3)]


@pytest.fixture
def one(park: Park, crew: list[Employment]) -> Phone:
    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")
    adopted_round(park, team, [firm.unit for firm in park.firms])
    return phone(team, park)


def cover() -> str:
    return reverse("rounds:coverage", args=[Round.objects.get().pk])


def firm_page(mill: Firm) -> str:
    return reverse("rounds:firm", args=[Round.objects.get().pk, mill.unit.pk])


def own_page(mill: Firm) -> str:
    return reverse("testing:chase", args=[mill.unit.pk, Round.objects.get().pk])


def test_from_the_zone_to_who_is_missing(
    sign_in: SignIn, park: Park, mill: Firm, one: Phone, crew: list[Employment]
) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(officer.get(cover()))
    assert mill.unit.name in page
    assert firm_page(mill) in page
    assert 'data-chart="bars"' in page
    page = text(officer.get(firm_page(mill)))
    assert "A1" in page
    assert "A0" not in page
    assert NAME in page
    assert AuditRecord.objects.filter(verb="screening.chase_read").count() == 1
    assert "\u6ca1\u6709\u8fd9\u6837\u7684\u4eba" in text(officer.get(f"{firm_page(mill)}?why=exempt"))
    assert "A1" in text(officer.get(f"{firm_page(mill)}?team={mill.teams[0].pk}&why=x"))
    assert "A1" not in text(officer.get(f"{firm_page(mill)}?team=0"))


def test_a_planner_reads_masked_names(sign_in: SignIn, park: Park, mill: Firm, one: Phone) -> None:
    page = text(sign_in(Role.ORGANISER, path=park.zone.path).get(firm_page(mill)))
    assert NAME not in page
    assert MASKED in page


def test_the_enterprise_has_its_own_list_and_no_other(
    sign_in: SignIn, park: Park, mill: Firm, one: Phone
) -> None:
    contact = sign_in(Role.COMPANY, path=mill.unit.path)
    assert own_page(mill) in text(contact.get(reverse("testing:firm", args=[mill.unit.pk])))
    page = text(contact.get(own_page(mill)))
    assert NAME in page
    assert not AuditRecord.objects.filter(verb="screening.chase_read").exists()
    assert contact.get(own_page(park.firms[1])).status_code == 404
    assert contact.get(reverse("testing:chase", args=[mill.unit.pk, 0])).status_code == 404
    assert contact.get(firm_page(mill)).status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_coverage(sign_in: SignIn, park: Park, mill: Firm, one: Phone, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    sees = role in {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}
    for address in (cover(), firm_page(mill)):
        assert client.get(address).status_code == (200 if sees else 403), address


def test_the_files_hold_what_the_pages_show(
    sign_in: SignIn, park: Park, mill: Firm, one: Phone, crew: list[Employment]
) -> None:
    one.send(one.swab("T-0001", crew[0]))
    round_ = Round.objects.get()
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)

    def csv(client: Client, key: str, more: str = "") -> str:
        return text(client.get(f"{reverse('exports:csv', args=[key])}?round={round_.pk}{more}"))

    assert mill.unit.name in csv(officer, "screening.coverage")
    found = csv(officer, "screening.chase", f"&unit={mill.unit.pk}&why=due")
    assert ("A1" in found, "A0" in found, NAME in found, MASKED in found) == (True, False, False, True)
    contact = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert "A1" not in csv(contact, "screening.chase")
    assert contact.get(reverse("exports:csv", args=["screening.coverage"])).status_code == 404
    assert mill.unit.name not in csv(officer, "screening.coverage", "x")


def test_the_pages_need_the_same_queries_for_one_and_three_rows(
    sign_in: SignIn, park: Park, mill: Firm, one: Phone, crew: list[Employment]
) -> None:
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    one.send(one.swab("T-0001", crew[0]), one.swab("T-0001", crew[1], 2))
    seen = []
    for more in ((), ("B1", "B2")):
        for no in more:
            hire(mill, no=no)
        for address in (cover(), firm_page(mill)):
            officer.get(address)
            with CaptureQueriesContext(connection) as caught:
                officer.get(address)
            seen.append(len(caught))
    assert seen == [15, 21, 15, 21]
