"""What is in force in a zone now, as two texts that differ whenever something begins or ends."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

_NOW = """
    SELECT z.id AS zone_id,
        coalesce((
            SELECT string_agg(a.id::text, ',' ORDER BY a.id) FROM command_activation a
            WHERE a.zone_id = z.id AND a.world = 0 AND a.ended_at IS NULL
        ), '') AS orders,
        coalesce((
            SELECT string_agg(one.name, ',' ORDER BY one.name)
            FROM measures_force f
            JOIN measures_slot s ON s.id = f.slot_id AND s.zone_id = z.id
            CROSS JOIN LATERAL (
                SELECT 'f' || f.id AS name
                UNION ALL SELECT 'r' || r.id FROM measures_restriction r
                WHERE r.force_id = f.id AND r.state IN ('in_force', 'ended')
                    AND r.starts_at <= statement_timestamp() AND r.ends_at > statement_timestamp()
                UNION ALL SELECT 'p' || p.id FROM measures_parameter p
                WHERE p.version_id = f.version_id AND (p.valid_from IS NOT NULL OR p.valid_until IS NOT NULL)
                    AND (p.valid_from IS NULL OR p.valid_from <= t.day)
                    AND (p.valid_until IS NULL OR p.valid_until > t.day)
            ) AS one
            WHERE f.starts_at <= statement_timestamp()
                AND (coalesce(f.ended_at, f.ends_at) > statement_timestamp()
                    OR coalesce(f.ended_at, f.ends_at) IS NULL)
        ), '') AS measures
    FROM territory_unit z,
        (SELECT (statement_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS day) AS t
    WHERE z.kind = 'zone'
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """The open orders of the real world in a zone, and the measures in force, as texts to be compared."""

    orders: str
    measures: str


def standing(zone_id: int) -> Standing:
    """Return what is in force in a zone now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n.orders, n.measures FROM ({_NOW}) AS n WHERE n.zone_id = %s", [zone_id])  # noqa: S608 - no outside text
        return Standing(*cursor.fetchone())


def behind() -> list[int]:
    """Return the zones where something else is in force than when their returns were last decided. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT n.zone_id FROM ({_NOW}) AS n"  # noqa: S608 - no outside text
            " LEFT JOIN returnees_zonestand w ON w.zone_id = n.zone_id AND w.at IS NOT NULL"
            " WHERE (n.orders, n.measures) IS DISTINCT FROM (w.orders, w.measures) ORDER BY n.zone_id"
        )
        return [zone for (zone,) in cursor.fetchall()]
