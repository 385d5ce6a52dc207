"""Liveness, for the launcher and for monitoring; no sign-in, no personal data."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pingzhan.foundation.jobs import pulses


@never_cache
@require_safe
def liveness(request: HttpRequest) -> JsonResponse:
    """Answer ``{"status": "ok"|"down", "database": bool, "worker": "ok"|"late"|"unknown"}``.

    200 while this process and its database answer, else 503. A late worker does not change the status: it is
    another process, and restarting this one would not help.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database, worker = True, _worker()
    except DatabaseError:
        database, worker = False, "unknown"
    return JsonResponse(
        {"status": "ok" if database else "down", "database": database, "worker": worker},
        status=200 if database else 503,
    )


def _worker() -> str:
    found = pulses()
    if not found:
        return "unknown"
    return "ok" if all(pulse.healthy for pulse in found) else "late"
