"""Where persons can be reached, for the sender of notices; opened only while something is sent."""

from __future__ import annotations

from collections.abc import Collection

from pingzhan.domain.organisation.models import Contact
from pingzhan.domain.organisation.queries.contacts import opened


def addresses_of(person_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return (kind of contact, address) of persons, the first to be tried first. Two queries, one if none."""
    rows = list(
        Contact.objects.filter(person__in=list(person_ids))
        .select_related("person")
        .order_by("person_id", "priority", "id")
    )
    texts = opened(rows) if rows else {}
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        if row.pk in texts:
            found.setdefault(row.person_id, []).append((row.channel, texts[row.pk]))
    return found
