"""Shared by the pages of drills: who may come in, and how an action is answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.drills import api as drills
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, Refused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_readers(view: View[P]) -> View[P]:
    """Let in whoever manages drills or sees the desk, and whoever has a part in a drill he may know of.

    A visitor is sent to the sign-in page; others get Refused. What is shown is checked by the view.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not drills.may_open(request_actor(request)):
            raise Refused(_("您没有查看演练的权限。"), hint=_("需要时请安全管理员授予相应角色。"))
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


def answered(request: HttpRequest, act: Callable[[], Any], done: str, view: str, pk: int) -> HttpResponse:
    """Run an action, say that it was done or why not, and go back to a page."""
    try:
        act()
    except (Conflict, Invalid) as error:
        messages.error(request, error.message + error.hint)
    else:
        messages.success(request, done)
    return redirect(view, pk)


def tabs(actor: Actor, at: str) -> list[tuple[str, str, bool]]:
    """Return (address, words, whether it is this page) of the tabs of 演练复盘."""
    found = [(reverse("drills:index"), _("演练"), at == "index")]
    if any(actor.has(one) for one in (Permission.MANAGE_DRILLS, Permission.VIEW_CONSOLE)):
        found.append((reverse("drills:reviews"), _("复盘和整改"), at == "reviews"))
    return found
