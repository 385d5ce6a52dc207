"""Drills, their script, and what happened to them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills.enums import DrillEnd, DrillState, DrillVerb, InjectTarget
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level


class Drill(models.Model):
    """One drill. ``world`` is taken from a sequence when it starts; until then the number belongs to nobody.

    A blind drill (双盲) is known only to ``made_by``, the leader, the controllers and the evaluator until it
    starts. That is why this table and the script have no row history: the history of rows can be read by whoever
    reads the trail. What happened is in DrillEvent instead.
    """

    world = models.IntegerField(_("演练编号"), null=True, blank=True, unique=True)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="+")
    title = models.TextField(_("名称"))
    level = models.PositiveSmallIntegerField(_("等级"))
    scenario = models.TextField(_("背景情况"))
    blind = models.BooleanField(_("双盲演练"), default=False)
    leader = models.ForeignKey(
        Person,
        verbose_name=_("演练负责人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    evaluator = models.ForeignKey(
        Person,
        verbose_name=_("评估员"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    controllers = models.ManyToManyField(Person, verbose_name=_("导调员"), related_name="+", blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by_name = models.TextField(_("准备人"))
    state = models.TextField(_("状态"), choices=DrillState.choices, default=DrillState.PREPARED)
    planned_at = models.DateTimeField(_("计划时间"), null=True, blank=True)
    made_at = models.DateTimeField(_("准备时间"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("启动时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    end_kind = models.TextField(_("结束方式"), choices=DrillEnd.choices, blank=True, default="")
    activation = models.OneToOneField(
        Activation, null=True, blank=True, on_delete=models.PROTECT, related_name="drill"
    )

    class Meta:
        verbose_name = _("演练")
        verbose_name_plural = _("演练")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["zone", "-id"], name="drill_zone"),
            models.Index(fields=["id"], name="drill_running", condition=Q(state="running")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level])
                & ~Q(title="")
                & ~Q(made_by_name="")
                & Q(state__in=DrillState.values),
                name="drill_complete",
                violation_error_message=_("演练要有名称、等级和准备人。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[DrillState.PREPARED, DrillState.CANCELLED],
                    world=None,
                    started_at=None,
                    ended_at=None,
                    activation=None,
                    end_kind="",
                )
                | (
                    Q(state=DrillState.RUNNING, world__gte=1, ended_at=None, end_kind="")
                    & Q(started_at__isnull=False, activation__isnull=False)
                )
                | (
                    Q(state=DrillState.ENDED, world__gte=1, ended_at__gte=F("started_at"))
                    & Q(end_kind__in=DrillEnd.values, activation__isnull=False)
                ),
                name="drill_state",
                violation_error_message=_("演练的状态与启动、结束时间不符。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def running(self) -> bool:
        """Return whether it is under way."""
        return self.state == DrillState.RUNNING

    @property
    def hidden(self) -> bool:
        """Return whether nobody but its own staff may know of it: blind, and never begun."""
        return self.blind and self.started_at is None


class Inject(models.Model):
    """A situation handed to a post or group at T+x minutes, with what is expected of them.

    ``order`` is the order it became in the drill's world; without one (``trouble`` says why) it is a notice only.
    ``done_at`` is taken from the feedback to that order, or observed by the evaluator.
    """

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="injects")
    offset_min = models.PositiveIntegerField(_("T+分钟"))
    target = models.TextField(_("对象种类"), choices=InjectTarget.choices)
    code = models.TextField(_("岗位或工作组代码"))
    name = models.TextField(_("对象"))
    text = models.TextField(_("情况"))
    expected = models.TextField(_("预期行动"))
    points = models.PositiveSmallIntegerField(_("分值"), default=10)
    within_min = models.PositiveSmallIntegerField(_("限时（分钟）"), default=30)
    fired_at = models.DateTimeField(_("注入时间"), null=True, blank=True)
    fired_by_name = models.TextField(_("注入人"), blank=True, default="")
    order = models.OneToOneField(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="inject"
    )
    trouble = models.TextField(_("未能下达的原因"), blank=True, default="")
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    score = models.PositiveSmallIntegerField(_("得分"), null=True, blank=True)
    remark = models.TextField(_("评语"), blank=True, default="")
    scored_by_name = models.TextField(_("评分人"), blank=True, default="")
    scored_at = models.DateTimeField(_("评分时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("注入情况")
        verbose_name_plural = _("注入情况")
        ordering = ["offset_min", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__in=InjectTarget.values)
                & ~Q(code="")
                & ~Q(text="")
                & ~Q(expected="")
                & Q(points__range=(1, 100))
                & Q(within_min__range=(1, 1440))
                & Q(offset_min__lte=10080),
                name="inject_complete",
                violation_error_message=_("注入情况要有对象、内容、预期行动和分值。"),
            ),
            models.CheckConstraint(
                condition=Q(fired_at__isnull=False)
                | Q(fired_by_name="", order=None, done_at=None, score=None),
                name="inject_fired_first",
                violation_error_message=_("还没有注入的情况不能完成或评分。"),
            ),
            models.CheckConstraint(
                condition=Q(score=None, scored_at=None, scored_by_name="")
                | (Q(score__lte=F("points"), scored_at__isnull=False) & ~Q(scored_by_name="")),
                name="inject_score",
                violation_error_message=_("得分不能超过分值，并要有评分人和时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"T+{self.offset_min}: {self.name}"

    @property
    def acted_at(self) -> datetime | None:
        """Return when it was done: as noted, else the feedback to its order (load ``order``)."""
        if self.done_at is not None or self.order is None:
            return self.done_at
        return self.order.fed_back_at


class DrillEvent(models.Model):
    """One thing that happened to a drill; append-only."""

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    verb = models.TextField(_("事项"), choices=DrillVerb.choices)
    by_name = models.TextField(_("操作人"))
    inject = models.ForeignKey(
        Inject, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    note = models.TextField(_("说明"), blank=True, default="")

    class Meta:
        verbose_name = _("演练记录")
        verbose_name_plural = _("演练记录")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.drill_id} {self.verb}"
