"""What happened to orders: events, requests for more time, reminders that were sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.orders.enums import ExtensionState, OrderState, OrderVerb
from pingzhan.domain.orders.models.guard import extension_guard
from pingzhan.domain.orders.models.order import Order
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.audit.history import append_only, tracked


class OrderEvent(models.Model):
    """One thing that happened to an order; all times stay, including 销号. Only ever added to."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    verb = models.TextField(_("事项"), choices=OrderVerb.choices)
    state_from = models.TextField(_("原状态"), blank=True, default="")
    state_to = models.TextField(_("新状态"), choices=OrderState.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    by_name = models.TextField(_("办理人"))
    note = models.TextField(_("说明"), blank=True, default="")
    count = models.IntegerField(_("数字"), null=True, blank=True)

    class Meta:
        verbose_name = _("交办记录")
        verbose_name_plural = _("交办记录")
        ordering = ["id"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(verb__in=OrderVerb.values, state_to__in=OrderState.values) & ~Q(by_name=""),
                name="order_event_complete",
                violation_error_message=_("交办记录要有事项、状态和办理人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.verb}"


@tracked()
class Extension(models.Model):
    """A request for more time, asked before the due time with a reason, decided by somebody else."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateTimeField(_("延至"))
    was = models.DateTimeField(_("原时限"))
    reason = models.TextField(_("理由"))
    asked_at = models.DateTimeField(_("申请时间"), db_default=Now(), editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    asked_person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_by_name = models.TextField(_("申请人"))
    state = models.TextField(_("状态"), choices=ExtensionState.choices, default=ExtensionState.PENDING)
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    decided_by_name = models.TextField(_("答复人"), blank=True, default="")
    note = models.TextField(_("答复意见"), blank=True, default="")

    class Meta:
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        ordering = ["id"]
        triggers = [extension_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state=ExtensionState.PENDING),
                name="extension_one_pending",
                violation_error_message=_("这件事项已有一份待答复的延期申请。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExtensionState.values) & ~Q(reason="") & Q(until__gt=F("was")),
                name="extension_complete",
                violation_error_message=_("延期要写明理由，并延到原时限之后。"),
            ),
            models.CheckConstraint(
                condition=Q(state=ExtensionState.PENDING, decided_at__isnull=True)
                | ~Q(state=ExtensionState.PENDING) & Q(decided_at__isnull=False),
                name="extension_decided",
                violation_error_message=_("已答复的申请要有答复时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class Reminder(models.Model):
    """A reminder that came due, once for each stage and due time. ``sent`` False: a later one came due with it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reminders")
    stage = models.TextField(_("提醒"))
    due_at = models.DateTimeField(_("时限"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    sent = models.BooleanField(_("已通知"))

    class Meta:
        verbose_name = _("到期提醒")
        verbose_name_plural = _("到期提醒")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "stage", "due_at"],
                name="reminder_once",
                violation_error_message=_("这次提醒已经发过。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.stage}"
