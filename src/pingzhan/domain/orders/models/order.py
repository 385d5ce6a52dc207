"""Orders, whom they go to, their numbers, and orders of one text to many."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Activation
from pingzhan.domain.orders.enums import (
    FINAL_STATES,
    Evidence,
    OrderSource,
    OrderState,
    TargetKind,
    TargetRole,
)
from pingzhan.domain.orders.models.guard import order_guard
from pingzhan.domain.orders.models.meeting import Decision, Meeting
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


class OrderCounter(models.Model):
    """The last number given in a zone, world and year; locked by whoever takes the next one."""

    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    world = models.IntegerField(default=0)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("交办编号")
        verbose_name_plural = _("交办编号")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "world", "year"],
                name="ordercounter_once",
                violation_error_message=_("这一年的交办编号已经开始。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Batch(models.Model):
    """One text to many: what was asked for, what was made, and whom it could not be given, with the reason.

    ``asked`` = ``made`` + the length of ``refused``, which the database holds to.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.TextField(_("标题"))
    text = models.TextField(_("内容"))
    due_at = models.DateTimeField(_("时限"))
    filter_words = models.TextField(_("范围"), blank=True, default="")
    asked = models.PositiveIntegerField(_("拟下达"))
    made = models.PositiveIntegerField(_("已下达"))
    refused = models.JSONField(_("未下达"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("下达人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("批量交办")
        verbose_name_plural = _("批量交办")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked__gte=F("made")) & ~Q(title="") & ~Q(by_name=""),
                name="batch_counts",
                violation_error_message=_("批量交办的数量不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked(exclude=["next_at"])
class Order(models.Model):
    """One order with one lead (主办).

    ``unit`` is the place whose rights count: the enterprise of an order to an enterprise, else the zone or the
    post's unit. ``group_code`` and ``lead_name`` are what boards group and show without resolving anybody.
    ``yellow_at`` is when the light turns yellow; ``next_at`` when the sweep looks at it next. The names and
    times of each stage stay here so that lists need no history; the whole history is OrderEvent.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveIntegerField(_("编号"))
    title = models.TextField(_("标题"))
    text = models.TextField(_("内容"), blank=True, default="")
    source = models.TextField(_("来源"), choices=OrderSource.choices)
    source_note = models.TextField(_("来源说明"), blank=True, default="")
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("会议"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    decision = models.ForeignKey(
        Decision,
        verbose_name=_("决定"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    batch = models.ForeignKey(
        Batch,
        verbose_name=_("批次"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    activation = models.ForeignKey(
        Activation,
        verbose_name=_("平战转换命令"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    critical = models.BooleanField(_("重要"), default=False)
    evidence = models.TextField(_("反馈要求"), choices=Evidence.choices, default=Evidence.TEXT)
    state = models.TextField(_("状态"), choices=OrderState.choices, default=OrderState.OPEN)
    group_code = models.TextField(_("工作组代码"), blank=True, default="")
    group_name = models.TextField(_("工作组"), blank=True, default="")
    lead_name = models.TextField(_("主办"))
    due_at = models.DateTimeField(_("时限"))
    first_due_at = models.DateTimeField(_("原时限"))
    yellow_at = models.DateTimeField(_("黄灯时间"))
    extended = models.PositiveSmallIntegerField(_("延期次数"), default=0)
    issued_at = models.DateTimeField(_("下达时间"), db_default=Now(), editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    issued_by_name = models.TextField(_("下达人"))
    received_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    received_by_name = models.TextField(_("签收人"), blank=True, default="")
    fed_back_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    fed_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    fed_back_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    fed_back_by_name = models.TextField(_("反馈人"), blank=True, default="")
    feedback = models.TextField(_("最近反馈"), blank=True, default="")
    feedback_count = models.IntegerField(_("反馈数字"), null=True, blank=True)
    checked_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    checked_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    checked_by_name = models.TextField(_("核实人"), blank=True, default="")
    ended_at = models.DateTimeField(_("销号或撤销时间"), null=True, blank=True)
    ended_by_name = models.TextField(_("销号或撤销人"), blank=True, default="")
    reason = models.TextField(_("撤销原因"), blank=True, default="")
    next_at = models.DateTimeField(_("下次提醒"), null=True, blank=True)

    class Meta:
        verbose_name = _("交办事项")
        verbose_name_plural = _("交办事项")
        ordering = ["-id"]
        triggers = [order_guard()]
        indexes = [
            models.Index(fields=["next_at"], name="order_next", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["world", "zone", "due_at"],
                name="order_live",
                condition=~Q(state__in=FINAL_STATES),
            ),
            models.Index(fields=["world", "zone", "-id"], name="order_zone"),
            models.Index(
                fields=["world", "-ended_at", "id"],
                name="order_ended",
                condition=Q(state__in=FINAL_STATES),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "world", "year", "number"],
                name="order_number_once",
                violation_error_message=_("这个交办编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values)
                & Q(source__in=OrderSource.values)
                & Q(evidence__in=Evidence.values)
                & ~Q(title="")
                & ~Q(lead_name="")
                & ~Q(issued_by_name=""),
                name="order_complete",
                violation_error_message=_("交办事项要有标题、主办、来源和下达人。"),
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("issued_at"))
                & Q(yellow_at__lte=F("due_at"))
                & Q(due_at__gte=F("first_due_at")),
                name="order_due",
                violation_error_message=_("时限应晚于下达时间，延期只能往后。"),
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True)
                | Q(fed_back_by__isnull=True)
                | ~Q(checked_by=F("fed_back_by")),
                name="order_checked_by_other",
                violation_error_message=_("反馈人不能核实自己的反馈。"),
            ),
            models.CheckConstraint(
                condition=Q(checked_person__isnull=True)
                | Q(fed_back_person__isnull=True)
                | ~Q(checked_person=F("fed_back_person")),
                name="order_checked_by_other_person",
                violation_error_message=_("反馈人不能核实自己的反馈。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.FEEDBACK, OrderState.CHECKED, OrderState.CLOSED])
                | (Q(fed_back_at__isnull=False) & ~Q(fed_back_by_name="")),
                name="order_fed_back",
                violation_error_message=_("已反馈的事项要有反馈人和时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.CHECKED, OrderState.CLOSED])
                | (Q(checked_at__isnull=False) & ~Q(checked_by_name="")),
                name="order_checked",
                violation_error_message=_("已核实的事项要有核实人和时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=FINAL_STATES, ended_at__isnull=False, next_at__isnull=True)
                & ~Q(ended_by_name="")
                | ~Q(state__in=FINAL_STATES) & Q(ended_at__isnull=True, ended_by_name=""),
                name="order_ended",
                violation_error_message=_("已销号或撤销的事项要有时间和办理人，其他的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.CANCELLED) | ~Q(reason=""),
                name="order_cancel_reason",
                violation_error_message=_("撤销要写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number_text(self) -> str:
        """Return the number as papers and notices write it."""
        return gettext("交办〔%(year)d〕%(n)d号") % {"year": self.year, "n": self.number}


@tracked()
class Target(models.Model):
    """Whom an order goes to, as lead or helper. ``name`` is what it was called when it was given.

    A post and a group are codes, so an order outlives the structure version; ``group_code`` of a post is where
    it falls to when the post is gone.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="targets")
    role = models.TextField(_("角色"), choices=TargetRole.choices)
    kind = models.TextField(_("对象"), choices=TargetKind.choices)
    post_code = models.TextField(_("岗位代码"), blank=True, default="")
    group_code = models.TextField(_("工作组代码"), blank=True, default="")
    unit = models.ForeignKey(
        Unit, verbose_name=_("企业"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("人员"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.TextField(_("名称"))

    class Meta:
        verbose_name = _("承办对象")
        verbose_name_plural = _("承办对象")
        ordering = ["order_id", "-role", "id"]
        indexes = [
            models.Index(fields=["post_code"], name="target_post", condition=Q(kind=TargetKind.POST)),
            models.Index(fields=["group_code"], name="target_group", condition=~Q(group_code="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(role=TargetRole.LEAD),
                name="target_one_lead",
                violation_error_message=_("一件事项只能有一个主办。"),
            ),
            models.CheckConstraint(
                condition=(Q(kind=TargetKind.POST, unit__isnull=True, person__isnull=True) & ~Q(post_code=""))
                | (
                    Q(kind=TargetKind.GROUP, post_code="", unit__isnull=True, person__isnull=True)
                    & ~Q(group_code="")
                )
                | Q(kind=TargetKind.ENTERPRISE, post_code="", unit__isnull=False, person__isnull=True)
                | Q(kind=TargetKind.PERSON, post_code="", unit__isnull=True, person__isnull=False),
                name="target_shape",
                violation_error_message=_("承办对象要指明岗位、工作组、企业或个人之一。"),
            ),
            models.CheckConstraint(
                condition=Q(role__in=TargetRole.values) & ~Q(name=""),
                name="target_complete",
                violation_error_message=_("承办对象要有名称和角色。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
