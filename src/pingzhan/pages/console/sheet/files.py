"""The folder of sheets: plain files that can be read when the server is down, for two days, by their owner only."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.pages.console.sheet.content import sheet
from pingzhan.pages.console.sheet.printing import FORMS

KEEP = timedelta(hours=48)
_NAME = re.compile(r"contacts-(\d+)-(\d{8}T\d{6}Z)\.(pdf|txt|csv)\Z")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class SheetFile:
    """One file of the folder."""

    name: str
    zone_id: int
    at: datetime
    form: str
    size: int


def folder() -> Path:
    """Return the folder, made with mode 0700 when it is not there."""
    path = Path(settings.SHEET_DIR)
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def kept(zone: Unit | None = None) -> list[SheetFile]:
    """Return the sheets of a zone, or all, the newest first. Files of other names are left alone."""
    found = []
    for path in folder().iterdir():
        match = _NAME.match(path.name)
        if match is None or (zone is not None and int(match[1]) != zone.pk):
            continue
        at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
        found.append(SheetFile(path.name, int(match[1]), at, match[3], path.stat().st_size))
    return sorted(found, key=lambda one: (one.at, one.form), reverse=True)


def read(zone: Unit, name: str) -> bytes | None:
    """Return a sheet of this zone, None when there is none of that name."""
    known = {one.name for one in kept(zone)}
    return (folder() / name).read_bytes() if name in known else None


@transaction.atomic
def make(*, zone: Unit, by: Actor, now: datetime | None = None) -> int:
    """Write the sheet of a zone in its three forms, delete what is older than 48 hours, record both.

    Returns how many people it names. Each file appears whole or not at all, with mode 0600.
    """
    at = now or timezone.now()
    made = sheet(zone, at)
    stamp = at.astimezone(UTC).strftime(_STAMP)
    for form, write in FORMS.items():
        _put(f"contacts-{zone.pk}-{stamp}.{form}", write(made))
    gone = remove(kept_before(at - KEEP))
    record(
        "sheet.made",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"rows": made.people, "files": len(FORMS), "deleted": gone},
    )
    return made.people


def kept_before(moment: datetime) -> list[SheetFile]:
    """Return the sheets made before a moment."""
    return [one for one in kept() if one.at < moment]


def remove(files: list[SheetFile]) -> int:
    """Delete these files and return how many there were."""
    for one in files:
        (folder() / one.name).unlink(missing_ok=True)
    return len(files)


def destroy_all() -> int:
    """Delete every sheet, for an erasure; the next one is made without whoever was erased."""
    return remove(kept())


def _put(name: str, content: bytes) -> None:
    place = folder()
    part = place / f".{secrets.token_hex(6)}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(place / name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
