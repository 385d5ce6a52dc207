"""The outbox: notices written with the change they tell of, sent afterwards, at least once."""

from pingzhan.foundation.messages.delivery import Counts, deliver_all_due, deliver_due
from pingzhan.foundation.messages.outbox import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.reading import Backlog, InboxItem, backlog, inbox, mark_read, unread_count
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
    "register_channel",
    "register_renderer",
    "unread_count",
]
