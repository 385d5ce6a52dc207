"""Second factors: Chinese words, sealed secrets, and forms that cannot be used to guess or replay a code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from io import BytesIO
from typing import Any

import segno
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.required import factor_required

KINDS = {
    "totp": gettext_lazy("动态口令"),
    "webauthn": gettext_lazy("安全密钥"),
    "recovery_codes": gettext_lazy("恢复码"),
}
"""What the factors are called."""
REAL = ("totp", "webauthn")
"""Factors proper; recovery codes only stand in for one of them."""
_REPLAY_SECONDS = 120
"""Longer than a code lives: 30 s, and one step of clock drift to each side."""
_SEALED = "1:"


def factors_of(user_id: int) -> list[Authenticator]:
    """Return the second factors of an account, recovery codes included, oldest first."""
    return list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "pk"))


def has_factor(user_id: int) -> bool:
    """Return whether the account has a second factor; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=REAL).exists())


def proved_factor(request: HttpRequest) -> str:
    """Return the kind of second factor that this session has shown, '' for none; no query.

    allauth keeps what was shown in the session, bound to the account, so nothing that another account left in
    the same browser counts.
    """
    from allauth.account.internal.flows.login import get_authentication_records

    user = request.user
    if not user.is_authenticated:
        return ""
    shown = [one for one in get_authentication_records(request, user) if one.get("method") == "mfa"]
    return str(shown[-1].get("type", "")) if shown else ""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's door to us: our words, our QR code, and secrets sealed with a key outside the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "您的角色必须使用双因素登录：请先添加另一个因素，再移除这一个。"
        ),
        "cannot_generate_recovery_codes": gettext_lazy("请先添加动态口令或安全密钥，再生成恢复码。"),
        "incorrect_code": gettext_lazy("验证码不对或已用过。"),
    }

    def get_totp_issuer(self) -> str:
        """Return the name that the phone shows beside the code."""
        return _("平战")

    def _get_site_name(self) -> str:
        return _("平战")

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG."""
        # With its name space: the page shows it as an image of its own, not as a part of the page.
        picture = BytesIO()
        segno.make(url, error="m").save(picture, kind="svg", scale=5, border=3, xmldecl=False)
        return picture.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """Return the secret sealed by AES-256-GCM; the key comes from the installation's secret."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, text.encode(), b"mfa")
        return _SEALED + base64.urlsafe_b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; former secrets of the installation (SECRET_KEY_FALLBACKS) open it too.

        Raises ValidationError when none does, so that the code counts as wrong and the administrator can
        reset the factor.
        """
        raw = base64.urlsafe_b64decode(encrypted_text.removeprefix(_SEALED))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return AESGCM(_key(secret)).decrypt(raw[:12], raw[12:], b"mfa").decode()
            except InvalidTag:
                continue
        raise ValidationError(_("这个因素的密钥已不能打开，请系统管理员重置后重新添加。"))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last factor of a person whose role requires one."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=REAL)
        if others.exclude(pk=authenticator.pk).exists():
            return True
        return not factor_required(authenticator.user)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        """Return a first name for a new security key."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("安全密钥 %(n)d") % {"n": number}


def _key(secret: str) -> bytes:
    return hmac.new(b"pingzhan second factor", secret.encode(), hashlib.sha256).digest()


def _refuse_when_locked(user: Any) -> None:
    lock = lockout.request_lock(context.request, user.get_username())
    if lock is not None:
        raise ValidationError(locked_words(lock))


def locked_words(lock: lockout.Lock) -> str:
    """Return what a held-up person reads."""
    return ngettext(
        "输错次数太多，请 %(n)d 分钟后再试，或请系统管理员解锁。",
        "输错次数太多，请 %(n)d 分钟后再试，或请系统管理员解锁。",
        lock.minutes,
    ) % {"n": lock.minutes}


def _once(authenticator: Authenticator, code: str) -> bool:
    """Return whether this code is used for the first time; remembers it (all processes agree)."""
    if authenticator.type != "totp":
        return True
    with transaction.atomic():
        row = Authenticator.objects.select_for_update(of=("self",), no_key=True).get(pk=authenticator.pk)
        digest = hashlib.sha256(code.strip().encode()).hexdigest()[:16]
        used = {k: v for k, v in row.data.get("used", {}).items() if v > time.time() - _REPLAY_SECONDS}
        if digest in used:
            return False
        row.data["used"] = {**used, digest: time.time()}
        row.save(update_fields=["data"])
    return True


class _Guarded:
    """Held up like a sign-in, each failure counted, no code accepted twice."""

    user: Any
    authenticator: Authenticator

    def clean_code(self) -> str:
        _refuse_when_locked(self.user)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if not _once(self.authenticator, code):
                raise FactorAdapter().validation_error("incorrect_code")
        except ValidationError:
            lockout.count_failure(context.request, self.user.get_username())
            raise
        return code


class CodeForm(_Guarded, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in: a code of the app, or a recovery code."""


class ConfirmForm(_Guarded, ReauthenticateForm):  # type: ignore[misc]
    """The same when a signed-in person proves himself again."""


class KeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The second step of signing in by a security key; held up like a code."""

    def clean_credential(self) -> Any:
        """Refuse while the account is held up; count a key that does not fit."""
        _refuse_when_locked(self.user)
        try:
            return super().clean_credential()
        except ValidationError:
            lockout.count_failure(context.request, self.user.get_username())
            raise
