"""Settings of reports, which an administrator changes in the browser."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import Option, number, register_option, value

_GROUP = _("信息报告")
BOTH, GROUPS, ENTERPRISES = "both", "groups", "enterprises"


def register() -> None:
    """Make the settings known."""
    hours, minutes = _("小时"), _("分钟")
    for key, label, default, unit, low, high, help_ in (
        ("initial_hours", _("初报时限"), 2, hours, 1, 72, _("转入战时状态后多少小时内报出初报。")),
        ("follow_hours", _("续报间隔"), 6, hours, 0, 168, _("初报以后每隔多少小时一次续报；0 为不要求。")),
        (
            "long_hours",
            _("改为日报"),
            24,
            hours,
            0,
            720,
            _("转入战时状态超过多少小时后不再续报，改为每日一报；0 为一直续报，不改日报。"),
        ),
        ("final_hours", _("终报时限"), 24, hours, 1, 720, _("战转平后多少小时内报出终报。")),
        ("remind_minutes", _("到期前提醒"), 30, minutes, 0, 1440, _("到期前多少分钟提醒；0 为不提醒。")),
        ("late_minutes", _("逾期提醒"), 30, minutes, 0, 1440, _("逾期多少分钟后再提醒一次；0 为不提醒。")),
        (
            "fresh_minutes",
            _("数字有效时间"),
            30,
            minutes,
            5,
            1440,
            _("取数后多少分钟内可以签发，超过的要重新取数。"),
        ),
    ):
        register_option(
            Option(
                f"reporting.{key}",
                label,
                _GROUP,
                "int",
                default,
                help=help_,
                unit=unit,
                minimum=low,
                maximum=high,
            )
        )
    register_option(
        Option("reporting.daily_at", _("日报时刻"), _GROUP, "time", "17:00", help=_("每日报出日报的时刻。"))
    )
    register_option(
        Option(
            "reporting.zero_at", _("零报告时刻"), _GROUP, "time", "16:00", help=_("每日零报告的截止时刻。")
        )
    )
    for key, label, on, help_ in (
        ("daily_routine", _("平时也要日报"), False, _("平时每日也列出日报。")),
        ("zero_emergency", _("战时零报告"), True, _("战时每日由各工作组和企业零报告。")),
        ("zero_routine", _("平时也要零报告"), False, _("平时每日也由各工作组和企业零报告。")),
    ):
        register_option(Option(f"reporting.{key}", label, _GROUP, "bool", on, help=help_))
    register_option(
        Option(
            "reporting.zero_who",
            _("零报告单位"),
            _GROUP,
            "choice",
            BOTH,
            choices=((BOTH, _("工作组和企业")), (GROUPS, _("只有工作组")), (ENTERPRISES, _("只有企业"))),
        )
    )
    register_option(
        Option(
            "reporting.code",
            _("信息报告代字"),
            _GROUP,
            "text",
            "信报",
            help=_("签发时编号，例如“信报〔2026〕12号”。"),
        )
    )
    register_option(
        Option(
            "reporting.cap_sender",
            _("预警信息发送方标识"),
            _GROUP,
            "text",
            "",
            help=_("CAP 1.2 的 sender，例如单位的域名；不填则用开发区代码。"),
        )
    )


def hours(name: str) -> timedelta:
    """Return a setting in hours."""
    return timedelta(hours=number(f"reporting.{name}_hours"))


def minutes(name: str) -> timedelta:
    """Return a setting in minutes."""
    return timedelta(minutes=number(f"reporting.{name}_minutes"))


def wanted(name: str) -> bool:
    """Return a setting that is yes or no."""
    return bool(value(f"reporting.{name}"))


def text(name: str) -> str:
    """Return a setting that is a text or a choice."""
    return str(value(f"reporting.{name}"))


def moment(name: str, day: date) -> datetime:
    """Return when 'daily' or 'zero' is due on a local day."""
    hour, minute = (int(one) for one in text(f"{name}_at").split(":"))
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_current_timezone())
