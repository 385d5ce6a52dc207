"""Signing in and out goes into the trail."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from pingzhan.foundation.access.actor import actor_of, system_actor
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record


def mark_way(request: HttpRequest, way: str) -> None:
    """Say how the sign-in that follows came about ('demo', 'setup'); without it the trail says 'password'."""
    request.__dict__["_sign_in_way"] = way


def signed_in(sender: Any, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Record a sign-in."""
    way = request.__dict__.get("_sign_in_way", "password") if request is not None else "password"
    with transaction.atomic():
        record("account.signed_in", by=actor_of(user), subject=("account", user.pk), body={"way": way})


def signed_out(sender: Any, request: HttpRequest | None, user: User | None, **_kwargs: Any) -> None:
    """Record a sign-out of somebody who was signed in."""
    if user is None or user.pk is None:
        return
    with transaction.atomic():
        record("account.signed_out", by=actor_of(user), subject=("account", user.pk))


def password_changed(sender: Any, user: User, **_kwargs: Any) -> None:
    """Record that somebody changed his own password."""
    with transaction.atomic():
        record("account.password_changed", by=actor_of(user), subject=("account", user.pk))


def sign_in_failed(sender: Any, credentials: dict[str, Any], **_kwargs: Any) -> None:
    """Record a failed sign-in: which account was meant if there is one, never what was typed."""
    typed = str(credentials.get("username") or credentials.get("login") or "")
    meant = User.objects.filter(username=User.normalize_username(typed)).values_list("pk", flat=True).first()
    with transaction.atomic():
        record(
            "account.sign_in_failed",
            by=system_actor(""),
            subject=("account", meant if meant is not None else ""),
            body={"known": meant is not None},
        )
