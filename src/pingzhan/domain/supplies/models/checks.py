"""That the stock was checked: the evidence for the obligations of annex 2 (7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.supplies.enums import CheckKind
from pingzhan.domain.supplies.models.stock import Entry
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class StockCheck(models.Model):
    """A check of the whole stock. ``entry`` holds the differences, None where there were none.

    ``short`` and ``expired`` are how many articles were short or past their date when it was made.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="supply_checks"
    )
    kind = models.TextField(_("方式"), choices=CheckKind.choices)
    key = models.UUIDField(_("表单编号"))
    at = models.DateTimeField(_("时间"), db_default=Now())
    batches = models.PositiveIntegerField(_("盘点批次"))
    differences = models.PositiveIntegerField(_("有差异"))
    short = models.PositiveIntegerField(_("不足"))
    expired = models.PositiveIntegerField(_("过期"))
    entry = models.OneToOneField(
        Entry,
        verbose_name=_("差异登记"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="check_of",
    )
    note = models.TextField(_("说明"), blank=True, default="")
    by_name = models.TextField(_("登记人"), blank=True, default="")
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("物资盘点")
        verbose_name_plural = _("物资盘点")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["enterprise", "-at"],
                name="supply_check_last",
                condition=Q(withdrawn_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "key"],
                name="supply_check_once",
                violation_error_message=_("这张盘点表已经登记。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.values),
                name="supply_check_kind",
                violation_error_message=_("盘点方式不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
