"""Who may open the pages of 个人信息: those who manage it, those who approve, those who audit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
READERS = (Permission.MANAGE_PRIVACY, Permission.ORDER_ERASURE, Permission.VERIFY_AUDIT)


def for_readers(view: View[P]) -> View[P]:
    """Let a view be called by anybody who holds one of the permissions somewhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = request_actor(request)
        if not any(actor.has(permission) for permission in READERS):
            require(actor, Permission.MANAGE_PRIVACY)
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))
