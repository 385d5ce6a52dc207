"""One page about one's own account, and the page of those who must first add a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pingzhan.foundation.access import sessions
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.factor import is_exempt, needs_factor
from pingzhan.foundation.access.guard import idle_seconds
from pingzhan.foundation.access.signins import way_words
from pingzhan.foundation.accounts.address import mask_address
from pingzhan.foundation.accounts.factors import KINDS, REAL, factors_of
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.options.registry import number
from pingzhan.pages.console.guard import signed_in_user

HISTORY = 30


@dataclass(frozen=True)
class Line:
    """A sign-in as its owner reads it."""

    row: SignIn
    way: str
    factor: str
    place: str
    here: bool = False


def _line(row: SignIn, key: str | None) -> Line:
    return Line(
        row=row,
        way=way_words(row.way),
        factor=str(KINDS[row.factor]) if row.factor in KINDS else "",
        place=mask_address(row.address) or _("未知"),
        here=row.session_key is not None and row.session_key == key,
    )


@never_cache
@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show factors, open sessions and the last sign-ins of the person himself."""
    user = signed_in_user(request)
    key = request.session.session_key
    factors = factors_of(user.pk)
    context: dict[str, Any] = {
        "totp": next((one for one in factors if one.type == "totp"), None),
        "keys": [one for one in factors if one.type == "webauthn"],
        "codes": next((one for one in factors if one.type == "recovery_codes"), None),
        "protected": any(one.type in REAL for one in factors),
        "required": not is_exempt(user) and needs_factor(request_actor(request)),
        "sessions": [_line(row, key) for row in sessions.open_sessions(user)],
        "history": [_line(row, key) for row in SignIn.objects.filter(user=user)[:HISTORY]],
        "password_until": _password_until(user),
    }
    return render(request, "console/security/index.html", context)


def _password_until(user: User) -> datetime | None:
    days = number("accounts.password_days")
    if not days or user.password_at is None:
        return None
    return user.password_at + timedelta(days=days)


@never_cache
@require_GET
@login_required
def enrol(request: HttpRequest) -> HttpResponse:
    """Tell a person that his role needs a second factor, and lead him to adding one."""
    return render(request, "console/security/enrol.html")


@never_cache
@require_POST
@login_required
def keep(request: HttpRequest) -> JsonResponse:
    """Answer that the person is still there: a fresh form token, and in how many seconds the session ends.

    Called by the page when he says so, and when he has signed in again in another tab, so that what he has
    typed can still be sent.
    """
    return JsonResponse({"csrf": get_token(request), "idle": idle_seconds()})


@require_POST
@login_required
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions, on another device for instance."""
    sessions.end_session(session_id=session_id, by=request_actor(request))
    return redirect("security:index")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End all one's sessions but this one."""
    sessions.end_others(keep_key=request.session.session_key, by=request_actor(request))
    return redirect("security:index")
