"""Signing in and out goes into the trail."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access import sessions
from pingzhan.foundation.access.actor import actor_of, system_actor
from pingzhan.foundation.accounts.factors import REAL
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record

WAYS = {
    "password": _("密码"),
    "demo": _("演示人物"),
    "setup": _("设置链接"),
    "invitation": _("邀请链接"),
    "factor": _("第二因素不对"),
    "factor_reset": _("系统管理员重置了第二因素"),
}


def way_words(way: str) -> str:
    """Return how somebody signed in, in words."""
    return str(WAYS.get(way, way))


def mark_way(request: HttpRequest, way: str) -> None:
    """Say how the sign-in that follows came about ('demo', 'setup'); without it the trail says 'password'."""
    request.__dict__["_sign_in_way"] = way


def signed_in(sender: Any, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Record a sign-in: in the trail, and as a session that its owner can see and end."""
    way = request.__dict__.get("_sign_in_way", "password") if request is not None else "password"
    body = {"way": way}
    with transaction.atomic():
        if request is not None and hasattr(request, "session"):
            factor = _factor(request, user)
            sessions.begin(request, user, way=way, factor=factor)
            if factor:
                body["factor"] = factor
        record("account.signed_in", by=actor_of(user), subject=("account", user.pk), body=body)


def _factor(request: HttpRequest, user: User) -> str:
    shown = [one for one in get_authentication_records(request, user) if one.get("method") == "mfa"]
    return str(shown[-1].get("type", "")) if shown else ""


def signed_out(sender: Any, request: HttpRequest | None, user: User | None, **_kwargs: Any) -> None:
    """Record a sign-out of somebody who was signed in."""
    if user is None or user.pk is None or (request is not None and "_session_over" in request.__dict__):
        return
    with transaction.atomic():
        if request is not None and hasattr(request, "session"):
            sessions.end_key(request.session.session_key, by="signed_out")
        record("account.signed_out", by=actor_of(user), subject=("account", user.pk))


def password_changed(sender: Any, user: User, **_kwargs: Any) -> None:
    """Record that somebody changed his own password; his sessions elsewhere end."""
    request: HttpRequest | None = _kwargs.get("request")
    here = request.session.session_key if request is not None else None
    with transaction.atomic():
        if request is not None:
            sessions.follow_key(request)
        for one in sessions.open_sessions(user).exclude(session_key=here):
            sessions.end_key(one.session_key, by="password")
        record("account.password_changed", by=actor_of(user), subject=("account", user.pk))


def sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any
) -> None:
    """Record a failed sign-in: which account was meant if there is one, never what was typed."""
    typed = str(credentials.get("username") or credentials.get("login") or "")
    user = User.objects.filter(username__iexact=User.normalize_username(typed)).first()
    meant = user.pk if user is not None else None
    with transaction.atomic():
        sessions.failed(request, user)
        record(
            "account.sign_in_failed",
            by=system_actor(""),
            subject=("account", meant if meant is not None else ""),
            body={"known": meant is not None},
        )


def factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    """Record a new factor. Who has just added one has shown it: this session need not ask for it again."""
    if authenticator.type in REAL:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    with transaction.atomic():
        record(
            "account.factor_added",
            by=actor_of(user),
            subject=("account", user.pk),
            body={"factor": authenticator.type},
        )


def factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    """Record that somebody removed one of his factors."""
    with transaction.atomic():
        record(
            "account.factor_removed",
            by=actor_of(user),
            subject=("account", user.pk),
            body={"factor": authenticator.type},
        )


def factor_failed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    """Show a wrong second factor in the sign-in history: somebody knows the password."""
    sessions.failed(request, user, way="factor")
