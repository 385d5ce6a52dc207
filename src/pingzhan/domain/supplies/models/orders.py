"""Purchases that make up for what is short or past its date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.supplies.catalogue import Article, articles
from pingzhan.domain.supplies.enums import OrderState
from pingzhan.domain.supplies.models.stock import MOST
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked()
class Purchase(models.Model):
    """A replenish order: drafted from what is short, ordered with a day by which it comes, received or cancelled."""

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="supply_purchases"
    )
    state = models.TextField(_("状态"), choices=OrderState.choices, default=OrderState.DRAFT)
    supplier = models.TextField(_("供应单位"), blank=True, default="")
    expected = models.DateField(_("预计到货"), null=True, blank=True)
    note = models.TextField(_("说明"), blank=True, default="")
    made_by = models.TextField(_("拟单人"), blank=True, default="")
    made_at = models.DateTimeField(_("拟单时间"), db_default=Now())
    ordered_at = models.DateTimeField(_("下单时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("采购单")
        verbose_name_plural = _("采购单")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="supply_purchases"),
            models.Index(
                fields=["enterprise"],
                name="supply_purchases_open",
                condition=Q(state__in=[OrderState.DRAFT, OrderState.ORDERED]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                name="supply_one_draft",
                condition=Q(state=OrderState.DRAFT),
                violation_error_message=_("已有一张待下单的采购单。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values),
                name="supply_purchase_state",
                violation_error_message=_("采购单状态不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.ORDERED, OrderState.RECEIVED])
                | (~Q(supplier="") & Q(expected__isnull=False) & Q(ordered_at__isnull=False)),
                name="supply_purchase_ordered",
                violation_error_message=_("下单时应写明供应单位和预计到货日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"C{self.pk:06d}"


@tracked()
class PurchaseLine(models.Model):
    """How much of an article a purchase asks for; ``reason`` says in words why, ``received`` how much came."""

    purchase = models.ForeignKey(
        Purchase, verbose_name=_("采购单"), on_delete=models.PROTECT, related_name="lines"
    )
    article = models.TextField(_("物资"))
    amount = models.PositiveIntegerField(_("数量"))
    reason = models.TextField(_("原因"), blank=True, default="")
    received = models.PositiveIntegerField(_("到货数量"), null=True, blank=True)

    class Meta:
        verbose_name = _("采购明细")
        verbose_name_plural = _("采购明细")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "article"],
                name="supply_line_once",
                violation_error_message=_("这张采购单已有这种物资。"),
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=MOST),
                name="supply_line_amount",
                violation_error_message=_("数量过大。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} {self.amount}"

    @property
    def kind(self) -> Article:
        """Return the article of the catalogue."""
        return articles()[self.article]
