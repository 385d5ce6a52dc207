"""人员: contacts, absences and responsible officials; who may see and change them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Absence, Contact, Person, Responsibility, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with

from .conftest import SignIn
from .test_pages import queries_of


@pytest.fixture
def firm(zone: Unit, root: Actor) -> Unit:
    return territory.create_unit(kind=UnitKind.ENTERPRISE, code="F1", name="试验一厂", parent=zone, by=root)


def without(permission: Permission) -> list[Role]:
    return [role for role in Role if role not in roles_with(permission)]


def absence() -> dict[str, str]:
    now = timezone.localtime()
    return {
        "what": "absence",
        "absence-kind": "leave",
        "absence-t0": now.strftime("%Y-%m-%dT%H:%M"),
        "absence-t1": (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "absence-basis": "请假单",
    }


def test_contacts_and_absences(sign_in: SignIn, people: list[Person], published: StructureVersion) -> None:
    client = sign_in(Role.ORGANISER)
    url = reverse("structure:person", args=[people[0].pk])
    contact = {"what": "contact", "contact-channel": "phone", "contact-address": "13900001234"}
    assert client.post(url, contact).status_code == 302
    again = client.post(url, contact)
    assert again.status_code == 422
    assert "已有这一联系方式" in again.content.decode()
    assert client.post(url, absence()).status_code == 302
    wrong = {**absence(), "absence-t1": absence()["absence-t0"]}
    answer = client.post(url, wrong)
    assert answer.status_code == 422
    assert "晚于开始时间" in answer.content.decode()
    assert (
        client.post(url, {"what": "detail", "detail-name": "安若水", "detail-title": "主任"}).status_code
        == 302
    )
    people[0].refresh_from_db()
    assert (people[0].title, people[0].active) == ("主任", False)
    page = client.get(url).content.decode()
    assert "13900001234" not in page
    assert "139****1234" in page
    assert "领导小组组长" in page
    one, away = Contact.objects.get(), Absence.objects.get()
    client.post(reverse("structure:remove_contact", args=[people[0].pk, one.pk]))
    client.post(reverse("structure:cancel_absence", args=[people[0].pk, away.pk]))
    assert not Contact.objects.exists()
    assert not Absence.objects.exists()


def test_numbers_are_masked(sign_in: SignIn, people: list[Person], root: Actor) -> None:
    api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=root)
    client = sign_in(Role.OFFICIAL)
    for url in (reverse("structure:people"), reverse("structure:person", args=[people[0].pk])):
        page = client.get(url).content.decode()
        assert "13900001234" not in page
        assert "139****1234" in page


@pytest.mark.parametrize("role", without(Permission.EDIT_STRUCTURE))
def test_roles_that_may_not_change_people(
    sign_in: SignIn, people: list[Person], firm: Unit, root: Actor, role: Role
) -> None:
    contact = api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=root)
    client = sign_in(role)
    url = reverse("structure:person", args=[people[0].pk])
    posts = [
        (url, {"what": "contact", "contact-channel": "phone", "contact-address": "1"}),
        (url, {"what": "detail", "detail-name": "x"}),
        (reverse("structure:remove_contact", args=[people[0].pk, contact.pk]), {}),
        (reverse("structure:responsible"), {"unit": firm.pk, "person": people[0].pk, "rank": 0}),
    ]
    assert {client.post(where, data).status_code for where, data in posts} == {403}
    assert Contact.objects.count() == 1
    assert not Responsibility.objects.exists()


@pytest.mark.parametrize("role", without(Permission.REGISTER_ABSENCE))
def test_roles_that_may_not_register_absences(sign_in: SignIn, people: list[Person], role: Role) -> None:
    client = sign_in(role)
    assert client.post(reverse("structure:person", args=[people[0].pk]), absence()).status_code == 403
    now = timezone.now()
    row = Absence.objects.create(person=people[0], kind="ill", t0=now, t1=now + timedelta(1))
    url = reverse("structure:cancel_absence", args=[people[0].pk, row.pk])
    assert client.post(url).status_code == 403
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("role", without(Permission.VIEW_STRUCTURE))
def test_roles_that_may_not_see_people(sign_in: SignIn, people: list[Person], role: Role) -> None:
    client = sign_in(role)
    urls = [
        reverse("structure:people"),
        reverse("structure:responsible"),
        reverse("structure:person", args=[people[0].pk]),
    ]
    assert {client.get(url).status_code for url in urls} == {403}


def test_responsible_official(sign_in: SignIn, people: list[Person], firm: Unit) -> None:
    client = sign_in(Role.ORGANISER)
    url = reverse("structure:responsible")
    assert client.post(url, {"unit": firm.pk, "person": people[0].pk, "rank": 0}).status_code == 302
    twice = client.post(url, {"unit": firm.pk, "person": people[0].pk, "rank": 1})
    assert twice.status_code == 422
    assert "已是该单位的责任人" in twice.content.decode()
    assert client.post(url, {"unit": firm.pk, "person": people[1].pk, "rank": 1}).status_code == 302
    assert "白景行" in client.get(url).content.decode()


def test_search(sign_in: SignIn, people: list[Person]) -> None:
    client = sign_in(Role.OFFICIAL)
    page = client.get(reverse("structure:people"), {"q": "景行"}).content.decode()
    assert "白景行" in page
    assert "安若水" not in page


def test_list_queries_do_not_grow(sign_in: SignIn, zone: Unit, firm: Unit, root: Actor) -> None:
    client = sign_in(Role.ORGANISER)

    def fill(n: int) -> None:
        person = api.add_person(home_unit=zone, name=f"某甲{n}", by=root)
        api.add_contact(person=person, channel=Channel.PHONE, address=f"1390000000{n}", by=root)
        unit = territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"X{n}", name=f"厂{n}", parent=zone, by=root
        )
        api.set_responsible(unit=unit, person=person, by=root)

    fill(1)
    urls = [reverse("structure:people"), reverse("structure:responsible")]
    one = [queries_of(client, url) for url in urls]
    fill(2)
    fill(3)
    assert [queries_of(client, url) for url in urls] == one


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.DUTY_OFFICER, Role.OFFICIAL, Role.COMPANY, Role.CLERK])
def test_a_number_that_was_rung_is_verified(
    sign_in: SignIn, people: list[Person], root: Actor, role: Role
) -> None:
    contact = api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=root)
    may = role in {Role.ORGANISER, Role.DUTY_OFFICER}
    client = sign_in(role)
    answer = client.post(reverse("structure:verify_contact", args=[people[0].pk, contact.pk]))
    assert (answer.status_code == 302) is may
    assert Contact.objects.filter(verified_at__isnull=False).exists() is may
