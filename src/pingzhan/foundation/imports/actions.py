"""Changes of an import that a person makes: upload, confirm, cancel, go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.imports.guard import MEBI, form_of
from pingzhan.foundation.imports.models import TRANSITIONS, ImportJob, ImportState
from pingzhan.foundation.imports.rules import can_see
from pingzhan.foundation.imports.spec import import_of
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.actions import cancel as cancel_run
from pingzhan.foundation.runs.actions import start
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

SOURCE, ROWS, CHANGED, ERRORS, REFUSED = "source", "rows", "changed", "errors", "refused"
KEPT = "kept"
"""Rows that prepare refused, for a kind of import that keeps what it refuses."""
FILES = (SOURCE, ROWS, CHANGED, ERRORS, REFUSED, KEPT)
CHECK, STORE = "imports.check", "imports.store"
_PATH = re.compile(r"[\x00-\x1f\x7f/\\]")


def upload(*, key: str, scope_code: str, name: str, chunks: Iterable[bytes], by: Actor) -> ImportJob:
    """Take in a file and start its check; return the import. Recorded in the trail.

    ``chunks`` is the content in pieces, the first at least 8 bytes long. Not one transaction: the file is
    sealed on disk first, then row and run are committed together. Raises NotFound for a unit that is not the
    actor's, Invalid for a file of another form or too large, with what to do.
    """
    spec = import_of(key)
    scope = spec.scope_of(by, scope_code)
    stream = iter(chunks)
    first = next(stream, b"")
    form = form_of(name, first[:16])
    with transaction.atomic():
        job = ImportJob.objects.create(
            spec=key,
            scope_code=scope.code,
            scope_label=scope.label,
            unit_path=scope.path,
            file_name=_PATH.sub("", name)[-120:],
            form=form.value,
            by_user_id=by.user_id,
            by_name=by.name,
            language=get_language() or "zh-hans",
        )
        job.subject_id, job.sealed_key, data_key = sealed.new_key(job.owner)
        try:
            job.size, job.sha256 = sealed.write_all(
                job.owner, SOURCE, data_key, _limited(first, stream, number("imports.max_megabytes"))
            )
            job.run = start(
                CHECK,
                title=_("检查导入：%(title)s") % {"title": spec.title},
                params={"job": job.pk},
                by=by,
                unit_path=scope.path,
            )
            job.save(update_fields=["subject", "sealed_key", "size", "sha256", "run"])
            record(
                "import.uploaded",
                by=by,
                subject=("import", job.pk),
                unit_path=scope.path,
                body={"spec": key, "size": job.size, "sha256": job.sha256},
            )
        except BaseException:
            sealed.remove(job.owner, FILES)
            raise
    return job


def key_of(job: ImportJob) -> bytes:
    """Return the data key of an import's files. Raises Conflict when they are gone."""
    return sealed.opened_key(job.owner, job.subject_id, job.sealed_key)


@transaction.atomic
def confirm(*, job: ImportJob, new: bool, changed: bool, only_if_clean: bool = False, by: Actor) -> ImportJob:
    """Have the chosen classes of rows stored; return the import. Recorded in the trail.

    ``only_if_clean`` refuses when a single row was refused. Raises NotFound for somebody else's import,
    Conflict unless it waits for confirmation, Invalid when nothing is chosen.
    """
    row = _held(job, by)
    if row.state != ImportState.READY:
        raise Conflict(_("这次导入已不在待确认状态。"), place=row.get_state_display(), code="import_state")
    if only_if_clean and row.found_refused:
        raise Conflict(
            ngettext(
                "有 %(count)d 行被拒绝，按您的选择整个文件不存入。",
                "有 %(count)d 行被拒绝，按您的选择整个文件不存入。",
                row.found_refused,
            )
            % {"count": row.found_refused},
            hint=_("请改好后重新上传，或改为只存入没有问题的行。"),
            code="import_not_clean",
        )
    if not ((new and row.found_new) or (changed and row.found_changed) or row.keeps):
        raise Invalid(_("没有选择要存入的行。"), hint=_("请至少选一类。"), code="import_nothing")
    row.want_new, row.want_changed = new, changed
    _begin_storing(row, by)
    return row


