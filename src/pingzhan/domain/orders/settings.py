"""Settings of reminders and escalation, which an administrator changes in the browser."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import Option, number, register_option, value

_GROUP = _("交办督办")
_HOURS = _("小时")


def register() -> None:
    """Make the settings known."""
    for key, label, default, help_ in (
        ("orders.first_hours", _("第一次到期提醒"), 72, _("到期前多少小时，也是黄灯的起点；0 为不提醒。")),
        ("orders.second_hours", _("第二次到期提醒"), 24, _("到期前多少小时；0 为不提醒。")),
        ("orders.third_hours", _("第三次到期提醒"), 2, _("到期前多少小时；0 为不提醒。")),
        ("orders.head_hours", _("逾期报组长"), 24, _("逾期多少小时后告知工作组组长；0 为不告知。")),
        ("orders.leader_hours", _("逾期报领导小组"), 72, _("逾期多少小时后告知领导小组组长；0 为不告知。")),
    ):
        register_option(
            Option(key, label, _GROUP, "int", default, help=help_, unit=_HOURS, minimum=0, maximum=720)
        )
    register_option(
        Option(
            "orders.day_end",
            _("只写日期时的时限"),
            _GROUP,
            "time",
            "18:00",
            help=_("快速交办里只写“明天”“周五前”时，按这个时刻到期。"),
        )
    )


def before_hours() -> tuple[int, ...]:
    """Return how many hours before the due time reminders go out, the first first; stages set to 0 are left out."""
    found = {number(f"orders.{name}_hours") for name in ("first", "second", "third")}
    return tuple(sorted((hours for hours in found if hours), reverse=True))


def yellow_hours() -> int:
    """Return how many hours before the due time the light turns yellow."""
    return number("orders.first_hours")


def late_hours() -> tuple[tuple[str, int], ...]:
    """Return after how many hours of delay the group head and the leader are told; 0 is never."""
    return tuple((name, number(f"orders.{name}_hours")) for name in ("head", "leader"))


def day_end() -> str:
    """Return the time of day of an order due on a day, as HH:MM."""
    return str(value("orders.day_end"))
