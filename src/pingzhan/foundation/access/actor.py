"""The actor of every read and change, and the one question asked of him."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pingzhan.foundation.access.factor import is_far_reaching, withheld_in
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.rights import Right, rights_of
from pingzhan.foundation.access.roles import PERMISSION_LABELS, ROLES, SITE_WIDE, Permission, Role
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Refused

ZONE_SLASHES = 2
"""Slashes in the path of a zone, '/1/'; the path of everything, '/', has one."""

PersonResolver = Callable[[int], int | None]


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: a signed-in account, the system itself, or the holder of a signed link.

    ``grants`` are pairs of a role and the unit path it holds for; ``rights`` come from posts held now and
    from answering for an enterprise (access.rights). A link carries a person and neither of them, so it may
    do only what the action checks by that person. Nothing here changes after it is made.
    """

    kind: Literal["user", "system", "link"]
    user_id: int | None
    person_id: int | None
    name: str
    grants: tuple[tuple[Role, str], ...] = ()
    rights: tuple[Right, ...] = ()
    device_id: int | None = None
    """The device of a link that is a device's token (access.devices)."""

    def has(self, permission: Permission, unit_path: str | None = None) -> bool:
        """Return whether the permission is held, for a unit when ``unit_path`` is given.

        A grant for '/1/' covers '/1/3/'; a grant for '/1/3/' does not cover '/1/'. Without ``unit_path`` the
        answer is whether it is held anywhere. The system itself holds every permission.
        """
        if self.kind == "system":
            return True
        return any(unit_path is None or unit_path.startswith(path) for path in self._paths(permission))

    def has_site(self, permission: Permission) -> bool:
        """Return whether the permission is held for a whole zone: what concerns the site takes no less."""
        return self.kind == "system" or any(
            path.count("/") <= ZONE_SLASHES for path in self._paths(permission)
        )

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Return the unit paths the permission is held for, without those inside another of them."""
        if self.kind == "system":
            return ("/",)
        held = sorted(set(self._paths(permission)))
        return tuple(
            path for path in held if not any(path != other and path.startswith(other) for other in held)
        )

    def _paths(self, permission: Permission) -> list[str]:
        held = [path for role, path in self.grants if permission in ROLES[role].permissions] + [
            right.path for right in self.rights if permission in right.permissions
        ]
        if permission in SITE_WIDE:
            return [path for path in held if path.count("/") <= ZONE_SLASHES]
        return held

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles held anywhere, each once, in the order of their declaration."""
        held = {role for role, _path in self.grants}
        return tuple(role for role in Role if role in held)

    @property
    def is_signed_in(self) -> bool:
        """Return whether an account stands behind the actor."""
        return self.kind == "user" and self.user_id is not None


ANONYMOUS = Actor(kind="user", user_id=None, person_id=None, name="")
"""A visitor who has not signed in: holds nothing."""

_person_resolver: list[PersonResolver] = []


def register_person_resolver(resolver: PersonResolver) -> None:
    """Tell the access layer how to find the person behind an account; called once, by organisation."""
    _person_resolver[:] = [resolver]


def system_actor(name: str) -> Actor:
    """Return the actor for work no person asked for (a sweep, the demo zone, the command line as root)."""
    return Actor(kind="system", user_id=None, person_id=None, name=name)


def link_actor(person_id: int, name: str) -> Actor:
    """Return the actor of a signed link: one person, no grants."""
    return Actor(kind="link", user_id=None, person_id=person_id, name=name)


def actor_of(user: User, *, withhold: bool = False) -> Actor:
    """Return the actor behind an account as stored now. An inactive account holds nothing.

    Two queries, and one more for each source of rights when a person is behind the account. ``withhold``
    leaves out the far-reaching rights from posts (access.factor): the session has not shown a second factor.

    A grant whose role key this version does not know is ignored, so it permits nothing.
    """
    known = {role.value: role for role in Role}
    grants = (
        tuple(
            (known[role], path)
            for role, path in RoleGrant.objects.filter(user_id=user.pk).values_list("role", "unit_path")
            if role in known
        )
        if user.is_active
        else ()
    )
    person_id = _person_resolver[0](user.pk) if _person_resolver else None
    rights = rights_of(person_id) if user.is_active else ()
    if withhold:
        rights = tuple(_without_far_reaching(right) for right in rights)
    return Actor(
        kind="user",
        user_id=user.pk,
        person_id=person_id,
        name=user.get_full_name(),
        grants=grants,
        rights=tuple(right for right in rights if right.permissions),
    )


def _without_far_reaching(right: Right) -> Right:
    kept = frozenset(one for one in right.permissions if not is_far_reaching(one, right.path))
    return replace(right, permissions=kept)


def request_actor(request: HttpRequest) -> Actor:
    """Return the actor of a request, computed once per request; ANONYMOUS before sign-in.

    ``request.actor`` (set by ActorMiddleware) is the same, loaded on first use.
    """
    cached = request.__dict__.get("_actor")
    if isinstance(cached, Actor):
        return cached
    user = getattr(request, "user", None)
    actor = ANONYMOUS
    if user is not None and user.is_authenticated:
        actor = actor_of(user, withhold=withheld_in(request))
    request.__dict__["_actor"] = actor
    return actor


def require(actor: Actor, permission: Permission, unit_path: str | None = None) -> None:
    """Do nothing when the actor holds the permission (for that unit); raise Refused otherwise.

    The message names what is missing and who can grant it, never whether the thing exists.
    """
    if actor.has(permission, unit_path):
        return
    what = str(PERMISSION_LABELS[permission])
    if unit_path is not None and actor.has(permission):
        raise Refused(
            _("您不能在这个范围内办理“%(what)s”。") % {"what": what},
            hint=_("请由负责该范围的人办理，或请安全管理员扩大授权范围。"),
            code="refused_scope",
        )
    raise Refused(
        _("您没有“%(what)s”的权限。") % {"what": what},
        hint=_("需要时请安全管理员授予相应角色。"),
    )


def require_site(actor: Actor, permission: Permission) -> None:
    """Do nothing when the actor holds the permission for a whole zone; raise Refused otherwise."""
    if not actor.has_site(permission):
        require(actor, permission, "/")


def within(field: str, paths: Collection[str]) -> Q:
    """Return the condition "the unit path in ``field`` lies in one of ``paths``"; no paths match nothing.

    The pattern of every ``visible_to(actor)``: ``qs.filter(within("unit__path", actor.paths(permission)))``.
    """
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path}) if path != "/" else ~Q(pk__in=[])
    return condition
