"""One-time links: for the first administrator, and for a person to set his own password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.accounts.models import SetupLink, User
from pingzhan.kernel.errors import NotFound

SETUP_LINK_LIFE = timedelta(hours=24)
PASSWORD_LINK_LIFE = timedelta(days=3)
"""Longer than the first: it is handed over to somebody who may be off duty."""


def token_sha(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def setup_needed() -> bool:
    """Return whether nobody but invented personas has an account."""
    return not User.objects.filter(is_demo=False).exists()


@transaction.atomic
def ensure_setup_link() -> str | None:
    """Return the path of a new one-time set-up link, or None when the system is set up already.

    Every call voids the links before it, valid for 24 hours, once. Only the hash is stored, so the path can
    be shown only now: print it to whoever started the system and nowhere else.
    """
    if not setup_needed():
        return None
    SetupLink.objects.filter(user=None, used_at__isnull=True).delete()
    return _new_link(None, SETUP_LINK_LIFE)


@transaction.atomic
def new_password_link(user: User) -> str:
    """Return the path of a new one-time link by which ``user`` sets his password, valid for 3 days.

    Voids his links before it; his present password works until the link is used. The caller has checked who
    may do this and records it (access.actions.issue_password_link).
    """
    SetupLink.objects.filter(user=user, used_at__isnull=True).delete()
    return _new_link(user, PASSWORD_LINK_LIFE)


def _new_link(user: User | None, life: timedelta) -> str:
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(token_sha=token_sha(token), user=user, expires_at=Now() + life)
    return f"/setup/{token}"


def valid_setup_link(token: str, *, lock: bool = False) -> SetupLink:
    """Return the link behind a token while it can be used; with ``lock`` nobody else can use it meanwhile.

    Raises NotFound for a wrong, used or expired one and for a closed account's, with the same words for all.
    """
    links = SetupLink.objects.filter(
        token_sha=token_sha(token), used_at__isnull=True, expires_at__gt=Now()
    ).select_related("user")
    if lock:
        links = links.select_for_update(of=("self",), no_key=True)
    link = links.first()
    usable = link is not None and (link.user.is_active if link.user is not None else setup_needed())
    if link is None or not usable:
        raise NotFound(
            _("这个设置链接无效、已用过或已过期。"),
            hint=_("首次设置的，请重新启动系统，用新显示的链接；其他情况请向系统管理员要新链接。"),
            code="setup_link_invalid",
        )
    return link
