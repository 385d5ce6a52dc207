"""Settings of 包保 and 下沉一线, which an administrator changes in the browser."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.frontline.rounds import Pace
from pingzhan.domain.territory.enums import RiskClass
from pingzhan.foundation.options.registry import Option, number, register_option

_GROUP = _("包保与下沉一线")


def register() -> None:
    """Make the settings known."""
    for one in (
        Option(
            "frontline.most",
            _("每名责任人最多包保企业"),
            _GROUP,
            "int",
            0,
            unit=_("家"),
            minimum=0,
            maximum=50,
            help=_("只约束系统建议；0 为按企业数和干部数自动确定。"),
        ),
        Option(
            "frontline.high",
            _("高风险企业职工的折算倍数"),
            _GROUP,
            "int",
            3,
            unit=_("倍"),
            minimum=1,
            maximum=10,
        ),
        Option(
            "frontline.medium",
            _("中风险企业职工的折算倍数"),
            _GROUP,
            "int",
            2,
            unit=_("倍"),
            minimum=1,
            maximum=10,
        ),
        Option(
            "frontline.away_days",
            _("离岗多少天以上不作新的安排"),
            _GROUP,
            "int",
            14,
            unit=_("天"),
            minimum=1,
            maximum=365,
        ),
        Option(
            "frontline.arrive_minutes",
            _("下沉一线到达时限"),
            _GROUP,
            "int",
            60,
            unit=_("分钟"),
            minimum=5,
            maximum=1440,
        ),
        *(
            Option(f"frontline.visit_{colour}", label, _GROUP, "int", days, unit=unit, minimum=1, maximum=90)
            for colour, label, days, unit in (
                ("red", _("有逾期事项的企业多久内走访"), 1, _("个工作日")),
                ("amber", _("有临期事项的企业多久内走访"), 3, _("个工作日")),
                ("green", _("没有逾期事项的企业多久走访一次"), 14, _("天")),
            )
        ),
        Option(
            "frontline.visits_a_day",
            _("每名责任人一天最多安排走访"),
            _GROUP,
            "int",
            3,
            unit=_("家"),
            minimum=1,
            maximum=10,
        ),
    ):
        register_option(one)


def factors() -> dict[str, int]:
    """Return how many times a worker counts by the risk class of his enterprise."""
    return {
        RiskClass.HIGH: number("frontline.high"),
        RiskClass.MEDIUM: number("frontline.medium"),
        RiskClass.LOW: 1,
    }


def most() -> int:
    """Return how many enterprises one official may be proposed for, 0 for as many as are needed."""
    return number("frontline.most")


def away_days() -> int:
    """Return from how many days of absence on nobody is proposed for anything new."""
    return number("frontline.away_days")


def arrive_minutes() -> int:
    """Return within how many minutes an official is to be on site."""
    return number("frontline.arrive_minutes")


def visit_pace() -> Pace:
    """Return within how many days enterprises are to be visited, by how they stand."""
    return Pace(
        red=number("frontline.visit_red"),
        amber=number("frontline.visit_amber"),
        green=number("frontline.visit_green"),
        a_day=number("frontline.visits_a_day"),
    )
