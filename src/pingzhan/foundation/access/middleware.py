"""Puts the actor on each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.functional import SimpleLazyObject

from pingzhan.foundation.access.actor import request_actor

Handler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


def _attach(request: HttpRequest) -> None:
    request.__dict__["actor"] = SimpleLazyObject(lambda: request_actor(request))


@sync_and_async_middleware
def ActorMiddleware(get_response: Handler | AsyncHandler) -> Handler | AsyncHandler:  # noqa: N802
    """Set ``request.actor``; the database is asked only when somebody looks at it."""
    if iscoroutinefunction(get_response):
        answer_async = cast(AsyncHandler, get_response)

        async def middleware_async(request: HttpRequest) -> HttpResponseBase:
            _attach(request)
            return await answer_async(request)

        return middleware_async
    answer = cast(Handler, get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        _attach(request)
        return answer(request)

    return middleware
