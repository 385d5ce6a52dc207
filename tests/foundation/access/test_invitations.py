from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from pingzhan.foundation.access import invitations
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.invitations import Invitee
from pingzhan.foundation.access.models import Invitation, RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

PASSWORD = "qingshan-lushui-26"
pytestmark = pytest.mark.django_db


def actor(role: Role, path: str = "/") -> Actor:
    user = User.objects.create_user(f"i{User.objects.count()}", name="\u67d0")
    RoleGrant.objects.create(user=user, role=role.value, unit_path=path)
    return actor_of(user)


def proposed(by: Actor, role: Role = Role.COMPANY, path: str = "/1/3/", n: int = 1) -> list[Invitation]:
    people = [Invitee(f"\u67d0{k}", f"f1-u{k}", path) for k in range(n)]
    return invitations.propose(invitees=people, role=role, by=by)


def test_three_people_make_an_account_and_the_link_works_once() -> None:
    rows = proposed(actor(Role.CLERK), n=3)
    ids = [row.pk for row in rows]
    security, system = actor(Role.SECURITY_ADMIN), actor(Role.SYSTEM_ADMIN)
    assert invitations.issue_links(ids=ids, by=system) == []
    assert invitations.approve(ids=ids, by=security) == 3
    issued = invitations.issue_links(ids=ids, by=system)
    assert len({path for _row, path in issued}) == 3
    client, path = Client(), issued[0][1]
    assert "f1-u0" in client.get(path).content.decode()
    assert not User.objects.filter(username="f1-u0").exists()
    assert client.post(path, {"password": "short", "again": "short"}).status_code == 422
    assert client.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    user = User.objects.get(username="f1-u0")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert RoleGrant.objects.get(user=user).granted_by_id == security.user_id
    assert actor_of(user).grants == ((Role.COMPANY, "/1/3/"),)
    assert Client().get(path).status_code == 404
    assert path.removeprefix("/join/") not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_ADMIN}))
def test_only_the_security_administrator_agrees_to_a_business_role(role: Role) -> None:
    [row] = proposed(actor(Role.CLERK))
    with contextlib.suppress(Refused):
        invitations.approve(ids=[row.pk], by=actor(role))
    assert Invitation.objects.get().approved_at is None


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN}))
def test_only_the_system_administrator_issues_links(role: Role) -> None:
    [row] = proposed(actor(Role.CLERK))
    invitations.approve(ids=[row.pk], by=actor(Role.SECURITY_ADMIN))
    with pytest.raises(Refused):
        invitations.issue_links(ids=[row.pk], by=actor(role))


def test_nobody_agrees_to_his_own_proposal() -> None:
    security = actor(Role.SECURITY_ADMIN)
    [row] = proposed(security)
    with pytest.raises(Refused):
        invitations.approve(ids=[row.pk], by=security)


@pytest.mark.parametrize(
    ("by", "role", "path"),
    [
        (Role.CLERK, Role.DUTY_OFFICER, "/1/3/"),
        (Role.ORGANISER, Role.LEADER, "/1/"),
        (Role.OFFICIAL, Role.COMPANY, "/1/3/"),
        (Role.AUDITOR, Role.AUDITOR, "/"),
        (Role.LEADER, Role.LEADER, "/"),
    ],
)
def test_what_may_not_be_proposed(by: Role, role: Role, path: str) -> None:
    with pytest.raises(Refused):
        proposed(actor(by), role, path)


def test_an_enterprise_invites_for_itself_only() -> None:
    contact = actor(Role.COMPANY, "/1/3/")
    assert proposed(contact)
    with pytest.raises(Refused):
        proposed(contact, path="/1/4/")
    other = actor(Role.COMPANY, "/1/4/")
    assert not invitations.visible_to(other).exists()
    with pytest.raises(Refused):
        invitations.withdraw(invitation=Invitation.objects.get(), by=other)


def test_withdrawn_old_and_doubled_invitations() -> None:
    clerk, security, system = actor(Role.CLERK), actor(Role.SECURITY_ADMIN), actor(Role.SYSTEM_ADMIN)
    rows = proposed(clerk, n=2)
    ids = [row.pk for row in rows]
    invitations.approve(ids=ids, by=security)
    issued = invitations.issue_links(ids=ids, by=system)
    invitations.withdraw(invitation=rows[0], by=clerk)
    with pytest.raises(Conflict):
        invitations.withdraw(invitation=rows[0], by=clerk)
    Invitation.objects.filter(pk=rows[1].pk).update(expires_at=Now() - timedelta(seconds=1))
    for _row, path in issued:
        with pytest.raises(NotFound):
            invitations.accept(token=path.removeprefix("/join/"), password=PASSWORD)
    again = Invitee("\u67d0", "f9", "/1/3/", person_id=7)
    invitations.propose(invitees=[again], role=Role.COMPANY, by=clerk)
    with pytest.raises(Conflict):
        invitations.propose(invitees=[again], role=Role.COMPANY, by=clerk)
    for bad in (Invitee("\u67d0", "a b", "/1/3/"), Invitee("", "ok", "/1/3/")):
        with pytest.raises(Invalid):
            invitations.propose(invitees=[bad], role=Role.COMPANY, by=clerk)
