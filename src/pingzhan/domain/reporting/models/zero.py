"""Zero reports: who must give one, and what each gave."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.reporting.enums import LineKind, Via
from pingzhan.domain.reporting.models.due import Due
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import append_only


class ZeroLine(models.Model):
    """One who must give a zero report of a day: a group by ``code``, or an enterprise by ``unit``.

    ``value`` is what was reported last (0 for nothing), empty while nothing was; ``first_at`` is when it came for
    the first time, which decides whether it came late.
    """

    due = models.ForeignKey(
        Due, verbose_name=_("应报事项"), on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    kind = models.TextField(_("类别"), choices=LineKind.choices)
    code = models.TextField(_("代码"))
    name = models.TextField(_("应报单位"))
    unit = models.ForeignKey(Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="+")
    value = models.PositiveIntegerField(_("报告数"), null=True, blank=True)
    note = models.TextField(_("情况"), blank=True, default="")
    first_at = models.DateTimeField(_("首次报告时间"), null=True, blank=True)
    reported_at = models.DateTimeField(_("报告时间"), null=True, blank=True)
    by_name = models.TextField(_("报告人"), blank=True, default="")
    via = models.TextField(_("方式"), choices=Via.choices, blank=True, default="")
    urged_at = models.DateTimeField(_("催报时间"), null=True, blank=True)
    urged = models.PositiveSmallIntegerField(_("催报次数"), default=0)

    class Meta:
        verbose_name = _("零报告应报单位")
        verbose_name_plural = _("零报告应报单位")
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["due", "kind", "code"],
                name="zeroline_once",
                violation_error_message=_("这一单位已经列出。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=LineKind.values) & ~Q(code="") & ~Q(name=""),
                name="zeroline_complete",
                violation_error_message=_("零报告要写明应报单位。"),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True, first_at__isnull=True, reported_at__isnull=True, by_name="")
                | (
                    Q(value__isnull=False, first_at__isnull=False, reported_at__isnull=False)
                    & ~Q(by_name="")
                    & Q(via__in=Via.values)
                ),
                name="zeroline_reported_paired",
                violation_error_message=_("报告数、时间和报告人要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value=0) | ~Q(note=""),
                name="zeroline_case_told",
                violation_error_message=_("有情况的要写明情况。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ZeroEntry(models.Model):
    """One report of a line; the newest counts. Only ever added to."""

    line = models.ForeignKey(ZeroLine, on_delete=models.PROTECT, related_name="entries")
    value = models.PositiveIntegerField(_("报告数"))
    note = models.TextField(_("情况"), blank=True, default="")
    via = models.TextField(_("方式"), choices=Via.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("报告人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("零报告")
        verbose_name_plural = _("零报告")
        ordering = ["id"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                condition=Q(via__in=Via.values) & ~Q(by_name="") & (Q(value=0) | ~Q(note="")),
                name="zeroentry_complete",
                violation_error_message=_("零报告要有报告人；有情况的要写明情况。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.value}"
