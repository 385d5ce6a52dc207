from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from pingzhan.foundation.access import actions
from pingzhan.foundation.access.actor import ANONYMOUS, Actor, actor_of, link_actor, system_actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.actions import ensure_setup_link, setup_needed, token_sha, valid_setup_link
from pingzhan.foundation.accounts.models import SetupLink, User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

GOOD = "qingshan-lushui-26"
SYSTEM = system_actor("测试")
Make = Callable[..., Any]


def last_verb() -> str:
    line = AuditRecord.objects.order_by("-id").first()
    return line.verb if line else ""


@pytest.mark.parametrize(
    ("own", "handed"),
    [(Role.SYSTEM_ADMIN, {Role.SECURITY_ADMIN, Role.AUDITOR}), (Role.SECURITY_ADMIN, set(Role))],
)
def test_who_hands_out_which_role(make_user: Make, actor_with: Make, own: Role, handed: set[Role]) -> None:
    by = actor_with(own)
    for role in Role:
        user = make_user()
        if role in handed:
            grant = actions.grant_role(user=user, role=role, by=by)
            assert grant.granted_by_id == by.user_id
            assert actor_of(user).grants == ((role, "/"),)
        else:
            with pytest.raises(Refused):
                actions.grant_role(user=user, role=role, by=by)
            assert actor_of(user).grants == ()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}))
def test_every_other_role_is_refused(make_user: Make, actor_with: Make, role: Role) -> None:
    by, user = actor_with(role), make_user(Role.OFFICIAL)
    grant = RoleGrant.objects.get(user=user)
    with pytest.raises(Refused):
        actions.grant_role(user=user, role=Role.COMPANY, by=by)
    with pytest.raises(Refused):
        actions.revoke_role(grant=grant, by=by)
    with pytest.raises(Refused):
        actions.open_account(username="new", name="新人", password=GOOD, by=by)
    with pytest.raises(Refused):
        actions.set_account_active(user=user, active=False, by=by)
    assert RoleGrant.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("by", [ANONYMOUS, link_actor(5, "乙")], ids=["anonymous", "link"])
def test_strangers_are_refused(make_user: Make, by: Actor) -> None:
    with pytest.raises(Refused):
        actions.grant_role(user=make_user(), role=Role.OFFICIAL, by=by)


def test_a_security_administrator_opens_no_account(actor_with: Make) -> None:
    with pytest.raises(Refused):
        actions.open_account(username="new", name="新人", password=GOOD, by=actor_with(Role.SECURITY_ADMIN))


