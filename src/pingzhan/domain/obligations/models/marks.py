"""What has to be looked at again, and up to where each unit has been: the crash-safe memory of generation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.obligations.enums import MarkKind
from pingzhan.domain.territory.models import Unit


class Mark(models.Model):
    """A change of posture or of the sets in force, written in its own transaction; kept as the day's history.

    It concerns every unit below ``path``. What was due before ``at`` is judged by what was in force then, what
    is due later by what is in force now. ``level`` is the level the scope went over to, None for routine and for sets.
    """

    path = models.TextField(_("范围"))
    kind = models.TextField(_("种类"), choices=MarkKind.choices)
    at = models.DateTimeField(_("时间"), db_default=Now())
    level = models.PositiveSmallIntegerField(_("等级"), null=True, blank=True)
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("重新生成标记")
        verbose_name_plural = _("重新生成标记")
        indexes = [
            models.Index(fields=["id"], name="mark_open", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["at"], name="mark_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=MarkKind.values) & ~Q(path=""),
                name="mark_complete",
                violation_error_message=_("重新生成标记要有种类和范围。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.path}"


class UnitDay(models.Model):
    """The last business day generated for a unit, and since when it owes anything: nothing due earlier is made."""

    unit = models.OneToOneField(
        Unit, verbose_name=_("单位"), primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField(_("日期"))
    since = models.DateTimeField(_("起算时间"), db_default=Now())

    class Meta:
        verbose_name = _("生成进度")
        verbose_name_plural = _("生成进度")

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.day}"
