"""Choices of the duty roster."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShiftRole(models.TextChoices):
    """领导带班 and 值班员."""

    LEAD = "lead", _("带班领导")
    DUTY = "duty", _("值班员")


class Part(models.TextChoices):
    """Which part of the 24 hours a shift is."""

    FULL = "full", _("全天")
    DAY = "day", _("白班")
    NIGHT = "night", _("夜班")
    OTHER = "other", _("临时")


class DayClass(models.TextChoices):
    """What kind of day a shift begins on; each kind is shared out by itself."""

    WORKDAY = "workday", _("工作日")
    WEEKEND = "weekend", _("周末")
    HOLIDAY = "holiday", _("节假日")


class HolidayKind(models.TextChoices):
    """What an entry of the holiday table says of a day."""

    OFF = "off", _("放假")
    WORK = "work", _("调休上班")
    NORMAL = "normal", _("按平常计")


class RosterStatus(models.TextChoices):
    """Life of a roster: nothing of a draft is in force."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    DISCARDED = "discarded", _("已放弃")


class ChangeKind(models.TextChoices):
    """Why the person of a shift in force became another."""

    PUBLISHED = "published", _("按值班表排班")
    IMPORTED = "imported", _("从表格导入")
    ADDED = "added", _("临时增加")
    SUBSTITUTED = "substituted", _("替班")
    SWAPPED = "swapped", _("换班")
    CANCELLED = "cancelled", _("取消")


class SwapState(models.TextChoices):
    """Life of a swap request."""

    ASKED = "asked", _("待对方答复")
    ACCEPTED = "accepted", _("待批准")
    DONE = "done", _("已换班")
    DECLINED = "declined", _("对方不同意")
    REFUSED = "refused", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")
    LAPSED = "lapsed", _("已失效")


OPEN_SWAPS: tuple[str, ...] = (SwapState.ASKED, SwapState.ACCEPTED)


class GapKind(models.TextChoices):
    """What is wrong with the next hours of the roster."""

    UNCOVERED = "uncovered", _("没有排班")
    NO_PERSON = "no_person", _("班次无人")
    ABSENT = "absent", _("当班人离岗")
    INACTIVE = "inactive", _("当班人不在职")
    SHORT_REST = "short_rest", _("连续值班")


class HandoverState(models.TextChoices):
    """How far a hand-over is."""

    OPEN = "open", _("待交班人填写")
    WRITTEN = "written", _("待接班人签收")
    SIGNED = "signed", _("已签收")


class LineState(models.TextChoices):
    """Whether a matter of a hand-over still goes on."""

    OPEN = "open", _("待办")
    DONE = "done", _("已办结")


#: Seat numbers: 0 is the leader on duty, 1 and 2 the duty officers.
LEAD_SEAT = 0
LAST_SEAT = 2


def role_of(seat: int) -> ShiftRole:
    """Return the role of a seat number."""
    return ShiftRole.LEAD if seat == LEAD_SEAT else ShiftRole.DUTY
