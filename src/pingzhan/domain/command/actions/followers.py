"""What other modules add to a change of seats, in its transaction: front-line places, orders, drills.

A module above registers a function at start; command calls none of them by name (ADR 0033). A follower that
fails is undone alone and logged: an emergency order is never lost to something that only follows it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from pingzhan.domain.command.actions.reconcile import Reconciled
from pingzhan.domain.command.models import Activation

logger = logging.getLogger(__name__)

Follower = Callable[[Reconciled, Activation | None, datetime], None]
"""``fn(result, activation, at)``: the seats closed, opened and kept; the order that moved them, None for anything
else (an absence, a refusal, a new structure); the database time of the change."""

_followers: dict[str, Follower] = {}


def register_follower(fn: Follower) -> None:
    """Have ``fn`` called inside the transaction of every order and of every other change of seats.

    It is called after seats, tasks, gaps, notices and commander are written and before the audit record, with
    the lock of the world held, in previews too (then all is rolled back). After a stand-down the activation
    has ``ended_at``. Write set-based and by keys of your own, so that a repetition changes nothing: whoever
    depends on it needs a loop of his own as well, since a follower that raises is undone alone and logged.
    Registering the same function again replaces it.
    """
    _followers[f"{fn.__module__}.{fn.__qualname__}"] = fn


def unregister_follower(fn: Follower) -> None:
    """Forget a follower; for tests."""
    _followers.pop(f"{fn.__module__}.{fn.__qualname__}", None)


def call_followers(result: Reconciled, activation: Activation | None) -> None:
    """Call every follower, each in a savepoint of its own; failures are counted in ``followers_failed``."""
    for name, fn in list(_followers.items()):
        try:
            with transaction.atomic():
                fn(result, activation, result.state.at)
        except Exception:
            logger.exception("follower %s failed; the change of seats stands without it", name)
            result.counts["followers_failed"] = result.counts.get("followers_failed", 0) + 1
