"""What the frame needs to know of the session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.factor import is_exempt, needs_factor
from pingzhan.foundation.access.guard import idle_seconds
from pingzhan.foundation.accounts.models import User


def session(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``session_idle``, the seconds after which this session ends unused, 0 for never.

    Lazy, so a fragment that shows no frame costs nothing.
    """
    return {"session_idle": SimpleLazyObject(lambda: _idle(request))}


def _idle(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return 0
    assert user is not None
    return 0 if is_exempt(user) or not needs_factor(request_actor(request)) else idle_seconds()
