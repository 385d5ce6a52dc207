"""What the ledgers hold already: asked once for what has just been made, so that the order does not matter.

Every ledger whose rows can be written before anything is due registers one reader for each kind of evidence.
When obligations are made (roll of the day, switch, set, first look) the readers are asked for the new periods, one
statement each however many units there are, and what they return closes in the same transaction.

Without a reader is evidence that cannot come first, because it answers an obligation or the event that brings it
about: goods, symptoms, incident and notice_confirm; test_round has no ledger yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Func, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from pingzhan.domain.obligations.evidence import Evidence

Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class Asked:
    """The units and the periods [from, to) a reader is asked for; at most ``most`` pieces of each are wanted."""

    unit_ids: tuple[int, ...]
    periods: tuple[Period, ...]
    most: int = 1

    @property
    def since(self) -> datetime:
        """Return when the first period begins."""
        return min(t0 for t0, _t1 in self.periods)

    @property
    def until(self) -> datetime:
        """Return when the last period ends."""
        return max(t1 for _t0, t1 in self.periods)

    def has(self, at: datetime) -> bool:
        """Return whether a moment lies in one of the periods."""
        return any(t0 <= at < t1 for t0, t1 in self.periods)


Reader = Callable[[Asked], Sequence[Evidence]]
_readers: dict[str, Reader] = {}


def register_held(evidence: str, reader: Reader) -> None:
    """Have ``reader`` asked for evidence of this kind that is there when obligations are made.

    It returns what stands now and would close them were it given now: nothing that was voided or replaced.
    ``Evidence.written_at`` says when it was written, so that what was in time does not count as late.
    """
    _readers[str(evidence)] = reader


def reader_of(evidence: str) -> Reader | None:
    """Return the reader of a kind of evidence."""
    return _readers.get(evidence)


def noon_of(field: str) -> Combinable:
    """Return noon of a date, Asia/Shanghai: the moment of what is only known by its day."""
    return Func(
        F(field),
        Value(timezone.get_default_timezone_name()),
        template="((%(expressions)s)",
        arg_joiner=" + time '12:00') AT TIME ZONE ",
        output_field=DateTimeField(),
    )


@dataclass(frozen=True)
class Rows:
    """Rows of a ledger that are evidence: the kind they are named by, their moment, and when they were written."""

    found: QuerySet[Any]
    kind: str
    at: str | Combinable
    written: str | Combinable
    unit: str = "enterprise_id"
    ref: str = "pk"

    def select(self, asked: Asked) -> tuple[str, tuple[Any, ...]]:
        """Return the statement of the rows of these units between the first and the last moment asked for."""
        moment = F(self.at) if isinstance(self.at, str) else self.at
        written = F(self.written) if isinstance(self.written, str) else self.written
        rows = (
            self.found.annotate(
                piece_at=moment, piece_written=written, piece_kind=Value(self.kind), piece_ref=F(self.ref)
            )
            .filter(piece_at__gte=asked.since, piece_at__lt=asked.until)
            .filter(**{f"{self.unit}__in": list(asked.unit_ids)})
            .order_by()
            .values_list(self.unit, "piece_at", "piece_kind", "piece_ref", "piece_written")
        )
        sql, params = rows.query.sql_with_params()
        return str(sql), tuple(params)


def latest(asked: Asked, *ledgers: Rows) -> list[Evidence]:
    """Return the latest rows of each unit and ledger in each period, as many as are wanted. One statement."""
    parts = [one.select(asked) for one in ledgers]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unit_id, at, kind, ref_id, written FROM ("  # noqa: S608
            " SELECT i.*, row_number() OVER (PARTITION BY i.unit_id, i.kind, p.t0, p.t1"
            " ORDER BY i.at DESC, i.ref_id DESC) AS n"
            f" FROM ({' UNION ALL '.join(sql for sql, _params in parts)}) AS i(unit_id, at, kind, ref_id, written)"
            " JOIN unnest(%s::timestamptz[], %s::timestamptz[]) AS p(t0, t1) ON i.at >= p.t0 AND i.at < p.t1"
            ") x WHERE n <= %s ORDER BY unit_id, at, ref_id",
            [
                *(one for _sql, params in parts for one in params),
                [t0 for t0, _t1 in asked.periods],
                [t1 for _t0, t1 in asked.periods],
                asked.most,
            ],
        )
        return [
            Evidence(unit, "", (kind, ref), at, written_at=written)
            for unit, at, kind, ref, written in cursor.fetchall()
        ]
