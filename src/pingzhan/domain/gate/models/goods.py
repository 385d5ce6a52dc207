"""Lots of goods: what came in, where it lies, what was done with it, and whether it may come into the plant."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate.enums import GoodsClass, LotState, StepKind
from pingzhan.domain.gate.models.guards import lot_guard, step_guard
from pingzhan.domain.gate.models.vehicles import VehicleEntry
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation.audit.history import tracked

LATE_BOOKING = timedelta(hours=24)
"""How long before its registration an arrival written down by hand counts; models.guards says the same in SQL."""


@tracked()
class GoodsLot(models.Model):
    """A lot of goods (annex 2 (6): 进口货物静置期，严格消杀后方可入厂).

    ``rule_…`` is the rule the lot is held to: the one in force when it arrived, or the one it was put under
    later as a whole. ``rule_days`` are days of 24 hours since ``counts_from``. The database itself refuses a
    release that the rule does not allow (models.guards). Storage and team belong to the enterprise (migration
    0002). No person is named here, so a lot is kept for good; cold-chain records at least two years.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="goods_lots"
    )
    code = models.TextField(_("批号"))
    goods_class = models.TextField(_("货物类别"), choices=GoodsClass.choices)
    name = models.TextField(_("货物名称"))
    origin = models.TextField(_("产地或启运地"))
    quantity = models.DecimalField(_("数量"), max_digits=12, decimal_places=2)
    measure = models.TextField(_("计量单位"), default="kg")
    container_no = models.TextField(_("集装箱号"), blank=True, default="")
    seal_no = models.TextField(_("铅封号"), blank=True, default="")
    inspection_no = models.TextField(_("检验检疫证明编号"), blank=True, default="")
    disinfection_no = models.TextField(_("消毒证明编号"), blank=True, default="")
    storage = models.ForeignKey(
        Site,
        verbose_name=_("存放场所"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="goods_lots",
        db_constraint=False,
    )
    state = models.TextField(_("状态"), choices=LotState.choices, default=LotState.ARRIVED)
    arrived_at = models.DateTimeField(_("到厂时间"))
    rule_days = models.PositiveSmallIntegerField(_("静置天数"))
    rule_disinfection = models.BooleanField(_("应消毒"))
    rule_test = models.BooleanField(_("应检测"))
    rule_certificate = models.BooleanField(_("应有检验检疫证明"))
    rule_source = models.TextField(_("规定出处"))
    rule_set = models.BigIntegerField(_("措施集版本"), null=True, blank=True)
    rule_at = models.DateTimeField(_("规定适用时间"), db_default=Now())
    released_at = models.DateTimeField(_("放行时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("货物批次")
        verbose_name_plural = _("货物批次")
        ordering = ["-arrived_at", "-pk"]
        triggers = [lot_guard()]
        indexes = [
            models.Index(fields=["enterprise", "-arrived_at"], name="lot_book"),
            models.Index(
                fields=["enterprise", "arrived_at"],
                name="lot_watched",
                condition=Q(state__in=[LotState.ARRIVED, LotState.QUARANTINED, LotState.DISINFECTED]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                name="lot_code_once",
                condition=~Q(state=LotState.WITHDRAWN),
                violation_error_message=_("这家企业已有这个批号。"),
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name="") & ~Q(origin="") & ~Q(rule_source=""),
                name="lot_complete",
                violation_error_message=_("货物批次的批号、名称、产地和规定出处不能为空。"),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="lot_quantity",
                violation_error_message=_("数量应大于 0。"),
            ),
            models.CheckConstraint(
                condition=Q(goods_class__in=GoodsClass.values) & Q(state__in=LotState.values),
                name="lot_choices_known",
                violation_error_message=_("货物类别或状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(rule_days__lte=60),
                name="lot_days",
                violation_error_message=_("静置天数不能超过 60 天。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def counts_from(self) -> datetime:
        """Return when the quarantine begins: at the arrival, but at most 24 hours before it was registered.

        Whoever writes down an arrival of long ago cannot prove it, so those days do not count.
        """
        return max(self.arrived_at, self.created_at - LATE_BOOKING)

    @property
    def ripe_at(self) -> datetime:
        """Return when the days of its rule are over."""
        return self.counts_from + timedelta(days=self.rule_days)


class LotStep(models.Model):
    """One thing done with a lot: the timeline. Only ever added to; a wrong one is voided by another.

    ``at`` is when it was done, ``recorded_at`` when it was written down. ``team`` is who handled the goods.
    """

    lot = models.ForeignKey(
        GoodsLot, verbose_name=_("货物批次"), on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.TextField(_("事项"), choices=StepKind.choices)
    at = models.DateTimeField(_("办理时间"))
    team = models.ForeignKey(
        Team, verbose_name=_("经办班组"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("场所"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agent = models.TextField(_("消毒剂"), blank=True, default="")
    report_no = models.TextField(_("报告编号"), blank=True, default="")
    note = models.TextField(_("说明"), blank=True, default="")
    voids = models.OneToOneField(
        "self",
        verbose_name=_("作废的记录"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="voided_by",
    )
    recorded_at = models.DateTimeField(_("登记时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("货物经过")
        verbose_name_plural = _("货物经过")
        ordering = ["at", "pk"]
        triggers = [step_guard()]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values),
                name="lot_step_known",
                violation_error_message=_("事项不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.DISINFECTED) | ~Q(agent=""),
                name="lot_step_agent",
                violation_error_message=_("消毒记录应写明消毒剂。"),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[StepKind.TEST_NEGATIVE, StepKind.TEST_POSITIVE]) | ~Q(report_no=""),
                name="lot_step_report",
                violation_error_message=_("检测记录应写明报告编号。"),
            ),
            models.CheckConstraint(
                condition=Q(kind=StepKind.VOIDED, voids__isnull=False)
                | (~Q(kind=StepKind.VOIDED) & Q(voids__isnull=True)),
                name="lot_step_voids",
                violation_error_message=_("作废应指明作废哪一项记录。"),
            ),
            models.CheckConstraint(
                condition=Q(voids__isnull=True) | ~Q(voids=F("id")),
                name="lot_step_not_itself",
                violation_error_message=_("一项记录不能作废它自己。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class LotVehicle(models.Model):
    """The vehicle that brought a lot, or part of it."""

    lot = models.ForeignKey(
        GoodsLot, verbose_name=_("货物批次"), on_delete=models.PROTECT, related_name="carried"
    )
    vehicle = models.ForeignKey(
        VehicleEntry, verbose_name=_("车辆进出"), on_delete=models.PROTECT, related_name="carried"
    )

    class Meta:
        verbose_name = _("货物随车")
        verbose_name_plural = _("货物随车")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "vehicle"],
                name="lot_vehicle_once",
                violation_error_message=_("这批货物已登记在这辆车上。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} - {self.vehicle_id}"
