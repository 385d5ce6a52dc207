"""The outbox: notices written with the change they tell of, sent afterwards, at least once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pingzhan.foundation.messages.addresses import register_addresses
    from pingzhan.foundation.messages.delivery import deliver_all_due, deliver_due
    from pingzhan.foundation.messages.marks import Counts
    from pingzhan.foundation.messages.outbox import NewNotice, enqueue_bulk
    from pingzhan.foundation.messages.reading import (
        Backlog,
        InboxItem,
        backlog,
        inbox,
        mark_read,
        unread_count,
    )
    from pingzhan.foundation.messages.registry import (
        DRILL_PREFIX,
        Rendered,
        UndeliverableError,
        register_channel,
        register_renderer,
    )

__all__ = [
    "DRILL_PREFIX",
    "Backlog",
    "Counts",
    "InboxItem",
    "NewNotice",
    "Rendered",
    "UndeliverableError",
    "backlog",
    "deliver_all_due",
    "deliver_due",
    "enqueue_bulk",
    "inbox",
    "mark_read",
    "register_addresses",
    "register_channel",
    "register_renderer",
    "unread_count",
]

# Loaded when first asked for: this package is imported as an application before any table may be.
_HOMES = {
    "addresses": ("register_addresses",),
    "delivery": ("deliver_all_due", "deliver_due"),
    "marks": ("Counts",),
    "outbox": ("NewNotice", "enqueue_bulk"),
    "reading": ("Backlog", "InboxItem", "backlog", "inbox", "mark_read", "unread_count"),
    "registry": (
        "DRILL_PREFIX", "Rendered", "UndeliverableError", "register_channel", "register_renderer",
    ),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
