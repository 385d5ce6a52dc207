"""What an import is: its columns, its hooks, and the register of all imports.

A module that wants rows from spreadsheets declares its columns once and gives four hooks; template workbook,
reading, cell checks, preview, result workbook, progress and history follow from the declaration.

The order of events, for a module that writes one:

1. ``scope_of`` and ``may``: may this person import into this unit? Asked again before every batch is stored.
2. ``prepare(rows, ctx)``: rows whose cells are all sound, in batches of at most BATCH. Compare with what is
   stored and return one Verdict per row, in order. Look existing rows up by key for the whole batch, never
   row by row. Called twice for a row: while checking (``ctx.storing`` False, nothing may be written) and again
   inside the transaction that stores the batch (``ctx.storing`` True: lock what will be changed), because the
   world may have moved between preview and confirmation.
3. ``store(judged, ctx)``: write the rows that are new or changed and were chosen, in the open transaction.
   The caller commits batch and checkpoint together, so a killed process neither loses nor doubles a batch.
4. ``refused(judged, ctx)``, for a module that puts on record what it refused: the rows of sound cells that
   ``prepare`` refused with a ``carry`` (plain JSON); a refusal without one is for the result workbook only. Those
   of the check come in the transaction that ends the import, those refused only while storing with their batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import NotFound

Text = str | Promise

BATCH = 2_000
"""Rows that are prepared and stored together: one short transaction each."""


class Kind(StrEnum):
    """What a cell holds; each kind reads text and native cells and returns the Python type named here."""

    TEXT = "text"  # str, folded to NFKC, blanks trimmed
    CODE = "code"  # str without blanks, upper case; numbers typed as numbers come back without '.0'
    ID_NUMBER = "id_number"  # str of 18 characters (kernel.idnumber)
    CREDIT_CODE = "credit_code"  # str of 18 characters (kernel.creditcode)
    PHONE = "phone"  # str of digits (kernel.phone)
    PLATE = "plate"  # str (kernel.plate)
    DATE = "date"  # datetime.date
    TIME = "time"  # datetime.time, to the minute; 24:00 is 00:00
    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # decimal.Decimal
    CHOICE = "choice"  # the key of one of the choices, str
    BOOLEAN = "boolean"  # bool, typed as 是/否


@dataclass(frozen=True)
class Column:
    """One column of the spreadsheet.

    ``title`` heads the column in the template; ``aliases`` are other headings it is recognised by (both are
    compared folded, without blanks, marks and case). ``choices`` are pairs of stored key and label; cells may
    hold either. ``personal`` columns are masked in previews, by ``mask`` where it is given; without it names stay
    readable. ``check`` gets the value after its kind was read and returns the value to keep; it raises Invalid
    for a value that will not do.
    """

    key: str
    title: Text
    kind: Kind = Kind.TEXT
    required: bool = False
    width: int = 16
    example: str = ""
    note: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    aliases: tuple[str, ...] = ()
    personal: bool = False
    mask: Callable[[str], str] | None = None
    max_length: int = 200
    minimum: int | None = None
    maximum: int | None = None
    check: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose cells are all sound. ``values`` has every column of the spec; an empty cell is None.

    A column that the file does not have is in ``absent`` of the context, and its value is None as well: such
    a column says nothing, so leave the stored value alone.
    """

    number: int
    """The row in the sheet as the spreadsheet program numbers it, from 1."""
    sheet: str
    values: dict[str, Any]


class Outcome(StrEnum):
    """What a row would do, or did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CellError:
    """Why a cell, or with an empty ``column`` the row, is refused. ``column`` is the key of a Column."""

    column: str
    message: str


@dataclass(slots=True)
class Verdict:
    """What ``prepare`` found for one row.

    ``changes`` (for CHANGED) maps column keys to the value before and after, as people read them; ``errors``
    (for REFUSED) name at least one reason; ``carry`` is handed to ``store`` unseen.
    """

    outcome: Outcome
    errors: list[CellError] = field(default_factory=list)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    carry: Any = None

    @classmethod
    def refused(cls, column: str, message: str, carry: Any = None) -> Verdict:
        """Return a refusal with one reason."""
        return cls(Outcome.REFUSED, [CellError(column, message)], carry=carry)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that is to be stored, with its verdict of this transaction (new or changed)."""

    row: Row
    verdict: Verdict


