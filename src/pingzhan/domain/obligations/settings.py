"""Settings of the obligations, which an administrator changes in the browser."""

from __future__ import annotations

from datetime import time

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.obligations.calendar import Clock
from pingzhan.domain.obligations.enums import Stage
from pingzhan.foundation.options.registry import Option, number, register_option, value

_GROUP = _("应办事项")


def register() -> None:
    """Make the settings known."""
    for one in (
        Option(
            "obligations.day_start",
            _("业务日从几点算起"),
            _GROUP,
            "time",
            "06:00",
            help=_("这个时间以前的登记算前一天的，例如凌晨两点的体温算前一天晚上的。"),
        ),
        Option(
            "obligations.slot_hours",
            _("每个时段开始后多久算逾期"),
            _GROUP,
            "int",
            6,
            unit=_("小时"),
            minimum=1,
            maximum=24,
        ),
        Option(
            "obligations.remind_minutes",
            _("到期前多久提醒企业"),
            _GROUP,
            "int",
            0,
            unit=_("分钟"),
            minimum=0,
            maximum=720,
            help=_("0 为不提醒。"),
        ),
        Option(
            "obligations.official_minutes",
            _("逾期多久通知包企责任人"),
            _GROUP,
            "int",
            60,
            unit=_("分钟"),
            minimum=0,
            maximum=2880,
        ),
        Option(
            "obligations.group_minutes",
            _("逾期多久通知主管工作组"),
            _GROUP,
            "int",
            240,
            unit=_("分钟"),
            minimum=0,
            maximum=10080,
        ),
    ):
        register_option(one)


def business_clock() -> Clock:
    """Return the zone's business day: when it begins, and which moments belong to it."""
    return Clock(
        tz=timezone.get_default_timezone(),
        day_start=time.fromisoformat(str(value("obligations.day_start"))),
        slot_hours=number("obligations.slot_hours"),
    )


def remind_minutes() -> int:
    """Return how long before the due time the enterprise is reminded, 0 for never."""
    return number("obligations.remind_minutes")


def ladder() -> list[tuple[int, int]]:
    """Return the steps of a lateness: the stage and the minutes after the due time, in order."""
    official = number("obligations.official_minutes")
    return [
        (int(Stage.ENTERPRISE), 0),
        (int(Stage.OFFICIAL), official),
        (int(Stage.GROUP), max(official, number("obligations.group_minutes"))),
    ]
