"""Settings of testing rounds, which an administrator changes in the browser. Health values: reference section 17."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.options.registry import Option, number, option, register_option

_GROUP = _("核酸检测")
PROPOSE = "screening.propose_switch"


@dataclass(frozen=True)
class Target:
    """How soon one of the four of 第一时间 has to be done, from what on, and who says so."""

    key: str
    label: Promise
    minutes: int
    source: Promise

    @property
    def option(self) -> str:
        """Return the key of the setting."""
        return f"screening.first_{self.key}"

    @property
    def now(self) -> int:
        """Return the minutes in force."""
        return number(self.option)


_OWN = _("通知附件3要求第一时间检测、发现、控制、上报，没有写明时限；这是开发区自定的目标。")
TARGETS = (
    Target(
        "tested",
        _("第一时间检测：从首人采样到检测"),
        720,
        _("没有统一规定；参照同城一轮检测的实例：12 时前采完，24 时前出结果。"),
    ),
    Target("found", _("第一时间发现：从检测到结果录入"), 60, _OWN),
    Target("controlled", _("第一时间控制：从发现到全部管控"), 60, _OWN),
    Target(
        "reported",
        _("第一时间上报：从发现到上报"),
        120,
        _("《突发公共卫生事件应对法》第三十条：网络报告 2 小时。"),
    ),
)


def register() -> None:
    """Make the settings known."""
    for one in (
        Option(
            "screening.rate",
            _("一名采样人员每小时采多少人"),
            _GROUP,
            "int",
            60,
            unit=_("人"),
            minimum=10,
            maximum=300,
        ),
        Option(
            "screening.setup_minutes",
            _("到达后布置采样点要多久"),
            _GROUP,
            "int",
            12,
            unit=_("分钟"),
            minimum=0,
            maximum=120,
        ),
        Option(
            "screening.age_minutes",
            _("样本从采集到送达的最长时间"),
            _GROUP,
            "int",
            240,
            unit=_("分钟"),
            minimum=30,
            maximum=1440,
            help=_("常温下不超过 4 小时。"),
        ),
        Option(
            "screening.people_per_point",
            _("多少人设一个采样台"),
            _GROUP,
            "int",
            600,
            unit=_("人"),
            minimum=50,
            maximum=5000,
        ),
        Option(
            "screening.iterations",
            _("编制计划时的搜索次数"),
            _GROUP,
            "int",
            3000,
            unit=_("次"),
            minimum=100,
            maximum=1_000_000,
            help=_("次数越多，计划越好，算得越久；次数和种子相同，结果一字不差。"),
        ),
        Option(
            "screening.retest_minutes",
            _("混管阳性后单采单检的采样时限"),
            _GROUP,
            "int",
            120,
            unit=_("分钟"),
            minimum=15,
            maximum=1440,
            help=_("没有统一规定，由开发区自定。"),
        ),
        Option(
            PROPOSE,
            _("出现混管阳性时提出平战转换建议"),
            _GROUP,
            "bool",
            True,
            help=_("只提建议，是否转换由有权的人决定。"),
        ),
        *(
            Option(
                one.option,
                one.label,
                _GROUP,
                "int",
                one.minutes,
                unit=_("分钟"),
                minimum=1,
                maximum=2880,
                help=one.source,
            )
            for one in TARGETS
        ),
    ):
        register_option(one)


def retest_minutes() -> int:
    """Return how long after a positive tube its people are to be swabbed singly."""
    return number("screening.retest_minutes")


def proposes_switch() -> bool:
    """Return whether a positive tube proposes to switch."""
    return bool(option(PROPOSE))


def rate() -> int:
    """Return how many people one sampler swabs in an hour."""
    return number("screening.rate")


def setup_minutes() -> int:
    """Return how long a team needs at a site before the first swab."""
    return number("screening.setup_minutes")


def age_minutes() -> int:
    """Return the longest time from the first swab to the laboratory."""
    return number("screening.age_minutes")


def people_per_point() -> int:
    """Return for how many people an enterprise gets a table."""
    return number("screening.people_per_point")


def iterations() -> int:
    """Return how long a plan is searched for when nobody says otherwise."""
    return number("screening.iterations")
