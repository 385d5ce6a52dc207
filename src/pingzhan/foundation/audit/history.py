"""Row history: what a row looked like after each change, written by the database itself.

``@tracked()`` on a model makes a second table that receives a copy of the row after each insert and update and
before each delete, whoever causes it, bulk statements and plain SQL included. An event and the audit records of
the same action carry the same transaction number and start (``pgh_tx``, ``pgh_created_at``), which joins them
without any set-up before the action.

Nothing changes or deletes an event: triggers refuse it, and the application's database role lacks the right
(see :mod:`pingzhan.foundation.audit.grants`). Personal columns are stored sealed, so their copies are sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models
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


class _Copy(trigger.Event):
    """Copies all rows of a statement in one INSERT … SELECT, without pghistory's own context table."""

    level = pgtrigger.Statement

    def get_func(self, model: Any) -> pgtrigger.Func:
        """Return the body of the trigger function."""
        source = "new_values" if self.row == "NEW" else "old_values"
        events: Any = self.event_model
        tracked_model: Any = events.pgh_tracked_model
        tracked_names = {field.name for field in tracked_model._meta.fields}
        values = {
            field.column: f'{source}."{field.column}"'
            for field in events._meta.fields
            if field.name in tracked_names and not isinstance(field, models.GeneratedField)
        }
        pk = tracked_model._meta.pk.column
        values |= {
            "pgh_created_at": "NOW()",
            "pgh_label": f"'{self.label}'",
            "pgh_obj_id": f'{source}."{pk}"',
        }
        columns = ", ".join(f'"{name}"' for name in values)
        made: Callable[[str], pgtrigger.Func] = pgtrigger.Func
        return made(
            f'INSERT INTO "{events._meta.db_table}" ({columns})'  # noqa: S608 - names of our own tables
            f" SELECT {', '.join(values.values())} FROM {{cond_{source}}}; RETURN NULL;"
        )


class _Tracker(pghistory.RowEvent):
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
    left_out = list(exclude)

    def decorate(model: _M) -> _M:
        track: Callable[..., Any] = pghistory.track
        track(
            *_trackers(),
            exclude=left_out,
            obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
            context_field=None,
            model_name=f"{model.__name__}History",
            base_model=RowEvent,
            meta={"triggers": append_only(), "default_permissions": ()},
        )(model)
        return model

    return decorate
