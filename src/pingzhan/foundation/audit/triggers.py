"""The triggers that models declare, held against those that the database has.

Triggers are no part of the migrations (decision 0032): before a migrate those go that are no longer declared as
they stand, so that no outdated one meets a changed table, and after it the missing ones are put in, by the owner of
the tables. Where nothing differs this is one query.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connections, transaction
from pgtrigger import registry
from pgtrigger.compiler import Trigger
from psycopg import sql

Kind = Literal["missing", "altered", "disabled", "left"]
Key = tuple[str, str]

_INSTALLED = """
SELECT c.relname, t.tgname, t.tgenabled IN ('O', 'A'), obj_description(t.oid, 'pg_trigger'), p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'public'::regnamespace AND t.tgname LIKE 'pgtrigger\\_%' AND t.tgparentid = 0
"""
_OFF = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled NOT IN ('O', 'A')
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"


@dataclass(frozen=True, order=True)
class Fault:
    """One trigger that is not as declared.

    ``kind`` is missing, altered (another definition or function body), disabled (whoever made it, those that keep
    foreign keys included) or left (ours, but no longer declared).
    """

    table: str
    name: str
    kind: Kind


def declared() -> dict[Key, Trigger]:
    """Return the triggers of all models, by table and name."""
    found: dict[Key, Trigger] = {}
    for model, trigger in registry.registered():
        compiled: Trigger = trigger.compile(model)
        found[compiled.sql.table, compiled.sql.pgid] = compiled
    return found


def faults(using: str = "default") -> list[Fault]:
    """Return what differs between declaration and database, by table and name; empty when all is well.

    Tables that are not made yet are passed over. Any role may ask.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_INSTALLED)
        installed = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
        cursor.execute(_OFF)
        found = {Fault(table, name, "disabled") for table, name in cursor.fetchall()}
        cursor.execute(_TABLES)
        tables = {row[0] for row in cursor.fetchall()}
    wanted = declared()
    for key, trigger in wanted.items():
        if key[0] in tables and key not in installed:
            found.add(Fault(*key, "missing"))
        elif key in installed and installed[key][1:] != (trigger.hash, _body(trigger)):
            found.add(Fault(*key, "altered"))
    found |= {Fault(*key, "left") for key in installed.keys() - wanted.keys()}
    return sorted(found)


def remove_outdated(using: str = "default") -> int:
    """Remove our triggers that are no longer declared as they stand; return how many. As the owner."""
    outdated = [(one.table, one.name) for one in faults(using) if one.kind in {"altered", "left"}]
    keep = {name for _table, name in declared()}
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for table, name in outdated:
            trigger, function = sql.Identifier(name), sql.Identifier("public", name)
            cursor.execute(sql.SQL("DROP TRIGGER {} ON {}").format(trigger, sql.Identifier("public", table)))
            if name not in keep:
                cursor.execute(sql.SQL("DROP FUNCTION IF EXISTS {}()").format(function))
    return len(outdated)


def install(using: str = "default") -> int:
    """Make the database's triggers those that are declared; return how many were put in. As the owner.

    A declared trigger that somebody disabled is put in anew. Rights of the functions are set by
    :func:`pingzhan.foundation.audit.grants.apply`, which must follow in the same transaction.
    """
    with transaction.atomic(using=using):
        remove_outdated(using)
        wanted = declared()
        absent = [wanted[one.table, one.name] for one in faults(using) if (one.table, one.name) in wanted]
        _put_in(absent, using)
    return len(absent)


def before_migrate(using: str, **more: Any) -> None:
    """Receive pre_migrate, once: an outdated trigger would fail, or copy wrongly, in the middle of the migration."""
    if more["plan"]:
        remove_outdated(using)


def _put_in(triggers: Iterable[Trigger], using: str) -> None:
    statements = [one.install_sql for one in triggers]
    if not statements:
        return
    with connections[using].cursor() as cursor:
        # Each removes its namesake first and would be told that there is none.
        cursor.execute("SET LOCAL client_min_messages = warning")
        cursor.execute("".join(statements))


def _body(trigger: Trigger) -> str:
    """Return the text of the trigger's function as the database keeps it."""
    _head, _mark, rest = trigger.install_sql.partition("RETURNS TRIGGER AS $$")
    body, _mark, _tail = rest.rpartition("$$ LANGUAGE plpgsql;")
    return body
