"""Announcing a change and asking whether there was one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max
from django.db.models.functions import Now

PG_CHANNEL = "pingzhan_live"
"""The one NOTIFY channel; topics travel inside the payload."""
MAX_PAYLOAD = 7000
"""Bytes; PostgreSQL refuses 8,000 and more."""
KEEP = timedelta(hours=1)
SESSION_TOPIC = "session.ended"
"""Announced with the digest of a session that ended; its streams close. Nobody can subscribe to it."""

_TOPIC = re.compile(r"[a-z][a-z0-9_.-]{0,39}\Z")


def is_topic(text: str) -> bool:
    """Return whether the text may name a topic: small letters, digits, ``. _ -``, at most 40."""
    return _TOPIC.match(text) is not None


def session_digest(session_key: str | None) -> str:
    """Return the name by which the end of a session is announced; the key itself is a credential."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32] if session_key else ""


def announce(channel: str, payload: Mapping[str, Any]) -> None:
    """Tell open pages that something under the topic ``channel`` changed.

    Runs inside the caller's transaction, so it reaches nobody unless that commits, and it is cheap (one
    statement). ``payload`` holds ids and counts only: every signed-in page that listens to the topic gets it.
    Raises ValueError for a bad topic or a payload over 7,000 bytes.
    """
    if not is_topic(channel):
        raise ValueError(f"not a topic: {channel!r}")
    data = json.dumps(dict(payload), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(data.encode()) > MAX_PAYLOAD:
        raise ValueError("the payload of an announcement holds at most 7,000 bytes")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH change AS (INSERT INTO live_change (topic) VALUES (%s) RETURNING id)"
            " SELECT pg_notify(%s, json_build_object('topic', %s::text, 'id', id, 'data', %s::json)::text)"
            " FROM change",
            [channel, PG_CHANNEL, channel, data],
        )


def version(*topics: str) -> str:
    """Return a short text that differs after each committed change of any of the topics.

    A page sends it back when it polls and is answered 204 while it is the same. Number of rows and last id
    together, because transactions may commit in another order than they announced.
    """
    from pingzhan.foundation.live.models import Change

    rows = Change.objects.filter(topic__in=topics).aggregate(n=Count("id"), last=Max("id"))
    return f"{rows['last'] or 0}-{rows['n']}"


def forget_old() -> int:
    """Delete changes older than an hour, but never the last of a topic; return how many went.

    A page that polls meanwhile refreshes once without need.
    """
    from pingzhan.foundation.live.models import Change

    last = Change.objects.values("topic").annotate(last=Max("id")).values("last")
    deleted, _by_model = Change.objects.filter(at__lt=Now() - KEEP).exclude(id__in=last).delete()
    return deleted
