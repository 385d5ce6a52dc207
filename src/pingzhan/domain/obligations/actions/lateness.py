"""A lateness that begins because evidence was withdrawn after the due time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from django.db import connection

from pingzhan.domain.obligations import settings


def begin_lateness(keys: Sequence[tuple[int, date]]) -> None:
    """Have what is late of these obligations told, with the steps of the ladder counted from now.

    Where a lateness of the unit and due time is being told already, it goes its way; one that had ended goes on
    with the steps that nobody was told yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH late AS (SELECT DISTINCT o.unit_id, o.due_at,"
            " ceil(extract(epoch FROM statement_timestamp() - o.due_at) / 60)::int AS passed"
            " FROM unnest(%s::bigint[], %s::date[]) AS k(id, day)"
            " JOIN obligations_obligation o ON o.id = k.id AND o.day = k.day WHERE o.state = 'late')"
            " INSERT INTO obligations_lateness AS l (unit_id, due_at, ladder, stage, next_at)"
            " SELECT unit_id, due_at, (SELECT jsonb_agg(jsonb_build_array(s->0, (s->>1)::int + passed) ORDER BY n)"
            " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS a(s, n)), 0,"
            " due_at + make_interval(mins => passed) FROM late ORDER BY unit_id, due_at"
            " ON CONFLICT (unit_id, due_at) DO UPDATE SET ladder = EXCLUDED.ladder, next_at = EXCLUDED.next_at,"
            " ended_at = NULL WHERE l.next_at IS NULL",
            [
                [id_ for id_, _day in keys],
                [day for _id, day in keys],
                json.dumps([list(step) for step in settings.ladder()]),
            ],
        )
