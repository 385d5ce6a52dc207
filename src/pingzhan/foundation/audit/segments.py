"""Archived parts of the trail: what remains in the database continues from the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.chain import GENESIS
from pingzhan.foundation.audit.report import Break, Report

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditSegment


def content(one: AuditSegment) -> dict[str, Any]:
    """Return what a segment's signature covers."""
    return {
        "first_id": one.first_id,
        "last_id": one.last_id,
        "first_prev_sha": one.first_prev_sha,
        "last_sha": one.last_sha,
        "file_sha256": one.file_sha256,
    }


def check_segments(report: Report) -> tuple[str, int | None]:
    """Check that the archived parts join each other; return where the remaining chain starts from."""
    from pingzhan.foundation.audit.models import AuditSegment

    expected, after = GENESIS, None
    for one in AuditSegment.objects.order_by("first_id"):
        key = signing.keys().public(one.key_id)
        joined = one.first_prev_sha == expected and (after is None or one.first_id == after + 1)
        if not joined or key is None or not signing.signature_holds(content(one), key, one.signature):
            report.add(Break(one.first_id, "segment", after))
        expected, after = one.last_sha, one.last_id
        report.archived = one.last_id
    return expected, after
