"""Choices of drills and reviews."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DrillState(models.TextChoices):
    """Life of a drill."""

    PREPARED = "prepared", _("已准备")
    RUNNING = "running", _("演练中")
    ENDED = "ended", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class DrillEnd(models.TextChoices):
    """How a drill that had begun came to its end."""

    STOOD_DOWN = "stood_down", _("按计划结束")
    REAL_ORDER = "real_order", _("实战命令中止演练")


class InjectTarget(models.TextChoices):
    """Whom an inject is handed to."""

    POST = "post", _("岗位")
    GROUP = "group", _("工作组")


class DrillVerb(models.TextChoices):
    """What happened to a drill."""

    PREPARE = "prepare", _("准备")
    CHANGE = "change", _("修改脚本")
    START = "start", _("启动")
    INJECT = "inject", _("注入情况")
    SCORE = "score", _("评分")
    END = "end", _("结束")
    CANCEL = "cancel", _("取消")


class ReviewState(models.TextChoices):
    """Life of an after-action review."""

    DRAFT = "draft", _("草稿")
    REVIEWED = "reviewed", _("已复盘")
    FILED = "filed", _("已归档")


class Reached(models.TextChoices):
    """Whether a reference time was kept."""

    KEPT = "kept", _("达到")
    LATE = "late", _("未达到")
    OPEN = "open", _("结束前未完成")
    UNTRIED = "untried", _("演练在此前结束，未验证")
    NONE = "none", _("没有需要衡量的事项")
