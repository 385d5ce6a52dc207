"""The table of imports: what was uploaded, what it would do, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.runs.models import RunRow

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor


class ImportState(models.TextChoices):
    """How far an import has come; TRANSITIONS says what may follow."""

    UPLOADED = "uploaded", _("已上传")
    CHECKING = "checking", _("检查中")
    READY = "ready", _("待确认")
    STORING = "storing", _("存入中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("未导入")


TRANSITIONS: dict[str, frozenset[str]] = {
    "uploaded": frozenset({"checking", "cancelled", "failed"}),
    "checking": frozenset({"ready", "cancelled", "failed"}),
    "ready": frozenset({"storing", "cancelled", "failed"}),
    "storing": frozenset({"done", "cancelled", "failed"}),
    "failed": frozenset({"storing"}),
    "cancelled": frozenset(),
    "done": frozenset(),
}
FINAL_STATES = (ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED)


class ImportJobs(models.QuerySet["ImportJob"]):
    """Selections of imports."""

    def visible_to(self, actor: Actor) -> ImportJobs:
        """Return the imports the actor may see: his own, and those he could have made himself."""
        from pingzhan.foundation.imports.rules import visible

        return self.filter(visible(actor))


@tracked(
    exclude=[
        "file_name",
        "stored_new",
        "stored_changed",
        "same",
        "refused",
        "left_out",
        "summary",
        "sealed_key",
    ]
)
class ImportJob(models.Model):
    """One uploaded file and what became of it.

    The found_* counts are those of the check, the others those of the storing. ``sealed_key`` is the data key
    of the files, sealed for ``subject``; it is gone once the files are, and so is the name of the file, which may
    be somebody's and therefore has no history. ``summary`` holds names of columns and
    sheets, and reasons without values.
    """

    spec = models.TextField(_("导入种类"))
    scope_code = models.TextField(_("单位代码"))
    scope_label = models.TextField(_("单位"))
    unit_path = models.TextField(_("范围"))
    state = models.TextField(_("状态"), choices=ImportState.choices, default=ImportState.UPLOADED)
    file_name = models.TextField(_("文件名"), blank=True, default="")
    form = models.TextField(_("文件格式"))
    size = models.BigIntegerField(_("文件大小"), default=0)
    sha256 = models.TextField(_("文件校验值"), blank=True, default="")
    subject = models.ForeignKey(
        Subject, verbose_name=_("密钥"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    sealed_key = models.BinaryField(_("封存的文件密钥"), null=True)
    language = models.TextField(_("语言"), default="zh-hans")
    total = models.IntegerField(_("行数"), default=0)
    found_new = models.IntegerField(_("新增"), default=0)
    found_changed = models.IntegerField(_("变化"), default=0)
    found_same = models.IntegerField(_("相同"), default=0)
    found_refused = models.IntegerField(_("拒绝"), default=0)
    bad_cells = models.IntegerField(_("有问题的单元格"), default=0)
    want_new = models.BooleanField(_("存入新增"), default=True)
    want_changed = models.BooleanField(_("存入变化"), default=True)
    stored_new = models.IntegerField(_("已新增"), default=0)
    stored_changed = models.IntegerField(_("已更新"), default=0)
    same = models.IntegerField(_("未变"), default=0)
    refused = models.IntegerField(_("已拒绝"), default=0)
    left_out = models.IntegerField(_("未选"), default=0)
    summary = models.JSONField(_("摘要"), default=dict)
    error = models.TextField(_("原因"), blank=True, default="")
    hint = models.TextField(_("办法"), blank=True, default="")
    run = models.ForeignKey(
        RunRow, verbose_name=_("后台任务"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("发起账号"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.TextField(_("发起人"), blank=True, default="")
    created_at = models.DateTimeField(_("上传时间"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    files_gone_at = models.DateTimeField(_("文件删除时间"), null=True)

    objects = models.Manager.from_queryset(ImportJobs)()

    class Meta:
        verbose_name = _("导入")
        verbose_name_plural = _("导入")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["by_user", "-id"], name="import_of_user"),
            models.Index(fields=["unit_path", "-id"], name="import_of_unit"),
            models.Index(
                fields=["finished_at"], name="import_files_due", condition=Q(files_gone_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values),
                name="import_state_known",
                violation_error_message=_("导入的状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "cancelled", "failed"], finished_at__isnull=False)
                | (~Q(state__in=["done", "cancelled", "failed"]) & Q(finished_at__isnull=True)),
                name="import_finished_paired",
                violation_error_message=_("结束了的导入才有结束时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "storing", "done"])
                | Q(total=F("found_new") + F("found_changed") + F("found_same") + F("found_refused")),
                name="import_found_adds_up",
                violation_error_message=_("检查结果与读入的行数对不上。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(total=F("stored_new") + F("stored_changed") + F("same") + F("refused") + F("left_out")),
                name="import_stored_adds_up",
                violation_error_message=_("存入、未变、拒绝、未选之和与读入的行数对不上。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    total__gte=0,
                    stored_new__gte=0,
                    stored_changed__gte=0,
                    same__gte=0,
                    refused__gte=0,
                    left_out__gte=0,
                ),
                name="import_counts_positive",
                violation_error_message=_("导入的计数不对。"),
            ),
            models.CheckConstraint(
                condition=Q(sealed_key__isnull=True) | Q(subject__isnull=False),
                name="import_key_paired",
                violation_error_message=_("文件密钥要有密钥主体。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spec} #{self.pk}"

    @property
    def owner(self) -> str:
        """Return the name its files are kept under (privacy.sealed_files)."""
        return f"import/{self.pk}"

    @property
    def stored(self) -> int:
        """Return how many rows were written."""
        return self.stored_new + self.stored_changed

    @property
    def keeps(self) -> int:
        """Return how many refused rows are put on record when the import is confirmed."""
        return int(self.summary.get("entries", {}).get("kept", 0))

    @property
    def is_final(self) -> bool:
        """Return whether it has ended."""
        return self.state in FINAL_STATES

    @property
    def has_files(self) -> bool:
        """Return whether the uploaded rows can still be read."""
        return self.sealed_key is not None
