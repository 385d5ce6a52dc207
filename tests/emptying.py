"""Emptying the database after a test that committed: the few tables that hold rows, not all of them.

Django truncates every table and then makes the rights of all models anew, which takes longer than most such tests.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

_OF_LIBRARIES = ("django_content_type", "auth_permission")
"""Made by migrating and the same for every test."""
_BIG = 500_000
"""Bytes from which a table is made small again, so that no test reads what another one left."""


def install() -> None:
    """Have tests that commit empty the database this way."""
    setattr(TransactionTestCase, "_fixture_teardown", _after_commit)  # noqa: B010 - not part of its stubs


def _after_commit(test: TransactionTestCase) -> None:
    del test
    if not _may_switch_triggers() or _others_at_work():
        # These wait for the others, who might still commit rows into tables that look empty now.
        call_command(
            "flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=False
        )
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_with_rows())
        filled = [str(row[0]) for row in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    with connection.cursor() as cursor:
        for table in filled:
            cursor.execute("SELECT pg_table_size(%s::regclass)", [f'"{table}"'])
            if _number(cursor.fetchone()) > _BIG:
                cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


@cache
def _may_switch_triggers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(_number(cursor.fetchone()))


def _others_at_work() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return _number(cursor.fetchone()) > 0


@cache
def _with_rows() -> sql.Composed:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in sorted(set(names) - set(_OF_LIBRARIES))
    )


def _number(row: Any) -> int:
    return int(row[0])
