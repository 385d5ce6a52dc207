"""A year of every ledger behind the pages of the enterprise's day, filled by a few statements.

Rows keep their unique and check constraints; triggers and foreign keys rest meanwhile, since a row of the past is
neither an event nor a step of the state machine. What is kept for thirty days only (visitors, drivers) is filled for
thirty days, as it would be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

KEPT_DAYS = 30
"""Term of visitors and drivers."""

_AT = "(d.day + interval '9 hours') AT TIME ZONE 'Asia/Shanghai'"
_DAYS = "(SELECT day::date FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day) d"
_KEPT = "(SELECT day::date FROM generate_series(%(kept)s::date, %(last)s::date, interval '1 day') AS day) d"
_FIRMS = "unnest(%(units)s::bigint[]) WITH ORDINALITY AS u(id, n)"

STATEMENTS = {
    "gate_visit": f"""
        INSERT INTO gate_visit (enterprise_id, subject_id, company, reason, persons, plate, health_code, travel_code,
            mode, t_in, due_out, t_out, in_by, out_by, region_level, region_rule)
        SELECT u.id, -row_number() OVER (), '', 'business', 1, '', 'green', 'clear', 'register',
            {_AT}, {_AT} + interval '4 hours', {_AT} + interval '2 hours', '', '', '', ''
        FROM {_FIRMS} CROSS JOIN {_KEPT} CROSS JOIN generate_series(1, 8)""",
    "gate_vehicleentry": f"""
        INSERT INTO gate_vehicleentry (enterprise_id, subject_id, plate, stays_in_cab, cab_reason, separate_lane,
            disinfected, origin, cargo, purpose, t_in, t_out, in_by, out_by, region_level, region_rule)
        SELECT u.id, -row_number() OVER (), 'A' || k, TRUE, '', TRUE, TRUE, '', '', 'deliver',
            {_AT}, {_AT} + interval '1 hour', '', '', '', ''
        FROM {_FIRMS} CROSS JOIN {_KEPT} CROSS JOIN generate_series(1, 8) AS k""",
    "gate_passage": f"""
        INSERT INTO gate_passage (uuid, enterprise_id, kind, direction, outcome, reason, device_at, at)
        SELECT gen_random_uuid(), u.id, 'worker', 'in', 'passed', '', {_AT}, {_AT}
        FROM {_FIRMS} CROSS JOIN {_KEPT} CROSS JOIN generate_series(1, 20)""",
    "gate_meeting": f"""
        INSERT INTO gate_meeting (enterprise_id, topic, held_at, persons, online, place, made_by)
        SELECT u.id, 'M', {_AT}, 12, FALSE, '', '' FROM {_FIRMS} CROSS JOIN {_DAYS}
        WHERE (d.day - date '2020-01-01' + u.n) %% 7 = 0""",
    "gate_goodslot": f"""
        INSERT INTO gate_goodslot (enterprise_id, code, goods_class, name, origin, quantity, measure, container_no,
            seal_no, inspection_no, disinfection_no, state, arrived_at, rule_days, rule_disinfection, rule_test,
            rule_certificate, rule_source, released_at)
        SELECT u.id, 'L' || d.day, 'imported', 'G', 'O', 10, 'kg', '', '', 'I', 'D', 'released', {_AT}, 3,
            FALSE, FALSE, FALSE, 'R', {_AT} + interval '5 days'
        FROM {_FIRMS} CROSS JOIN {_DAYS} WHERE (d.day - date '2020-01-01' + u.n) %% 7 = 0
            AND d.day < %(last)s::date - 6""",
    "premises_training": f"""
        INSERT INTO premises_training (enterprise_id, topic, held_on, form, hours, material, made_by)
        SELECT u.id, 'T', d.day, 'lecture', 1, '', '' FROM {_FIRMS} CROSS JOIN {_DAYS}
        WHERE (d.day - date '2020-01-01' + u.n) %% 30 = 0""",
    "premises_figures": f"""
        INSERT INTO premises_figures (enterprise_id, period, day, output, at_work, difficulty, words, made_by)
        SELECT u.id, 'day', d.day, 30, 180, '', '', '' FROM {_FIRMS} CROSS JOIN {_DAYS}""",
    "premises_incident": f"""
        INSERT INTO premises_incident (enterprise_id, subject_id, kind, found_at, place, persons, symptoms, done,
            due_at, state, reported_at, received_at, handling_at, closed_at, made_by)
        SELECT u.id, -row_number() OVER (), 'other', {_AT}, 'P', 1, '', 'X', {_AT} + interval '1 hour', 'closed',
            {_AT} + interval '10 minutes', {_AT} + interval '20 minutes', {_AT} + interval '30 minutes',
            {_AT} + interval '1 day', ''
        FROM {_FIRMS} CROSS JOIN {_DAYS} WHERE (d.day - date '2020-01-01' + u.n) %% 60 = 0""",
    "sanitation_area": f"""
        INSERT INTO sanitation_area (enterprise_id, kind, name, is_key, by_shift, airs, own_times, air_times, agent,
            made_by)
        SELECT u.id, 'workshop', 'W' || k, k = 1, TRUE, TRUE, '{{}}', '{{}}', 'chlorine', ''
        FROM {_FIRMS} CROSS JOIN generate_series(1, 6) AS k""",
    "sanitation_entry": f"""
        INSERT INTO sanitation_entry (enterprise_id, kind, how, by_name, created_at)
        SELECT u.id, 'ventilation', 'round', '', {_AT} FROM {_FIRMS} CROSS JOIN {_DAYS}""",
    "sanitation_record": """
        INSERT INTO sanitation_record (enterprise_id, area_id, entry_id, kind, day, round, at, agent, minutes, least,
            note, by_name, created_at, void_reason, voided_by)
        SELECT e.enterprise_id, a.id, e.id, 'ventilation', e.created_at::date, r.round, e.created_at, '', 30, 30, '',
            '', e.created_at, '', ''
        FROM sanitation_entry e JOIN sanitation_area a ON a.enterprise_id = e.enterprise_id
        CROSS JOIN (VALUES ('08:00'), ('15:00')) AS r(round)""",
    "supplies_batch": f"""
        INSERT INTO supplies_batch (enterprise_id, article, code, expires, amount)
        SELECT u.id, a.article, '', %(last)s::date + 200, 4000
        FROM {_FIRMS} CROSS JOIN unnest(%(articles)s::text[]) AS a(article)""",
    "supplies_entry": f"""
        INSERT INTO supplies_entry (enterprise_id, kind, key, day, party, note, by_name, at)
        SELECT u.id, 'used', gen_random_uuid(), d.day, '', '', '', {_AT} FROM {_FIRMS} CROSS JOIN {_DAYS}""",
    "supplies_movement": """
        INSERT INTO supplies_movement (entry_id, batch_id, enterprise_id, article, kind, reversal, delta, day)
        SELECT e.id, b.id, e.enterprise_id, b.article, 'used', FALSE, -20, e.day
        FROM supplies_entry e JOIN supplies_batch b ON b.enterprise_id = e.enterprise_id""",
}  # fmt: skip
ARTICLES = 3
"""Articles that a day's use is filled for."""


