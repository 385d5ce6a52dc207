"""Figures of production and business."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.premises.enums import Difficulty, Period
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Figures(models.Model):
    """What an enterprise made on a day, or in the week that begins on ``day`` (annex 2 (9), (10)).

    Money is in 10,000 yuan, electricity in kWh. A correction keeps the former figures in the row history.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="figures"
    )
    period = models.TextField(_("类别"), choices=Period.choices, default=Period.DAY)
    day = models.DateField(_("日期"))
    output = models.DecimalField(_("产值（万元）"), max_digits=12, decimal_places=2)
    at_work = models.PositiveIntegerField(_("在岗人数"))
    orders = models.DecimalField(
        _("在手订单（万元）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    power = models.DecimalField(_("用电量（千瓦时）"), max_digits=12, decimal_places=1, null=True, blank=True)
    difficulty = models.TextField(_("困难类别"), choices=Difficulty.choices, blank=True, default="")
    words = models.TextField(_("困难和需求"), blank=True, default="")
    made_by = models.TextField(_("填报人"), blank=True, default="")
    at = models.DateTimeField(_("填报时间"), db_default=Now())

    class Meta:
        verbose_name = _("生产经营情况")
        verbose_name_plural = _("生产经营情况")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "period", "day"],
                name="figures_once",
                violation_error_message=_("这一期已经填报。"),
            ),
            models.CheckConstraint(
                condition=Q(output__gte=0)
                & (Q(orders__isnull=True) | Q(orders__gte=0))
                & (Q(power__isnull=True) | Q(power__gte=0)),
                name="figures_not_negative",
                violation_error_message=_("数字不能小于 0。"),
            ),
            models.CheckConstraint(
                condition=Q(difficulty="", words="") | (~Q(difficulty="") & ~Q(words="")),
                name="figures_difficulty",
                violation_error_message=_("有困难的，类别和内容都应填写。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"
