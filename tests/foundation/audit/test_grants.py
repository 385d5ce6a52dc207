"""The application's role signs in to the database and tries: history stands whatever it does."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import sql

from pingzhan.config import embedded
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import anchor, grants, record, verify
from pingzhan.foundation.audit.models import AuditRecord


@pytest.fixture
def as_app(transactional_db: None, database_server: str) -> Iterator[psycopg.Connection]:
    """A connection of the application's own role to the test database, with one row in several histories."""
    embedded.ensure_app_role(database_server)
    grants.apply()
    user = User.objects.create_user("history")
    grant = RoleGrant.objects.create(user=user, role=Role.AUDITOR)
    grant.delete()
    with transaction.atomic():
        record("test.app", by=system_actor("\u5de1\u68c0"))
    anchor()
    described = connection.get_connection_params()
    with psycopg.connect(
        host=described.get("host"),
        port=described.get("port"),
        dbname=described["dbname"],
        user=grants.app_role(),
        autocommit=True,
    ) as opened:
        yield opened


ATTACKS = [
    "UPDATE {} SET {column} = {column}",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "DROP TABLE {}",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE TRIGGER USER",
    "ALTER TABLE {} ADD COLUMN more int",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} RENAME TO gone",
    "GRANT ALL ON {} TO CURRENT_USER",
    "CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
    "SELECT * FROM {} FOR UPDATE",
    "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
    "MERGE INTO {} AS t USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
]


def columns(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        )
        found = cursor.fetchone()
    assert found is not None
    return str(found[0])


def histories() -> list[str]:
    return sorted(name for name, rights in grants.protected_tables().items() if "INSERT" not in rights)


def test_no_protected_table_can_be_changed(as_app: psycopg.Connection) -> None:
    tables = grants.protected_tables()
    assert "audit_auditrecord" in tables
    assert {"access_rolegranthistory", "command_seathistory", "organisation_personhistory"} <= set(tables)
    succeeded = []
    for table in tables:
        for attack in ATTACKS:
            statement = sql.SQL(attack).format(sql.Identifier(table), column=sql.Identifier(columns(table)))
            try:
                with as_app.transaction():
                    as_app.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
            # GRANT without the right to grant is a warning in PostgreSQL, not an error; nothing is granted.
            if not attack.startswith("GRANT"):
                succeeded.append(statement.as_string(as_app))
    assert succeeded == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) AS t WHERE has_table_privilege(%s, t, 'UPDATE,DELETE,TRUNCATE')",
            [list(tables), grants.app_role()],
        )
        assert cursor.fetchall() == []


def test_no_event_can_be_added_to_the_row_history(as_app: psycopg.Connection) -> None:
    for table in histories():
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_app.execute(sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(table)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_app.execute(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "attack",
    [
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "CREATE ROLE other SUPERUSER",
        "CREATE TABLE public.mine (id int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE LANGUAGE untrusted HANDLER plpgsql_call_handler",
        "COPY audit_auditrecord TO '/tmp/trail'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "ALTER FUNCTION audit_refuse_change() OWNER TO CURRENT_USER",
        "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP FUNCTION audit_refuse_change() CASCADE",
        "DROP SCHEMA public CASCADE",
        "SELECT lo_import('/etc/hostname')",
        "INSERT INTO audit_auditsegment DEFAULT VALUES",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', '9999', now())",
    ],
)
def test_no_way_round_the_rights(as_app: psycopg.Connection, attack: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(attack.encode())


def test_what_it_does_with_rows_is_recorded_even_if_it_asks_for_no_triggers(
    as_app: psycopg.Connection,
) -> None:
    as_app.execute("SET pgtrigger.ignore = '{}'")
    as_app.execute(
        "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text FROM pg_trigger), false)"
    )
    as_app.execute("UPDATE accounts_user SET name = '\u4e01' WHERE username = 'history'")
    row = as_app.execute(
        "SELECT pgh_label, name FROM accounts_userhistory ORDER BY pgh_id DESC LIMIT 1"
    ).fetchone()
    assert row == ("update", "\u4e01")


def test_it_can_add_to_the_trail_but_a_forged_line_is_found(as_app: psycopg.Connection) -> None:
    last = AuditRecord.objects.latest("id")
    as_app.execute(
        "INSERT INTO audit_auditrecord (id, at, world, operation, actor_kind, actor_name, verb, unit_path,"
        " subject_kind, subject_id, body, tx, tx_at, prev_sha, sha, mark) SELECT id + 1, at, world, operation,"
        " actor_kind, actor_name, verb, unit_path, subject_kind, subject_id, body, tx, tx_at, sha, %s, mark"
        " FROM audit_auditrecord WHERE id = %s",
        ["f" * 64, last.pk],
    )
    assert [one.record_id for one in verify().breaks] == [last.pk + 1]


def test_the_owner_is_told_that_he_could(as_app: psycopg.Connection) -> None:
    del as_app
    assert set(grants.offences()) == set(grants.protected_tables())


def test_temporary_objects_cannot_capture_a_history_function(as_app: psycopg.Connection) -> None:
    as_app.execute(
        "CREATE TEMP TABLE accounts_userhistory AS SELECT * FROM public.accounts_userhistory LIMIT 0"
    )
    as_app.execute("UPDATE accounts_user SET name = '\u620a' WHERE username = 'history'")
    row = as_app.execute("SELECT count(*) FROM public.accounts_userhistory WHERE name = '\u620a'").fetchone()
    assert row == (1,)
