"""Changing keys: a new master key for all persons, a new look-up key for all hashes.

Both can be killed at any moment and repeated. A key leaves the ring only when the database names it no more.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy import keyring, locks, lookup
from pingzhan.foundation.privacy.keyring import NONCE_BYTES
from pingzhan.foundation.privacy.models import LookupKey, Subject
from pingzhan.foundation.privacy.vault import unwrap, wrap

BATCH = 5_000
Tell = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def begin_masters() -> str:
    """Put a new master key in use for new persons and return its id; the former ones stay for opening."""
    return keyring.change(lambda ring: ring.with_new_master()).master


def rewrap(*, tell: Tell = _silent) -> int:
    """Seal all persons' keys with the master key in use, batch by batch; return how many were changed."""
    ring = keyring.load()
    total = Subject.objects.filter(wrapped__isnull=False).exclude(master=ring.master).count()
    done = 0
    while True:
        with transaction.atomic():
            changed = _rewrap_batch()
        if not changed:
            return done
        done += changed
        tell(done, max(total, done))


def finish_masters(*, by: Actor, tell: Tell = _silent) -> list[str]:
    """Seal what is left and take all former master keys out of the ring; return their ids.

    Waits for those who are making new persons with a former key. Copies of the database that hold keys
    sealed with the former master keys cannot be opened afterwards.
    """
    rewrap(tell=tell)
    with transaction.atomic():
        locks.take()
        while _rewrap_batch():
            pass
        ring = keyring.load()
        retired = [key_id for key_id in ring.masters if key_id != ring.master]
        record("privacy.master_rotated", by=by, body={"retired": retired, "key": ring.master})
    # By name: somebody may have begun the next rotation, and what he has just made is not ours to destroy.
    keyring.change(lambda ring: ring.without_masters(retired))
    return retired


def rotate_masters(*, by: Actor, tell: Tell = _silent) -> list[str]:
    """Replace the master key: new one, all persons sealed with it, former ones destroyed. Return their ids.

    A rotation that was killed is finished first by using the newest key, not by making another.
    """
    if len(keyring.load().masters) == 1:
        begin_masters()
    return finish_masters(by=by, tell=tell)


def rotate_lookup(*, by: Actor) -> tuple[list[str], int]:
    """Replace the look-up key and make all hashes anew; return the ids destroyed and how many rows changed.

    One transaction: those who store or change persons wait for its end (seconds at 100,000 persons), and a
    kill before its end leaves everything as it was.
    """
    _drop_unused_lookups()
    made: list[str] = []

    def add(ring: keyring.Ring) -> keyring.Ring:
        ring, key_id = ring.with_new_lookup()
        made.append(key_id)
        return ring

    with transaction.atomic():
        locks.take()
        keyring.change(add)
        key_id = made[0]
        LookupKey.objects.update_or_create(pk=1, defaults={"key": key_id, "since": Now()})
        lookup.forget()
        rows = sum(rehash() for rehash in lookup.rehashes().values())
        record("privacy.lookup_rotated", by=by, body={"key": key_id, "count": rows})
    return _drop_unused_lookups(), rows


def _drop_unused_lookups() -> list[str]:
    """Take the look-up keys out of the ring that are not in force; return their ids."""
    with transaction.atomic():
        locks.share()  # another rotation may be between its key and its commit
        in_force = LookupKey.objects.values_list("key", flat=True).first()
        ring = keyring.load()
        in_force = in_force or ring.lookup
        dropped = [key_id for key_id in ring.lookups if key_id != in_force]
        if dropped or ring.lookup != in_force:
            keyring.change(lambda ring: ring.with_only_lookup(in_force))
    return dropped


def _rewrap_batch() -> int:
    """Seal up to BATCH persons' keys with the master key in use, in the caller's transaction."""
    ring = keyring.load()
    rows = list(
        Subject.objects.select_for_update(no_key=True, of=("self",), skip_locked=False)
        .filter(wrapped__isnull=False)
        .exclude(master=ring.master)
        .order_by("pk")
        .values_list("pk", "wrapped", "master")[:BATCH]
    )
    if not rows:
        return 0
    fresh = AESGCM(ring.master_key(ring.master))
    former = {key_id: AESGCM(ring.master_key(key_id)) for key_id in {row[2] for row in rows}}
    nonces = os.urandom(NONCE_BYTES * len(rows))
    ids, sealed = [], []
    for at, (subject_id, wrapped, master_id) in enumerate(rows):
        assert wrapped is not None
        key = unwrap(former[master_id], bytes(wrapped), subject_id)
        ids.append(subject_id)
        sealed.append(wrap(fresh, nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES], key, subject_id))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE privacy_subject AS s SET wrapped = v.wrapped, master = %s"
            " FROM unnest(%s::bigint[], %s::bytea[]) AS v(id, wrapped)"
            " WHERE s.id = v.id AND s.wrapped IS NOT NULL",
            [ring.master, ids, sealed],
        )
        return int(cursor.rowcount)
