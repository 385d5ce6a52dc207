"""The lock between those who use keys to write and the one who changes keys."""

from __future__ import annotations

from django.db import connection, transaction

KEYS = 0x50_5A_4B_45_59_53
"""Key of the advisory lock ('PZKEYS'): shared by writers, exclusive for a rotation."""

_ATTRIBUTE = "_pingzhan_keys_held"


def share() -> bool:
    """Keep the keys from being changed until this transaction ends; return whether the lock is new to it.

    Django makes a new ``run_on_commit`` list at each commit, rollback and rollback to a savepoint, which are
    the moments the lock may be lost; while the list is the same object the lock is held.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("keys are used for writing inside a transaction only")
    if getattr(connection, _ATTRIBUTE, None) is connection.run_on_commit:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEYS])
    setattr(connection, _ATTRIBUTE, connection.run_on_commit)
    return True


def take() -> None:
    """Wait for all who use keys and keep new ones waiting until this transaction ends."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("keys are changed inside a transaction only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEYS])
