"""The declared triggers are in the database, and whatever differs is named and set right."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection
from pgtrigger import registry

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import grants, history, triggers
from pingzhan.foundation.audit.triggers import Fault

pytestmark = pytest.mark.django_db


def ask(statement: str, values: list[str] | None = None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def name_of(label: str, trigger: str) -> str:
    model, found = next(
        (model, one)
        for model, one in registry.registered()
        if model._meta.label_lower == label and one.name == trigger
    )
    return str(found.get_pgid(model))


def finish() -> None:
    grants.after_migrate("default", plan=[])


def test_a_fresh_database_has_every_declared_trigger_enabled() -> None:
    wanted = {(model._meta.db_table, one.get_pgid(model)) for model, one in registry.registered()}
    found = ask("SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
                " WHERE tgname LIKE 'pgtrigger%%' AND tgenabled = 'O'")  # fmt: skip
    assert set(found) == wanted
    tracked = {model._meta.db_table for model in grants.tracked_models()}
    kinds = ("history_insert", "history_update", "history_delete")
    for kind in kinds:
        assert {table for table, name in wanted if f"_{kind}_" in name} == tracked
    assert triggers.faults() == []


def test_whoever_tampers_is_named_and_the_next_migrate_sets_it_right() -> None:
    one, two = name_of("accounts.user", "history_update"), name_of("accounts.user", "history_delete")
    kept = name_of("accounts.userhistory", "append_only")
    ask(f"ALTER TABLE accounts_user DISABLE TRIGGER {one}")
    ask(f"DROP TRIGGER {two} ON accounts_user")
    ask(f"CREATE OR REPLACE FUNCTION {kept}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    ask(f"CREATE TRIGGER pgtrigger_former_12345 BEFORE INSERT ON accounts_user EXECUTE FUNCTION {kept}()")
    ask("ALTER TABLE audit_auditrecord DISABLE TRIGGER audit_append_only")
    assert set(triggers.faults()) == {
        Fault("accounts_user", two, "missing"),
        Fault("accounts_user", one, "disabled"),
        Fault("accounts_user", "pgtrigger_former_12345", "left"),
        Fault("accounts_userhistory", kept, "altered"),
        Fault("audit_auditrecord", "audit_append_only", "disabled"),
    }
    finish()
    # One that a migration made is only named: nothing declares what it should be.
    assert triggers.faults() == [Fault("audit_auditrecord", "audit_append_only", "disabled")]
    User.objects.create_user("wang").delete()
    events = apps.get_model("accounts", "UserHistory")
    assert [row.pgh_label for row in events._default_manager.order_by("pgh_id")] == ["insert", "delete"]


def test_history_functions_put_in_anew_write_in_the_owners_name_again() -> None:
    name = name_of("accounts.user", "history_insert")
    ask(f"DROP TRIGGER {name} ON accounts_user")
    ask(f"DROP FUNCTION {name}()")
    finish()
    assert ask("SELECT prosecdef FROM pg_proc WHERE proname = %s", [name]) == [(True,)]
    assert ask("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'") == [("SELECT false",)]


def test_a_changed_trigger_goes_before_the_migrations_and_comes_after_them() -> None:
    def stamped(text: str) -> AbstractContextManager[None]:
        trigger: Any = pgtrigger.Trigger(
            name="stamp",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"NEW.name := '{text}'; RETURN NEW;",
        )
        declared: AbstractContextManager[None] = trigger.register(User)
        return declared

    def name_given(username: str) -> str:
        return User.objects.get(pk=User.objects.create_user(username, name="\u7532").pk).name

    with stamped("\u4e59"):
        finish()
        assert name_given("one") == "\u4e59"
    with stamped("\u4e19"):
        name = name_of("accounts.user", "stamp")
        assert triggers.faults() == [Fault("accounts_user", name, "altered")]
        triggers.before_migrate("default", plan=[])
        assert name_given("two") == "\u4e59"
        triggers.before_migrate("default", plan=[("a migration", False)])
        assert name_given("three") == "\u7532"
        assert triggers.faults() == [Fault("accounts_user", name, "missing")]
        finish()
        assert name_given("four") == "\u4e19"
    finish()
    assert name_given("five") == "\u7532"
    assert ask("SELECT 1 FROM pg_proc WHERE proname = %s", [name]) == []


def test_nothing_is_put_in_where_nothing_differs() -> None:
    before = ask("SELECT oid, xmin::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%' ORDER BY oid")
    assert triggers.install() == 0
    assert (
        ask("SELECT oid, xmin::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%' ORDER BY oid") == before
    )


def test_an_event_has_no_relations_and_columns_like_those_of_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [model for model in apps.get_models() if issubclass(model, history.RowEvent)]
    assert [field for model in events for field in model._meta.get_fields() if field.is_relation] == []
    assert history.check_columns() == []
    field = apps.get_model("access", "RoleGrantHistory")._meta.get_field("user_id")
    monkeypatch.setattr(field, "db_type", lambda _connection: "text")
    (error,) = history.check_columns()
    assert (error.id, "user_id" in error.msg) == ("audit.E001", True)
