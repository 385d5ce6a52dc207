"""The table of exports that are made in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.runs.models import RunRow

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor


class ExportJobs(models.QuerySet["ExportJob"]):
    """Selections of exports."""

    def visible_to(self, actor: Actor) -> ExportJobs:
        """Return the actor's own exports: nobody fetches what another has taken out."""
        return self.filter(by_user_id=actor.user_id) if actor.is_signed_in else self.none()


@tracked(exclude=["sealed_key"])
class ExportJob(models.Model):
    """One export. Filter, reason and result lie in sealed files, because a search may name a person."""

    listing = models.TextField(_("列表"))
    form = models.TextField(_("文件格式"))
    whole = models.BooleanField(_("未遮盖"), default=False)
    language = models.TextField(_("语言"), default="zh-hans")
    subject = models.ForeignKey(
        Subject, verbose_name=_("密钥"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    sealed_key = models.BinaryField(_("封存的文件密钥"), null=True)
    rows = models.IntegerField(_("行数"), null=True)
    run = models.ForeignKey(
        RunRow, verbose_name=_("后台任务"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("账号"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    files_gone_at = models.DateTimeField(_("文件删除时间"), null=True)

    objects = models.Manager.from_queryset(ExportJobs)()

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["by_user", "-id"], name="export_of_user"),
            models.Index(
                fields=["created_at"], name="export_files_due", condition=Q(files_gone_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=["xlsx", "csv"]),
                name="export_form_known",
                violation_error_message=_("导出的文件格式不对。"),
            ),
            models.CheckConstraint(
                condition=Q(rows__isnull=True, finished_at__isnull=True)
                | Q(rows__gte=0, finished_at__isnull=False),
                name="export_finished_paired",
                violation_error_message=_("完成了的导出才有行数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} #{self.pk}"

    @property
    def owner(self) -> str:
        """Return the name its files are kept under (privacy.sealed_files)."""
        return f"export/{self.pk}"
