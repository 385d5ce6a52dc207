"""Opening accounts and handing out roles.

Separation of duties, as simple as it can be kept:

* nobody changes his own roles, not even the first administrator;
* a system administrator hands out only the roles of security administrator and auditor, so he cannot make
  himself or a friend a duty officer alone;
* a security administrator hands out every role, but opens no accounts;
* the three administrative roles exclude each other and every duty role on one account;
* the last system administrator cannot be taken away.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils.translation import gettext as _

from pingzhan.foundation.access import sessions
from pingzhan.foundation.access.actor import Actor, actor_of, require
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import ROLES, Permission, Role
from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.actions import new_password_link, valid_setup_link
from pingzhan.foundation.accounts.factors import REAL
from pingzhan.foundation.accounts.models import SetupLink, SignIn, User
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
HANDED_OUT_BY: dict[Role, frozenset[Role]] = {
    Role.SYSTEM_ADMIN: frozenset({Role.SECURITY_ADMIN, Role.AUDITOR}),
    Role.SECURITY_ADMIN: frozenset(Role),
}


factors_were_reset = Signal()
"""Sent inside the transaction with ``user``, ``by`` and ``mark``, the line in the owner's sign-in history.

Who can reach the owner tells him.
"""


def may_hand_out(actor: Actor, role: Role) -> bool:
    """Return whether the actor's own roles let him grant and revoke ``role`` at all."""
    return actor.kind == "system" or any(role in HANDED_OUT_BY.get(own, ()) for own in actor.roles)


@transaction.atomic
def grant_role(*, user: User, role: Role, unit_path: str = "/", by: Actor) -> RoleGrant:
    """Give an account a role for a unit and all below it, and return the grant; recorded in the trail.

    Raises Refused when ``by`` may not hand out the role or the account is his own, Conflict when the account
    has it already or holds a role that excludes it, Invalid for an odd path.
    """
    _check_hand(by, user, role)
    if not (unit_path.startswith("/") and unit_path.endswith("/")):
        raise Invalid(_("授权范围应以 / 开头和结尾。"), place=unit_path)
    # Grants of one account are made one after another, so two cannot pass the exclusion check together.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    held = {Role(key) for key in RoleGrant.objects.filter(user=user).values_list("role", flat=True)}
    clash = next((other for other in held - {role} if other in ADMIN_ROLES or role in ADMIN_ROLES), None)
    if clash is not None:
        raise Conflict(
            _("这个账号已是“%(held)s”，不能同时担任“%(role)s”。")
            % {"held": ROLES[clash].label, "role": ROLES[role].label},
            hint=_("三员（系统管理员、安全管理员、审计员）互不兼任，也不兼业务角色；请另开账号。"),
            code="role_excluded",
        )
    grant, made = RoleGrant.objects.get_or_create(
        user=user, role=role.value, unit_path=unit_path, defaults={"granted_by_id": by.user_id}
    )
    if not made:
        raise Conflict(_("这个账号在这个范围内已有这个角色。"), code="role_held")
    record(
        "access.granted",
        by=by,
        subject=("account", user.pk),
        unit_path=unit_path,
        body={"role": role.value},
    )
    return grant


@transaction.atomic
def revoke_role(*, grant: RoleGrant, by: Actor) -> None:
    """Take a grant away; recorded in the trail.

    Raises Refused like grant_role, Conflict when it is gone already or is the last system administrator's.
    """
    role = Role(grant.role)
    _check_hand(by, grant.user, role)
    if role is Role.SYSTEM_ADMIN:
        _keep_one_administrator(without=grant.user)
    deleted, _models = RoleGrant.objects.filter(pk=grant.pk).delete()
    if not deleted:
        raise Conflict(_("这项授权已被收回。"), code="grant_gone")
    record(
        "access.revoked",
        by=by,
        subject=("account", grant.user_id),
        unit_path=grant.unit_path,
        body={"role": role.value},
    )


@transaction.atomic
def open_account(*, username: str, name: str, password: str | None, by: Actor) -> User:
    """Open an account without any role and return it; recorded in the trail.

    Raises Refused unless ``by`` is a system administrator, Invalid for a bad or taken user name or a weak
    password (each reason in the message).
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("开设账号由系统管理员办理。"))
    user = new_account(username, name, password)
    record("account.opened", by=by, subject=("account", user.pk))
    return user


@transaction.atomic
def set_account_active(*, user: User, active: bool, by: Actor) -> None:
    """Let an account sign in or not; its sessions end at once. Recorded in the trail.

    Raises Refused unless ``by`` is a system administrator or for his own account, Conflict when nothing
    would change or it is the last system administrator's.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("停用和启用账号由系统管理员办理。"))
    if by.user_id == user.pk:
        raise Refused(_("不能停用或启用自己的账号。"))
    if not active and RoleGrant.objects.filter(user=user, role=Role.SYSTEM_ADMIN.value).exists():
        _keep_one_administrator(without=user)
    if not User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        raise Conflict(_("这个账号已是这个状态。"), code="account_unchanged")
    user.is_active = active
    if not active:
        sessions.end_all(user, by="closed")
    record("account.enabled" if active else "account.disabled", by=by, subject=("account", user.pk))


