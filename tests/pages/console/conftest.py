"""A small zone and a signed-in browser for each role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories import SmallZone, account, small_zone

SignIn = Callable[..., Client]


@pytest.fixture
def world(db: None) -> SmallZone:
    """A zone with a published structure, in routine posture, nothing ordered yet."""
    return small_zone()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return ``sign_in(user_or_role, ...)``: a client signed in as that account, or as a new one."""

    def enter(who: User | Role, *more: Role, path: str = "/") -> Client:
        user = who if isinstance(who, User) else account(who, *more, path=path)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter
