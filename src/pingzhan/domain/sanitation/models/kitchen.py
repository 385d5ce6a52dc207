"""The day's check of a canteen: its staff as counts, its steps, and what was corrected (annex 2 (5))."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.sanitation.enums import KitchenResult, KitchenTask
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.audit.history import append_only


class KitchenCheck(models.Model):
    """A canteen was checked on a day. Only ever added to: a correction is another row that ``replaces`` it.

    The staff are counts, no persons: ``feverish`` at or above the fever line, ``ill`` with symptoms but no fever,
    ``removed`` taken off work. ``samples`` is how many dishes were kept as samples.
    """

    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="kitchen_checks"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("食堂"), on_delete=models.PROTECT, related_name="kitchen_checks"
    )
    day = models.DateField(_("日期"))
    staff = models.PositiveIntegerField(_("到岗从业人员"))
    feverish = models.PositiveIntegerField(_("发热人数"), default=0)
    ill = models.PositiveIntegerField(_("有症状人数"), default=0)
    removed = models.PositiveIntegerField(_("已离岗人数"), default=0)
    samples = models.PositiveIntegerField(_("留样菜品数"), default=0)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("更正的记录"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    reason = models.TextField(_("更正理由"), blank=True, default="")
    by_name = models.TextField(_("登记人"), blank=True, default="")
    at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("食堂卫生检查")
        verbose_name_plural = _("食堂卫生检查")
        ordering = ["-day", "-pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["enterprise", "-day"], name="kitchen_check_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "day"],
                name="kitchen_check_once",
                condition=Q(replaces__isnull=True),
                violation_error_message=_("这个食堂当天已有检查记录，有误的请更正。"),
            ),
            models.CheckConstraint(
                condition=Q(feverish__lte=F("staff"), ill__lte=F("staff"), removed__lte=F("staff")),
                name="kitchen_check_counts",
                violation_error_message=_("发热、有症状和已离岗的人数不能超过到岗人数。"),
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, reason="") | (Q(replaces__isnull=False) & ~Q(reason="")),
                name="kitchen_check_reason",
                violation_error_message=_("更正时应写明理由。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class KitchenStep(models.Model):
    """What was found at one step of a check; a problem is described in ``note``. Only ever added to."""

    check_row = models.ForeignKey(
        KitchenCheck, verbose_name=_("食堂卫生检查"), on_delete=models.PROTECT, related_name="steps"
    )
    task = models.TextField(_("步骤"), choices=KitchenTask.choices)
    result = models.TextField(_("结果"), choices=KitchenResult.choices)
    note = models.TextField(_("说明"), blank=True, default="")

    class Meta:
        verbose_name = _("检查步骤")
        verbose_name_plural = _("检查步骤")
        ordering = ["check_row_id", "pk"]
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["check_row", "task"],
                name="kitchen_step_once",
                violation_error_message=_("一次检查中每个步骤只有一行。"),
            ),
            models.CheckConstraint(
                condition=Q(task__in=KitchenTask.values, result__in=KitchenResult.values),
                name="kitchen_step_known",
                violation_error_message=_("检查步骤或结果不对。"),
            ),
            models.CheckConstraint(
                condition=~Q(result=KitchenResult.PROBLEM) | ~Q(note=""),
                name="kitchen_step_told",
                violation_error_message=_("有问题的步骤应写明情况。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
