"""Row history: what a row looked like after each change, written by the database itself.

``@tracked()`` on a model makes a second table that receives a copy of the row after each insert and update and
before each delete, whoever causes it, bulk statements and plain SQL included. An event and the audit records of
the same action carry the same transaction number and start (``pgh_tx``, ``pgh_created_at``), which joins them
without any set-up before the action.

Nothing changes or deletes an event: triggers refuse it, and the application's database role lacks the right
(see :mod:`pingzhan.foundation.audit.grants`). Personal columns are stored sealed, so their copies are sealed.

An event has no relations: a foreign key of the row is copied as the bare number (``zone_id``), and ``pgh_obj_id``
is the number of the row itself. What they pointed to may be gone, the event stays; and tables without relations
keep the making of all tables quick (decision 0032).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connection, models
from pghistory import trigger
from pghistory.models import Event

from pingzhan.foundation.audit.transaction import TRANSACTION

_M = TypeVar("_M", bound=type[models.Model])


class RowEvent(Event):
    """What every event holds besides the columns of its row.

    ``pgh_label`` is insert, update or delete; ``pgh_created_at`` the start of the transaction.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField()
    pgh_label = models.TextField()
    pgh_tx = models.BigIntegerField(
        db_index=True,
        db_default=models.Func(template=f"({TRANSACTION})", output_field=models.BigIntegerField()),
    )

    class Meta:
        abstract = True


def copied_fields(events: Any) -> list[models.Field[Any, Any]]:
    """Return the fields of the tracked model whose columns an event table copies."""
    columns = {
        field.column for field in events._meta.concrete_fields if not isinstance(field, models.GeneratedField)
    }
    return [field for field in events.pgh_tracked_model._meta.concrete_fields if field.column in columns]


def misfits(events: Any) -> list[str]:
    """Return the columns of an event table whose type is not that of the column they copy."""
    types = {field.column: field.db_type(connection) for field in events._meta.concrete_fields}
    fields = [*copied_fields(events), events.pgh_tracked_model._meta.pk]
    names = [*(field.column for field in fields[:-1]), "pgh_obj_id"]
    return [
        name
        for name, field in zip(names, fields, strict=True)
        if types[name] != field.rel_db_type(connection)
    ]


class _Copy(trigger.Event):
    """Copies all rows of a statement in one INSERT … SELECT, without pghistory's own context table."""

    level = pgtrigger.Statement

    def get_declare(self, model: Any) -> list[tuple[str, str]]:
        """Return what an update needs to put the planner's setting back."""
        return [("nested", "text")] if self._joins else []

    @property
    def _joins(self) -> bool:
        """Whether old and new rows are compared, which the planner would do row by row: it guesses a few rows."""
        return bool(self.operation == pgtrigger.Update)

    def get_func(self, model: Any) -> pgtrigger.Func:
        """Return the body of the trigger function."""
        source = "new_values" if self.row == "NEW" else "old_values"
        events: Any = self.event_model
        tracked_model: Any = events.pgh_tracked_model
        values = {field.column: f'{source}."{field.column}"' for field in copied_fields(events)}
        pk = tracked_model._meta.pk.column
        values |= {
            "pgh_created_at": "NOW()",
            "pgh_label": f"'{self.label}'",
            "pgh_obj_id": f'{source}."{pk}"',
        }
        columns = ", ".join(f'"{name}"' for name in values)
        made: Callable[[str], pgtrigger.Func] = pgtrigger.Func
        before, after = (
            (
                "nested := current_setting('enable_nestloop');"
                " PERFORM set_config('enable_nestloop', 'off', true); ",
                " PERFORM set_config('enable_nestloop', nested, true);",
            )
            if self._joins
            else ("", "")
        )
        return made(
            f'{before}INSERT INTO "{events._meta.db_table}" ({columns})'  # noqa: S608 - names of our own tables
            f" SELECT {', '.join(values.values())} FROM {{cond_{source}}};{after} RETURN NULL;"
        )


