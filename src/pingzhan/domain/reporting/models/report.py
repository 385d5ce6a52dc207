"""A report: figures counted by the system, text by a person, one row for each version."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.reporting.enums import ReportState
from pingzhan.domain.reporting.models.due import Due
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked

TEXTS: dict[str, Any] = {
    "situation": _("基本情况"),
    "progress": _("工作开展情况"),
    "problems": _("存在问题"),
    "next_steps": _("下一步工作"),
}
"""The texts of a report in their order, with what each is called."""


def report_guard() -> pgtrigger.Trigger:
    """Return the trigger that keeps a signed version as it is, and every version in the register."""
    return pgtrigger.Trigger(
        name="guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func="""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '信息报告不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.state = 'signed' THEN
            RAISE EXCEPTION '已签发的信息报告不能改动，只能另行更正。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


@tracked()
class Report(models.Model):
    """One version of a report.

    ``figures`` is a list of {key, label, unit, source, value, at}: each number with its source and the moment it
    was counted; value null means that it could not be counted. ``counted_at`` is when all of them were. The four
    texts are a person's. Version 1 is the report, each later one a correction (更正) of it with ``correction``,
    under the same number. ``previous`` is the report that the page compares the figures with.
    """

    world = models.IntegerField(_("演练编号"), default=0)
    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    due = models.ForeignKey(Due, verbose_name=_("应报事项"), on_delete=models.PROTECT, related_name="reports")
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    state = models.TextField(_("状态"), choices=ReportState.choices, default=ReportState.DRAFT)
    edition = models.PositiveIntegerField(_("稿次"), default=1)
    title = models.TextField(_("标题"))
    figures = models.JSONField(_("数字"), default=list)
    counted_at = models.DateTimeField(_("取数时间"))
    situation = models.TextField(TEXTS["situation"], blank=True, default="")
    progress = models.TextField(TEXTS["progress"], blank=True, default="")
    problems = models.TextField(TEXTS["problems"], blank=True, default="")
    next_steps = models.TextField(TEXTS["next_steps"], blank=True, default="")
    correction = models.TextField(_("更正说明"), blank=True, default="")
    previous = models.ForeignKey(
        "self", verbose_name=_("上次报告"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_by_name = models.TextField(_("拟稿人"))
    written_at = models.DateTimeField(_("拟稿时间"), db_default=Now(), editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_by_name = models.TextField(_("签发人"), blank=True, default="")
    signed_at = models.DateTimeField(_("签发时间"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    number = models.PositiveIntegerField(_("编号"), null=True, blank=True)
    number_text = models.TextField(_("文号"), blank=True, default="")

    class Meta:
        verbose_name = _("信息报告")
        verbose_name_plural = _("信息报告")
        ordering = ["-id"]
        triggers = [report_guard()]
        indexes = [
            models.Index(
                fields=["world", "zone", "-signed_at"], name="report_signed", condition=Q(state="signed")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["due", "version"],
                name="report_version",
                violation_error_message=_("这份报告的这一版已经存在。"),
            ),
            models.UniqueConstraint(
                fields=["due"],
                condition=Q(state="draft"),
                name="report_one_draft",
                violation_error_message=_("这份报告已有一份拟稿。"),
            ),
            models.UniqueConstraint(
                fields=["zone", "world", "year", "number", "version"],
                name="report_number",
                violation_error_message=_("这个编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values)
                & Q(version__gte=1)
                & ~Q(title="")
                & ~Q(written_by_name=""),
                name="report_complete",
                violation_error_message=_("信息报告要有标题和拟稿人。"),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", signed_at__isnull=True, signed_by_name="", number__isnull=True)
                | (
                    Q(state="signed", signed_at__isnull=False, number__isnull=False, year__isnull=False)
                    & ~Q(signed_by_name="")
                    & ~Q(number_text="")
                    & ~Q(situation="")
                ),
                name="report_signed_paired",
                violation_error_message=_("签发的报告要有基本情况、签发人、时间和文号，拟稿没有。"),
            ),
            models.CheckConstraint(
                condition=Q(version=1, correction="") | (Q(version__gt=1) & ~Q(correction="")),
                name="report_correction",
                violation_error_message=_("更正要写明更正了什么。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
