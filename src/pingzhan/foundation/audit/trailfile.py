"""A signed piece of the trail as a file: written here, checked anywhere, without a database.

A zip archive of ``trail.jsonl`` (one record a line, oldest first) and ``manifest.json``: the SHA-256 of the lines,
which records they are, where the whole trail ended at that moment, and an Ed25519 signature over all of it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.chain import CHAINED_FIELDS, LATER_FIELDS, canonical_data, text_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pingzhan.foundation.audit.models import AuditRecord

FORMAT = "pingzhan audit trail 1"
LINES, MANIFEST = "trail.jsonl", "manifest.json"
_COLUMNS = (*CHAINED_FIELDS, *LATER_FIELDS, "prev_sha", "sha", "mark")
MAX_LINE = 1 << 20
MAX_MANIFEST = 1 << 16


def write_trail(target: IO[bytes], records: QuerySet[AuditRecord], *, whole: bool) -> dict[str, Any]:
    """Write records to a file and return the manifest. ``whole`` says that none between first and last is left out.

    Reads in batches, so the length of the trail does not matter.
    """
    from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord

    summed = hashlib.sha256()
    first: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(LINES, "w", force_zip64=True) as lines:
            for row in records.order_by("id").values(*_COLUMNS).iterator(chunk_size=2000):
                data = as_line(row)
                first, last = first or data, data
                text = signing.canonical_json(data) + b"\n"
                summed.update(text)
                lines.write(text)
                count += 1
        head = AuditRecord.objects.order_by("-id").values("id", "sha").first()
        noted = AuditAnchor.objects.order_by("-n").values("n", "record_id", "sha").first()
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "count": count,
            "whole": whole,
            "sha256": summed.hexdigest(),
            "first_id": first["id"] if first else None,
            "first_prev_sha": first["prev_sha"] if first else None,
            "last_id": last["id"] if last else None,
            "last_sha": last["sha"] if last else None,
            "head": head,
            "anchor": noted,
        }
        key_id, signature = signing.sign(manifest)
        signed = {**manifest, "key_id": key_id, "signature": signature, "public": signing.public_text(key_id)}
        archive.writestr(MANIFEST, json.dumps(signed, ensure_ascii=False, indent=1, sort_keys=True))
    return signed


def as_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as its line holds it: what is hashed, and the three that make the chain."""
    return {**canonical_data(row), **{name: row[name] for name in ("id", "prev_sha", "sha", "mark")}}


@dataclass
class FileReport:
    """What the check of a file found; ``problems`` are sentences. ``known_key``: the signer is one we trust."""

    count: int = 0
    first_id: int | None = None
    last_id: int | None = None
    last_sha: str = ""
    whole: bool = False
    key_id: str = ""
    known_key: bool | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Return whether the file is what its signer wrote, and a key we trust signed it if we know any."""
        return not self.problems


def verify_file(path: Path, *, trusted: Mapping[str, str] | None = None) -> FileReport:
    """Check a file without a database. ``trusted`` are public keys (id to base64) that may have signed it.

    Without ``trusted`` the key in the file is used: that proves only that nothing was changed after signing.
    """
    report = FileReport()
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, report, trusted)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        report.problems.append(
            _("文件读不出来，不是留痕导出文件，或者已经损坏（%(why)s）。") % {"why": error}
        )
    return report


def _check(archive: zipfile.ZipFile, report: FileReport, trusted: Mapping[str, str] | None) -> None:
    if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST:
        raise ValueError(MANIFEST)
    manifest = json.loads(archive.read(MANIFEST))
    signature, public = str(manifest.pop("signature")), str(manifest.pop("public"))
    key_id = str(manifest.pop("key_id"))
    report.key_id, report.whole = key_id, bool(manifest["whole"])
    if trusted is not None:
        report.known_key = key_id in trusted
        if not report.known_key:
            report.problems.append(_("签名用的密钥 %(key)s 不是本单位的密钥。") % {"key": key_id})
        public = trusted.get(key_id, public)
    key = signing.public_from(public)
    if signing.key_id_of(key) != key_id or not signing.signature_holds(manifest, key, signature):
        report.problems.append(_("签名不对：清单在签名以后被改动过。"))
    summed = hashlib.sha256()
    expected: str | None = None
    with archive.open(LINES) as lines:
        for text in _bounded(lines):
            summed.update(text)
            expected = _check_line(json.loads(text), report, expected)
    if summed.hexdigest() != manifest["sha256"] or report.count != manifest["count"]:
        report.problems.append(_("记录与清单不符：有记录被改动、增加或删除过。"))
    if (report.first_id, report.last_id) != (manifest["first_id"], manifest["last_id"]):
        report.problems.append(_("首条或末条的编号与清单不符。"))


def _bounded(lines: IO[bytes]) -> Iterator[bytes]:
    while text := lines.readline(MAX_LINE):
        if len(text) == MAX_LINE:
            raise ValueError(LINES)
        yield text


def _check_line(data: dict[str, Any], report: FileReport, expected: str | None) -> str:
    number = int(data["id"])
    hashed = hashlib.sha256((data["prev_sha"] + text_of(_hashed(data))).encode()).hexdigest()
    if hashed != data["sha"]:
        report.problems.append(_("第 %(id)d 条的内容与校验值不符，被改动过。") % {"id": number})
    next_one = report.last_id is not None and number == report.last_id + 1
    if report.first_id is None:
        report.first_id = number
    elif (next_one or report.whole) and data["prev_sha"] != expected:
        report.problems.append(_("第 %(id)d 条与前一条连不上。") % {"id": number})
    report.count += 1
    report.last_id, report.last_sha = number, data["sha"]
    return str(data["sha"])


def _hashed(data: Mapping[str, Any]) -> dict[str, Any]:
    names = CHAINED_FIELDS + LATER_FIELDS if "tx" in data else CHAINED_FIELDS
    return {name: data[name] for name in names}


def as_csv(rows: Iterable[tuple[str, ...]], head: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of a table for people; text that a spreadsheet would take for a formula is defused."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(head)
    for row in rows:
        writer.writerow([_harmless(text) for text in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
