"""What allauth may do here: sign in and out, change one's own password; nobody opens an account himself."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.address import client_address
from pingzhan.foundation.accounts.factors import locked_words
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Refused

FRESH_SECONDS = 300
"""Who has just typed his password need not do so again to add a second factor."""


class HeldUp(Refused):
    """Too many failures; the sentence says how long to wait."""

    status = 429
    code = "held_up"


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closed sign-up, Chinese messages, no mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("这个账号已停用，请联系系统管理员。"),
        "username_password_mismatch": _("用户名或密码不对。"),
        "invalid_login": _("用户名或密码不对。"),
        "too_many_login_attempts": _("密码输错次数太多，请过几分钟再试。"),
        "rate_limited": _("操作太频繁，请稍候再试。"),
        "incorrect_password": _("密码不对。"),
        "enter_current_password": _("请输入现在的密码。"),
        "username_taken": _("这个用户名已有人使用。"),
        "same_as_current": _("新密码应与现在的不同。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: accounts are opened by the system administrator."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: the system has no mail channel and must not reveal by mail who has an account."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Add no flash message: the page itself shows who is signed in."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits count by; one for all whose address is unknown."""
        return client_address(request) or "0.0.0.0"  # noqa: S104 - a name for "unknown", not bound to

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the account of a right user name and password.

        Raises HeldUp, in the same words for existing and unknown names, while the account or the address is
        held up; the password is then not even compared.
        """
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            lock = lockout.request_lock(request, credentials.get("username", ""))
            if lock is not None:
                raise HeldUp(locked_words(lock))
        return user

    def is_reauthentication_required(self, *, app: str | None = None) -> bool:
        """Return whether the password must be typed again before factors are changed."""
        request = context.request
        shown = get_authentication_records(request, request.user)
        return not any(one["at"] > time.time() - FRESH_SECONDS for one in shown)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where a person goes on after changing his password."""
        return "/"
