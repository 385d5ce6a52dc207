"""What a record changed, and how a row came to be as it is: differences between copies of the row history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection, models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.audit import verbs
from pingzhan.foundation.audit.queries import covered

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

PER_TABLE = 20
"""Changed rows of one table shown for a record; the others are counted."""
PER_OBJECT = 200
TEXT_LENGTH = 300

_COMMON = {"world": gettext_lazy("演练编号"), "epoch": gettext_lazy("次数"), "posture": gettext_lazy("状态")}
"""Names of fields that many tables have without naming them."""

Transaction = tuple[int, datetime]
"""Number and start of a transaction: what joins a record with the rows it changed."""


@dataclass(frozen=True)
class FieldChange:
    """One field of a changed row in words. ``sealed`` values are never shown, only that they changed."""

    title: str
    before: str
    after: str
    sealed: bool = False


@dataclass(frozen=True)
class RowChange:
    """One change of one row. ``kind`` is insert, update or delete; ``first`` that no earlier state is known."""

    model: str
    model_title: str
    object_id: str
    kind: str
    at: datetime
    transaction: Transaction
    fields: tuple[FieldChange, ...]
    first: bool = False


@dataclass
class TableChanges:
    """The rows of one table that a transaction changed: all counted, the first of them listed."""

    model: str
    title: str
    count: int
    rows: list[RowChange] = field(default_factory=list)


@lru_cache(maxsize=1)
def histories() -> Mapping[str, type[models.Model]]:
    """Return the event table of each tracked model, by the model's label ("command.seat")."""
    from pingzhan.foundation.audit.history import RowEvent

    return {tracked_by(one)._meta.label_lower: one for one in apps.get_models() if issubclass(one, RowEvent)}


def tracked_by(events: type[models.Model]) -> Any:
    """Return the model whose history an event table holds."""
    return events.pgh_tracked_model  # type: ignore[attr-defined]


def open_transactions(pairs: Collection[Transaction], *, paths: Collection[str]) -> set[Transaction]:
    """Return those transactions whose rows may be shown to somebody with these paths.

    All records of a transaction must be within them, because its rows are not told apart by unit. A
    transaction without any record (a migration, plain SQL) is shown to those who see everything.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    if "/" in paths:
        return set(pairs)
    wanted = set(pairs)
    numbers = {number for number, _start in wanted}
    known = set(AuditRecord.objects.filter(tx__in=numbers).values_list("tx", "tx_at"))
    beyond = set(
        AuditRecord.objects.filter(tx__in=numbers).exclude(covered(paths)).values_list("tx", "tx_at")
    )
    return (wanted & known) - beyond


def changes_of(pairs: Collection[Transaction], *, whole: int | None = None) -> list[TableChanges]:
    """Return what transactions changed, by table, each with its first rows (PER_TABLE) in their order.

    With more than ``whole`` rows in all of them only the counts are returned, by a single question: the rows
    are then had from rows_of().
    """
    counted = _count(pairs) if pairs else {}
    found = [TableChanges(label, _model_title(histories()[label]), n) for label, n in counted.items()]
    if whole is None or sum(counted.values()) <= whole:
        for one in found:
            one.rows = rows_of(pairs, one.model)
    return sorted(found, key=lambda one: one.title)


def rows_of(
    pairs: Collection[Transaction], label: str, *, start: int = 0, limit: int = PER_TABLE
) -> list[RowChange]:
    """Return changed rows of one table from the ``start``-th on. Raises KeyError for one without history."""
    events = histories()[label]
    return _rows(events, list(_in(events, pairs).order_by("pgh_id")[start : start + limit]))


def count_of(pairs: Collection[Transaction], label: str) -> int:
    """Return how many rows of one table were changed. Raises KeyError for a model without history."""
    return _in(histories()[label], pairs).count()


def changes_of_object(label: str, object_id: str, *, limit: int = PER_OBJECT) -> list[RowChange]:
    """Return the changes of one object, newest first. Raises KeyError for a model without history."""
    events = histories()[label]
    try:
        key = events._meta.get_field("pgh_obj_id").to_python(object_id)  # type: ignore[union-attr]
    except Exception as error:
        raise KeyError(object_id) from error
    rows = list(_all(events).filter(pgh_obj_id=key).order_by("-pgh_id")[:limit])
    return _rows(events, rows)


def records_of(pairs: Collection[Transaction]) -> dict[Transaction, list[AuditRecord]]:
    """Return the records of each transaction, in their order."""
    from pingzhan.foundation.audit.models import AuditRecord

    found: dict[Transaction, list[AuditRecord]] = {pair: [] for pair in pairs}
    numbers = {number for number, _start in found}
    for one in AuditRecord.objects.filter(tx__in=numbers).order_by("id"):
        if one.tx is not None and one.tx_at is not None and (one.tx, one.tx_at) in found:
            found[one.tx, one.tx_at].append(one)
    return found


def object_title(label: str) -> str:
    """Return what the objects of a tracked model are called. Raises KeyError."""
    return _model_title(histories()[label])


def _count(pairs: Collection[Transaction]) -> dict[str, int]:
    """Count the changed rows of all tables in one question."""
    labels = sorted(histories())
    parts: list[str] = []
    values: list[Any] = []
    for index, label in enumerate(labels):
        table = connection.ops.quote_name(histories()[label]._meta.db_table)
        parts.append(
            f"SELECT {index}, count(*) FROM {table}"  # noqa: S608 - names of our own tables
            " WHERE (pgh_tx, pgh_created_at) IN (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]))"
        )
        values += [[number for number, _start in pairs], [start for _number, start in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {labels[index]: count for index, count in cursor.fetchall() if count}


def _all(events: type[models.Model]) -> models.QuerySet[Any]:
    return models.QuerySet(events)


def _in(events: type[models.Model], pairs: Iterable[Transaction]) -> models.QuerySet[Any]:
    condition = models.Q(pk__in=[])
    for number, start in pairs:
        condition |= models.Q(pgh_tx=number, pgh_created_at=start)
    return _all(events).filter(condition)


def _rows(events: type[models.Model], rows: Sequence[Any]) -> list[RowChange]:
    """Compare each event with the one before it of the same object (three questions and one per foreign model)."""
    from pingzhan.foundation.audit.history import copied_fields

    former = _former(events, rows)
    tracked = tracked_by(events)
    columns = copied_fields(events)
    names = _Names(columns, [*rows, *former.values()])
    title = _model_title(events)
    found = []
    for row in rows:
        before = former.get(row.pgh_id)
        shown = tuple(_compare(columns, names, before, row))
        found.append(
            RowChange(
                model=tracked._meta.label_lower,
                model_title=title,
                object_id=str(row.pgh_obj_id),
                kind=row.pgh_label,
                at=row.pgh_created_at,
                transaction=(row.pgh_tx, row.pgh_created_at),
                fields=shown,
                first=row.pgh_label == "update" and before is None,
            )
        )
    return found


def _former(events: type[models.Model], rows: Sequence[Any]) -> dict[int, Any]:
    """Return the event before each event of the same object, by the later one's id."""
    earlier = (
        _all(events)
        .filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        .order_by("-pgh_id")
        .values("pgh_id")[:1]
    )
    pairs = dict(
        _all(events)
        .filter(pk__in=[row.pgh_id for row in rows if row.pgh_label != "insert"])
        .annotate(_former=Subquery(earlier))
        .values_list("pgh_id", "_former")
    )
    known = {one.pgh_id: one for one in _all(events).filter(pk__in=[one for one in pairs.values() if one])}
    return {later: known[sooner] for later, sooner in pairs.items() if sooner in known}


