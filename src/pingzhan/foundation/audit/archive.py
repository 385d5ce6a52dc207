"""Moving the oldest part of the trail into a signed file, and only then out of the database.

Network logs are kept for six months at least (CSL 23(3)); what is older may go into the archive of the office.
Only the owner of the tables can do it, from the command line; the application's role cannot.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.anchors import anchor
from pingzhan.foundation.audit.chain import Doer, record
from pingzhan.foundation.audit.segments import content
from pingzhan.foundation.audit.trailfile import verify_file, write_trail
from pingzhan.foundation.audit.verify import verify
from pingzhan.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditSegment

KEEP = timedelta(days=183)
"""How long records stay in the database at least (CSL 23(3): six months)."""


def archive(*, before: datetime, folder: Path, by: Doer) -> AuditSegment | None:
    """Move the records before a moment into a signed file of the folder and return its note.

    None when there is nothing that old. The newest record always stays. The trail is verified first and the
    file read back before anything is deleted; being killed in between leaves the records, and at worst a file
    that is written again. Raises Invalid for a moment within the last six months, Conflict for a broken trail.
    """
    from pingzhan.foundation.audit.models import AuditRecord, AuditSegment

    if before > timezone.now() - KEEP:
        raise Invalid(
            _("留痕至少保存六个月，只能归档 %(day)s 以前的记录。")
            % {"day": timezone.localdate(timezone.now() - KEEP).isoformat()}
        )
    newest = AuditRecord.objects.order_by("-id").values_list("id", flat=True).first() or 0
    old = AuditRecord.objects.filter(at__lt=before, id__lt=newest)
    last = old.order_by("-id").first()
    if last is None:
        return None
    report = verify()
    if not report.ok:
        raise Conflict(_("链条有断裂，先查明原因，再归档。"), code="trail_broken")
    first = AuditRecord.objects.order_by("id").first()
    assert first is not None
    path = folder / f"audit-{first.pk:09}-{last.pk:09}.zip"
    _write(path, last.pk)
    note = AuditSegment(
        first_id=first.pk,
        last_id=last.pk,
        first_prev_sha=first.prev_sha,
        last_sha=last.sha,
        file_name=path.name,
        file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    note.key_id, note.signature = signing.sign(content(note))
    with transaction.atomic():
        note.save(force_insert=True)
        AuditRecord.objects.filter(id__lte=last.pk).delete()
        record(
            "audit.archived",
            by=by,
            body={"first": first.pk, "last": last.pk, "file": path.name, "sha256": note.file_sha256},
        )
    anchor()
    return note


def _write(path: Path, last_id: int) -> None:
    """Write the file whole, readable by its owner only, and read it back."""
    from pingzhan.foundation.audit.models import AuditRecord

    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        write_trail(file, AuditRecord.objects.filter(id__lte=last_id), whole=True)
        file.flush()
        os.fsync(file.fileno())
    found = verify_file(fresh)
    if not found.ok or found.last_id != last_id:
        raise Conflict(
            _("归档文件写得不完整，没有删除任何记录。"), place=str(path), code="archive_incomplete"
        )
    fresh.replace(path)
