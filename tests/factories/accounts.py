"""Accounts with roles, stored as the product stores them."""

from __future__ import annotations

from itertools import count

from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User

_numbers = count(1)


def account(*roles: Role, name: str = "", path: str = "/") -> User:
    """Return a stored account that holds the roles for one unit path."""
    n = next(_numbers)
    user = User.objects.create_user(f"u{n}", name=name or f"用户{n}")
    RoleGrant.objects.bulk_create([RoleGrant(user=user, role=role.value, unit_path=path) for role in roles])
    return user


def actor_with(*roles: Role, name: str = "", path: str = "/") -> Actor:
    """Return the actor of a new stored account."""
    return actor_of(account(*roles, name=name, path=path))
