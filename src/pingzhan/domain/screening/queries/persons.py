"""One person whatever number stands for him: a worker, one merged into another, somebody registered on the spot."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_KEYS = """
SELECT p.person, coalesce(m.merged_into_id, m.id, f.key, p.person)
FROM unnest(%s::bigint[]) AS p(person)
LEFT JOIN screening_walkin w ON w.id = -p.person
LEFT JOIN people_individual d ON d.id_digest = w.id_digest
LEFT JOIN people_individual m ON m.id = CASE WHEN p.person > 0 THEN p.person ELSE coalesce(w.individual_id, d.id) END
LEFT JOIN LATERAL (SELECT -min(x.id) AS key FROM screening_walkin x WHERE x.id_digest = w.id_digest) f ON true
"""
_ALIASES = """
WITH k AS (SELECT unnest(%s::bigint[]) AS key),
i AS (
    SELECT k.key, i.id, i.id_digest FROM k JOIN people_individual i ON i.id = k.key
    UNION ALL SELECT k.key, i.id, i.id_digest FROM k JOIN people_individual i ON i.merged_into_id = k.key
)
SELECT key, key FROM k
UNION SELECT key, id FROM i
UNION SELECT i.key, -w.id FROM i JOIN screening_walkin w ON w.individual_id = i.id
UNION SELECT i.key, -w.id FROM i JOIN screening_walkin w ON w.id_digest = i.id_digest
UNION SELECT k.key, -x.id FROM k JOIN screening_walkin w ON w.id = -k.key
    JOIN screening_walkin x ON x.id_digest = w.id_digest
"""


def keys_of(persons: Collection[int]) -> dict[int, int]:
    """Return for each person of a sample the number that stands for him everywhere. One query."""
    if not persons:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [sorted(persons)])
        return {row[0]: row[1] for row in cursor.fetchall()}


def aliases_of(keys: Collection[int]) -> dict[int, int]:
    """Return every number that stands for one of these persons, each with the person's key. One query."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ALIASES, [sorted(keys)])
        return {row[1]: row[0] for row in cursor.fetchall()}
