"""The one-time link for the first administrator."""

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
    SetupLink.objects.filter(used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(token_sha=token_sha(token), expires_at=Now() + SETUP_LINK_LIFE)
    return f"/setup/{token}"


def valid_setup_link(token: str, *, lock: bool = False) -> SetupLink:
    """Return the link behind a token while it can be used; with ``lock`` nobody else can use it meanwhile.

    Raises NotFound for a wrong, used or expired one, with the same words for all three.
    """
    links = SetupLink.objects.filter(token_sha=token_sha(token), used_at__isnull=True, expires_at__gt=Now())
    if lock:
        links = links.select_for_update(of=("self",))
    link = links.first()
    if link is None or not setup_needed():
        raise NotFound(
            _("这个首次设置链接无效、已用过或已过期。"),
            hint=_("请重新启动系统，用新显示的链接；系统已经设置过的，请直接登录。"),
            code="setup_link_invalid",
        )
    return link
