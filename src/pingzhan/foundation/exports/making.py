"""Long lists are written by the worker; files are deleted when their time is over."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.exports.actions import (
    FILES,
    MAKE,
    RESULT,
    key_of,
    record_export,
    request_of,
    write_list,
)
from pingzhan.foundation.exports.listing import Listing, listing_for
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.registry import Run, work
from pingzhan.kernel.errors import Refused

SWEEP = "exports.sweep"


@work(MAKE, title=gettext_lazy("导出长列表"), heavy=True, tries=3)
def make(run: Run) -> Mapping[str, Any]:
    """Write the list with the rights its starter has now; starts anew when it was interrupted."""
    job = ExportJob.objects.get(pk=run.params["export"])
    if job.finished_at is not None or job.files_gone_at is not None:
        return {"rows": job.rows}
    with translation.override(job.language), tempfile.TemporaryFile(prefix="pz-export-") as file:
        listing = listing_for(run.by, job.listing)
        if job.whole and not listing.whole_allowed(run.by):
            raise Refused(_("您不能导出未遮盖的个人信息。"), code="export_whole")
        request = request_of(job)
        total = listing.queryset(run.by, request["params"]).order_by().count()
        with transaction.atomic():
            count = write_list(
                file,
                _watched(listing, run, total),
                form=job.form,
                params=request["params"],
                whole=job.whole,
                reason=request["reason"],
                by=run.by,
            )
        file.seek(0)
        sealed.write_all(job.owner, RESULT, key_of(job), _chunks(file))
        with transaction.atomic():
            held = ExportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=job.pk)
            if held.files_gone_at is not None:
                # Destroyed while it was written: nobody can read it any more.
                sealed.remove(job.owner, FILES)
                return {"rows": None}
            job.rows, job.finished_at = count, Now()
            job.save(update_fields=["rows", "finished_at"])
            record_export(
                job.listing, form=job.form, whole=job.whole, reason=request["reason"], count=count, by=run.by
            )
    return {"rows": count}


def _watched(listing: Listing, run: Run, total: int) -> Listing:
    """Return the list telling its progress with each batch it loads."""
    from dataclasses import replace

    done = 0

    def load(objects: Any) -> Any:
        nonlocal done
        done += len(objects)
        run.progress(min(done, total), max(total, done), _("正在写入"))
        return listing.load(objects)

    return replace(listing, load=load)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(sealed.CHUNK):
        yield chunk


@work(SWEEP, title=gettext_lazy("删除到期的导出文件"))
def sweep(run: Run) -> Mapping[str, Any]:
    """Delete what is due; safe to repeat."""
    return {"files": delete_due()}


def delete_due() -> int:
    """Destroy key and files of exports that are old enough; return how many."""
    due = ExportJob.objects.filter(
        files_gone_at__isnull=True, created_at__lt=Now() - timedelta(hours=number("exports.keep_hours"))
    )
    count = 0
    for job in list(due):
        with transaction.atomic():
            _destroy(job)
        count += 1
    return count


def destroy_all() -> int:
    """Destroy key and files of every export that has any, also of one being made; return how many.

    For erasures, in the caller's transaction.
    """
    held = ExportJob.objects.select_for_update(no_key=True, of=("self",)).filter(files_gone_at__isnull=True)
    jobs = list(held.order_by("pk"))
    for job in jobs:
        _destroy(job)
    return len(jobs)


def _destroy(job: ExportJob) -> None:
    """Destroy key and files; the files before the commit, so that a failure leaves the row asking for it."""
    sealed.forget_keys([job.subject_id])
    ExportJob.objects.filter(pk=job.pk).update(sealed_key=None, files_gone_at=Now())
    sealed.remove(job.owner, FILES)
