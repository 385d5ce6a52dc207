"""How a page is made: whole, in one thread, out of a small number of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class PageHandler(ASGIHandler):
    """Django's handler for a server whose views are synchronous, all but the stream of changes.

    Django's own one takes every middleware and signal to a thread and back, which costs more than most pages do, and
    gives each request a thread of its own. Here middleware, view and the end of the request are one piece of work for
    one of ``threads`` threads, in the order the requests came; an asynchronous view is run from there in the event
    loop. Only a stream listens for its reader's leaving; a page that nobody waits for any more is made to its end.
    """

    def __init__(self, *, threads: int) -> None:
        super().__init__()
        pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._answer_in_thread = sync_to_async(self._answer, thread_sensitive=False, executor=pool)
        self._close_in_thread = sync_to_async(_close, thread_sensitive=False, executor=pool)

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for threads, whatever is asked."""
        del is_async
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request. ValueError for what is not HTTP."""
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is answered, not {scope['type']}")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            response = await self._answer_in_thread(scope, body)
            if response.streaming:
                await self._stream(response, receive, send)
            else:
                await self.send_response(response, send)
        finally:
            body.close()

    def _answer(self, scope: Message, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refused = self.create_request(scope, body)
        response: Any = refused if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if response.streaming:
            # It may go on for minutes: the thread's connection goes back now, not with the end of the stream.
            close_old_connections()
        else:
            response.close()
        return response

    async def _stream(self, response: Any, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self.send_response(response, send))
        leaving = asyncio.ensure_future(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            for task in (leaving, sending):
                with suppress(asyncio.CancelledError, RequestAborted):
                    await task
            await self._close_in_thread(response)


def _close(response: HttpResponseBase) -> None:
    response.close()
