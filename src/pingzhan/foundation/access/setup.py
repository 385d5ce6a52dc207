"""What access registers when the application is ready, besides the signals of sign-in."""

from __future__ import annotations

from allauth.mfa import signals as factor_signals
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access import sessions
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.factor import is_exempt, needs_factor
from pingzhan.foundation.access.signins import factor_added, factor_failed, factor_removed
from pingzhan.foundation.accounts.lockout import forget_old
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.accounts.required import register_factor_rule
from pingzhan.foundation.jobs import register_loop
from pingzhan.foundation.options.registry import Option, register_option

TIDY_SECONDS = 6 * 3600.0


def _factor_rule(user: User) -> bool:
    return not is_exempt(user) and needs_factor(actor_of(user))


def _tidy() -> None:
    sessions.tidy()
    forget_old()


def register() -> None:
    """Register settings, the daily tidying, and the recording of second factors; called once."""
    group = _("登录与安全")
    register_option(
        Option(
            "accounts.idle_minutes",
            _("闲置多久自动退出"),
            group,
            "int",
            30,
            help=_("适用于必须双因素登录的角色；退出前两分钟提醒。"),
            unit=_("分钟"),
            minimum=5,
            maximum=240,
        )
    )
    register_option(
        Option(
            "accounts.password_days",
            _("密码多久必须更换"),
            group,
            "int",
            0,
            help=_("0 表示不限。等级保护测评通常要求 90 天。"),
            unit=_("天"),
            minimum=0,
            maximum=730,
        )
    )
    register_factor_rule(_factor_rule)
    register_loop("access.tidy", TIDY_SECONDS, _tidy)
    factor_signals.authenticator_added.connect(factor_added, dispatch_uid="pingzhan.factor_added")
    factor_signals.authenticator_reset.connect(factor_added, dispatch_uid="pingzhan.factor_reset")
    factor_signals.authenticator_removed.connect(factor_removed, dispatch_uid="pingzhan.factor_removed")
    factor_signals.authentication_failed.connect(factor_failed, dispatch_uid="pingzhan.factor_failed")
