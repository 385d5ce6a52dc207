"""What is in force where, since when, until when, on which basis; and each restriction with its decision."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import Posture
from pingzhan.domain.measures.enums import Decider, EndKind, RestrictionState
from pingzhan.domain.measures.models.guards import force_guard, restriction_guard
from pingzhan.domain.measures.models.sets import KEY, Measure, SetVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


class Slot(models.Model):
    """A zone, a hazard and a posture: the place that one version at a time may hold. Locked by every change."""

    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hazard = models.TextField(_("风险种类"))
    posture = models.TextField(_("状态"), choices=Posture.choices)

    class Meta:
        verbose_name = _("执行位置")
        verbose_name_plural = _("执行位置")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "hazard", "posture"],
                name="slot_once",
                violation_error_message=_("这个执行位置已经存在。"),
            ),
            models.CheckConstraint(
                condition=Q(posture__in=Posture.values) & Q(hazard__regex=KEY),
                name="slot_known",
                violation_error_message=_("状态或风险种类不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone_id}/{self.hazard}/{self.posture}"


@tracked()
class Force(models.Model):
    """A version in force for a slot from ``starts_at`` until just before it ends.

    ``ends_at`` is the term ordered, ``ended_at`` when it really ended; the earlier of them counts. One that a
    later version is planned to replace has its end written already and holds until then.
    """

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="forces", db_index=False)
    version = models.ForeignKey(SetVersion, on_delete=models.PROTECT, related_name="forces")
    basis = models.TextField(_("法律依据"))
    document = models.TextField(_("文件"))
    reason = models.TextField(_("事由"))
    starts_at = models.DateTimeField(_("起"), db_default=Now())
    ends_at = models.DateTimeField(_("期限"), null=True, blank=True)
    ended_at = models.DateTimeField(_("止"), null=True, blank=True)
    end_kind = models.TextField(_("结束方式"), choices=EndKind.choices, blank=True, default=EndKind.OPEN)
    end_reason = models.TextField(_("结束事由"), blank=True, default="")
    warned_at = models.DateTimeField(_("期满提醒时间"), null=True, blank=True)
    put_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    put_by_name = models.TextField(_("办理人"))
    ended_by_name = models.TextField(_("结束人"), blank=True, default="")
    at = models.DateTimeField(_("办理时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("措施集的执行")
        verbose_name_plural = _("措施集的执行")
        ordering = ["-id"]
        indexes = [models.Index(fields=["slot", "-starts_at"], name="force_slot")]
        constraints = [
            ExclusionConstraint(
                name="force_one_at_a_time",
                expressions=[
                    (
                        Func(F("slot"), F("slot"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("starts_at"), Coalesce("ended_at", "ends_at"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("同一开发区、同一风险、同一状态下，同一时间只能执行一版措施集。"),
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & ~Q(reason="") & ~Q(document="") & ~Q(put_by_name=""),
                name="force_complete",
                violation_error_message=_("投入执行要有法律依据、文件、事由和办理人。"),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="force_term",
                violation_error_message=_("期限应晚于起始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(end_kind="", ended_at__isnull=True)
                | (
                    Q(end_kind__in=[one for one in EndKind.values if one], ended_at__isnull=False)
                    & Q(ended_at__gte=F("starts_at"))
                    & ~Q(ended_by_name="")
                ),
                name="force_end_paired",
                violation_error_message=_("结束时间、方式和结束人要么都有，要么都没有。"),
            ),
        ]
        triggers = [force_guard()]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Restriction(models.Model):
    """The legal record of one measure that restricts people, for one time in force (PHERL 40, IDL 67).

    Without a row in state ``in_force`` whose term contains the moment, the measure does not hold, whatever the
    set says. ``document`` is the decision; ``explanation`` why no milder measure suffices (PHERL 9, IDL 17).
    """

    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="restrictions")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="restrictions")
    state = models.TextField(_("状态"), choices=RestrictionState.choices, default=RestrictionState.HELD)
    law = models.TextField(_("法律依据"), blank=True, default="")
    decider = models.TextField(_("决定机关类别"), choices=Decider.choices)
    body = models.TextField(_("决定机关"), blank=True, default="")
    document = models.TextField(_("决定文件"), blank=True, default="")
    scope = models.TextField(_("范围"), blank=True, default="")
    reason = models.TextField(_("理由"), blank=True, default="")
    explanation = models.TextField(_("最小影响说明"), blank=True, default="")
    legal_class = models.TextField(_("传染病类别"), blank=True, default="")
    class_decision = models.TextField(_("按甲类管理的决定"), blank=True, default="")
    public_notice = models.TextField(_("公告"), blank=True, default="")
    complaint = models.TextField(_("申诉联系方式"), blank=True, default="")
    starts_at = models.DateTimeField(_("起"), null=True, blank=True)
    ends_at = models.DateTimeField(_("止"), null=True, blank=True)
    lift_notice = models.TextField(_("解除公告"), blank=True, default="")
    paper_id = models.BigIntegerField(_("请示"), null=True, blank=True)
    reserved = models.BooleanField(default=False, editable=False)
    class_a = models.BooleanField(default=False, editable=False)
    decided_by_name = models.TextField(_("登记人"), blank=True, default="")
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("限制性措施")
        verbose_name_plural = _("限制性措施")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["force", "measure"],
                name="restriction_once",
                violation_error_message=_("这条措施在本次执行中已有记录。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=RestrictionState.values) & Q(decider__in=Decider.values),
                name="restriction_known",
                violation_error_message=_("限制性措施的状态或决定机关不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(state=RestrictionState.IN_FORCE)
                | (
                    ~Q(law="")
                    & ~Q(body="")
                    & ~Q(scope="")
                    & ~Q(reason="")
                    & Q(starts_at__isnull=False)
                    & Q(ends_at__gt=F("starts_at"))
                ),
                name="restriction_lawful",
                violation_error_message=_(
                    "限制人员的措施要有法律依据、决定机关、范围、期限和理由，才能执行。"
                ),
            ),
        ]
        triggers = [restriction_guard()]

    def __str__(self) -> str:
        return f"#{self.pk}"
