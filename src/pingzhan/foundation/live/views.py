"""The stream of server-sent events."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


async def stream(request: HttpRequest) -> HttpResponse:
    """Refuse everybody."""
    return HttpResponse(status=403)
