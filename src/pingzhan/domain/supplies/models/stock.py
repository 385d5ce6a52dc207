"""Batches and the movements that make up their amounts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.supplies.catalogue import Article, articles
from pingzhan.domain.supplies.enums import COMING, GOING, MoveKind
from pingzhan.domain.supplies.models.guards import batch_guard, movement_guard
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only

MOST = 10_000_000
"""Units of one movement at most, so that a slip of the finger is no stock."""


class Batch(models.Model):
    """What is there of an article with one batch number and one last day of use.

    ``amount`` is the sum of its movements and never below zero; nothing but a movement changes it
    (models.guards). An empty ``code`` is a batch without a number, an empty ``expires`` something that keeps.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="supply_batches"
    )
    article = models.TextField(_("物资"))
    code = models.TextField(_("批号"), blank=True, default="")
    expires = models.DateField(_("有效期至"), null=True, blank=True)
    amount = models.IntegerField(_("数量"), default=0)
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("库存批次")
        verbose_name_plural = _("库存批次")
        ordering = ["article", "expires", "pk"]
        triggers = [batch_guard()]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "article", "code", "expires"],
                name="supply_batch_once",
                nulls_distinct=False,
                violation_error_message=_("这个批次已经登记。"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="supply_never_negative",
                violation_error_message=_("库存不够。"),
            ),
            models.CheckConstraint(
                condition=~Q(article=""),
                name="supply_batch_article",
                violation_error_message=_("请选择物资。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} {self.code}".strip()

    @property
    def kind(self) -> Article:
        """Return the article of the catalogue."""
        return articles()[self.article]


class Entry(models.Model):
    """One thing written in the book: a form that was sent. Only ever added to; another one reverses it.

    ``key`` is that of the form, so what is sent twice is written once. ``day`` is when it happened, ``at`` when
    it was written. ``party`` is to or from whom something went.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="supply_entries"
    )
    kind = models.TextField(_("事项"), choices=MoveKind.choices)
    key = models.UUIDField(_("表单编号"))
    day = models.DateField(_("日期"))
    party = models.TextField(_("对方"), blank=True, default="")
    note = models.TextField(_("说明"), blank=True, default="")
    reverses = models.OneToOneField(
        "self",
        verbose_name=_("冲正的记录"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    by_name = models.TextField(_("登记人"), blank=True, default="")
    at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("出入库登记")
        verbose_name_plural = _("出入库登记")
        ordering = ["-pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["enterprise", "-id"], name="supply_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "key"],
                name="supply_entry_once",
                violation_error_message=_("这张表单已经登记。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MoveKind.values),
                name="supply_entry_kind",
                violation_error_message=_("事项不对。"),
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(note=""),
                name="supply_reversal_reason",
                violation_error_message=_("请写明更正的原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


class Movement(models.Model):
    """So many units that came to or went from a batch. Only ever added to.

    ``day`` is that of the entry; of a reversal that of the entry it reverses, so that rates of use come out right.
    """

    entry = models.ForeignKey(
        Entry, verbose_name=_("出入库登记"), on_delete=models.PROTECT, related_name="movements"
    )
    batch = models.ForeignKey(
        Batch, verbose_name=_("库存批次"), on_delete=models.PROTECT, related_name="movements"
    )
    enterprise = models.ForeignKey(Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="+")
    article = models.TextField(_("物资"))
    kind = models.TextField(_("事项"), choices=MoveKind.choices)
    reversal = models.BooleanField(_("冲正"), default=False)
    delta = models.IntegerField(_("增减"))
    day = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("库存增减")
        verbose_name_plural = _("库存增减")
        ordering = ["pk"]
        triggers = [*append_only(), movement_guard()]
        indexes = [
            models.Index(
                fields=["enterprise", "day"],
                include=["article", "delta"],
                name="supply_used",
                condition=Q(kind=MoveKind.USED),
            ),
            models.Index(fields=["enterprise", "article", "day"], name="supply_first"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(delta=0) & Q(delta__gte=-MOST) & Q(delta__lte=MOST),
                name="supply_delta",
                violation_error_message=_("数量应大于 0，且不能过大。"),
            ),
            models.CheckConstraint(
                condition=Q(kind=MoveKind.COUNTED)
                | Q(kind__in=COMING, reversal=False, delta__gt=0)
                | Q(kind__in=COMING, reversal=True, delta__lt=0)
                | Q(kind__in=GOING, reversal=False, delta__lt=0)
                | Q(kind__in=GOING, reversal=True, delta__gt=0),
                name="supply_direction",
                violation_error_message=_("增减方向与事项不符。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d}"
