"""Tasks of seats, what happened to them, and what is missing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import (
    LIVE_TASK_STATES,
    Evidence,
    GapKind,
    Phase,
    Severity,
    TaskState,
    TaskVerb,
)
from pingzhan.domain.command.models.activation import Activation
from pingzhan.domain.command.models.duties import Duty
from pingzhan.domain.command.models.seats import Seat
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Task(models.Model):
    """A duty that a seat has to do. ``seat`` is the seat it was made for, ``owner_seat`` who has it now.

    ``parked_from`` is the state to which a parked task returns. ``duty`` is empty for tasks that the system
    makes itself (the standing task of the pool, the document number of a verbal order).
    """

    world = models.IntegerField(default=0)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="made_tasks", db_index=False)
    owner_seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="tasks")
    duty = models.ForeignKey(
        Duty, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    duty_code = models.TextField(_("职责代码"))
    title = models.TextField(_("任务"))
    phase = models.TextField(_("阶段"), choices=Phase.choices)
    evidence = models.TextField(_("反馈要求"), choices=Evidence.choices, default=Evidence.NONE)
    critical = models.BooleanField(_("关键任务"), default=False)
    due_at = models.DateTimeField(_("时限"), null=True, blank=True)
    state = models.TextField(_("状态"), choices=TaskState.choices, default=TaskState.OPEN)
    parked_from = models.TextField(_("暂停前状态"), blank=True, default="")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    created_at = models.DateTimeField(_("下达时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    feedback = models.TextField(_("最近反馈"), blank=True, default="")
    reason = models.TextField(_("取消原因"), blank=True, default="")

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(
                fields=["owner_seat", "due_at"],
                name="task_live",
                condition=Q(state__in=LIVE_TASK_STATES),
            ),
            models.Index(fields=["owner_seat"], name="task_parked", condition=Q(state=TaskState.PARKED)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "duty_code"],
                name="task_duty_once",
                violation_error_message=_("该席位已有这项任务。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=TaskState.values)
                & Q(phase__in=Phase.values)
                & Q(evidence__in=Evidence.values)
                & ~Q(title=""),
                name="task_complete",
                violation_error_message=_("任务的状态、阶段或标题不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state=TaskState.PARKED, parked_from__in=LIVE_TASK_STATES)
                | (~Q(state=TaskState.PARKED) & Q(parked_from="")),
                name="task_parked_paired",
                violation_error_message=_("暂停的任务要记下暂停前的状态。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.CANCELLED) | ~Q(reason=""),
                name="task_cancel_reason",
                violation_error_message=_("取消任务要写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[TaskState.CLOSED, TaskState.CANCELLED], done_at__isnull=False)
                | (~Q(state__in=[TaskState.CLOSED, TaskState.CANCELLED]) & Q(done_at__isnull=True)),
                name="task_done_paired",
                violation_error_message=_("已销号或取消的任务要有时间，其他的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskEvent(models.Model):
    """One thing that happened to a task; all times stay, including 销号 (督办 practice)."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    verb = models.TextField(_("事项"), choices=TaskVerb.choices)
    state_from = models.TextField(_("原状态"))
    state_to = models.TextField(_("新状态"))
    seat_from = models.ForeignKey(
        Seat, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seat_to = models.ForeignKey(
        Seat, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by_name = models.TextField(_("操作人"))
    note = models.TextField(_("说明"), blank=True, default="")
    count = models.IntegerField(_("数字"), null=True, blank=True)

    class Meta:
        verbose_name = _("任务记录")
        verbose_name_plural = _("任务记录")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.verb}"


@tracked()
class Gap(models.Model):
    """Something missing in a zone's seats. ``key`` stays the same while the same thing is missing."""

    world = models.IntegerField(default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    activation = models.ForeignKey(
        Activation, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps"
    )
    key = models.TextField()
    kind = models.TextField(_("种类"), choices=GapKind.choices)
    severity = models.TextField(_("严重程度"), choices=Severity.choices)
    post_code = models.TextField(_("岗位代码"), blank=True, default="")
    seat_no = models.BigIntegerField(_("席位"), null=True, blank=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    subject = models.JSONField(_("说明"), default=dict)
    opened_at = models.DateTimeField(_("发现时间"), db_default=Now(), editable=False)
    waived_by_name = models.TextField(_("豁免人"), blank=True, default="")
    resolved_at = models.DateTimeField(_("消除时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("缺口")
        verbose_name_plural = _("缺口")
        ordering = ["severity", "kind", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "zone", "key"],
                condition=Q(resolved_at__isnull=True),
                name="gap_once",
                violation_error_message=_("这一缺口已经列出。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=GapKind.values) & Q(severity__in=Severity.values) & ~Q(key=""),
                name="gap_complete",
                violation_error_message=_("缺口的种类或严重程度不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.key
