"""Inviting people: an account, a role and a person in one link, without giving anybody two hands in it.

Whoever knows the people proposes; the security administrator agrees to the role; the system administrator
issues the link. So nobody can make an account with a business role alone, and two hundred enterprise contacts
still cost three clicks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actions import may_hand_out, new_account
from pingzhan.foundation.access.actor import Actor, actor_of, require, within
from pingzhan.foundation.access.models import Invitation, RoleGrant
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.accounts.actions import token_sha
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

LIFE = timedelta(days=7)
PROPOSED_BY: dict[Permission, frozenset[Role]] = {
    # Who edits the structure knows the officials; who keeps the register knows the enterprises.
    Permission.MANAGE_ACCOUNTS: frozenset(Role),
    Permission.EDIT_STRUCTURE: frozenset({Role.OFFICIAL, Role.COMPANY}),
    Permission.EDIT_ENTERPRISE: frozenset({Role.COMPANY, Role.GATE_GUARD}),
}
"""Which roles may be proposed, by the permission of the one who proposes, for units inside it."""

Binder = Callable[[int, User], None]
_binder: list[Binder] = []


def register_person_binder(binder: Binder) -> None:
    """Let ``binder(person_id, user)`` tie an account to its person; called once, by organisation."""
    _binder[:] = [binder]


@dataclass(frozen=True)
class Invitee:
    """Whom to invite: name, the user name he will sign in with, his person, the unit the role holds for."""

    name: str
    username: str
    unit_path: str
    person_id: int | None = None


def may_propose(actor: Actor, role: Role, unit_path: str) -> bool:
    """Return whether the actor may propose this role for this unit."""
    return any(
        role in roles and actor.has(permission, unit_path) for permission, roles in PROPOSED_BY.items()
    )


def can_propose(actor: Actor) -> bool:
    """Return whether the actor may propose any role anywhere."""
    return any(actor.has(permission) for permission in PROPOSED_BY)


def visible_to(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations the actor proposed, and all those of his units for who manages accounts."""
    own = Q(proposed_by_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return Invitation.objects.filter(own | within("unit_path", actor.paths(Permission.MANAGE_ACCOUNTS)))


@transaction.atomic
def propose(*, invitees: Iterable[Invitee], role: Role, by: Actor) -> list[Invitation]:
    """Propose a role for people, all or none, and return the invitations; recorded in the trail.

    Raises Refused for a role or unit the actor may not propose, Invalid for a bad or taken user name,
    Conflict when one of them has the same invitation already.
    """
    people = list(invitees)
    if not people:
        raise Invalid(_("请至少选择一名人员。"), code="nobody_chosen")
    for one in people:
        if not may_propose(by, role, one.unit_path):
            raise Refused(_("您不能提出这个角色或这个范围的邀请。"), place=one.name)
    names = [User.normalize_username(one.username.strip()) for one in people]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    for one, name in zip(people, names, strict=True):
        _check_username(name, one.name)
        if name in taken:
            raise Invalid(_("这个用户名已有人使用。"), place=name, code="username_taken")
    try:
        with transaction.atomic():
            made = Invitation.objects.bulk_create(
                Invitation(
                    name=one.name.strip(),
                    username=name,
                    person_id=one.person_id,
                    role=role.value,
                    unit_path=one.unit_path,
                    proposed_by_id=by.user_id,
                )
                for one, name in zip(people, names, strict=True)
            )
    except IntegrityError as error:
        raise Conflict(_("其中有人已有一份同样的邀请。"), code="invited_already") from error
    for row in made:
        record(
            "invitation.proposed",
            by=by,
            subject=("invitation", row.pk),
            unit_path=row.unit_path,
            body={"role": role.value},
        )
    return made


@transaction.atomic
def approve(*, ids: Sequence[int], by: Actor) -> int:
    """Agree to the roles of proposed invitations and return how many; recorded in the trail.

    Raises Refused for a role the actor may not hand out or a proposal of his own.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    rows = list(
        visible_to(by)
        .filter(pk__in=ids, approved_at__isnull=True, used_at__isnull=True, withdrawn_at__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    for row in rows:
        if not may_hand_out(by, Role(row.role)):
            raise Refused(_("您不能授予这个角色。"), place=row.name)
        if row.proposed_by_id is not None and row.proposed_by_id == by.user_id:
            raise Refused(_("不能同意自己提出的邀请，请由另一名管理员办理。"), place=row.name)
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(
        approved_by_id=by.user_id, approved_at=Now()
    )
    for row in rows:
        record(
            "invitation.approved",
            by=by,
            subject=("invitation", row.pk),
            unit_path=row.unit_path,
            body={"role": row.role},
        )
    return len(rows)


@transaction.atomic
def issue_links(*, ids: Sequence[int], by: Actor) -> list[tuple[Invitation, str]]:
    """Return approved invitations with new one-time paths, valid for seven days; recorded in the trail.

    Links issued before stop working. Show or print the paths once; only hashes are stored. Raises Refused
    unless ``by`` is a system administrator who did not agree to the role himself.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("邀请链接由系统管理员发放。"))
    rows = list(
        visible_to(by)
        .filter(pk__in=ids, approved_at__isnull=False, used_at__isnull=True, withdrawn_at__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .order_by("unit_path", "pk")
    )
    if any(row.approved_by_id is not None and row.approved_by_id == by.user_id for row in rows):
        raise Refused(_("同意角色的人不能同时发放链接。"))
    issued = []
    for row in rows:
        token = secrets.token_urlsafe(24)
        Invitation.objects.filter(pk=row.pk).update(token_sha=token_sha(token), expires_at=Now() + LIFE)
        issued.append((row, f"/join/{token}"))
    for row, _path in issued:
        record("invitation.issued", by=by, subject=("invitation", row.pk), unit_path=row.unit_path)
    return issued


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Actor) -> None:
    """Take an unused invitation back; its link stops working. Recorded in the trail.

    Raises Refused unless the actor proposed it or manages accounts, Conflict when it is used or gone.
    """
    if invitation.proposed_by_id != by.user_id or by.user_id is None:
        require(by, Permission.MANAGE_ACCOUNTS)
    changed = Invitation.objects.filter(
        pk=invitation.pk, used_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=Now(), token_sha=None, expires_at=None)
    if not changed:
        raise Conflict(_("这份邀请已用过或已撤回。"), code="invitation_over")
    record(
        "invitation.withdrawn",
        by=by,
        subject=("invitation", invitation.pk),
        unit_path=invitation.unit_path,
    )


