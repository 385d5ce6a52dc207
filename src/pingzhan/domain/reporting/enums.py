"""Choices of the reporting module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    """What is due: the first report of an emergency, numbered follow-ups, a daily one, zero reports, the last."""

    INITIAL = "initial", _("初报")
    FOLLOW = "follow", _("续报")
    DAILY = "daily", _("日报")
    ZERO = "zero", _("零报告")
    FINAL = "final", _("终报")


WRITTEN_KINDS: tuple[ReportKind, ...] = (
    ReportKind.INITIAL,
    ReportKind.FOLLOW,
    ReportKind.DAILY,
    ReportKind.FINAL,
)
"""Reports with text and figures that a person signs; a zero report is one tap by each who must report."""


class ReportState(models.TextChoices):
    """A draft may change, a signed version never does."""

    DRAFT = "draft", _("拟稿")
    SIGNED = "signed", _("已签发")


class LineKind(models.TextChoices):
    """Who has to give a zero report."""

    GROUP = "group", _("工作组")
    ENTERPRISE = "enterprise", _("企业")


class Via(models.TextChoices):
    """How a zero report came: by whoever must give it, or by a call that the duty officer typed in."""

    SELF = "self", _("本单位上报")
    PHONE = "phone", _("电话报告，值班登记")


class Stage(models.IntegerChoices):
    """How far the reminders of a due report have come."""

    NONE = 0, _("未提醒")
    BEFORE = 1, _("到期前已提醒")
    DUE = 2, _("到期已提醒")
    LATE = 3, _("逾期已提醒")
