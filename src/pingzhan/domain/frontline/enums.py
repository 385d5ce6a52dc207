"""Choices of the frontline module."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceSource(models.TextChoices):
    """Why an official has this front-line place."""

    CHOSEN = "chosen", _("人工安排")
    RESPONSIBLE = "responsible", _("包企责任人")
    SUBSTITUTE = "substitute", _("包企替补")
    ASSIGNED = "assigned", _("系统安排")


class ArrivalVia(models.TextChoices):
    """How it became known that an official is on site."""

    SELF = "self", _("本人报到")
    PHONE = "phone", _("电话报到")
    CHECK_IN = "check_in", _("扫码报到")


class EndReason(models.TextChoices):
    """Why a posting to the front line ended."""

    STOOD_DOWN = "stood_down", _("战转平")
    MOVED = "moved", _("改变去处")
    AWAY = "away", _("请假或离岗")
    LEFT = "left", _("不再任职")


class Mode(models.TextChoices):
    """What a proposal may change."""

    MISSING = "missing", _("只补缺")
    ALL = "all", _("全部重新平衡")


class Cover(models.TextChoices):
    """How far an enterprise is covered, the worst first."""

    NOBODY = "nobody", _("没有责任人")
    AWAY = "away", _("责任人和替补都离岗")
    NO_SUBSTITUTE = "no_substitute", _("没有替补")
    FULL = "full", _("齐全")
