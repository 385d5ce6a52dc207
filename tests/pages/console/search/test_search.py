"""查找: what each role finds, how much it costs, and when it is enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.pages.console.search import views
from tests.domain.people.crowd import Park, build_park, hire, person
from tests.factories import kept

SignIn = Callable[..., Client]


@pytest.fixture
def park(db: None) -> Park:
    park = kept(build_park)
    for n, firm in enumerate(park.firms, 1):
        hire(firm, person("\u8c37\u4e00\u9e23", phone=f"1540000{n}{n}{n}{n}"), no=f"N{n}")
        Enterprise.objects.create(
            unit=firm.unit, credit_code=f"9111000060003734{n}L"[:18].ljust(18, "0"), industry="34",
            short_name="\u8c37\u4e30", initials="gf",
        )  # fmt: skip
    Person.objects.create(name="\u8c37\u4e30\u767b", sort_key="gu3 feng1 deng1", home_unit=park.zone)
    return park


def found(client: Client, words: str) -> tuple[int, int, int]:
    """How many workers, enterprises and officials are linked."""
    body = client.get("/search/", {"q": words}).content.decode().split("<main")[1]
    return (
        body.count("/workers/") - body.count("status=all"),
        body.count("/enterprises/"),
        body.count("/people/"),
    )


@pytest.mark.parametrize(
    ("role", "whole", "wanted"),
    [
        (Role.DUTY_OFFICER, True, (2, 2, 1)),
        (Role.COMPANY, False, (1, 1, 0)),
        (Role.OFFICIAL, True, (0, 0, 1)),
        (Role.SYSTEM_ADMIN, True, (0, 2, 1)),
    ],
)
def test_everybody_finds_what_he_may_see(
    sign_in: SignIn, park: Park, role: Role, whole: bool, wanted: tuple[int, int, int]
) -> None:
    client = sign_in(role, path=park.zone.path if whole else park.firms[0].unit.path)
    assert found(client, "\u8c37") == wanted


def test_by_readings_digits_and_numbers(sign_in: SignIn, park: Park) -> None:
    client = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert found(client, "gym") == (2, 0, 0)
    assert found(client, "gufeng") == (0, 0, 1)
    assert found(client, "gfd") == (0, 0, 1)
    assert found(client, "2222") == (1, 0, 0)
    assert found(client, "N1") == (1, 0, 0)
    assert found(client, "gf") == (0, 2, 1)
    assert found(client, "") == (0, 0, 0)
    assert "\u6ca1\u6709\u627e\u5230" in client.get("/search/?q=zzzz").content.decode()


@pytest.mark.parametrize("more", [0, 2])
def test_the_number_of_queries(sign_in: SignIn, park: Park, more: int) -> None:
    for _n in range(more):
        hire(park.firms[0], person("\u8c37\u4e00\u9e23"))
    client = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    client.get("/search/")
    with CaptureQueriesContext(connection) as empty:
        client.get("/search/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/search/?q=gym")
    assert len(seen) - len(empty) == 7  # the count, words, workers, placements, keys, enterprises, officials


def test_too_often(sign_in: SignIn, park: Park, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PER_MINUTE", 3)
    client = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert [client.get("/search/?q=gym").status_code for _n in range(4)] == [200, 200, 200, 429]
    assert client.get("/search/").status_code == 200
    assert sign_in(Role.DUTY_OFFICER, path=park.zone.path).get("/search/?q=gym").status_code == 200


@pytest.fixture
def phoned(park: Park) -> Person:
    """An official of the zone with a telephone, beside one who has left and one of another zone with the same."""
    root = system_actor("test")
    one = Person.objects.get(sort_key="gu3 feng1 deng1")
    gone = Person.objects.create(name="\u8c37\u79bb", sort_key="gu3 li2", home_unit=park.zone, active=False)
    elsewhere = Person.objects.create(
        name="\u8fdc\u4eba", sort_key="yuan3 ren2", home_unit=park.firms[1].unit
    )
    for who in (one, gone, elsewhere):
        organisation.add_contact(person=who, channel=Channel.PHONE, address="13911119876", by=root)
    return one


def test_officials_are_found_by_the_end_of_their_telephone(
    sign_in: SignIn, park: Park, phoned: Person
) -> None:
    client = sign_in(Role.OFFICIAL, path=park.zone.path)
    assert found(client, "9876") == (0, 0, 2)
    assert found(client, "\uff19\uff18\uff17\uff16") == (0, 0, 2), "full-width digits too"
    assert found(client, "98 76") == (0, 0, 2)
    body = client.get("/search/", {"q": "9876"}).content.decode()
    assert "139****9876" in body
    assert "13911119876" not in body
    for words in ("1111", "3911", "876", "19876", "13911119876"):
        assert found(client, words) == (0, 0, 0), words
    assert "****" not in client.get("/search/", {"q": "gfd"}).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_who_does_not_find_them(sign_in: SignIn, park: Park, phoned: Person, role: Role) -> None:
    """The right to see the structure decides, and only where it is held."""
    sees = role in roles_with(Permission.VIEW_STRUCTURE)
    everywhere = sign_in(role, path=park.zone.path).get("/search/", {"q": "9876"}).content.decode()
    assert (phoned.name in everywhere) is sees
    assert ("****9876" in everywhere) is sees
    inside = sign_in(role, path=park.firms[0].unit.path).get("/search/", {"q": "9876"}).content.decode()
    assert phoned.name not in inside
    assert "****9876" not in inside


@pytest.mark.parametrize("more", [0, 2])
def test_the_number_of_queries_for_digits(sign_in: SignIn, park: Park, phoned: Person, more: int) -> None:
    root = system_actor("test")
    for n in range(more):
        other = Person.objects.create(name=f"\u8c37{n}", sort_key="gu3", home_unit=park.zone)
        organisation.add_contact(person=other, channel=Channel.SMS, address=f"1381111{9876}", by=root)
    client = sign_in(Role.OFFICIAL, path=park.zone.path)
    client.get("/search/")
    with CaptureQueriesContext(connection) as empty:
        client.get("/search/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/search/?q=9876")
    assert (
        len(seen) - len(empty) == 4
    )  # the count of searches, officials, telephones that matched, their keys
