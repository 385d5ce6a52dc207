"""Tells open pages that something changed: NOTIFY to server-sent events, versions for polling."""

from pingzhan.foundation.live.changes import announce, version

__all__ = ["announce", "version"]