class _Tracker(pghistory.RowEvent):
    def setup(self, event_model: Any) -> None:
        """Make an event of an update only if a copied column changed, foreign keys included."""
        if self.operation == pgtrigger.Update:
            self.condition = pgtrigger.AnyChange(*(field.name for field in copied_fields(event_model)))
        self.add_event_trigger(event_model)

    def add_event_trigger(self, event_model: Any) -> None:
        """Register our own trigger for the event model."""
        copy: Callable[..., pgtrigger.Trigger] = _Copy
        pgtrigger.register(
            copy(
                event_model=event_model,
                label=self.label,
                name=f"history_{self.label}",
                row=self.row,
                operation=self.operation,
                condition=self.condition,
                level=pgtrigger.Statement,
            )
        )(event_model.pgh_tracked_model)


def _trackers() -> list[_Tracker]:
    return [
        _Tracker("insert", operation=pgtrigger.Insert, row="NEW"),
        _Tracker("update", operation=pgtrigger.Update, row="NEW"),
        _Tracker("delete", operation=pgtrigger.Delete, row="OLD"),
    ]


def _key_of(field: Any, *, null: bool) -> models.Field[Any, Any]:
    """Return a plain field for the key that a foreign key holds, or for a primary key itself."""
    while field.remote_field is not None:
        target = field.remote_field.model
        if isinstance(target, str):
            # Not loaded yet. All our tables are numbered alike; the system check names whatever is not.
            return models.BigIntegerField(null=null)
        field = target._meta.get_field(field.remote_field.field_name or target._meta.pk.name)
    kinds: dict[str, type[models.Field[Any, Any]]] = {
        "SmallAutoField": models.SmallIntegerField,
        "AutoField": models.IntegerField,
        "BigAutoField": models.BigIntegerField,
    }
    kind = kinds.get(field.get_internal_type(), type(field))
    copy: models.Field[Any, Any] = kind(null=null, max_length=field.max_length)
    return copy


def check_columns(app_configs: Any = None, **more: Any) -> list[CheckMessage]:
    """Return an error for each history column that cannot hold what it copies (a system check of Django)."""
    del app_configs, more
    return [
        Error(
            f"{events._meta.label} keeps {name} in a column of another type than its row.",
            hint="Import the model that the foreign key refers to before the tracked one.",
            obj=events,
            id="audit.E001",
        )
        for events in apps.get_models()
        if issubclass(events, RowEvent)
        for name in misfits(events)
    ]


def append_only() -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse any change of a table's rows, for ``Meta.triggers`` of a model.

    TRUNCATE passes in a database whose name begins with ``test_``: tests empty their tables that way.
    """
    return [
        pgtrigger.Trigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="RAISE EXCEPTION '历史记录只能追加，不能修改或删除。' USING ERRCODE = 'restrict_violation';",
        ),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="IF current_database() NOT LIKE 'test\\_%' THEN"
            " RAISE EXCEPTION '历史记录不能清空。' USING ERRCODE = 'restrict_violation';"
            " END IF; RETURN NULL;",
        ),
    ]


def tracked(exclude: Iterable[str] = ()) -> Callable[[_M], _M]:
    """Return a decorator that keeps the history of a model's rows in the table ``<model>history`` of its app.

    ``exclude`` names fields that are not copied: secrets (password hashes) and fields that change without
    meaning (last sign-in); a change of nothing else makes no event. Not for queues, caches and search tokens.
    Run makemigrations afterwards.
    """
    left_out = set(exclude)

    def decorate(model: _M) -> _M:
        keys = [one for one in model._meta.local_fields if one.is_relation and one.name not in left_out]
        copies: dict[str, Any] = {one.attname: _key_of(one, null=one.null) for one in keys}
        copies["pgh_obj_id"] = _key_of(model._meta.pk, null=False)
        copies["pgh_obj_id"].db_index = True
        track: Callable[..., Any] = pghistory.track
        track(
            *_trackers(),
            exclude=[*left_out, *(one.name for one in keys)],
            attrs=copies,
            obj_field=None,
            context_field=None,
            model_name=f"{model.__name__}History",
            base_model=RowEvent,
            meta={"triggers": append_only(), "default_permissions": ()},
        )(model)
        return model

    return decorate
