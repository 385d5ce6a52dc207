"""Writing notices into the outbox and reading the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

WAKE_CHANNEL = "pingzhan_outbox"
"""NOTIFY channel that wakes the sender at commit."""


@dataclass(frozen=True)
class NewNotice:
    """A notice to be written; the fields are those of the table.

    ``priority`` 0 (command) to 9 (bulk); ``unit_path`` says who may see it on the page of notices.
    """

    dedupe: str
    recipient: int
    account: int | None
    kind: str
    channel: str
    title: str
    subject_kind: str
    subject_id: int
    wave: int = 0
    world: int = 0
    priority: int = 5
    unit_path: str = "/"


_COLUMNS = (
    ("dedupe", "text"),
    ("recipient", "bigint"),
    ("account", "bigint"),
    ("kind", "text"),
    ("channel", "text"),
    ("title", "text"),
    ("subject_kind", "text"),
    ("subject_id", "bigint"),
    ("wave", "int"),
    ("world", "int"),
    ("priority", "smallint"),
    ("unit_path", "text"),
)


def enqueue_bulk(notices: Sequence[NewNotice]) -> int:
    """Write notices inside the caller's transaction, one statement for all; return how many were new.

    A notice whose ``dedupe`` is already there is left out silently: it was written before. The sender is
    woken at commit.
    """
    if not notices:
        return 0
    names = ", ".join("account_id" if name == "account" else name for name, _kind in _COLUMNS)
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in _COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO outbox_notice ({names}, state, tries, provider_id, last_error, via)"  # noqa: S608
            f" SELECT *, 'queued', 0, '', '', '' FROM unnest({arrays})"
            " ON CONFLICT (dedupe) DO NOTHING",
            [[getattr(notice, name) for notice in notices] for name, _kind in _COLUMNS],
        )
        written = int(cursor.rowcount)
        if written:
            cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
    return written
