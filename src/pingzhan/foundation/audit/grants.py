"""What the application's database role may do: work with the data, and never touch history.

Two roles: the owner makes and changes the tables (``migrate``), the application works. The application may
read and add to the trail, and only read the row history, which triggers write in the owner's name. It owns
nothing, so it can neither disable a trigger nor alter, empty or drop a table. Rights are set after each migrate
from the models themselves, so a new table can never be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from psycopg import sql

from pingzhan.foundation.audit import triggers

READ_ADD = ("SELECT", "INSERT")
_append_only: dict[str, tuple[str, ...]] = {}
_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT false';
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.proname LIKE 'pgtrigger\\_history\\_%' AND NOT p.prosecdef
          AND pg_has_role(current_user, p.proowner, 'USAGE')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', one.name);
    END LOOP;
END $$;
"""
# pgtrigger lets any session switch its triggers off by a setting (pgtrigger.ignore): that door is walled up.
# History triggers write as the owner, so that the application needs no right to add events of its own.


def register_append_only(label: str, *, rights: Iterable[str] = READ_ADD) -> None:
    """Have the application's role only read and add rows of a model ("command.LogLine").

    For tables that are records by themselves; called from an application's ready(). ``rights`` may be fewer.
    """
    _append_only[label.lower()] = tuple(rights)


def protected_tables() -> dict[str, tuple[str, ...]]:
    """Return the tables that the application may not change, and what it may do with each."""
    from pingzhan.foundation.audit.history import RowEvent
    from pingzhan.foundation.audit.models import AuditAnchor, AuditRecord, AuditSegment

    found: dict[str, tuple[str, ...]] = {
        AuditRecord._meta.db_table: READ_ADD,
        AuditAnchor._meta.db_table: READ_ADD,
        AuditSegment._meta.db_table: ("SELECT",),
        "django_migrations": ("SELECT",),
    }
    for model in apps.get_models():
        if issubclass(model, RowEvent):
            found[model._meta.db_table] = ("SELECT",)
    for label, rights in _append_only.items():
        found[apps.get_model(label)._meta.db_table] = rights
    return found


def app_role() -> str:
    """Return the name of the role that the application signs in with."""
    return str(settings.DATABASE_APP_ROLE)


def apply(using: str = "default") -> bool:
    """Set the rights of the application's role; return False when this server has no such role.

    Run by the owner after each migrate. Repeating it changes nothing.
    """
    with transaction.atomic(using=using), _cursor(using) as cursor:
        cursor.execute(_FUNCTIONS)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [app_role()]
        )
        if cursor.fetchone() is None:
            return False
        role = sql.Identifier(app_role())
        cursor.execute("SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace"
                       " WHERE nspname = 'public'")  # fmt: skip
        if cursor.fetchone()[0]:
            cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        for statement in (
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(role))
        for table, rights in protected_tables().items():
            name = sql.Identifier(table)
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}, PUBLIC").format(name, role))
            allowed = sql.SQL(", ").join(sql.SQL(right) for right in rights)
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(allowed, name, role))
        return True


def offences(using: str = "default") -> list[str]:
    """Return the tables of history that the connected role could change, by name; empty when all is well."""
    tables = protected_tables()
    with _cursor(using) as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c, unnest(%s::text[], %s::text[]) AS t(name, forbidden)"
            " WHERE c.relname = t.name AND c.relnamespace = 'public'::regnamespace"
            " AND (pg_has_role(current_user, c.relowner, 'USAGE')"
            "      OR has_table_privilege(current_user, c.oid, t.forbidden)) ORDER BY 1",
            [
                list(tables),
                [",".join(one for one in _WRITES if one not in rights) for rights in tables.values()],
            ],
        )
        return [row[0] for row in cursor.fetchall()]


def after_migrate(using: str, **more: Any) -> None:
    """Receive post_migrate, once: put in the declared triggers, then set the rights.

    The emptying of tables between tests sends it too and is passed over.
    """
    if "plan" in more:
        # Together: putting in a trigger opens the door that apply() walls up.
        with transaction.atomic(using=using):
            triggers.install(using)
            apply(using)


@contextmanager
def _cursor(using: str) -> Iterator[Any]:
    with connections[using].cursor() as cursor:
        yield cursor


def tracked_models() -> list[type[models.Model]]:
    """Return the models whose rows have a history."""
    return [model for model in apps.get_models() if hasattr(model, "pgh_event_models")]
