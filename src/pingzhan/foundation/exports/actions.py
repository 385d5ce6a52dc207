"""Taking a list out: at once when it is short, in the background when it is long. Always recorded."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.exports.listing import Listing, Params, lines, listing_for
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.exports.writers import write
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.runs.actions import start
from pingzhan.kernel.errors import Invalid, NotFound, Refused

MAKE = "exports.make"
REQUEST, RESULT = "request", "result"
FILES = (REQUEST, RESULT)
REASON_LENGTH = (4, 100)
_DIGITS = re.compile(r"\d{6,}")


def is_long(listing: Listing, params: Params, *, by: Actor) -> bool:
    """Return whether the list has more rows than are made while the person waits."""
    limit = number("exports.direct_rows")
    return listing.queryset(by, params).order_by()[: limit + 1].count() > limit


def check_request(listing: Listing, *, form: str, whole: bool, reason: str, by: Actor) -> str:
    """Return the tidied reason. Raises Refused without the right to unmasked columns, Invalid without reason."""
    if form not in ("xlsx", "csv"):
        raise NotFound(_("没有这种文件格式。"), code="export_form")
    reason = " ".join(reason.split())
    if whole:
        if not listing.whole_allowed(by):
            raise Refused(_("您不能导出未遮盖的个人信息。"), code="export_whole")
        if not REASON_LENGTH[0] <= len(reason) <= REASON_LENGTH[1]:
            raise Invalid(
                _("请写明导出未遮盖个人信息的事由，%(low)d 到 %(high)d 个字。")
                % {"low": REASON_LENGTH[0], "high": REASON_LENGTH[1]},
                code="export_reason",
            )
        if _DIGITS.search(reason):
            raise Invalid(_("事由会长期保存，请不要写号码。"), code="export_reason")
    return reason


@transaction.atomic
def export_now(
    *, key: str, form: str, params: Params, whole: bool = False, reason: str = "", by: Actor
) -> IO[bytes]:
    """Return the list as an open temporary file. Recorded in the trail with its number of rows.

    Raises NotFound for a list that is not the actor's, Refused and Invalid like check_request.
    """
    listing = listing_for(by, key)
    reason = check_request(listing, form=form, whole=whole, reason=reason, by=by)
    file = tempfile.TemporaryFile(prefix="pz-export-")  # noqa: SIM115 - the caller closes it
    count = write_list(file, listing, form=form, params=params, whole=whole, reason=reason, by=by)
    file.seek(0)
    record_export(key, form=form, whole=whole, reason=reason, count=count, by=by)
    return file


@transaction.atomic
def order_export(
    *, key: str, form: str, params: Params, whole: bool = False, reason: str = "", by: Actor
) -> ExportJob:
    """Have the list made in the background and return the export. Raises like export_now."""
    listing = listing_for(by, key)
    reason = check_request(listing, form=form, whole=whole, reason=reason, by=by)
    assert by.user_id is not None, "listing_for lets only accounts in"
    job = ExportJob.objects.create(
        listing=key, form=form, whole=whole, language=get_language() or "zh-hans", by_user_id=by.user_id
    )
    job.subject_id, job.sealed_key, data_key = sealed.new_key(job.owner)
    request = {"params": dict(params), "reason": reason}
    sealed.write_all(job.owner, REQUEST, data_key, [json.dumps(request, ensure_ascii=False).encode()])
    job.run = start(
        MAKE,
        title=_("导出：%(title)s") % {"title": listing.title_for(params)},
        params={"export": job.pk},
        by=by,
    )
    job.save(update_fields=["subject", "sealed_key", "run"])
    return job


def key_of(job: ExportJob) -> bytes:
    """Return the data key of an export's files. Raises Conflict when they are gone."""
    return sealed.opened_key(job.owner, job.subject_id, job.sealed_key)


def request_of(job: ExportJob) -> dict[str, Any]:
    """Return filter and reason of an export in the background."""
    found: dict[str, Any] = json.loads(sealed.read_all(job.owner, REQUEST, key_of(job)))
    return found


def fetch(job: ExportJob, *, by: Actor) -> bytes:
    """Return the finished file. NotFound for somebody else's export or one that is not finished.

    The right to the list is asked again: who has lost it does not get the file.
    """
    if job.by_user_id != by.user_id or job.finished_at is None:
        raise NotFound(_("没有这个导出文件。"), code="export_unknown")
    listing = listing_for(by, job.listing)
    if job.whole and not listing.whole_allowed(by):
        raise Refused(_("您不能导出未遮盖的个人信息。"), code="export_whole")
    return sealed.read_all(job.owner, RESULT, key_of(job))


def write_list(
    file: IO[bytes], listing: Listing, *, form: str, params: Params, whole: bool, reason: str, by: Actor
) -> int:
    """Write a list into an open file and return the number of rows; the caller has checked who may."""
    rows = listing.queryset(by, params)
    return write(
        file,
        form,
        title=listing.title_for(params),
        columns=listing.columns,
        rows=lines(listing, rows.iterator(chunk_size=2000), whole=whole),
        notes=_notes(listing, params=params, whole=whole, reason=reason, by=by),
    )


def _notes(listing: Listing, *, params: Params, whole: bool, reason: str, by: Actor) -> list[tuple[str, str]]:
    notes = [
        (_("列表"), listing.title_for(params)),
        (_("导出人"), by.name),
        (_("导出时间"), timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")),
    ]
    if words := listing.filter_words(by, params):
        notes.append((_("查询条件"), words))
    if listing.has_personal:
        notes.append((_("个人信息"), _("未遮盖") if whole else _("已遮盖")))
    if reason:
        notes.append((_("事由"), reason))
    return notes


def record_export(key: str, *, form: str, whole: bool, reason: str, count: int, by: Actor) -> None:
    """Write into the trail that a list was taken out; last in the transaction."""
    body: Mapping[str, Any] = {"listing": key, "form": form, "rows": count, "whole": whole, "reason": reason}
    record("export.whole" if whole else "export.made", by=by, subject=("listing", key), body=body)
