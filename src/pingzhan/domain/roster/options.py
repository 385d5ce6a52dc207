"""The settings of the roster."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import Option, register_option


def register() -> None:
    """Make the settings known."""
    group = _("值班")
    for one in (
        Option(
            "roster.shifts",
            _("每天的班次"),
            group,
            "choice",
            "full",
            help=_("只影响以后编排的值班表。"),
            choices=(("full", _("一班 24 小时")), ("two", _("白班和夜班"))),
        ),
        Option("roster.morning", _("早上交接班时间"), group, "time", "08:30"),
        Option(
            "roster.evening",
            _("傍晚交接班时间"),
            group,
            "time",
            "17:30",
            help=_("分白班和夜班时使用。"),
        ),
        Option(
            "roster.lead_full",
            _("带班领导值全天"),
            group,
            "bool",
            True,
            help=_("分白班和夜班时，带班领导仍值 24 小时。"),
        ),
        Option("roster.officers", _("每班值班员人数"), group, "int", 1, unit=_("人"), minimum=1, maximum=2),
        Option(
            "roster.rest_hours",
            _("两班之间至少休息"),
            group,
            "int",
            24,
            unit=_("小时"),
            minimum=0,
            maximum=168,
        ),
        Option(
            "roster.balance_days",
            _("均衡时计入多少天以内的值班"),
            group,
            "int",
            180,
            unit=_("天"),
            minimum=0,
            maximum=730,
        ),
        Option("roster.swap_approval", _("换班需要批准"), group, "bool", True),
        Option(
            "roster.remind_hours",
            _("第一次提醒在值班前"),
            group,
            "int",
            24,
            unit=_("小时"),
            minimum=2,
            maximum=72,
        ),
        Option(
            "roster.remind_minutes",
            _("第二次提醒在值班前"),
            group,
            "int",
            60,
            unit=_("分钟"),
            minimum=10,
            maximum=119,
        ),
    ):
        register_option(one)
