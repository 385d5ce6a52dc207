"""Copying measures in force into duties and demands, once each."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from pingzhan.domain.obligations.program import Rule

_COLUMNS = (
    ("key", "text"),
    ("version", "bigint"),
    ("set_version", "bigint"),
    ("set_name", "text"),
    ("digest", "text"),
    ("title", "text"),
    ("title_en", "text"),
    ("item", "smallint"),
    ("clause", "text"),
    ("party", "text"),
    ("group", "text"),
    ("subject", "text"),
    ("evidence", "text"),
    ("severity", "smallint"),
)


def keep_demands(rules: Collection[Rule]) -> dict[Rule, tuple[int, int]]:
    """Return (duty, demand) of each rule, adding those not seen before. One query when all are known."""
    known = _known(rules)
    if len(known) < len(rules):
        _add([rule for rule in rules if rule not in known])
        known = _known(rules)
    return known


def _known(rules: Collection[Rule]) -> dict[Rule, tuple[int, int]]:
    by_key = {(rule.key, rule.version, rule.digest): rule for rule in rules}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT y.key, d.version, d.digest, y.id, d.id FROM obligations_demand d"
            " JOIN obligations_duty y ON y.id = d.duty_id WHERE d.version = ANY(%s)",
            [[rule.version for rule in rules]],
        )
        return {
            by_key[key, version, digest]: (duty, demand)
            for key, version, digest, duty, demand in cursor.fetchall()
            if (key, version, digest) in by_key
        }


def _add(rules: list[Rule]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO obligations_duty (key) SELECT DISTINCT k FROM unnest(%s::text[]) AS k ORDER BY k"
            " ON CONFLICT (key) DO NOTHING",
            [[rule.key for rule in rules]],
        )
        arrays = ", ".join(f"%s::{kind}[]" for _name, kind in _COLUMNS)
        cursor.execute(
            "INSERT INTO obligations_demand (duty_id, version, set_version, set_name, digest, title, title_en, item,"  # noqa: S608
            " clause, party, group_code, subject, evidence, severity)"
            " SELECT y.id, r.version, r.set_version, r.set_name, r.digest, r.title, r.title_en, r.item, r.clause,"
            f" r.party, r.grp, r.subject, r.evidence, r.severity FROM unnest({arrays}) AS r(key, version, set_version,"
            " set_name, digest, title, title_en, item, clause, party, grp, subject, evidence, severity)"
            " JOIN obligations_duty y ON y.key = r.key ORDER BY y.id, r.version, r.digest"
            " ON CONFLICT (duty_id, version, digest) DO NOTHING",
            [[getattr(rule, name) for rule in rules] for name, _kind in _COLUMNS],
        )
