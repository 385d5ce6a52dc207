from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User

MakeUser = Callable[..., User]

_numbers = itertools.count(1)


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """An account with the given roles for the whole zone."""

    def make(*roles: Role, name: str = "某人", is_active: bool = True) -> User:
        user = User.objects.create_user(f"u{next(_numbers)}", name=name, is_active=is_active)
        for role in roles:
            RoleGrant.objects.create(user=user, role=role.value)
        return user

    return make


@pytest.fixture
def actor_with(make_user: MakeUser) -> Callable[..., Actor]:
    """An actor with the given roles for the whole zone."""
    return lambda *roles: actor_of(make_user(*roles))


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Hashing a password slowly is Django's own affair."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
