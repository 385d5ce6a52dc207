"""Working as the owner of the tables for a moment: migrations and the few commands that remove history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_owner() -> Iterator[None]:
    """Have this process's connection sign in as the owner inside the block; without a second role it stays.

    For commands, which have one thread and no pool.
    """
    from django.conf import settings
    from django.db import connections

    roles = settings.DATABASE_ROLES
    described = connections.settings["default"]
    former = {key: described[key] for key in roles.owner}
    connections["default"].close()
    described.update(roles.owner)
    try:
        yield
    finally:
        connections["default"].close()
        described.update(former)