@dataclass(frozen=True)
class Scope:
    """Where the rows belong. ``code`` is the address part, ``path`` the unit path rights are asked for."""

    code: str
    path: str
    label: str


@dataclass
class Context:
    """One pass over a file. ``cache`` is the spec's own, kept over the batches of the pass."""

    scope: Scope
    by: Actor
    job_id: int
    storing: bool = False
    absent: frozenset[str] = frozenset()
    cache: dict[str, Any] = field(default_factory=dict)


def _no_label(row: Row) -> str:
    return ""


@dataclass(frozen=True)
class ImportSpec:
    """One kind of import. See the module's docstring for the order in which the hooks are called.

    ``natural_key`` names the columns that identify a row; two rows of a file with equal keys are duplicates
    and the second is refused, naming the first. ``may`` answers for a unit path. ``scopes`` lists what the
    person may choose from (at most a few hundred). ``done_url`` is where to look at the result.
    ``finish`` runs once, in the transaction that ends the import, with the counts. ``refused``: see there too.
    """

    key: str
    title: Text
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    may: Callable[[Actor, str], bool]
    scopes: Callable[[Actor], Sequence[Scope]]
    prepare: Callable[[Sequence[Row], Context], Sequence[Verdict]]
    store: Callable[[Sequence[Judged], Context], None]
    refused: Callable[[Sequence[Judged], Context], None] | None = None
    finish: Callable[[Context, Mapping[str, int]], None] | None = None
    done_url: Callable[[Scope], str] | None = None
    note: Text = ""
    max_rows: int = 200_000

    def column(self, key: str) -> Column:
        """Return a column by key; KeyError when there is none."""
        return next(column for column in self.columns if column.key == key)

    def scope_of(self, actor: Actor, code: str) -> Scope:
        """Return the scope if the person may import into it; NotFound otherwise, so that nothing is told."""
        for scope in self.scopes(actor):
            if scope.code == code and self.may(actor, scope.path):
                return scope
        raise NotFound(_("没有这个单位，或您不能向它导入。"), code="import_scope")


_specs: dict[str, ImportSpec] = {}


def register_import(spec: ImportSpec) -> None:
    """Make an import known; called from apps.ready. Raises ValueError for a faulty or second declaration."""
    keys = [column.key for column in spec.columns]
    if len(keys) != len(set(keys)) or not set(spec.natural_key) <= set(keys) or not spec.natural_key:
        raise ValueError(f"import {spec.key}: column keys must be unique and contain the natural key")
    for column in spec.columns:
        if (column.kind is Kind.CHOICE) != bool(column.choices):
            raise ValueError(
                f"import {spec.key}: column {column.key} needs choices exactly when it is a choice"
            )
    if spec.key in _specs and _specs[spec.key] is not spec:
        raise ValueError(f"import {spec.key} is registered twice")
    _specs[spec.key] = spec


def unregister_import(key: str) -> None:
    """Forget an import; for tests."""
    _specs.pop(key, None)


def import_of(key: str) -> ImportSpec:
    """Return an import by its key; NotFound when there is none."""
    spec = _specs.get(key)
    if spec is None:
        raise NotFound(_("没有这种导入。"), code="import_unknown")
    return spec


def imports_for(actor: Actor) -> list[ImportSpec]:
    """Return the imports this person may use somewhere, in the order they were registered."""
    return [spec for spec in _specs.values() if spec.scopes(actor)]


def specs() -> list[ImportSpec]:
    """Return all imports in the order they were registered."""
    return list(_specs.values())
