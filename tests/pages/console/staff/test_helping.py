"""A system administrator helps who is held up or has lost his second factor; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.models import User
from tests.factories import account
from tests.pages.console.conftest import SignIn

PASSWORD = "qingshan-lushui-26"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def person() -> User:
    user = account(Role.OFFICIAL)
    user.set_password(PASSWORD)
    user.save()
    return user


def attempt(user: User, password: str) -> int:
    return Client().post("/accounts/login/", {"login": user.username, "password": password}).status_code


def test_unlocking_lets_a_held_up_account_in_at_once(person: User, sign_in: SignIn) -> None:
    for _turn in range(lockout.FAILURES):
        attempt(person, "wrong")
    assert attempt(person, PASSWORD) == 429
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        assert sign_in(role).post(f"/staff/{person.pk}/unlock/").status_code == 403, role
    assert attempt(person, PASSWORD) == 429
    system = sign_in(Role.SYSTEM_ADMIN)
    assert f"/staff/{person.pk}/unlock/" in system.get(f"/staff/{person.pk}/").content.decode()
    answer = system.post(f"/staff/{person.pk}/unlock/")
    assert answer.headers["Location"] == f"/staff/{person.pk}/"
    assert lockout.lock_of(username=person.username, address=None) is None
    assert attempt(person, PASSWORD) == 302


def test_resetting_takes_the_factors_away_but_not_ones_own(person: User, sign_in: SignIn) -> None:
    TOTP.activate(person, generate_totp_secret())
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        assert sign_in(role).post(f"/staff/{person.pk}/factors/reset/").status_code == 403, role
    assert Authenticator.objects.filter(user=person).exists()
    admin = account(Role.SYSTEM_ADMIN)
    system = sign_in(admin)
    answer = system.post(f"/staff/{person.pk}/factors/reset/")
    assert answer.headers["Location"] == f"/staff/{person.pk}/"
    assert not Authenticator.objects.filter(user=person).exists()
    TOTP.activate(admin, generate_totp_secret())
    assert system.post(f"/staff/{admin.pk}/factors/reset/").status_code == 403
    assert Authenticator.objects.filter(user=admin).exists()
