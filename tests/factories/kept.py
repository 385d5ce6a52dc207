"""Worlds that many tests begin with: built once in a process by the product's own actions, then put back as rows.

What a builder leaves in the database is read as text and copied in for the next test, in its transaction, without
triggers; a tenth of the work of building it again. The moments are moved as if it had been built just now. Where
that could not be the same (rows of the trail or units are there already, no transaction that is undone, a role
that may not switch triggers off, another day), the world is built.
"""

from __future__ import annotations

import dataclasses
import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from pingzhan.domain.command.queries.loading import duty_book
from pingzhan.domain.organisation.queries.rows import _frozen
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.privacy import keyring, locks, lookup

T = TypeVar("T")
Rows = dict[str, list[str]]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00")
_READ_ONCE: dict[str, Any] = {"organisation_structureversion": _frozen, "command_dutyversion": duty_book}
"""What the product reads once for a row of these tables: as warm or cold afterwards as after building."""


@dataclasses.dataclass(frozen=True)
class _Kept:
    """A world as text. ``rows`` is empty when it cannot be put back.

    Moments between ``begun``, that of its transaction, and ``ended`` are those of its making; others were chosen.
    """

    day: date
    keys: object
    begun: datetime
    ended: datetime
    rows: Rows
    value: bytes
    warm: tuple[tuple[Any, int], ...]


_worlds: dict[str, _Kept] = {}


def kept(build: Callable[[], T]) -> T:
    """Return what ``build`` returns, with its rows in the database.

    ``build`` is a function of a module that takes nothing and starts from a database without units; what it
    returns can be pickled and holds no state besides rows.
    """
    if not connection.in_atomic_block or not _may_copy() or not _untouched():
        return build()
    name = f"{build.__module__}.{build.__qualname__}"
    found = _worlds.get(name)
    if found is not None and (found.day, found.keys) == (timezone.localdate(), _keys()):
        return _put_back(found) if found.rows else build()
    before = _read(_tables())
    value = build()
    _worlds[name] = _taken(before, value)
    return value


def _keys() -> object:
    """What the rows are sealed and hashed with: a test may have a key ring of its own."""
    return settings.KEY_DIR, settings.MASTER_KEY, keyring.load(), _hashed()


def _hashed() -> bytes:
    """What the look-up key of this transaction makes of a text: not the ring alone says which one is in force.

    Afterwards the key is as read or unread as before, so that a test counts the same queries.
    """
    names = (locks._ATTRIBUTE, lookup._ATTRIBUTE)
    before = [getattr(connection, name, None) for name in names]
    made = lookup.digest("kept", "")
    for name, value in zip(names, before, strict=True):
        setattr(connection, name, value)
    return made


@cache
def _may_copy() -> bool:
    return bool(_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


def _untouched() -> bool:
    return bool(
        _one("SELECT NOT EXISTS (SELECT FROM audit_auditrecord) AND NOT EXISTS (SELECT FROM territory_unit)")
    )


def _one(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


@cache
def _tables() -> tuple[str, ...]:
    return tuple(connection.introspection.table_names())


def _read(tables: Iterable[str]) -> Rows:
    """Return the rows of the tables that have any, each as one line of COPY."""
    has_rows = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # names from the catalogue
        for table in tables
    )
    found: Rows = {}
    with connection.cursor() as cursor:
        cursor.execute(has_rows)
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as out:
                found[table] = b"".join(bytes(part) for part in out).decode().splitlines(keepends=True)
    return found


def _taken(before: Rows, value: object) -> _Kept:
    after = _read(_tables())
    rows = {
        table: [line for line in lines if line not in set(before.get(table, ()))]
        for table, lines in after.items()
    }
    # A row that was there and is changed or gone cannot be put back by copying.
    changed = any(set(lines) - set(after.get(table, ())) for table, lines in before.items())
    read_once = [
        (read, int(line.split("\t", 1)[0]))
        for table, read in _READ_ONCE.items()
        for line in sorted(rows.get(table, ()))
    ]
    return _Kept(
        day=timezone.localdate(),
        keys=_keys(),
        begun=_one("SELECT now()"),
        ended=timezone.now(),
        rows={} if changed else {table: lines for table, lines in rows.items() if lines},
        value=pickle.dumps(value),
        warm=tuple(pair for pair in read_once if _is_warm(*pair)),
    )


def _is_warm(read: Any, version: int) -> bool:
    missed = read.cache_info().misses
    read(version)
    return bool(read.cache_info().misses == missed)


def _put_back(world: _Kept) -> Any:
    now: datetime = _one("SELECT now()")
    # As after building: nothing is older than the transaction, and nothing lies in the future.
    late = timezone.now() - world.ended

    def moved(moment: datetime) -> datetime:
        return max(now, moment + late) if world.begun <= moment <= world.ended else moment

    def rewritten(match: re.Match[str]) -> str:
        return moved(datetime.fromisoformat(match[0])).astimezone(UTC).isoformat(" ")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, lines in world.rows.items():
            text = "".join(lines)
            if table not in _proven():
                text = _MOMENT.sub(rewritten, text)
            with cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                into.write(text)
        cursor.execute("SET LOCAL session_replication_role = origin")
    for read in _READ_ONCE.values():
        read.cache_clear()
    for read, version in world.warm:
        read(version)
    caches["local"].clear()
    value = pickle.loads(world.value)
    for instance in _instances(value, set()):
        for name, one in vars(instance).items():
            if isinstance(one, datetime):
                setattr(instance, name, moved(one))
    return value


@cache
def _proven() -> frozenset[str]:
    """Tables whose moments are part of the proof: the trail and the history of rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'pgh_id'"
        )
        history = {str(row[0]) for row in cursor.fetchall()}
    return frozenset(history | {AuditRecord._meta.db_table, "pghistory_context"})


def _instances(value: Any, seen: set[int]) -> Iterator[Model]:
    if id(value) in seen:
        return
    seen.add(id(value))
    inner: Iterable[Any] = ()
    if isinstance(value, Model):
        yield value
        inner = value._state.fields_cache.values()
    elif isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif dataclasses.is_dataclass(value):
        inner = [getattr(value, field.name) for field in dataclasses.fields(value)]
    for one in inner:
        yield from _instances(one, seen)
