"""What was cleaned and aired: one entry for a submission, one record for each area."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.sanitation.enums import STRENGTHS, Agent, Entered, Kind
from pingzhan.domain.sanitation.models.areas import LONGEST, Area
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only, tracked


class Entry(models.Model):
    """One submission of somebody: the areas of a round, a table, a tap. Only ever added to.

    Photographs hang on it, and it is the evidence that obligations point at.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="clean_entries"
    )
    kind = models.TextField(_("事项"), choices=Kind.choices)
    how = models.TextField(_("登记方式"), choices=Entered.choices)
    by_name = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("消杀通风登记")
        verbose_name_plural = _("消杀通风登记")
        ordering = ["-pk"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values) & Q(how__in=Entered.values),
                name="clean_entry_known",
                violation_error_message=_("登记的类别不对。"),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Record(models.Model):
    """One area was disinfected or aired. Never changed but to be voided; a correction is a row of its own.

    ``round`` names the round of the business day it counts for (rounds.Round.key); an area counts once in each,
    which the database holds. ``minutes`` is how long it was aired, or the agent left to work; ``least`` what the
    measures in force asked for when it was written: a shorter airing does not count.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="clean_records"
    )
    area = models.ForeignKey(Area, verbose_name=_("区域"), on_delete=models.PROTECT, related_name="records")
    entry = models.ForeignKey(Entry, verbose_name=_("登记"), on_delete=models.PROTECT, related_name="records")
    kind = models.TextField(_("事项"), choices=Kind.choices)
    day = models.DateField(_("业务日"))
    round = models.TextField(_("轮次"))
    at = models.DateTimeField(_("时间"))
    agent = models.TextField(_("消毒剂"), choices=Agent.choices, blank=True, default="")
    strength = models.DecimalField(_("浓度"), max_digits=8, decimal_places=2, null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("分钟"), null=True, blank=True)
    least = models.PositiveSmallIntegerField(_("应达到的分钟"), default=0)
    note = models.TextField(_("说明"), blank=True, default="")
    by_name = models.TextField(_("登记人"), blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.TextField(_("作废原因"), blank=True, default="")
    voided_by = models.TextField(_("作废人"), blank=True, default="")
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("更正的记录"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )

    class Meta:
        verbose_name = _("消杀通风记录")
        verbose_name_plural = _("消杀通风记录")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["enterprise", "-at", "-id"], name="clean_record_book"),
            models.Index(
                fields=["enterprise", "kind", "at"],
                name="clean_record_standing",
                condition=Q(voided_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind", "day", "round"],
                name="clean_record_once",
                condition=Q(voided_at__isnull=True),
                violation_error_message=_("这个区域在这一轮已有登记。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=Kind.DISINFECTION, agent__in=[one for one in Agent.values if one not in STRENGTHS]
                )
                & Q(strength__isnull=True)
                | Q(kind=Kind.DISINFECTION, agent__in=list(STRENGTHS), strength__gt=0)
                | Q(kind=Kind.VENTILATION, agent="", strength__isnull=True, minutes__isnull=False),
                name="clean_record_facts",
                violation_error_message=_("消杀应填消毒剂和浓度，通风应填分钟数。"),
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1, minutes__lte=LONGEST),
                name="clean_record_minutes",
                violation_error_message=_("分钟数应在 1 到 720 之间。"),
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="clean_record_void_reason",
                violation_error_message=_("作废应写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.day} {self.round}"

    @property
    def is_enough(self) -> bool:
        """Return whether it counts: an airing must last as long as was asked for."""
        return (self.minutes or 0) >= self.least