@transaction.atomic
def resume(*, job: ImportJob, by: Actor) -> ImportJob:
    """Go on storing an import that failed on the way; rows stored before stay stored. Recorded in the trail.

    Raises NotFound for somebody else's, Conflict unless it failed while storing and its files are there.
    """
    row = _held(job, by)
    if row.state != ImportState.FAILED or not row.summary.get("storing") or not row.has_files:
        raise Conflict(_("这次导入不能继续，请重新上传。"), code="import_state")
    row.finished_at, row.error, row.hint = None, "", ""
    _begin_storing(row, by)
    return row


def cancel(*, job: ImportJob, by: Actor) -> None:
    """End an import; what is stored already stays and is counted. Recorded in the trail.

    Two transactions, because the run is locked before the import everywhere. Work in progress ends at its
    next step. Raises NotFound for somebody else's import, Conflict when it has ended.
    """
    if not can_see(by, job):
        raise _unknown()
    run = job.run
    if run is not None and run.is_open:
        own = run.by_user_id is not None and run.by_user_id == by.user_id
        cancel_run(run=run, by=by if own else system_actor(by.name))
        run.refresh_from_db()
    with transaction.atomic():
        row = _held(job, by)
        if row.is_final and row.state != ImportState.CANCELLED:
            raise Conflict(_("这次导入已经结束。"), place=row.get_state_display(), code="import_state")
        if not row.is_final and (run is None or not run.is_open):
            end(row, ImportState.CANCELLED)
        record(
            "import.cancelled",
            by=by,
            subject=("import", row.pk),
            unit_path=row.unit_path,
            body={"spec": row.spec, **counts(row)},
        )


def end(row: ImportJob, state: ImportState, *, error: str = "", hint: str = "") -> None:
    """Bring an import to one of its ends; for this package. Raises ValueError for a step that is not one."""
    if state.value not in TRANSITIONS[row.state]:
        raise ValueError(f"import {row.pk}: {row.state} -> {state.value}")
    row.state, row.error, row.hint, row.finished_at = state, error, hint, Now()
    row.save(update_fields=["state", "error", "hint", "finished_at"])


def counts(row: ImportJob) -> dict[str, int]:
    """Return the counts of the storing, as the trail keeps them."""
    return {
        "total": row.total,
        "new": row.stored_new,
        "changed": row.stored_changed,
        "same": row.same,
        "refused": row.refused,
        "left_out": row.left_out,
    }


def _begin_storing(row: ImportJob, by: Actor) -> None:
    row.summary["storing"] = True
    row.state = ImportState.STORING
    row.run = start(
        STORE,
        title=_("存入导入：%(title)s") % {"title": import_of(row.spec).title},
        params={"job": row.pk},
        by=by,
        unit_path=row.unit_path,
    )
    row.save()
    record(
        "import.confirmed",
        by=by,
        subject=("import", row.pk),
        unit_path=row.unit_path,
        body={"spec": row.spec, "new": row.found_new, "changed": row.found_changed, "sha256": row.sha256},
    )


def _held(job: ImportJob, by: Actor) -> ImportJob:
    row = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=job.pk)
    if not can_see(by, row):
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound(_("没有这次导入。"), code="import_unknown")


def _limited(first: bytes, rest: Iterator[bytes], megabytes: int) -> Iterator[bytes]:
    size = len(first)
    yield first
    for chunk in rest:
        size += len(chunk)
        if size > megabytes * MEBI:
            raise Invalid(
                _("文件超过 %(limit)d MB。") % {"limit": megabytes},
                hint=_("请分成几个文件，或删掉图片等无关内容。"),
                code="upload_size",
            )
        yield chunk
