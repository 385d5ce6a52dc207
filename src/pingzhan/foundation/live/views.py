"""The stream of server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from pingzhan.foundation.live.changes import SESSION_TOPIC, is_topic, session_digest
from pingzhan.foundation.live.hub import ENDED, Event, hub

HEARTBEAT_SECONDS = 15.0
LIFE_SECONDS = 600.0
"""A stream ends after this time; the browser connects again and is asked anew who it is."""
RETRY_MS = 2000
MAX_TOPICS = 10


async def stream(request: HttpRequest) -> HttpResponseBase:
    """Answer GET /live/?topics=a,b with a stream of changes; only for signed-in, active accounts.

    Each change is an event named after its topic, with ``{"id": n, ...}`` as data. Right after connecting
    and after any gap each topic is sent once with ``{"resync": true}``: load afresh. A comment line
    every 15 s keeps the connection open. 403 without sign-in, 400 for bad topics, 405 for other methods.
    """
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    user = await request.auser()
    # A stream lives for minutes: the database connection of its thread must not live as long.
    await sync_to_async(_close_connection)()
    if not user.is_authenticated or not user.is_active:
        return HttpResponse(_("请先登录。"), status=403, content_type="text/plain; charset=utf-8")
    topics = [text for text in request.GET.get("topics", "").split(",") if text]
    known = all(is_topic(text) and text != SESSION_TOPIC for text in topics)
    if not topics or len(topics) > MAX_TOPICS or not known:
        return HttpResponse(_("主题写得不对。"), status=400, content_type="text/plain; charset=utf-8")
    return StreamingHttpResponse(
        events(topics, session=session_digest(request.session.session_key)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"},
    )


def _close_connection() -> None:
    # A function: the proxy must be looked up in the thread that holds the connection.
    connection.close()


async def events(topics: list[str], *, session: str = "") -> AsyncGenerator[bytes, None]:
    """Yield the lines of one stream until its time is up or its session ends."""
    ends_at = time.monotonic() + LIFE_SECONDS
    async with hub().subscribe(topics, session=session) as subscription:
        yield f"retry: {RETRY_MS}\n\n".encode()
        if hub().listening.is_set():
            for topic in sorted(subscription.topics):
                yield line_of(Event(topic, None, {"resync": True}))
        while (left := ends_at - time.monotonic()) > 0:
            try:
                event = await asyncio.wait_for(subscription.queue.get(), min(HEARTBEAT_SECONDS, left))
            except TimeoutError:
                yield b": beat\n\n"
            else:
                if event is ENDED:
                    return
                yield line_of(event)


def line_of(event: Event) -> bytes:
    """Return the event as the protocol wants it; JSON keeps the data on one line."""
    data = dict(event.data)
    head = f"event: {event.topic}\n"
    if event.id is not None:
        data["id"] = event.id
        head = f"id: {event.id}\n{head}"
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}data: {text}\n\n".encode()