def _compare(columns: Sequence[Any], names: _Names, before: Any, row: Any) -> Iterable[FieldChange]:
    """Yield the fields that tell of a change: all that are filled for a new or deleted row, else the changed."""
    for column in columns:
        if column.primary_key:
            continue
        new = getattr(row, column.attname)
        old = getattr(before, column.attname) if before is not None else None
        sealed = isinstance(column, models.BinaryField)
        if sealed:
            new, old = _bytes(new), _bytes(old)
        if row.pgh_label == "update":
            if before is not None and old == new:
                continue
            was = names.say(column, old) if before is not None else _("未记录")
            yield FieldChange(_title(column), was, names.say(column, new), sealed)
        elif new not in (None, "", [], {}):
            text = names.say(column, new)
            gone = row.pgh_label == "delete"
            yield FieldChange(_title(column), text if gone else "", "" if gone else text, sealed)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _model_title(events: type[models.Model]) -> str:
    return str(tracked_by(events)._meta.verbose_name)


def _title(column: Any) -> str:
    """Return a field's name for a person: its own, else that of what it refers to, else the technical one."""
    own = str(column.verbose_name)
    unnamed = own == column.name.replace("_", " ")
    if unnamed and isinstance(column, models.ForeignKey):
        target: Any = column.related_model
        return str(target._meta.verbose_name)
    if not unnamed:
        return own
    if column.name in _COMMON:
        return str(_COMMON[column.name])
    name = verbs.name_of(_under(column), column.name)
    return own if name == column.name else name


def _under(column: Any) -> str:
    """Return the beginning under which names and words of a table's fields are registered."""
    return verbs.ROWS + str(column.model._meta.label_lower)


class _Names:
    """Says values: choices by their labels, referenced rows by number and name, sealed ones not at all."""

    def __init__(self, columns: Sequence[Any], rows: Sequence[Any]) -> None:
        self._named: dict[str, dict[Any, str]] = {}
        for column in columns:
            if not isinstance(column, models.ForeignKey):
                continue
            target: Any = column.related_model
            if any(isinstance(one, models.BinaryField) for one in target._meta.concrete_fields):
                continue
            ids = {getattr(row, column.attname) for row in rows} - {None}
            found = {one.pk: str(one) for one in target._base_manager.filter(pk__in=ids)} if ids else {}
            self._named[column.attname] = found

    def say(self, column: Any, value: Any) -> str:
        """Return a value as text."""
        if value is None or value == "":
            return "—"
        if isinstance(column, models.BinaryField):
            return _("已加密")
        if isinstance(column, models.ForeignKey):
            name = self._named.get(column.attname, {}).get(value, "")
            return f"#{value} {name}".strip()
        if isinstance(value, bool):
            return _("是") if value else _("否")
        if isinstance(value, datetime):
            return date_format(timezone.localtime(value), "Y-m-d H:i:s")
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        known = verbs.said_of_row(column.model._meta.label_lower, column.name, value)
        if known is not None:
            return known
        if isinstance(value, dict):
            text = verbs.said(_under(column), column.name, value)
        elif isinstance(value, list | tuple):
            labels = dict(getattr(getattr(column, "base_field", None), "flatchoices", None) or ())
            parts = (
                verbs.said(_under(column), column.name, one)
                if isinstance(one, dict | list)
                else str(labels.get(one, one))
                for one in value
            )
            text = "、".join(parts) or "—"
        else:
            text = str(value)
        return text if len(text) <= TEXT_LENGTH else text[:TEXT_LENGTH] + "…"
