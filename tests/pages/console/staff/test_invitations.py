"""The pages of invitations: three people, one link, and who is refused at each step."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import Invitation
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.accounts.models import User
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

PASSWORD = "qingshan-lushui-26"
NAME = "桑晓风"
INVITING = {
    role
    for permission in (Permission.MANAGE_ACCOUNTS, Permission.EDIT_STRUCTURE, Permission.EDIT_ENTERPRISE)
    for role in roles_with(permission)
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def proposed(world: SmallZone, sign_in: SignIn) -> Invitation:
    """An official's invitation as an organiser proposed it."""
    data = {"role": "official", "people": [world.people[NAME].pk]}
    answer = sign_in(Role.ORGANISER).post("/staff/invitations/propose/", data)
    assert answer.headers["Location"] == "/staff/invitations/"
    return Invitation.objects.get()


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_the_page_and_who_proposes(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/staff/invitations/").status_code == (200 if role in INVITING else 403)
    nobody = client.post("/staff/invitations/propose/", {"people": []})
    assert nobody.status_code == (422 if role in INVITING else 403)
    assert not Invitation.objects.exists()


def test_from_the_proposal_to_the_account(proposed: Invitation, world: SmallZone, sign_in: SignIn) -> None:
    assert (proposed.name, proposed.role, proposed.unit_path) == (NAME, "official", world.zone.path)
    ids = {"ids": [proposed.pk]}
    security, system = sign_in(Role.SECURITY_ADMIN), sign_in(Role.SYSTEM_ADMIN)
    assert NAME in security.get("/staff/invitations/").content.decode()
    assert system.post("/staff/invitations/issue/", ids).status_code == 422
    assert security.post("/staff/invitations/approve/", ids).status_code == 302
    proposed.refresh_from_db()
    assert proposed.approved_at is not None
    sheet = system.post("/staff/invitations/issue/", ids)
    assert "no-store" in sheet.headers["Cache-Control"]
    found = re.search(r"/join/([\w-]+)", sheet.content.decode())
    assert found is not None
    assert found[0] not in system.get("/staff/invitations/").content.decode()

    guest = Client()
    page = guest.get(f"/join/{found[1]}")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert proposed.username in page.content.decode()
    short = guest.post(f"/join/{found[1]}", {"password": "short", "again": "short"})
    assert short.status_code == 422
    assert not User.objects.filter(username=proposed.username).exists()
    answer = guest.post(f"/join/{found[1]}", {"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["Location"] == "/"
    user = User.objects.get(username=proposed.username)
    assert actor_of(user).grants == ((Role.OFFICIAL, world.zone.path),)
    assert Person.objects.get(account=user).name == NAME
    assert Client().get(f"/join/{found[1]}").status_code == 404
    assert NAME not in system.get("/staff/invitations/").content.decode()
    assert NAME in system.get("/staff/invitations/?all=1").content.decode()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN}))
def test_only_the_security_administrator_agrees(proposed: Invitation, sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).post("/staff/invitations/approve/", {"ids": [proposed.pk]}).status_code == 403
    proposed.refresh_from_db()
    assert proposed.approved_at is None


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN}))
def test_only_the_system_administrator_prints_links(
    proposed: Invitation, sign_in: SignIn, role: Role
) -> None:
    sign_in(Role.SECURITY_ADMIN).post("/staff/invitations/approve/", {"ids": [proposed.pk]})
    assert sign_in(role).post("/staff/invitations/issue/", {"ids": [proposed.pk]}).status_code == 403
    proposed.refresh_from_db()
    assert proposed.token_sha is None


def test_withdrawing_ends_the_link_and_is_for_the_proposer_and_those_who_manage_accounts(
    proposed: Invitation, sign_in: SignIn
) -> None:
    system = sign_in(Role.SYSTEM_ADMIN)
    sign_in(Role.SECURITY_ADMIN).post("/staff/invitations/approve/", {"ids": [proposed.pk]})
    page = system.post("/staff/invitations/issue/", {"ids": [proposed.pk]}).content.decode()
    found = re.search(r"/join/[\w-]+", page)
    assert found is not None
    for role in set(Role) - set(roles_with(Permission.MANAGE_ACCOUNTS)):
        answer = sign_in(role).post(f"/staff/invitations/{proposed.pk}/withdraw/")
        assert answer.status_code in (403, 404), role
    assert Client().get(found[0]).status_code == 200
    assert system.post(f"/staff/invitations/{proposed.pk}/withdraw/").status_code == 302
    proposed.refresh_from_db()
    assert proposed.withdrawn_at is not None
    assert Client().get(found[0]).status_code == 404
    assert system.post(f"/staff/invitations/{proposed.pk}/withdraw/").status_code == 409
