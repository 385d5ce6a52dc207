"""How obligations are counted, the same in tallies and live."""

from __future__ import annotations

COUNTS = """
    count(*) FILTER (WHERE o.state IN ('done', 'late') OR (o.state = 'open' AND o.due_at <= statement_timestamp()))
        AS due,
    count(*) FILTER (WHERE o.state = 'done') AS done,
    count(*) FILTER (WHERE o.state = 'done' AND o.closed_at > o.due_at) AS overdue_done,
    count(*) FILTER (WHERE o.state = 'late' OR (o.state = 'open' AND o.due_at <= statement_timestamp())) AS late,
    count(*) FILTER (WHERE o.state = 'waived') AS waived
"""
"""Due are those done, late, or open past their time; a waiver is counted apart, what was withdrawn not at all."""
NAMES = ("due", "done", "overdue_done", "late", "waived")
