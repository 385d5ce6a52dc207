"""The gate book of vehicles (annex 2 (6))."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate.enums import CabReason, VehiclePurpose
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject


@tracked(exclude=["driver_sealed", "phone_sealed", "escort_sealed"])
class VehicleEntry(models.Model):
    """A vehicle that was let in. Driver and escort are sealed together: one subject per entry, kept 30 days.

    ``region_level`` and ``region_rule``: ``origin`` is on the list of key regions, by which rules.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="vehicle_entries"
    )
    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="vehicle_entry"
    )
    plate = models.TextField(_("车牌号"))
    driver_sealed = models.BinaryField(_("司机"), null=True, editable=False)
    phone_sealed = models.BinaryField(_("司机手机"), null=True, editable=False)
    escort_sealed = models.BinaryField(_("押运人员"), null=True, editable=False)
    stays_in_cab = models.BooleanField(_("司机不下车"), default=True)
    cab_reason = models.TextField(_("下车原因"), choices=CabReason.choices, blank=True, default="")
    separate_lane = models.BooleanField(_("走专用通道"), default=True)
    disinfected = models.BooleanField(_("车辆已消毒"), default=False)
    origin = models.TextField(_("从何处来"), blank=True, default="")
    region_level = models.TextField(_("来自的重点地区等级"), blank=True, default="")
    region_rule = models.TextField(_("判定的规则版本"), blank=True, default="")
    cargo = models.TextField(_("所载货物"), blank=True, default="")
    purpose = models.TextField(_("来意"), choices=VehiclePurpose.choices, default=VehiclePurpose.DELIVER)
    t_in = models.DateTimeField(_("进入时间"), db_default=Now())
    t_out = models.DateTimeField(_("离开时间"), null=True, blank=True)
    in_by = models.TextField(_("登记人"), blank=True, default="")
    out_by = models.TextField(_("签离登记人"), blank=True, default="")
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("车辆进出")
        verbose_name_plural = _("车辆进出")
        ordering = ["-t_in", "-pk"]
        indexes = [
            models.Index(fields=["enterprise", "-t_in"], name="vehicle_book"),
            models.Index(
                fields=["enterprise", "t_in"],
                name="vehicle_inside",
                condition=Q(t_out__isnull=True, voided_at__isnull=True),
            ),
            models.Index(fields=["t_in"], name="vehicle_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "plate"],
                name="vehicle_inside_once",
                condition=Q(t_out__isnull=True, voided_at__isnull=True),
                violation_error_message=_("这辆车已登记进入，还没有登记离开。"),
            ),
            models.CheckConstraint(
                condition=~Q(plate=""),
                name="vehicle_plate_given",
                violation_error_message=_("请填写车牌号。"),
            ),
            models.CheckConstraint(
                condition=Q(t_out__isnull=True) | Q(t_out__gte=F("t_in")),
                name="vehicle_period",
                violation_error_message=_("离开时间不能早于进入时间。"),
            ),
            models.CheckConstraint(
                condition=Q(stays_in_cab=True, cab_reason="")
                | Q(stays_in_cab=False, cab_reason__in=CabReason.values),
                name="vehicle_cab_reason",
                violation_error_message=_("司机下车的，应注明原因；不下车的，不填原因。"),
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=VehiclePurpose.values),
                name="vehicle_purpose_known",
                violation_error_message=_("来意不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.plate
