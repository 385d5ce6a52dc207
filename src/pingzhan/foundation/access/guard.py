"""What stands between a session and every page: its age, its password's age, its second factor."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from pingzhan.foundation.access import sessions
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.factor import is_exempt, needs_factor
from pingzhan.foundation.accounts.factors import has_factor, proved_factor
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.options.registry import number

BACKGROUND = "X-Background"
"""Header of requests that the page makes by itself; they do not count as use."""
ALWAYS = frozenset({"account_logout", "set_language", "health", "account_inactive"})
"""Pages that every signed-in session reaches."""
RENEWING = ALWAYS | {"account_change_password"}
ENROLLING = ALWAYS | {
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "security:enrol",
}
"""Pages of a session that must still show or add its second factor."""

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class GuardMiddleware:
    """Ends old and idle sessions, and holds back those without what their account requires.

    In ``process_view``, which Django runs in a thread when the rest is asynchronous, because it may ask the
    database: nothing for a visitor; nothing for a session that has shown its factor.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        """Pass the request on; everything happens once the view is known."""
        return cast(Answer, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Return None to go on, or where the person has to go first."""
        user = request.user
        if not user.is_authenticated:
            return None
        assert isinstance(user, User)
        if _is_over(request, user):
            return _sign_in_again(request)
        if request.headers.get(BACKGROUND) != "1":
            sessions.note_use(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if is_exempt(user):
            return None
        if name not in RENEWING and _password_is_old(user):
            return HttpResponseRedirect(reverse("account_change_password"))
        if name in ENROLLING or proved_factor(request) or not needs_factor(request_actor(request)):
            return None
        return HttpResponseRedirect(_where_to_prove(request, user))


def _is_over(request: HttpRequest, user: User) -> bool:
    """Return whether the session is too old or was left alone too long, and end it then."""
    age, idle = sessions.ages(request)
    if age >= sessions.ABSOLUTE_SECONDS:
        why = "expired"
    elif idle >= idle_seconds() and needs_factor(request_actor(request)):
        why = "idle"
    else:
        return False
    key = request.session.session_key
    request.__dict__["_session_over"] = True
    logout(request)
    sessions.end_key(key, by=why)
    return True


def idle_seconds() -> int:
    """Return after how many seconds without use a session with far-reaching roles ends."""
    return number("accounts.idle_minutes") * 60


def _password_is_old(user: User) -> bool:
    days = number("accounts.password_days")
    if not days or user.password_at is None or not user.has_usable_password():
        return False
    return time.time() - user.password_at.timestamp() > days * 86400


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': back})}")


def _where_to_prove(request: HttpRequest, user: User) -> str:
    """Return the page where a factor is shown when the account has one, else where one is added."""
    back = urlencode({"next": request.get_full_path() if request.method == "GET" else "/"})
    if has_factor(user.pk):
        return f"{reverse('mfa_reauthenticate')}?{back}"
    return reverse("security:enrol")
