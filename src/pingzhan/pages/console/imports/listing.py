"""The history of imports as a file; counts and reasons, never what stood in a sheet."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import imports_for, specs


def rows(actor: Actor, params: Params) -> QuerySet[ImportJob]:
    """Return the imports of the page, the newest first."""
    return ImportJob.objects.visible_to(actor).order_by("-pk")


def title_of(key: str) -> str:
    """Return what an import is called; one that this version does not know by its key."""
    return next((str(spec.title) for spec in specs() if spec.key == key), key)


HISTORY = Listing(
    key="imports.history",
    title=_("导入记录"),
    columns=(
        OutColumn("number", _("编号"), lambda job: job.pk, width=10),
        OutColumn("at", _("上传时间"), lambda job: job.created_at, width=20),
        OutColumn("spec", _("表格"), lambda job: title_of(job.spec), width=24),
        OutColumn("unit", _("单位"), lambda job: job.scope_label, width=28),
        OutColumn("by", _("谁"), lambda job: job.by_name),
        OutColumn("state", _("状态"), lambda job: str(job.get_state_display())),
        OutColumn("total", _("读入"), lambda job: job.total),
        OutColumn("new", _("已新增"), lambda job: job.stored_new),
        OutColumn("changed", _("已更新"), lambda job: job.stored_changed),
        OutColumn("same", _("未变"), lambda job: job.same),
        OutColumn("refused", _("拒绝"), lambda job: job.refused),
        OutColumn("left_out", _("未选"), lambda job: job.left_out),
        OutColumn("error", _("原因"), lambda job: job.error or None, width=40),
    ),
    queryset=rows,
    may=lambda actor: bool(imports_for(actor)),
)


def register() -> None:
    """Make the history exportable; called once when the application is ready."""
    register_listing(HISTORY)
