"""Who may open a page: one decorator for every view of the console."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Let a view be called only by a signed-in actor who holds the permission somewhere.

    A visitor is sent to the sign-in page; anybody else gets Refused, which becomes a 403 page or fragment.
    The view (or the action it calls) still checks the unit, which is known only inside.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            require(request_actor(request), permission)
            return view(request, *args, **kwargs)

        return cast(View[P], login_required(guarded))

    return decorate


def needs_one_of(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Let a view be called by whoever holds one of the permissions somewhere; see ``needs``."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = request_actor(request)
            if not any(actor.has(permission) for permission in permissions):
                require(actor, permissions[0])
            return view(request, *args, **kwargs)

        return cast(View[P], login_required(guarded))

    return decorate


def signed_in_user(request: HttpRequest) -> User:
    """Return the account of a request that login_required has let through."""
    user = request.user
    assert isinstance(user, User)
    return user
