"""The shape that ``pingzhan notice read --json`` prints."""

from __future__ import annotations

from typing import Any

from pingzhan.domain.organisation.reading.findings import KINDS
from pingzhan.domain.organisation.reading.model import Finding, Place, Reading


def as_json(reading: Reading, found: list[Finding]) -> dict[str, Any]:
    """Return groups, findings by kind, counts and unread places as plain JSON values."""
    return {
        "title": reading.title,
        "groups": [
            {
                "name": group.name,
                "kind": group.kind,
                "entries": [
                    {
                        "role": entry.role,
                        "name": entry.name,
                        "title": entry.title,
                        "class_rule": entry.class_rule,
                        "place": place(entry.place),
                    }
                    for entry in group.entries
                ],
                "duties": [duty.text for duty in group.duties],
                "duty_places": [place(duty.place) for duty in group.duties],
                "levels": [mention.text for mention in group.levels],
                "times": [mention.text for mention in group.times],
            }
            for group in reading.groups
        ],
        "findings": [
            {"kind": kind, "count": len(items), "items": items}
            for kind in KINDS
            if (items := [_item(finding) for finding in found if finding.kind == kind])
        ],
        "counts": reading.counts,
        "unread": [{"text": unread.text, "place": place(unread.place)} for unread in reading.unread],
    }


def place(where: Place) -> dict[str, Any]:
    """Return a place: line from 1, character offsets, and a quote of the text."""
    return {"line": where.line, "start": where.start, "end": where.end, "quote": where.quote}


def _item(finding: Finding) -> dict[str, Any]:
    return {"key": finding.key, **finding.subject, "places": [place(where) for where in finding.places]}
