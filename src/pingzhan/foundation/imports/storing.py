"""Storing what was confirmed: batch by batch, each in one transaction with its checkpoint and its counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.audit import record
from pingzhan.foundation.imports.actions import KEPT, ROWS, STORE, counts, key_of
from pingzhan.foundation.imports.checking import fail, finished, lively
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.spec import Context, ImportSpec, Judged, Outcome, Row, Verdict, import_of
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.registry import Run, work
from pingzhan.kernel.errors import DomainError, NotFound

LATE = 200
"""Refusals that came up only while storing are listed up to this number; all are counted."""


@work(STORE, title=gettext_lazy("存入导入的行"), heavy=True, tries=10, finished=finished)
def store_rows(run: Run) -> Mapping[str, Any]:
    """Store the confirmed rows of an import, going on behind the last batch that was committed."""
    job = ImportJob.objects.get(pk=run.params["job"])
    if job.state != ImportState.STORING:
        return {"state": job.state}
    spec = import_of(job.spec)
    with translation.override(job.language):
        try:
            scope = spec.scope_of(run.by, job.scope_code)
        except NotFound as error:
            fail(job.pk, error)
            return {"refused": error.code}
        context = Context(scope=scope, by=run.by, job_id=job.pk, storing=True)
        todo = job.found_new + job.found_changed
        # The place is the import's own, not the run's: an import that is resumed has a new run.
        done, handled = int(job.summary.get("batches", 0)), int(job.summary.get("handled", 0))
        try:
            frames = sealed.json_frames(
                job.owner, ROWS, key_of(job), start=done, stop=job.summary["frames"][ROWS]
            )
            for index, frame in enumerate(frames, done):
                _batch(run, spec, context, frame, index)
                handled += len(frame)
                run.progress(handled, todo, _("正在存入"))
        except DomainError as error:
            fail(job.pk, error)
            return {"refused": error.code}
        if handled != todo:
            raise RuntimeError(f"import {job.pk}: {handled} of {todo} rows were in the file")
        return _done(job.pk, spec, context)


def _batch(run: Run, spec: ImportSpec, context: Context, frame: list[Any], index: int) -> None:
    try:
        _store_batch(run, spec, context, frame, index)
    except IntegrityError:
        # Somebody stored one of these rows between our look and our write; now it is there to be seen.
        context.cache.clear()
        _store_batch(run, spec, context, frame, index)


@transaction.atomic
def _store_batch(run: Run, spec: ImportSpec, context: Context, frame: list[Any], index: int) -> None:
    # The run first, as everywhere. Raises Lost, before anything is written, when another worker has it.
    run.save_checkpoint({"batch": index + 1})
    job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=context.job_id)
    if job.files_gone_at is not None:
        raise sealed.gone()
    if job.state != ImportState.STORING or int(job.summary.get("batches", 0)) != index:
        raise RuntimeError(f"import {job.pk}: batch {index} is not the next one")
    chosen: list[tuple[int, list[Judged], list[Judged]]] = []
    for table, entries in groupby(frame, key=lambda entry: int(entry[1])):
        rows = _rows(spec, job.summary["sheets"][table], entries)
        context.absent = frozenset(job.summary["absent_keys"][table])
        verdicts = spec.prepare(rows, context)
        late = [
            Judged(row, verdict)
            for row, verdict in zip(rows, verdicts, strict=True)
            if verdict.outcome is Outcome.REFUSED and verdict.carry is not None
        ]
        chosen.append((table, _judged(job, rows, verdicts), late))
    job.summary["batches"] = index + 1
    job.summary["handled"] = int(job.summary.get("handled", 0)) + len(frame)
    job.save(update_fields=["summary", "stored_new", "stored_changed", "same", "refused", "left_out"])
    for table, judged, late in chosen:
        context.absent = frozenset(job.summary["absent_keys"][table])
        if judged:
            spec.store(judged, context)
        if late and spec.refused is not None:
            spec.refused(late, context)


def _judged(job: ImportJob, rows: list[Row], verdicts: Sequence[Verdict]) -> list[Judged]:
    """Count the verdicts into the import and return the rows that are to be written."""
    wanted = {Outcome.NEW: job.want_new, Outcome.CHANGED: job.want_changed}
    late: list[list[Any]] = job.summary.setdefault("late", [])
    chosen: list[Judged] = []
    for row, verdict in zip(rows, verdicts, strict=True):
        if verdict.outcome is Outcome.SAME:
            job.same += 1
        elif verdict.outcome is Outcome.REFUSED:
            job.refused += 1
            if len(late) < LATE:
                late.extend([row.sheet, row.number, one.column, one.message] for one in verdict.errors)
        elif not wanted[verdict.outcome]:
            job.left_out += 1
        else:
            chosen.append(Judged(row, verdict))
            if verdict.outcome is Outcome.NEW:
                job.stored_new += 1
            else:
                job.stored_changed += 1
    return chosen


def _rows(spec: ImportSpec, sheet: str, entries: Iterable[list[Any]]) -> list[Row]:
    keys = [one.key for one in spec.columns]
    ways = lively(spec).items()
    rows: list[Row] = []
    for number, _table, _outcome, values in entries:
        for at, make in ways:
            if values[at] is not None:
                values[at] = make(values[at])
        rows.append(Row(number, sheet, dict(zip(keys, values, strict=True))))
    return rows


@transaction.atomic
def _done(job_id: int, spec: ImportSpec, context: Context) -> Mapping[str, Any]:
    job = ImportJob.objects.select_for_update(no_key=True, of=("self",)).get(pk=job_id)
    if job.state != ImportState.STORING:
        return {"state": job.state}
    job.state, job.finished_at = ImportState.DONE, Now()
    job.save(update_fields=["state", "finished_at"])
    if spec.refused is not None:
        frames = sealed.json_frames(
            job.owner, KEPT, key_of(job), start=0, stop=job.summary["frames"].get(KEPT, 0)
        )
        for frame in frames:
            kept = []
            for table, entries in groupby(frame, key=lambda entry: int(entry[1])):
                same = list(entries)
                rows = _rows(spec, job.summary["sheets"][table], same)
                kept += [
                    Judged(row, Verdict(Outcome.REFUSED, carry=one[2]))
                    for row, one in zip(rows, same, strict=True)
                ]
            spec.refused(kept, context)
    found = counts(job)
    if spec.finish is not None:
        spec.finish(context, found)
    record(
        "import.finished",
        by=context.by,
        subject=("import", job.pk),
        unit_path=job.unit_path,
        body={"spec": spec.key, "sha256": job.sha256, **found},
    )
    return found
