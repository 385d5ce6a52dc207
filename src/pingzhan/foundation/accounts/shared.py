"""A small cache that all processes of a site share: the counts behind limits, and codes that were used.

Several web processes with a memory of their own each would let a guesser or a reader through as many times more.
Django's own database cache is no substitute: it stores pickled objects and counts in two steps, so that two
requests at once count as one. Here a value is JSON, and every operation is one statement.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

TABLE = "accounts_sharedvalue"
_UNTIL = "coalesce(statement_timestamp() + %s * interval '1 second', 'infinity')"
_LIVE = f"{TABLE}.expires > statement_timestamp()"
_PUT = f"INSERT INTO {TABLE} (key_sha, value, expires) VALUES (%s, %s::jsonb, {_UNTIL}) ON CONFLICT (key_sha) DO "  # noqa: S608 - constants


class SharedCache(BaseCache):
    """Django's cache interface on one table. Values are what JSON can hold; a key is stored as its hash only.

    ``timeout`` is in seconds, None for never. What is written inside a transaction is undone with it.
    """

    def __init__(self, _location: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Return the value, ``default`` when there is none or its time is over."""
        sql = f"SELECT value::text FROM {TABLE} WHERE key_sha = %s AND {_LIVE}"  # noqa: S608
        found = _one(sql, [self._sha(key, version)])
        return default if found is None else json.loads(found)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store a value."""
        sql = f"{_PUT} UPDATE SET value = excluded.value, expires = excluded.expires"
        _run(sql, [self._sha(key, version), json.dumps(value), self._seconds(timeout)])

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value unless there is one; return whether it was stored. Of two at once one is told False."""
        sql = f"{_PUT} UPDATE SET value = excluded.value, expires = excluded.expires WHERE NOT ({_LIVE})"
        return _run(sql, [self._sha(key, version), json.dumps(value), self._seconds(timeout)]) == 1

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a value a new time; return False when there is none."""
        sql = f"UPDATE {TABLE} SET expires = {_UNTIL} WHERE key_sha = %s AND {_LIVE}"  # noqa: S608
        return _run(sql, [self._seconds(timeout), self._sha(key, version)]) == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget a value; return whether there was one."""
        return _run(f"DELETE FROM {TABLE} WHERE key_sha = %s", [self._sha(key, version)]) == 1  # noqa: S608

    def clear(self) -> None:
        """Forget everything."""
        _run(f"DELETE FROM {TABLE}", [])  # noqa: S608

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a stored number and return it. Raises ValueError when there is none."""
        found = _one(
            f"UPDATE {TABLE} SET value = to_jsonb((value #>> '{{}}')::bigint + %s)"  # noqa: S608
            f" WHERE key_sha = %s AND {_LIVE} RETURNING value::text",
            [delta, self._sha(key, version)],
        )
        if found is None:
            raise ValueError(f"no value for {key!r}")
        return int(found)

    def count(self, key: str, seconds: int) -> int:
        """Count one more and return how many there were since the first, which ``seconds`` end."""
        found = _one(
            f"{_PUT} UPDATE SET"
            f" value = CASE WHEN {_LIVE} THEN to_jsonb(({TABLE}.value #>> '{{}}')::bigint + 1) ELSE '1' END,"
            f" expires = CASE WHEN {_LIVE} THEN {TABLE}.expires ELSE excluded.expires END"
            " RETURNING value::text",
            [self._sha(key, None), "1", seconds],
        )
        assert found is not None
        return int(found)

    def _sha(self, key: Any, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()

    def _seconds(self, timeout: Any) -> float | None:
        if timeout is DEFAULT_TIMEOUT:
            return self.default_timeout
        return None if timeout is None else float(timeout)


def count_within(key: str, seconds: int) -> int:
    """Count one more event under ``key`` and return how many there were within the running period.

    The period begins with its first event. One statement, the same count for all processes of the site.
    """
    shared = caches["default"]
    assert isinstance(shared, SharedCache)
    return shared.count(key, seconds)


def forget_expired() -> int:
    """Delete what nobody can read any more; return how many rows went."""
    return _run(f"DELETE FROM {TABLE} WHERE NOT ({_LIVE})", [])  # noqa: S608


def _run(sql: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _one(sql: str, params: list[Any]) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return None if row is None else str(row[0])
