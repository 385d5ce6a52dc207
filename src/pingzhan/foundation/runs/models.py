"""The tables of long work and of its schedules."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.roles import Permission

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor


class RunState(models.TextChoices):
    """How far a run has come. ``failed``: it will be tried again; ``dead``: only a person can start it again."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("等待重试")
    DEAD = "dead", _("已失败")
    CANCELLED = "cancelled", _("已取消")


OPEN_STATES = (RunState.QUEUED, RunState.RUNNING, RunState.FAILED)
"""States in which something will still happen."""


class RunRows(models.QuerySet["RunRow"]):
    """Selections of runs."""

    def visible_to(self, actor: Actor) -> RunRows:
        """Return the runs the actor may see: those he started, all of them for who manages background work."""
        if actor.has(Permission.MANAGE_JOBS):
            return self
        return self.filter(by_user=actor.user_id) if actor.is_signed_in else self.none()

    def open(self) -> RunRows:
        """Return the runs with which something will still happen."""
        return self.filter(state__in=OPEN_STATES)


class RunRow(models.Model):
    """One piece of long work.

    ``claim`` names the execution that holds the run: whoever writes with another claim has lost it to another
    worker. ``checkpoint`` is where a next execution goes on. ``dedupe`` is unique where it is not empty.
    """

    kind = models.TextField(_("类别"))
    title = models.TextField(_("名称"))
    state = models.TextField(_("状态"), choices=RunState.choices, default=RunState.QUEUED)
    done = models.BigIntegerField(_("已办"), default=0)
    total = models.BigIntegerField(_("总数"), default=0)
    note = models.TextField(_("说明"), blank=True, default="")
    params = models.JSONField(_("参数"), default=dict)
    checkpoint = models.JSONField(_("续办位置"), default=dict)
    result = models.JSONField(_("结果"), default=dict)
    error = models.TextField(_("错误"), blank=True, default="")
    tries = models.IntegerField(_("已试次数"), default=0)
    next_at = models.DateTimeField(_("下次开始"), db_default=Now())
    lease_until = models.DateTimeField(_("占用到"), null=True, blank=True)
    claim = models.UUIDField(_("占用号"), null=True, blank=True)
    cancel_asked = models.BooleanField(_("已要求取消"), default=False)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("发起账号"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("发起人"), blank=True, default="")
    unit_path = models.TextField(_("范围"), default="/")
    dedupe = models.TextField(_("去重键"), blank=True, default="")
    created_at = models.DateTimeField(_("建立时间"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = models.Manager.from_queryset(RunRows)()

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="run_waiting", condition=Q(state__in=["queued", "failed"])
            ),
            models.Index(fields=["lease_until"], name="run_held", condition=Q(state="running")),
            models.Index(fields=["by_user", "-id"], name="run_of_user"),
            models.Index(fields=["state", "-id"], name="run_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe"],
                condition=~Q(dedupe=""),
                name="run_once",
                violation_error_message=_("这项后台任务已经建立。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=RunState.values),
                name="run_state_known",
                violation_error_message=_("后台任务的状态不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(title=""),
                name="run_named",
                violation_error_message=_("后台任务要有类别和名称。"),
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False, claim__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True, claim__isnull=True)),
                name="run_held_paired",
                violation_error_message=_("只有进行中的后台任务有占用。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "dead", "cancelled"], finished_at__isnull=False)
                | (Q(state__in=["queued", "running", "failed"]) & Q(finished_at__isnull=True)),
                name="run_finished_paired",
                violation_error_message=_("结束了的后台任务才有结束时间。"),
            ),
            models.CheckConstraint(
                condition=Q(done__gte=0, total__gte=0, tries__gte=0) & (Q(total=0) | Q(done__lte=F("total"))),
                name="run_counts",
                violation_error_message=_("后台任务的进度数不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Return whether something will still happen."""
        return self.state in OPEN_STATES

    @property
    def percent(self) -> int | None:
        """Return the progress in whole percent, None while the total is unknown."""
        if self.state == RunState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None


def new_claim() -> uuid.UUID:
    """Return the name of one execution."""
    return uuid.uuid4()


class ScheduleMark(models.Model):
    """Up to which moment a schedule has been served. A new schedule starts with the present one."""

    name = models.TextField(_("名称"), unique=True)
    slot = models.DateTimeField(_("已办到"))

    class Meta:
        verbose_name = _("定时任务")
        verbose_name_plural = _("定时任务")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
