"""The one ledger of what is due: a table in monthly parts, made by migration 0001 in plain SQL."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.obligations.enums import EVENT_SLOT, Source, State
from pingzhan.domain.obligations.models.followup import Waiver
from pingzhan.domain.obligations.models.measures import Demand, Duty
from pingzhan.domain.territory.models import Unit


class Obligation(models.Model):
    """What one measure demands of one unit in one period [t0, t1), to be done by ``due_at``.

    ``day`` is the business day it is due on (the evening's slot belongs to that evening, also after midnight)
    and decides in which part of the table the row lies. ``slot`` is the minute of the day at which
    the period begins, EVENT_SLOT for what an event brought about; ``subject_id`` is then what the event
    concerns, else 0. ``need`` pieces of evidence close it; ``got`` have come. ``ref_kind`` and ``ref_id`` name
    the evidence that closed it. ``level`` is the level it was demanded in, None in routine.

    One row per unit, measure, subject and slot of a day, withdrawn ones aside: a repeated generation adds
    nothing, and after an emergency the day's routine obligations can come again.
    """

    day = models.DateField(_("日期"))
    unit = models.ForeignKey(
        Unit, verbose_name=_("单位"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    duty = models.ForeignKey(
        Duty, verbose_name=_("措施"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    demand = models.ForeignKey(
        Demand,
        verbose_name=_("措施要求"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="obligations",
    )
    subject_id = models.BigIntegerField(_("事件对象"), default=0)
    slot = models.SmallIntegerField(_("时段"))
    t0 = models.DateTimeField(_("起"))
    t1 = models.DateTimeField(_("止"))
    due_at = models.DateTimeField(_("限期"))
    state = models.TextField(_("状态"), choices=State.choices, default=State.OPEN)
    source = models.TextField(_("来由"), choices=Source.choices, default=Source.DAY)
    level = models.PositiveSmallIntegerField(_("等级"), null=True, blank=True)
    need = models.PositiveSmallIntegerField(_("要求次数"), default=1)
    got = models.PositiveSmallIntegerField(_("已有次数"), default=0)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("登记完成时间"), null=True, blank=True)
    late_at = models.DateTimeField(_("转为逾期的时间"), null=True, blank=True)
    ref_kind = models.TextField(_("凭据种类"), blank=True, default="")
    ref_id = models.BigIntegerField(_("凭据编号"), null=True, blank=True)
    waiver = models.ForeignKey(
        Waiver,
        verbose_name=_("免除"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    reason = models.TextField(_("撤销原因"), blank=True, default="")
    made_at = models.DateTimeField(_("生成时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("应办事项")
        verbose_name_plural = _("应办事项")
        indexes = [
            models.Index(fields=["day"], name="obligation_day"),
            models.Index(fields=["due_at"], name="obligation_due", condition=Q(state=State.OPEN)),
            models.Index(fields=["day"], name="obligation_late", condition=Q(state=State.LATE)),
            models.Index(
                fields=["unit", "due_at"],
                name="obligation_waiting",
                condition=Q(state__in=["open", "late"]),
            ),
            models.Index(
                fields=["unit", "duty"],
                name="obligation_standing",
                condition=Q(slot__in=[2001, 2002]) & ~Q(state=State.WITHDRAWN),
            ),
            models.Index(
                fields=["ref_kind", "ref_id"], name="obligation_ref", condition=Q(ref_id__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "day", "duty", "subject_id", "slot"],
                condition=~Q(state=State.WITHDRAWN),
                name="obligation_once",
                violation_error_message=_("这一时段的事项已经生成。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values) & Q(source__in=Source.values),
                name="obligation_choices",
                violation_error_message=_("事项的状态或来由不对。"),
            ),
            models.CheckConstraint(
                condition=Q(t1__gt=F("t0"))
                & Q(due_at__gt=F("t0"))
                & Q(slot__gte=EVENT_SLOT)
                & Q(need__gte=1),
                name="obligation_period",
                violation_error_message=_("事项的时段或限期不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state=State.DONE, closed_at__isnull=False, done_at__isnull=False)
                | (~Q(state=State.DONE) & Q(closed_at__isnull=True, ref_id__isnull=True)),
                name="obligation_done_paired",
                violation_error_message=_("完成的事项要有完成时间，未完成的不能有。"),
            ),
            models.CheckConstraint(
                condition=(Q(state=State.WAIVED) & Q(waiver__isnull=False))
                | (~Q(state=State.WAIVED) & Q(waiver__isnull=True)),
                name="obligation_waiver_paired",
                violation_error_message=_("免除的事项要有免除依据。"),
            ),
            models.CheckConstraint(
                condition=Q(state=State.WITHDRAWN) ^ Q(reason=""),
                name="obligation_reason_paired",
                violation_error_message=_("撤销的事项要写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.day}"


class PartialEvidence(models.Model):
    """A piece of evidence that counts towards an obligation which needs several."""

    obligation_id = models.BigIntegerField(_("事项"))
    day = models.DateField(_("日期"))
    ref_kind = models.TextField(_("凭据种类"))
    ref_id = models.BigIntegerField(_("凭据编号"))
    count = models.PositiveSmallIntegerField(_("次数"), default=1)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("部分凭据")
        verbose_name_plural = _("部分凭据")
        indexes = [models.Index(fields=["ref_kind", "ref_id"], name="partial_ref")]
        constraints = [
            models.UniqueConstraint(
                fields=["obligation_id", "ref_kind", "ref_id"],
                name="partial_once",
                violation_error_message=_("这份凭据已经计入。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.obligation_id}: {self.ref_kind} {self.ref_id}"