def fill(units: Sequence[int], days: int, today: date) -> dict[str, int]:
    """Fill the ledgers of ``units`` for the days before ``today``; return rows by table."""
    from pingzhan.domain.supplies.catalogue import articles

    values: dict[str, Any] = {
        "units": list(units),
        "first": today - timedelta(days=days),
        "kept": today - timedelta(days=min(days, KEPT_DAYS)),
        "last": today - timedelta(days=1),
        "articles": list(articles())[:ARTICLES],
    }
    made: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, statement in STATEMENTS.items():
            cursor.execute(statement, values)
            made[table] = cursor.rowcount
    with connection.cursor() as cursor:
        for table in STATEMENTS:
            cursor.execute(f"ANALYZE {table}")
    return made


def addresses(firm: int) -> dict[str, str]:
    """Return the pages of the ledgers: an enterprise's own and the zone's."""
    pages = (
        "health", "gate", "goods", "returnees", "plans", "incidents", "supplies", "sanitation", "canteen", "training",
        "duty", "production",
    )  # fmt: skip
    return {
        "today": f"/day/{firm}/",
        "gate_book": f"/day/gate/{firm}/book/",
        "meetings": f"/day/gate/{firm}/meetings/",
        "supplies_history": f"/day/supplies/{firm}/history/",
        "measures": "/measures/",
        **{f"{page}_zone": f"/day/{page}/" for page in pages},
        **{f"{page}_firm": f"/day/{page}/{firm}/" for page in pages},
    }
