"""The outbox: notices written with the change they tell of, sent afterwards, at least once."""

from pingzhan.foundation.messages.outbox import NewNotice, enqueue_bulk

__all__ = ["NewNotice", "enqueue_bulk"]
