"""What allauth may do here: sign in and out, change one's own password; nobody opens an account himself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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
