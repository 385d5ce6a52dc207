"""Signed notes of where the trail ends: in a table of their own, and in a file outside the database."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.chain import GENESIS
from pingzhan.foundation.audit.report import Break, Report

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditAnchor

ANCHOR_SECONDS = 300.0
"""How often the worker notes the end of the trail: what is cut off within that time shows in no anchor."""
_FILE = "audit-anchors.jsonl"
_LOCK_KEY = 0x50_5A_41_4E_43_48
_FIELDS = ("n", "record_id", "sha", "at", "prev", "origin")

logger = logging.getLogger(__name__)


def file_path() -> Path:
    """Return the file that receives a copy of each anchor; to be copied off the machine by its backups."""
    return signing.folder() / _FILE


def anchor() -> AuditAnchor | None:
    """Sign the present end of the trail and return the note; None when nothing was added since the last one."""
    from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s), clock_timestamp()", [_LOCK_KEY])
            at = cursor.fetchone()[1]
        head = AuditRecord.objects.order_by("-id").values_list("id", "sha").first()
        former = AuditAnchor.objects.order_by("-n").first()
        if head is None or (former is not None and former.record_id >= head[0]):
            return None
        made = AuditAnchor(
            n=former.n + 1 if former else 1,
            record_id=head[0],
            sha=head[1],
            at=at,
            prev=digest(former) if former else GENESIS,
            origin=former.origin if former else _first_sha(),
        )
        made.key_id, made.signature = signing.sign(content(made))
        made.save(force_insert=True)
        transaction.on_commit(lambda: _append(made))
    return made


def content(one: AuditAnchor) -> dict[str, Any]:
    """Return what an anchor's signature covers."""
    return {
        "n": one.n,
        "record_id": one.record_id,
        "sha": one.sha,
        "at": one.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "prev": one.prev,
        "origin": one.origin,
    }


def digest(one: AuditAnchor) -> str:
    """Return the hash by which the next anchor names this one."""
    return hashlib.sha256(signing.canonical_json(content(one))).hexdigest()


def _append(made: AuditAnchor) -> None:
    """Copy the anchor to the file; a full disk must not undo what is committed, so it is only reported."""
    line = json.dumps({**content(made), "key_id": made.key_id, "signature": made.signature})
    try:
        handle = os.open(file_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError:
        logger.exception("anchor %s could not be copied to its file", made.n)


def _noted() -> Iterator[dict[str, Any]]:
    try:
        lines = file_path().read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict) and set(found) >= {*_FIELDS, "key_id", "signature"}:
            yield found


def _signed(data: Mapping[str, Any], key_id: str, signature: str) -> bool:
    key = signing.keys().public(key_id)
    return key is not None and signing.signature_holds(data, key, signature)


def check_anchors(report: Report) -> None:
    """Compare the anchors of the table and of the file with the records; note breaks and the last good one."""
    from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord

    stored = list(AuditAnchor.objects.order_by("n"))
    prev, last = GENESIS, 0
    for one in stored:
        good = one.prev == prev and one.n == last + 1 and _signed(content(one), one.key_id, one.signature)
        if not good:
            report.add(Break(one.record_id, "anchor", one.record_id))
        prev, last = digest(one), one.n
    notes = _own_notes(stored[0].origin if stored else _first_sha())
    wanted = {one.record_id: (one.sha, content(one)["at"]) for one in stored}
    for note in notes:
        wanted.setdefault(note["record_id"], (note["sha"], note["at"]))
    shas = dict(AuditRecord.objects.filter(id__in=wanted).values_list("id", "sha"))
    report.anchors = len(wanted)
    cut = 0
    for number, (sha, at) in sorted(wanted.items()):
        if shas.get(number) == sha:
            report.anchored_id, report.anchored_at = number, at
        elif number > report.last_id:
            cut = max(cut, number)
        elif number > report.archived:
            report.add(Break(number, "anchor", number if number in shas else None))
    if cut:
        report.add(Break(cut, "cut", report.last_id or None))
    lost = [note["record_id"] for note in notes if note["n"] > last]
    if lost and not cut:
        report.add(Break(max(lost), "anchor", None))


def _first_sha() -> str:
    from pingzhan.foundation.audit.models import AuditRecord

    return AuditRecord.objects.order_by("id").values_list("sha", flat=True).first() or GENESIS


def _own_notes(origin: str) -> list[dict[str, Any]]:
    """Return the properly signed lines of the file that belong to the trail with this first record.

    A machine may hold the file of a former installation too.
    """
    return [
        note
        for note in _noted()
        if note["origin"] == origin
        and _signed({name: note[name] for name in _FIELDS}, note["key_id"], note["signature"])
    ]
