"""The canonical content of a version, over which its hash is taken."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pingzhan.domain.organisation.models import Clause, Group, Holding, Post, StructureVersion


def canonical(version: StructureVersion) -> dict[str, Any]:
    """Return what a version says, without row ids: two versions that say the same are equal here.

    Persons and units appear by id, because a name may be corrected later without changing who was meant.
    """
    return {
        "zone": version.zone_id,
        "n": version.n,
        "title": version.title,
        "basis_doc": version.basis_doc,
        "source_sha256": hashlib.sha256(version.source_text.encode()).hexdigest(),
        "groups": [
            list(row)
            for row in Group.objects.filter(version=version)
            .order_by("code")
            .values_list("code", "name", "kind", "sort")
        ],
        "clauses": [
            list(row)
            for row in Clause.objects.filter(version=version)
            .order_by("group__code", "n")
            .values_list("group__code", "n", "text", "start", "end")
        ],
        "posts": [
            list(row)
            for row in Post.objects.filter(version=version)
            .order_by("code")
            .values_list(
                "code",
                "group__code",
                "name",
                "role",
                "unit_id",
                "posture",
                "level_at_least",
                "min_seats",
                "max_seats",
                "critical",
                "reports_to_code",
                "segregated_from",
                "sort",
            )
        ],
        "holdings": [
            [*row[:5], *(moment.isoformat() if moment else None for moment in row[5:7]), row[7]]
            for row in Holding.objects.filter(post__version=version)
            .order_by("post__code", "seat_no", "rank")
            .values_list("post__code", "seat_no", "rank", "person_id", "person_query", "t0", "t1", "title")
        ],
    }


def content_sha256(version: StructureVersion) -> str:
    """Return the hash of a version's canonical content as 64 hex digits."""
    text = json.dumps(canonical(version), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_unchanged(version: StructureVersion) -> bool:
    """Return whether a published version still says what was hashed when it was published (invariant I15)."""
    return bool(version.sha256) and content_sha256(version) == version.sha256
