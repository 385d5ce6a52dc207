from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from tests.factories import SmallZone, account

SignIn = Callable[..., Client]
PASSWORD = "qingshan-lushui-26"
ALLOWED = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.ORGANISER}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_the_pages_and_who_is_refused(sign_in: SignIn, role: Role) -> None:
    other = account(Role.OFFICIAL)
    client = sign_in(role)
    expected = 200 if role in ALLOWED else 403
    assert client.get("/staff/").status_code == expected
    assert client.get(f"/staff/{other.pk}/").status_code == expected


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/staff/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN}))
def test_only_a_system_administrator_opens_and_closes_accounts(sign_in: SignIn, role: Role) -> None:
    other = account(Role.OFFICIAL)
    client = sign_in(role)
    before = User.objects.count()
    for path, data in (
        ("/staff/open/", {"username": "new", "name": "新人"}),
        (f"/staff/{other.pk}/link/", {}),
        (f"/staff/{other.pk}/active/", {"active": "0"}),
    ):
        assert client.post(path, data).status_code == 403
    assert User.objects.count() == before
    assert User.objects.get(pk=other.pk).is_active


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN}))
def test_only_a_security_administrator_hands_out_duty_roles(sign_in: SignIn, role: Role) -> None:
    other = account(Role.OFFICIAL)
    client = sign_in(role)
    answer = client.post(f"/staff/{other.pk}/grant/", {"role": "duty_officer", "unit_path": "/"})
    assert answer.status_code in (403, 422)
    grant = RoleGrant.objects.get(user=other)
    assert client.post(f"/staff/grants/{grant.pk}/revoke/").status_code == 403
    assert actor_of(other).roles == (Role.OFFICIAL,)


def test_without_the_form_token_nothing_happens() -> None:
    other = account(Role.OFFICIAL)
    client = Client(enforce_csrf_checks=True)
    client.force_login(account(Role.SYSTEM_ADMIN))
    assert client.post(f"/staff/{other.pk}/active/", {"active": "0"}).status_code == 403
    assert User.objects.get(pk=other.pk).is_active


def test_from_the_first_administrator_to_a_duty_officer_who_signs_in(sign_in: SignIn) -> None:
    admin = account(Role.SYSTEM_ADMIN, name="某系统管理员")
    system = sign_in(admin)
    links = {}
    for username in ("anquan", "zhiban"):
        page = system.post("/staff/open/", {"username": username, "name": f"某{username}"}).content.decode()
        found = re.search(r"/setup/[\w-]+", page)
        assert found is not None
        links[username] = found[0]
    security, duty = User.objects.get(username="anquan"), User.objects.get(username="zhiban")
    assert not security.has_usable_password()
    assert (
        system.post(f"/staff/{security.pk}/grant/", {"role": "security_admin", "unit_path": "/"}).headers[
            "Location"
        ]
        == f"/staff/{security.pk}/"
    )

    owner = Client()
    assert "anquan" in owner.get(links["anquan"]).content.decode()
    assert owner.post(links["anquan"], {"password": "short", "again": "short"}).status_code == 422
    assert owner.post(links["anquan"], {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert owner.get(links["anquan"]).status_code == 404
    assert (
        owner.post(f"/staff/{duty.pk}/grant/", {"role": "duty_officer", "unit_path": "/"}).status_code == 302
    )
    assert actor_of(duty).grants == ((Role.DUTY_OFFICER, "/"),)

    officer = Client()
    officer.post(links["zhiban"], {"password": PASSWORD, "again": PASSWORD})
    assert officer.session["_auth_user_id"] == str(duty.pk)
    assert Client().login(username="zhiban", password=PASSWORD)
    verbs = list(AuditRecord.objects.filter(verb__regex="^a").order_by("id").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb != "account.signed_in"] == [
        "account.opened",
        "account.link_issued",
        "account.opened",
        "account.link_issued",
        "access.granted",
        "account.password_set",
        "access.granted",
        "account.password_set",
    ]


def test_a_link_of_a_closed_account_sets_no_password(sign_in: SignIn) -> None:
    system = sign_in(Role.SYSTEM_ADMIN)
    page = system.post("/staff/open/", {"username": "likai", "name": "某离开者"}).content.decode()
    link = re.search(r"/setup/[\w-]+", page)
    assert link is not None
    user = User.objects.get(username="likai")
    assert system.post(f"/staff/{user.pk}/active/", {"active": "0"}).status_code == 302
    assert Client().get(link[0]).status_code == 404
    assert system.post(f"/staff/{user.pk}/link/").status_code == 409
    assert system.post(f"/staff/{user.pk}/active/", {"active": "1"}).status_code == 302
    assert Client().get(link[0]).status_code == 200
    assert system.post(f"/staff/{user.pk}/link/").status_code == 200
    assert Client().get(link[0]).status_code == 404


def test_wrong_data_is_told(sign_in: SignIn) -> None:
    system = sign_in(Role.SYSTEM_ADMIN)
    User.objects.create_user("taken")
    for username in ("taken", "a b", ""):
        answer = system.post("/staff/open/", {"username": username, "name": "某人"})
        assert answer.status_code == 422
    other = account()
    assert system.post(f"/staff/{other.pk}/grant/", {"role": "emperor", "unit_path": "/"}).status_code == 422


def test_a_closed_account_loses_its_open_session(sign_in: SignIn) -> None:
    official = account(Role.ORGANISER)
    browser = sign_in(official)
    assert browser.get("/staff/").status_code == 200
    sign_in(Role.SYSTEM_ADMIN).post(f"/staff/{official.pk}/active/", {"active": "0"})
    assert browser.get("/staff/").status_code == 302


def test_an_organiser_ties_an_account_to_its_person(world: SmallZone, sign_in: SignIn) -> None:
    from pingzhan.domain.organisation.models import Person

    first, second = Person.objects.filter(account=None, provisional=False).order_by("pk")[:2]
    user = account(Role.OFFICIAL)
    client = sign_in(Role.ORGANISER)
    assert first.name in client.get(f"/staff/{user.pk}/").content.decode()
    for person in (first, second):
        assert client.post(f"/staff/{user.pk}/person/", {"person": person.pk}).status_code == 302
        assert Person.objects.get(account=user).pk == person.pk
        assert actor_of(user).person_id == person.pk
    assert client.post(f"/staff/{user.pk}/person/", {"person": ""}).status_code == 302
    assert not Person.objects.filter(account=user).exists()
    taken = Person.objects.exclude(account=None).first()
    if taken is not None:
        assert client.post(f"/staff/{user.pk}/person/", {"person": taken.pk}).status_code == 422
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        assert sign_in(role).post(f"/staff/{user.pk}/person/", {"person": first.pk}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_however_long(
    sign_in: SignIn, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        account(Role.OFFICIAL, Role.ORGANISER)
    client = sign_in(Role.SYSTEM_ADMIN)
    client.get("/staff/")
    with django_assert_num_queries(11):
        assert client.get("/staff/").content.decode().count("<tr>") == count + 2
