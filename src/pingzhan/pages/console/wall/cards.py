"""The six figures at the top: what a leader asks first, in each posture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pingzhan.domain.command import api as command
from pingzhan.domain.orders import api as orders
from pingzhan.pages.console.gaps import GapItem
from pingzhan.pages.console.readiness.levels import LevelRow


@dataclass(frozen=True)
class Card:
    """One figure; ``tone`` colours its edge, a bad figure is red too."""

    name: str
    figure: str
    unit: str
    note: str
    tone: str = ""


def _of(part: int, whole: int) -> str:
    return f"{part} / {whole}"


def _posts() -> str:
    return pgettext("unit", "岗")


def _items() -> str:
    return pgettext("unit", "项")


def emergency_cards(
    *,
    counts: Sequence[command.GroupCount],
    notices: command.OrderNotices,
    waiting_since: datetime | None,
    gaps: Sequence[GapItem],
    orders: orders.Board,
    late_tasks: int,
    open_tasks: int,
    now: datetime,
) -> list[Card]:
    """Return arrived, unconfirmed, gaps, orders, tasks, notices."""
    needed, filled, confirmed, arrived = _sums(counts)
    waiting = filled - confirmed
    minutes = int((now - waiting_since).total_seconds() // 60) if waiting_since is not None else 0
    grave = sum(gap.tone == "bad" for gap in gaps)
    return [
        Card(
            _("到岗"),
            _of(arrived, needed),
            _posts(),
            _("已确认 %(n)d") % {"n": confirmed},
            "ok" if arrived == needed else "",
        ),
        Card(
            _("待确认"),
            str(waiting),
            _posts(),
            _("最久 %(n)d 分钟") % {"n": minutes} if waiting else _("全部已确认"),
            "" if not waiting else "bad" if minutes >= 15 else "warn",
        ),
        _gap_card(_("缺口"), len(gaps), grave),
        _order_card(orders),
        Card(
            _("任务超时"),
            str(late_tasks),
            _items(),
            _("未办结 %(n)d") % {"n": open_tasks},
            "bad" if late_tasks else "ok",
        ),
        Card(
            _("命令送出"),
            str(notices.percent),
            "%",
            _("%(sent)d / %(total)d 条") % {"sent": notices.sent, "total": notices.total}
            + (_("，失败 %(n)d") % {"n": notices.dead} if notices.dead else ""),
            "bad" if notices.dead else "ok" if notices.percent == 100 else "warn",
        ),
    ]


def routine_cards(
    *,
    counts: Sequence[command.GroupCount],
    levels: Sequence[LevelRow],
    gaps: Sequence[GapItem],
    orders: orders.Board,
    firms: int,
    people: int,
    roster_gaps: int,
    unverified: int,
) -> list[Card]:
    """Return readiness, posts, gaps, orders, duty and contacts, enterprises."""
    needed, filled, _confirmed, _arrived = _sums(counts)
    able = sum(one.tone != "bad" for one in levels)
    grave = sum(gap.tone == "bad" for gap in gaps)
    tones = {one.tone for one in levels}
    tone = "bad" if not levels or "bad" in tones else "warn" if "warn" in tones else "ok"
    return [
        Card(
            _("现在能转"),
            _of(able, 4),
            pgettext("unit", "个等级"),
            _("没有已发布的组织架构") if not levels else _("关键岗齐备") if able == 4 else _("关键岗缺人"),
            tone,
        ),
        Card(
            _("平时岗位在位"),
            _of(filled, needed),
            _posts(),
            _("缺 %(n)d") % {"n": needed - filled} if needed > filled else _("全部有人"),
            "bad" if needed > filled else "ok",
        ),
        _gap_card(_("就绪问题"), len(gaps), grave),
        _order_card(orders),
        Card(
            _("72 小时值班缺口"),
            str(roster_gaps),
            _items(),
            _("联系方式待核实 %(n)d 人") % {"n": unverified},
            "bad" if roster_gaps else "warn" if unverified else "ok",
        ),
        Card(_("企业"), f"{firms}", pgettext("unit", "家"), _("职工 %(n)s 人") % {"n": f"{people:,}"}),
    ]


def _gap_card(name: str, count: int, grave: int) -> Card:
    note = _("其中严重 %(n)d") % {"n": grave} if count else _("没有缺口")
    return Card(name, str(count), _items(), note, "bad" if grave else "warn" if count else "ok")


def _order_card(one: orders.Board) -> Card:
    return Card(
        _("督办超期"),
        str(one.overdue),
        pgettext("unit", "件"),
        _("将到期 %(soon)d，在办 %(live)d") % {"soon": one.soon, "live": one.live},
        "bad" if one.overdue else "warn" if one.soon else "ok",
    )


def _sums(counts: Sequence[command.GroupCount]) -> tuple[int, int, int, int]:
    return (
        sum(one.needed for one in counts),
        sum(one.filled for one in counts),
        sum(one.confirmed for one in counts),
        sum(one.arrived for one in counts),
    )
