"""Reads of workers."""

from pingzhan.domain.people.queries.alike import Pair, alike, concurrent
from pingzhan.domain.people.queries.opening import Opened, WorkerRow, group_labels, opened, worker_rows
from pingzhan.domain.people.queries.roster import (
    COUNT_CAP,
    RosterFilter,
    capped_count,
    headcounts,
    history_of,
    in_team_room_canteen,
    page_of,
    roster,
)

__all__ = [
    "COUNT_CAP",
    "Opened",
    "Pair",
    "RosterFilter",
    "WorkerRow",
    "alike",
    "capped_count",
    "concurrent",
    "group_labels",
    "headcounts",
    "history_of",
    "in_team_room_canteen",
    "opened",
    "page_of",
    "roster",
    "worker_rows",
]
