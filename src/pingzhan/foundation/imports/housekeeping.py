"""Files of ended imports are deleted after a day, all of them by an erasure; left-over drafts too."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.imports.actions import FILES, end
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.registry import Run, work

SWEEP = "imports.sweep"
WAITING_DAYS = 7
"""An import that nobody confirms for so long is cancelled."""
DRAFT_SECONDS = 24 * 3600


@work(SWEEP, title=_("删除到期的导入文件"))
def sweep(run: Run) -> Mapping[str, Any]:
    """Delete what is due; safe to repeat."""
    return {"files": delete_due(), "drafts": delete_drafts()}


def delete_due() -> int:
    """Destroy key and files of imports that ended long enough ago; return how many imports.

    The key goes first and with it every copy of the files, backups included; the name of the file goes too.
    """
    _cancel_forgotten()
    hours = number("imports.keep_hours")
    due = ImportJob.objects.filter(files_gone_at__isnull=True, finished_at__lt=Now() - timedelta(hours=hours))
    count = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
            if not job.is_final or job.files_gone_at is not None:
                continue
            _destroy(job)
        count += 1
    return count


def destroy_all() -> int:
    """Destroy key and files of every import that has any, whatever its state; return how many. For erasures.

    Those that have not ended are cancelled with the reason, also while a worker checks or stores them: it
    finds the import ended at its next step. What was stored before stays. In the caller's transaction.
    """
    held = ImportJob.objects.select_for_update(no_key=True, of=("self",)).filter(files_gone_at__isnull=True)
    count = 0
    for job in held.order_by("pk"):
        if not job.is_final:
            with translation.override(job.language):
                end(
                    job,
                    ImportState.CANCELLED,
                    error=gettext("执行个人信息销毁时，已有的上传文件全部删除。"),
                    hint=gettext("请从现在的数据重新制表上传。"),
                )
        _destroy(job)
        count += 1
    return count


def _destroy(job: ImportJob) -> None:
    """Destroy key and files of an import whose row is locked.

    The files go before the commit: should it fail, the row still asks for them to be deleted.
    """
    sealed.forget_keys([job.subject_id])
    job.sealed_key, job.file_name, job.files_gone_at = None, "", Now()
    job.save(update_fields=["sealed_key", "file_name", "files_gone_at"])
    sealed.remove(job.owner, FILES)


def _cancel_forgotten() -> None:
    old = Q(state=ImportState.READY, created_at__lt=Now() - timedelta(days=WAITING_DAYS))
    for pk in list(ImportJob.objects.filter(old).values_list("pk", flat=True)):
        with transaction.atomic():
            job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
            if job.state == ImportState.READY:
                end(job, ImportState.CANCELLED)


def delete_drafts() -> int:
    """Delete drafts that a killed worker has left; return how many."""
    count = 0
    for path in Path(settings.UPLOAD_DIR).glob("*/*.*"):
        if time.time() - path.stat().st_mtime > DRAFT_SECONDS:
            path.unlink(missing_ok=True)
            count += 1
    return count
