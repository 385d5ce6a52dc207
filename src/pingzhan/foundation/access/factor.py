"""Who must sign in with a second factor, derived from what he may do (GB/T 22239-2019 8.1.4.1 d).

A person whose role grants are that far-reaching reaches nothing but enrolment without one. Rights that come
from a post held now are handled more gently, because they arrive with an emergency: without a second factor
the far-reaching ones are withheld and everything else works, so nobody is shut out of his own tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

from pingzhan.foundation.access.roles import ROLES, Permission
from pingzhan.foundation.accounts.factors import proved_factor
from pingzhan.foundation.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from pingzhan.foundation.access.actor import Actor

FAR_REACHING = frozenset(
    {
        Permission.ORDER_SWITCH,
        Permission.MANAGE_SEATS,
        Permission.PUBLISH_STRUCTURE,
        Permission.EXPORT_PERSONAL,
        Permission.ORDER_ERASURE,
        Permission.VERIFY_AUDIT,
        *(permission for permission in Permission if permission.name.startswith("MANAGE_")),
    }
)
"""Permissions that order, or concern everybody's data or rights."""
MANY_PEOPLE = frozenset({Permission.REVEAL_PERSONAL})
"""Far-reaching only beyond one enterprise: an enterprise may see its own workers."""

_single: list[Callable[[str], bool]] = []


def register_single_enterprise(test: Callable[[str], bool]) -> None:
    """Let ``test(path)`` say whether a unit path is one enterprise or less; called once, by the domain."""
    _single[:] = [test]


def _one_enterprise(path: str) -> bool:
    return path != "/" and any(test(path) for test in _single)


def is_far_reaching(permission: Permission, path: str) -> bool:
    """Return whether holding this permission for this unit asks for a second factor."""
    return permission in FAR_REACHING or (permission in MANY_PEOPLE and not _one_enterprise(path))


def needs_factor(actor: Actor) -> bool:
    """Return whether the role grants of the actor ask for a second factor."""
    return any(
        is_far_reaching(permission, path)
        for role, path in actor.grants
        for permission in sorted(ROLES[role].permissions & (FAR_REACHING | MANY_PEOPLE), reverse=True)
    )


def is_exempt(user: User) -> bool:
    """Return whether nobody asks: an invented persona in demo mode, which has no password either."""
    return not settings.SECOND_FACTOR or (user.is_demo and settings.DEMO)


def withheld_in(request: HttpRequest) -> bool:
    """Return whether far-reaching rights from posts are withheld in this session."""
    user = request.user
    if not isinstance(user, User) and not hasattr(user, "is_demo"):
        return True
    return not is_exempt(user) and not proved_factor(request)  # type: ignore[arg-type]
