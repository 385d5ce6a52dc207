"""Background work: the task queue in our own database, periodic loops, retries."""

from pingzhan.foundation.jobs.loops import register_loop

__all__ = ["register_loop"]
