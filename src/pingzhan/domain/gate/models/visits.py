"""Visitors: who was invited, who came, when he left.

Names, numbers, phones and whom somebody visits are sealed. Whatever retention empties has no row history, sealed or
not, so that nothing is left of it once it is destroyed (30 days, reference/domain.md section 14).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate.enums import AppointmentState, CodeState, TravelState, VisitorMode, VisitReason
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject


@tracked(exclude=["name_sealed", "phone_sealed", "host_sealed", "company", "plate", "code"])
class Appointment(models.Model):
    """Somebody is expected at an enterprise between ``t0`` and ``t1`` (half-open).

    ``code`` is the number of six digits that the visitor says at the gate and his pass carries; unique among the
    appointments of an enterprise that may still be used.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="appointments"
    )
    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="appointment"
    )
    name_sealed = models.BinaryField(_("姓名"), null=True, editable=False)
    phone_sealed = models.BinaryField(_("手机"), null=True, editable=False)
    host_sealed = models.BinaryField(_("受访人"), null=True, editable=False)
    company = models.TextField(_("来自单位"), blank=True, default="")
    reason = models.TextField(_("事由"), choices=VisitReason.choices, default=VisitReason.BUSINESS)
    persons = models.PositiveSmallIntegerField(_("人数"), default=1)
    plate = models.TextField(_("车牌号"), blank=True, default="")
    t0 = models.DateTimeField(_("起"))
    t1 = models.DateTimeField(_("止"))
    code = models.TextField(_("预约码"))
    state = models.TextField(_("状态"), choices=AppointmentState.choices, default=AppointmentState.PENDING)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decided_by = models.TextField(_("决定人"), blank=True, default="")
    made_by = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("来访预约")
        verbose_name_plural = _("来访预约")
        ordering = ["t0", "pk"]
        indexes = [models.Index(fields=["enterprise", "t1"], name="appointment_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                name="appointment_code_once",
                condition=Q(state__in=[AppointmentState.PENDING, AppointmentState.APPROVED]) & ~Q(code=""),
                violation_error_message=_("预约码重复，请再试一次。"),
            ),
            models.CheckConstraint(
                condition=Q(t1__gt=F("t0")),
                name="appointment_period",
                violation_error_message=_("预约的结束时间应晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(persons__gte=1, persons__lte=50),
                name="appointment_persons",
                violation_error_message=_("来访人数应在 1 到 50 之间。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=AppointmentState.values) & Q(reason__in=VisitReason.values),
                name="appointment_choices_known",
                violation_error_message=_("预约的状态或事由不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(
    exclude=[
        "name_sealed",
        "id_sealed",
        "phone_sealed",
        "host_sealed",
        "written_sealed",
        "whereabouts_sealed",
        "company",
        "plate",
        "temperature",
        "health_code",
        "travel_code",
        "region_level",
        "region_rule",
    ]
)
class Visit(models.Model):
    """A visitor who was let in (annex 2 (3): 实名登记、体温测量、健康码和行程码查验).

    ``mode`` and ``set_version`` say by which rule he was let in. ``due_out`` is when he should have left; he is
    inside while ``t_out`` is empty. ``region_level`` and ``region_rule``: where he was is on the list of key regions,
    by which rules, and the enterprise let him in all the same. ``voided_at`` marks an entry made by mistake, which is
    kept.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="visits"
    )
    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="visit"
    )
    appointment = models.ForeignKey(
        Appointment,
        verbose_name=_("预约"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits",
    )
    name_sealed = models.BinaryField(_("姓名"), null=True, editable=False)
    id_sealed = models.BinaryField(_("身份证号码"), null=True, editable=False)
    phone_sealed = models.BinaryField(_("手机"), null=True, editable=False)
    host_sealed = models.BinaryField(_("受访人"), null=True, editable=False)
    company = models.TextField(_("来自单位"), blank=True, default="")
    reason = models.TextField(_("事由"), choices=VisitReason.choices, default=VisitReason.BUSINESS)
    persons = models.PositiveSmallIntegerField(_("人数"), default=1)
    plate = models.TextField(_("车牌号"), blank=True, default="")
    temperature = models.DecimalField(_("体温"), max_digits=3, decimal_places=1, null=True, blank=True)
    health_code = models.TextField(_("健康码"), choices=CodeState.choices, blank=True, default="")
    travel_code = models.TextField(_("行程码"), choices=TravelState.choices, blank=True, default="")
    written_sealed = models.BinaryField(_("书面登记"), null=True, editable=False)
    whereabouts_sealed = models.BinaryField(_("最近 14 天到过的地方"), null=True, editable=False)
    region_level = models.TextField(_("来自的重点地区等级"), blank=True, default="")
    region_rule = models.TextField(_("判定的规则版本"), blank=True, default="")
    mode = models.TextField(_("来访方式"), choices=VisitorMode.choices)
    set_version = models.BigIntegerField(_("措施集版本"), null=True, blank=True)
    t_in = models.DateTimeField(_("进入时间"), db_default=Now())
    due_out = models.DateTimeField(_("应离开时间"))
    t_out = models.DateTimeField(_("离开时间"), null=True, blank=True)
    in_by = models.TextField(_("登记人"), blank=True, default="")
    out_by = models.TextField(_("签离登记人"), blank=True, default="")
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("来访")
        verbose_name_plural = _("来访")
        ordering = ["-t_in", "-pk"]
        indexes = [
            models.Index(fields=["enterprise", "-t_in"], name="visit_book"),
            models.Index(
                fields=["enterprise", "t_in"],
                name="visit_inside",
                condition=Q(t_out__isnull=True, voided_at__isnull=True),
            ),
            models.Index(fields=["t_in"], name="visit_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(t_out__isnull=True) | Q(t_out__gte=F("t_in")),
                name="visit_period",
                violation_error_message=_("离开时间不能早于进入时间。"),
            ),
            models.CheckConstraint(
                condition=Q(temperature__isnull=True) | Q(temperature__gte=30, temperature__lte=45),
                name="visit_temperature",
                violation_error_message=_("体温应在 30 到 45 摄氏度之间。"),
            ),
            models.CheckConstraint(
                condition=Q(persons__gte=1, persons__lte=50),
                name="visit_persons",
                violation_error_message=_("来访人数应在 1 到 50 之间。"),
            ),
            models.CheckConstraint(
                condition=Q(mode__in=VisitorMode.values)
                & Q(reason__in=VisitReason.values)
                & Q(health_code__in=["", *CodeState.values])
                & Q(travel_code__in=["", *TravelState.values]),
                name="visit_choices_known",
                violation_error_message=_("来访方式、事由或健康码状态不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