@transaction.atomic
def issue_password_link(*, user: User, by: Actor) -> str:
    """Return the path of a one-time link by which the person sets his password; recorded in the trail.

    Show it once to ``by``, who hands it over; only its hash is stored. The administrator could use it
    himself: the trail then shows the link and a sign-in its owner does not know of, and the owner's password
    no longer works. Raises Refused unless ``by`` is a system administrator or for his own account, Conflict
    for a closed account.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("设置密码的链接由系统管理员发放。"))
    if by.user_id == user.pk:
        raise Refused(_("自己的密码请在“修改密码”里改。"))
    if not user.is_active:
        raise Conflict(_("这个账号已停用，请先启用。"), code="account_closed")
    path = new_password_link(user)
    record("account.link_issued", by=by, subject=("account", user.pk))
    return path


@transaction.atomic
def unlock_account(*, user: User, by: Actor) -> None:
    """Let an account that is held up after wrong passwords or codes sign in at once; recorded in the trail.

    The failures counted for the addresses they came from go with it, so that the owner can really enter.
    Raises Refused unless ``by`` is a system administrator, Conflict when nothing was counted.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("解锁账号由系统管理员办理。"))
    if not lockout.clear(user.username):
        raise Conflict(_("这个账号没有被锁定。"), code="not_locked")
    record("account.unlocked", by=by, subject=("account", user.pk))


@transaction.atomic
def reset_factors(*, user: User, by: Actor) -> int:
    """Remove all second factors of a person who has lost his, end his sessions, and return how many went.

    At his next sign-in he needs only the password and, if his role requires it, must add a new factor at
    once. He reads of it in his own sign-in history and in a notice, on his phone too where he has contacts
    (messages.alerts). Recorded in the trail. Raises Refused unless ``by`` is a system administrator or for
    his own account, Conflict when there is none.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.kind != "system" and Role.SYSTEM_ADMIN not in by.roles:
        raise Refused(_("重置第二因素由系统管理员办理。"))
    if by.user_id == user.pk:
        raise Refused(_("不能重置自己的第二因素，请由另一名系统管理员办理。"))
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    real: int = Authenticator.objects.filter(user_id=user.pk, type__in=REAL).count()
    if not Authenticator.objects.filter(user_id=user.pk).delete()[0]:
        raise Conflict(_("这个账号没有第二因素。"), code="no_factor")
    sessions.end_all(user, by="factor_reset")
    mark = SignIn.objects.create(
        user=user, ok=True, way="factor_reset", ended_at=Now(), ended_by="factor_reset"
    )
    factors_were_reset.send(sender=User, user=user, by=by, mark=mark)
    record("account.factor_reset", by=by, subject=("account", user.pk), body={"count": real})
    return real


@transaction.atomic
def set_password_by_link(*, token: str, password: str) -> User:
    """Use a one-time link: set its owner's password and return him. His other sessions end.

    Raises NotFound when the link cannot be used or is the first administrator's, Invalid for a weak password.
    """
    link = valid_setup_link(token, lock=True)
    user = link.user
    if user is None:
        raise NotFound(_("这个设置链接无效、已用过或已过期。"), code="setup_link_invalid")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="account_invalid") from error
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_all(user, by="password")
    _use(link, user)
    record("account.password_set", by=actor_of(user), subject=("account", user.pk))
    return user


@transaction.atomic
def complete_setup(*, token: str, username: str, name: str, password: str) -> User:
    """Use a one-time link: open the first account as system administrator and return it.

    Raises NotFound when the link cannot be used, Invalid for the account's data. Two people with the same
    link: one wins, the other gets NotFound.
    """
    link = valid_setup_link(token, lock=True)
    if link.user is not None:
        raise NotFound(_("这个设置链接无效、已用过或已过期。"), code="setup_link_invalid")
    user = new_account(username, name, password)
    RoleGrant.objects.create(user=user, role=Role.SYSTEM_ADMIN.value)
    _use(link, user)
    record("account.set_up", by=actor_of(user), subject=("account", user.pk))
    return user


def _use(link: SetupLink, user: User) -> None:
    link.used_by = user
    link.used_at = Now()
    link.save(update_fields=["used_by", "used_at"])


def _check_hand(by: Actor, user: User, role: Role) -> None:
    require(by, Permission.MANAGE_ACCOUNTS)
    if by.user_id is not None and by.user_id == user.pk:
        raise Refused(
            _("不能给自己授予或收回角色。"), hint=_("请由另一名管理员办理。"), code="refused_own_role"
        )
    if not may_hand_out(by, role):
        raise Refused(
            _("您不能授予或收回“%(role)s”。") % {"role": ROLES[role].label},
            hint=_("业务角色由安全管理员授予。"),
            code="refused_role",
        )


def _keep_one_administrator(*, without: User) -> None:
    """Lock the system administrators and raise Conflict when nobody active is left but ``without``."""
    others = (
        User.objects.select_for_update(of=("self",), no_key=True)
        .filter(is_active=True, pk__in=RoleGrant.objects.filter(role=Role.SYSTEM_ADMIN).values("user_id"))
        .order_by("pk")
    )
    if all(other.pk == without.pk for other in others):
        raise Conflict(
            _("这是最后一名系统管理员，不能收回或停用。"),
            hint=_("请先另设一名系统管理员。"),
            code="last_administrator",
        )


def new_account(username: str, name: str, password: str | None) -> User:
    """Store and return an account without rights; the caller checks who may and records it.

    Raises Invalid for a bad or taken user name, an empty name or a weak password.
    """
    user = User(username=User.normalize_username(username.strip()), name=name.strip())
    try:
        if password is not None:
            validate_password(password, user)
            user.set_password(password)
        else:
            user.set_unusable_password()
        if not user.name:
            raise ValidationError(_("姓名不能为空。"))
        user.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="account_invalid") from error
    user.save()
    return user
