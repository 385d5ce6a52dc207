"""What has to be reported, and when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting.enums import ReportKind, Stage
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


class ReportCounter(models.Model):
    """The last number given in a zone, world and year; locked by whoever signs."""

    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    world = models.IntegerField(default=0)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("信息报告编号")
        verbose_name_plural = _("信息报告编号")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "world", "year"],
                name="reportcounter_once",
                violation_error_message=_("这一年的信息报告编号已经开始。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


@tracked(exclude=["next_at", "stage"])
class Due(models.Model):
    """One report that is due.

    ``key`` makes it one of its kind: 'initial:12', 'follow:12:3', 'daily:2026-11-25'. ``activation`` is the first
    order of the unbroken emergency that asks for it, empty for what the calendar asks for; ``on`` is the local
    day of the latter. ``done_at``: signed for the first time, or all zero reports in. ``dropped_at``: no longer
    asked for, with the reason.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="+")
    activation = models.ForeignKey(
        Activation,
        verbose_name=_("平战转换命令"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.TextField(_("种类"), choices=ReportKind.choices)
    number = models.PositiveIntegerField(_("第几次"), default=1)
    on = models.DateField(_("日期"), null=True, blank=True)
    key = models.TextField()
    due_at = models.DateTimeField(_("时限"))
    made_at = models.DateTimeField(_("列入时间"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    dropped_why = models.TextField(_("取消原因"), blank=True, default="")
    dropped_by_name = models.TextField(_("取消人"), blank=True, default="")
    stage = models.PositiveSmallIntegerField(_("提醒"), choices=Stage.choices, default=Stage.NONE)
    next_at = models.DateTimeField(_("下次提醒"), null=True, blank=True)

    class Meta:
        verbose_name = _("应报事项")
        verbose_name_plural = _("应报事项")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["next_at"], name="due_next", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["world", "zone", "due_at"],
                name="due_open",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(fields=["world", "zone", "kind", "-on"], name="due_by_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "zone", "key"],
                name="due_once",
                violation_error_message=_("这一应报事项已经列出。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReportKind.values) & ~Q(key="") & Q(number__gte=1),
                name="due_complete",
                violation_error_message=_("应报事项的种类或次数不对。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[ReportKind.DAILY, ReportKind.ZERO], on__isnull=False)
                | (~Q(kind__in=[ReportKind.DAILY, ReportKind.ZERO]) & Q(activation__isnull=False)),
                name="due_of_day_or_order",
                violation_error_message=_("日报和零报告要有日期，其他报告要有平战转换命令。"),
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_why="")
                | (Q(dropped_at__isnull=False) & ~Q(dropped_why="")),
                name="due_dropped_paired",
                violation_error_message=_("取消应报事项要写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(done_at__isnull=True, dropped_at__isnull=True),
                name="due_done_no_next",
                violation_error_message=_("已完成的事项不再提醒。"),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Return whether it is still asked for."""
        return self.done_at is None and self.dropped_at is None
