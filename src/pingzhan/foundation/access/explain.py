"""Who can see a unit and why; what one person can do, where, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Value
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.rights import holders_over
from pingzhan.foundation.access.roles import PERMISSION_LABELS, ROLES, Permission, Role
from pingzhan.foundation.accounts.models import User


@dataclass(frozen=True)
class Why:
    """One reason why somebody may do something: the permissions, where, and the sentence that says why."""

    user_id: int | None
    name: str
    permissions: tuple[Permission, ...]
    path: str
    reason: str
    since: datetime | None = None
    source: str = "grant"

    @property
    def labels(self) -> list[str]:
        """Return the permissions in words, in the order of their declaration."""
        return [str(PERMISSION_LABELS[one]) for one in self.permissions]


def _ordered(permissions: Iterable[Permission], asked: Permission | None) -> tuple[Permission, ...]:
    held = set(permissions)
    return tuple(one for one in Permission if one in held and (asked is None or one is asked))


def _grant_reason(grant: RoleGrant, role: Role) -> str:
    words = {"role": ROLES[role].label, "by": grant.granted_by.name if grant.granted_by else ""}
    if grant.granted_by is not None:
        return _("角色“%(role)s”，由 %(by)s 授予。") % words
    return _("角色“%(role)s”，建立系统时设置。") % words


def _of_grant(grant: RoleGrant, asked: Permission | None) -> Why | None:
    if grant.role not in set(Role):
        return None
    role = Role(grant.role)
    permissions = _ordered(ROLES[role].permissions, asked)
    if not permissions:
        return None
    return Why(
        grant.user_id, grant.user.name, permissions, grant.unit_path, _grant_reason(grant, role), grant.at
    )


def who_can(unit_path: str, permission: Permission | None = None) -> list[Why]:
    """Return every reason why somebody may do something in a unit, grants first, by name.

    With ``permission`` only the reasons for that one. Two queries for grants, one for each source of rights.
    Closed accounts are left out: they may nothing.
    """
    grants = (
        RoleGrant.objects.annotate(asked=Value(unit_path))
        .filter(asked__startswith=F("unit_path"), user__is_active=True)
        .select_related("user", "granted_by")
        .order_by("user__name", "role", "unit_path")
    )
    found = [why for grant in grants if (why := _of_grant(grant, permission)) is not None]
    for holder in holders_over(unit_path):
        permissions = _ordered(holder.right.permissions, permission)
        if permissions:
            right = holder.right
            found.append(
                Why(holder.user_id, holder.name, permissions, right.path, right.reason, source=right.source)
            )
    return found


def what_may(user: User) -> list[Why]:
    """Return every reason why an account may do something anywhere; nothing for a closed one."""
    if not user.is_active:
        return []
    grants = RoleGrant.objects.filter(user=user).select_related("user", "granted_by")
    found = [why for grant in grants if (why := _of_grant(grant, None)) is not None]
    return found + [
        Why(
            user.pk,
            user.name,
            _ordered(right.permissions, None),
            right.path,
            right.reason,
            source=right.source,
        )
        for right in actor_of(user).rights
    ]
