"""Writing the chain and checking it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from django.db import connection, transaction

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

# The model is imported inside functions, so that `from pingzhan.foundation.audit import record` works even
# where applications are not loaded yet.

GENESIS = "0" * 64
"""What the first record names as the hash before it."""

LOCK_KEY = 0x50_5A_41_55_44_49_54
"""Key of the advisory lock that orders appends ('PZAUDIT')."""

CHAINED_FIELDS = (
    "at",
    "world",
    "operation",
    "actor_kind",
    "actor_id",
    "actor_name",
    "verb",
    "unit_path",
    "subject_kind",
    "subject_id",
    "body",
)


class Doer(Protocol):
    """What the trail needs to know of an actor (access.actor.Actor has it)."""

    @property
    def kind(self) -> Literal["user", "system", "link"]:
        """Account, the system itself, or the holder of a signed link."""
        ...

    @property
    def user_id(self) -> int | None:
        """The account, for 'user'."""
        ...

    @property
    def person_id(self) -> int | None:
        """The domain person, for 'link'."""
        ...

    @property
    def name(self) -> str:
        """The name the trail shows."""
        ...


@dataclass(frozen=True)
class Break:
    """One place where the chain does not hold: the row and what is wrong with it.

    ``kind`` 'edited': the row's own hash does not fit its content; 'missing': the row before this one is
    gone, or this row was put in from elsewhere.
    """

    record_id: int
    kind: Literal["edited", "missing"]
    after_id: int | None
    """The last row in front of it, None at the beginning."""


_operation: ContextVar[uuid.UUID | None] = ContextVar("pingzhan_operation", default=None)


@contextmanager
def operation() -> Iterator[uuid.UUID]:
    """Give all records written inside one operation id, so that the trail can group them.

    Nested use keeps the outer id.
    """
    current = _operation.get()
    if current is not None:
        yield current
        return
    token = _operation.set(uuid.uuid4())
    try:
        value = _operation.get()
        assert value is not None
        yield value
    finally:
        _operation.reset(token)


def canonical(record: AuditRecord) -> str:
    """Return the text that is hashed: JSON with sorted keys, no blanks, UTC time to the microsecond."""
    fields: dict[str, Any] = {name: getattr(record, name) for name in CHAINED_FIELDS}
    fields["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields["operation"] = str(record.operation)
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha_of(record: AuditRecord) -> str:
    """Return the hash that the record must carry."""
    return hashlib.sha256((record.prev_sha + canonical(record)).encode()).hexdigest()


def record(
    verb: str,
    *,
    by: Doer,
    subject: tuple[str, object] | None = None,
    unit_path: str = "/",
    world: int = 0,
    body: Mapping[str, Any] | None = None,
) -> AuditRecord:
    """Append one record to the trail inside the caller's transaction and return it.

    Call it last in an action: it takes an advisory lock that lasts until commit, so that records are chained
    in the order of their commits. ``body`` holds ids and counts only. Raises TransactionManagementError
    outside a transaction, TypeError or ValueError when ``body`` is not plain JSON.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    text = json.dumps(dict(body or {}), ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text:
        raise ValueError("the body of a record holds no NUL character")
    actor_id = {"user": by.user_id, "link": by.person_id, "system": None}[by.kind]
    at, prev_sha, stored = _lock_head(text)
    line = AuditRecord(
        at=at,
        world=world,
        operation=_operation.get() or uuid.uuid4(),
        actor_kind=by.kind,
        actor_id=actor_id,
        actor_name=by.name,
        verb=verb,
        unit_path=unit_path,
        subject_kind=subject[0] if subject else "",
        subject_id=str(subject[1]) if subject else "",
        body=stored,
        prev_sha=prev_sha,
    )
    line.sha = sha_of(line)
    line.save(force_insert=True)
    return line


def _lock_head(body: str) -> tuple[datetime, str, dict[str, Any]]:
    """Take the chain's lock; return the database's time, the last hash, and the body as it will read back.

    The column normalises numbers (1e22 comes back as an integer), so the hash is taken of its own reading.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record() needs the caller's transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        # A second statement on purpose: its snapshot is taken after the lock is held.
        cursor.execute(
            "SELECT clock_timestamp(), (SELECT sha FROM audit_auditrecord ORDER BY id DESC LIMIT 1),"
            " %s::jsonb::text",
            [body],
        )
        row = cursor.fetchone()
    assert row is not None
    return row[0], row[1] or GENESIS, json.loads(row[2])


def head() -> tuple[int, str]:
    """Return how many records there are and the hash of the last.

    Written down elsewhere from time to time, the pair proves that no records were cut off at the end, which
    the chain alone cannot.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    last = AuditRecord.objects.order_by("-id").values_list("sha", flat=True).first()
    return AuditRecord.objects.count(), last or GENESIS


def verify_chain() -> list[Break]:
    """Check every record and return the breaks in order; an empty list means the trail is whole."""
    from pingzhan.foundation.audit.models import AuditRecord

    breaks: list[Break] = []
    expected = GENESIS
    after: int | None = None
    for line in AuditRecord.objects.order_by("id").iterator(chunk_size=2000):
        if line.prev_sha != expected:
            breaks.append(Break(record_id=line.pk, kind="missing", after_id=after))
        if sha_of(line) != line.sha:
            breaks.append(Break(record_id=line.pk, kind="edited", after_id=after))
        expected = line.sha
        after = line.pk
    return breaks