@pytest.mark.parametrize("own", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_nobody_changes_his_own_roles(make_user: Make, own: Role) -> None:
    user = make_user(own)
    by = actor_of(user)
    with pytest.raises(Refused):
        actions.grant_role(user=user, role=Role.AUDITOR, by=by)
    with pytest.raises(Refused):
        actions.revoke_role(grant=RoleGrant.objects.get(user=user), by=by)


@pytest.mark.parametrize("held", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
@pytest.mark.parametrize("wanted", [Role.DUTY_OFFICER, Role.AUDITOR, Role.SECURITY_ADMIN])
def test_administrative_roles_stand_alone(make_user: Make, held: Role, wanted: Role) -> None:
    if held == wanted:
        return
    user = make_user(held)
    with pytest.raises(Conflict) as refused:
        actions.grant_role(user=user, role=wanted, by=SYSTEM)
    assert refused.value.code == "role_excluded"


def test_duty_roles_may_be_combined(make_user: Make) -> None:
    user = make_user(Role.OFFICIAL)
    actions.grant_role(user=user, role=Role.ORGANISER, by=SYSTEM)
    actions.grant_role(user=user, role=Role.ORGANISER, unit_path="/1/", by=SYSTEM)
    with pytest.raises(Conflict) as twice:
        actions.grant_role(user=user, role=Role.ORGANISER, by=SYSTEM)
    assert twice.value.code == "role_held"
    with pytest.raises(Invalid):
        actions.grant_role(user=user, role=Role.LEADER, unit_path="1/", by=SYSTEM)


def test_grants_and_revocations_are_recorded(make_user: Make, actor_with: Make) -> None:
    by, user = actor_with(Role.SECURITY_ADMIN), make_user()
    grant = actions.grant_role(user=user, role=Role.LEADER, unit_path="/1/", by=by)
    line = AuditRecord.objects.get(verb="access.granted")
    assert (line.actor_id, line.subject_id, line.unit_path, line.body) == (
        by.user_id,
        str(user.pk),
        "/1/",
        {"role": "leader"},
    )
    actions.revoke_role(grant=grant, by=by)
    assert last_verb() == "access.revoked"
    assert not RoleGrant.objects.filter(user=user).exists()
    with pytest.raises(Conflict):
        actions.revoke_role(grant=grant, by=by)


def test_the_last_system_administrator_stays(make_user: Make, actor_with: Make) -> None:
    first = make_user(Role.SYSTEM_ADMIN)
    by = actor_with(Role.SECURITY_ADMIN)
    grant = RoleGrant.objects.get(user=first)
    with pytest.raises(Conflict) as last:
        actions.revoke_role(grant=grant, by=by)
    assert last.value.code == "last_administrator"
    with pytest.raises(Conflict):
        actions.set_account_active(user=first, active=False, by=SYSTEM)
    second = make_user(Role.SYSTEM_ADMIN)
    actions.set_account_active(user=first, active=False, by=actor_of(second))
    assert last_verb() == "account.disabled"
    assert actor_of(User.objects.get(pk=first.pk)).grants == ()
    with pytest.raises(Refused):
        actions.set_account_active(user=second, active=False, by=actor_of(second))


def test_a_role_this_version_does_not_know_permits_nothing(make_user: Make) -> None:
    user = make_user()
    RoleGrant.objects.create(user=user, role="role_of_tomorrow")
    assert actor_of(user).grants == ()


@pytest.mark.parametrize(
    ("username", "name", "password"),
    [
        ("", "甲", GOOD),
        ("a b", "甲", GOOD),
        ("taken", "甲", GOOD),
        ("new", " ", GOOD),
        ("new", "甲", "short"),
        ("new", "甲", "12345678901"),
        ("new", "甲", "password123"),
        ("zhangguandian", "甲", "zhangguandian1"),
    ],
)
def test_bad_account_data_is_refused(make_user: Make, username: str, name: str, password: str) -> None:
    User.objects.create_user("taken")
    with pytest.raises(Invalid):
        actions.open_account(username=username, name=name, password=password, by=SYSTEM)


@pytest.mark.django_db
def test_first_set_up() -> None:
    path = ensure_setup_link()
    assert path is not None
    token = path.removeprefix("/setup/")
    assert SetupLink.objects.get().token_sha == token_sha(token)
    assert token not in str(SetupLink.objects.values().get())
    user = actions.complete_setup(token=token, username="first", name="甲", password=GOOD)
    assert user.check_password(GOOD)
    assert actor_of(user).roles == (Role.SYSTEM_ADMIN,)
    assert last_verb() == "account.set_up"
    assert not setup_needed()
    assert ensure_setup_link() is None
    with pytest.raises(NotFound):
        actions.complete_setup(token=token, username="second", name="乙", password=GOOD)


@pytest.mark.django_db
def test_a_new_link_voids_the_old_and_an_expired_one_is_refused() -> None:
    old = (ensure_setup_link() or "").removeprefix("/setup/")
    new = (ensure_setup_link() or "").removeprefix("/setup/")
    valid_setup_link(new)
    for token in (old, "", "x" * 43):
        with pytest.raises(NotFound):
            valid_setup_link(token)
    SetupLink.objects.update(
        created_at=F("created_at") - actions_day(), expires_at=F("expires_at") - actions_day()
    )
    with pytest.raises(NotFound):
        valid_setup_link(new)


def actions_day() -> Any:
    from datetime import timedelta

    return timedelta(hours=24, seconds=1)


@pytest.mark.django_db
def test_demo_personas_do_not_count_as_set_up() -> None:
    User.objects.create_user("persona", is_demo=True)
    assert setup_needed()
    assert ensure_setup_link() is not None


@pytest.mark.django_db
def test_a_weak_password_does_not_use_the_link_up() -> None:
    token = (ensure_setup_link() or "").removeprefix("/setup/")
    with pytest.raises(Invalid):
        actions.complete_setup(token=token, username="first", name="甲", password="123")
    actions.complete_setup(token=token, username="first", name="甲", password=GOOD)


@pytest.mark.django_db(transaction=True)
def test_two_people_with_one_link_make_one_account() -> None:
    token = (ensure_setup_link() or "").removeprefix("/setup/")
    outcome: list[str] = []

    def use(username: str) -> None:
        try:
            actions.complete_setup(token=token, username=username, name="甲", password=GOOD)
            outcome.append("made")
        except NotFound:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[f"first{n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["made", "refused", "refused", "refused"]
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_cannot_both_pass_the_exclusion(make_user: Make) -> None:
    user = make_user()
    outcome: list[str] = []
    start = threading.Barrier(2)

    def grant(role: Role) -> None:
        try:
            start.wait()
            actions.grant_role(user=user, role=role, by=SYSTEM)
            outcome.append("granted")
        except Conflict:
            outcome.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=grant, args=[role]) for role in (Role.AUDITOR, Role.DUTY_OFFICER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["granted", "refused"]
