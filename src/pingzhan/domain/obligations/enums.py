"""Choices of the obligations module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

EVENT_SLOT = -1
"""Slot of what an event brought about; every other slot is the minute of the day at which its period begins."""

INTERVAL_SLOT = 2001
"""Slot of what has to be done once in so many days, counted from when it was first demanded."""
ONCE_SLOT = 2002
"""Slot of what has to be done once."""
STANDING_SLOTS = (INTERVAL_SLOT, ONCE_SLOT)
"""While one of these runs, no second one of the same measure begins."""


class State(models.TextChoices):
    """How an obligation stands. Open and late ones wait for evidence; the others are settled."""

    OPEN = "open", _("待办")
    LATE = "late", _("逾期")
    DONE = "done", _("已完成")
    WAIVED = "waived", _("已免除")
    WITHDRAWN = "withdrawn", _("已撤销")


WAITING = (State.OPEN, State.LATE)
"""States in which evidence closes an obligation."""

COUNTED = (State.OPEN, State.LATE, State.DONE)
"""States that count towards compliance: a waiver is counted apart, what was withdrawn is not counted."""


class Source(models.TextChoices):
    """What brought an obligation into being."""

    DAY = "day", _("日常生成")
    SWITCH = "switch", _("平战转换")
    SET = "set", _("措施集变更")
    EVENT = "event", _("事件")


class MarkKind(models.TextChoices):
    """Why the obligations of a part of the tree have to be looked at again."""

    SWITCH = "switch", _("平战转换")
    SET = "set", _("措施集变更")


class Stage(models.IntegerChoices):
    """How far a lateness has been carried."""

    SOON = 0, _("到期提醒")
    ENTERPRISE = 1, _("通知企业")
    OFFICIAL = 2, _("通知包企责任人")
    GROUP = 3, _("通知主管工作组")


class Axis(models.TextChoices):
    """By what compliance is grouped."""

    PARTY = "party", _("四方责任")
    UNIT = "unit", _("企业")
    ITEM = "item", _("指南条目")
    MEASURE = "measure", _("措施")
    GROUP = "group", _("工作组")
