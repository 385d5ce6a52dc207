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

from pingzhan.foundation.audit import signing
from pingzhan.foundation.audit.transaction import TRANSACTION

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
LATER_FIELDS = ("id", "tx", "tx_at")
"""What is hashed besides since row history came: the number, and the transaction that joins the two."""


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


def canonical_data(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is hashed of a record as plain JSON values: UTC times to the microsecond, ids as text.

    ``fields`` holds CHAINED_FIELDS and LATER_FIELDS; the latter are left out of records that lack ``tx``,
    which are older than they.
    """
    names = CHAINED_FIELDS if fields["tx"] is None else CHAINED_FIELDS + LATER_FIELDS
    data = {name: fields[name] for name in names}
    data["at"] = _moment(fields["at"])
    data["operation"] = str(fields["operation"])
    if "tx_at" in data:
        data["tx_at"] = None if fields["tx_at"] is None else _moment(fields["tx_at"])
    return data


def text_of(data: Mapping[str, Any]) -> str:
    """Return the text that is hashed: JSON with sorted keys and no blanks."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def hash_of(prev_sha: str, fields: Mapping[str, Any]) -> str:
    """Return the hash that a record with these fields must carry."""
    return hashlib.sha256((prev_sha + text_of(canonical_data(fields))).encode()).hexdigest()


def sha_of(record: AuditRecord) -> str:
    """Return the hash that the record must carry."""
    fields = {name: getattr(record, name) for name in CHAINED_FIELDS + LATER_FIELDS}
    return hash_of(record.prev_sha, fields)


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
    last = _lock_head(text)
    line = AuditRecord(
        id=last.id + 1,
        at=last.at,
        world=world,
        operation=_operation.get() or uuid.uuid4(),
        actor_kind=by.kind,
        actor_id=actor_id,
        actor_name=by.name,
        verb=verb,
        unit_path=unit_path,
        subject_kind=subject[0] if subject else "",
        subject_id=str(subject[1]) if subject else "",
        body=last.body,
        tx=last.tx,
        tx_at=last.tx_at,
        prev_sha=last.sha,
    )
    line.sha = sha_of(line)
    line.mark = signing.mark(line.sha)
    line.save(force_insert=True)
    return line


@dataclass(frozen=True)
class _Head:
    """The end of the chain under its lock, and what the database says of this transaction."""

    id: int
    sha: str
    at: datetime
    tx: int
    tx_at: datetime
    body: dict[str, Any]


_HEAD = (
    f"SELECT last.id, last.sha, clock_timestamp(), {TRANSACTION}, now(), %s::jsonb::text"  # noqa: S608 - constant
    " FROM (SELECT 1) AS one"
    " LEFT JOIN (SELECT id, sha FROM audit_auditrecord ORDER BY id DESC LIMIT 1) AS last ON true"
)


def _lock_head(body: str) -> _Head:
    """Take the chain's lock and read its end; return the body as it will read back.

    The column normalises numbers (1e22 comes back as an integer), so the hash is taken of its own reading.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record() needs the caller's transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        # A second statement on purpose: its snapshot is taken after the lock is held.
        cursor.execute(_HEAD, [body])
        row = cursor.fetchone()
    assert row is not None
    last_id, sha, at, tx, tx_at, read_back = row
    return _Head(last_id or 0, sha or GENESIS, at, tx, tx_at, json.loads(read_back))


def head() -> tuple[int, str]:
    """Return how many records there are and the hash of the last.

    Records moved into an archive count no longer.
    """
    from pingzhan.foundation.audit.models import AuditRecord

    last = AuditRecord.objects.order_by("-id").values_list("sha", flat=True).first()
    return AuditRecord.objects.count(), last or GENESIS