def usable(token: str, *, lock: bool = False) -> Invitation:
    """Return the invitation behind a link. NotFound for a wrong, used, withdrawn or old one."""
    rows = Invitation.objects.filter(
        token_sha=token_sha(token), expires_at__gt=Now(), used_at__isnull=True, withdrawn_at__isnull=True
    )
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.first()
    if found is None:
        raise NotFound(
            _("这个邀请链接无效、已用过、已撤回或已过期。"),
            hint=_("请向给您链接的人要新的链接。"),
            code="invitation_invalid",
        )
    return found


@transaction.atomic
def accept(*, token: str, password: str) -> User:
    """Use an invitation: open the account with its role, tie it to its person, and return it. Recorded.

    Raises NotFound for a link that cannot be used, Invalid for a weak password or a user name taken since.
    """
    row = usable(token, lock=True)
    user = new_account(row.username, row.name, password)
    RoleGrant.objects.create(
        user=user, role=row.role, unit_path=row.unit_path, granted_by_id=row.approved_by_id
    )
    if row.person_id is not None:
        for binder in _binder:
            binder(row.person_id, user)
    Invitation.objects.filter(pk=row.pk).update(used_at=Now(), used_by=user, token_sha=None)
    record(
        "invitation.accepted",
        by=actor_of(user),
        subject=("invitation", row.pk),
        unit_path=row.unit_path,
        body={"role": row.role, "account": user.pk},
    )
    return user


def _check_username(username: str, name: str) -> None:
    from django.core.exceptions import ValidationError

    field = User._meta.get_field("username")
    try:
        for validator in field.validators:
            validator(username)
        if not username or not name.strip():
            raise ValidationError(_("姓名和用户名不能为空。"))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), place=name, code="account_invalid") from error
