"""Middleware: security headers, and errors told to people in words."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import has_vary_header, patch_vary_headers

from pingzhan.foundation.ui.errors import Problem, cannot_store, problem_of, render_problem, too_large
from pingzhan.foundation.ui.headers import SECURITY_HEADERS
from pingzhan.kernel.errors import DomainError

GetResponse = Callable[[HttpRequest], Any]
_log = logging.getLogger("pingzhan.errors")
_TAKEN = "23505"
"""What the database calls a row that is there already."""


class _Both(ABC):
    """A middleware that changes answers on their way out, in threads and in the event loop alike."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._later(request)
        return self.finish(request, cast(HttpResponseBase, self.get_response(request)))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self.finish(request, await self.get_response(request))

    @abstractmethod
    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response to send, given the one the view made."""


class SecurityHeadersMiddleware(_Both):
    """Add the security headers, and keep pages with personal data out of shared and disk caches."""

    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set each header that the view has not set itself."""
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ErrorMiddleware(_Both):
    """Turn DomainError, Http404 and PermissionDenied into a page, a fragment or JSON.

    For htmx a redirect becomes ``HX-Redirect``: a followed redirect would put a whole page, often the
    sign-in page, into the middle of another one. After signing in the person returns to the page he was
    on, not to the fragment.
    """

    def finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Rewrite redirects answered to htmx."""
        if _is_htmx(request):
            if not has_vary_header(response, "HX-Request"):
                patch_vary_headers(response, ["HX-Request"])
            if response.status_code in (301, 302, 303, 307, 308) and "HX-Redirect" not in response.headers:
                return _htmx_redirect(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse an address with a NUL before a page takes it to the database, where no text may hold it."""
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path:
            return render_problem(request, Problem.bad_request())
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer errors that carry words, and a row that somebody stored meanwhile; leave others to Django's log."""
        if isinstance(exception, DomainError):
            return render_problem(request, problem_of(exception))
        if isinstance(exception, PermissionDenied):
            return render_problem(request, Problem.forbidden())
        if isinstance(exception, Http404):
            return render_problem(request, Problem.not_found())
        if isinstance(exception, IntegrityError) and getattr(exception.__cause__, "sqlstate", "") == _TAKEN:
            # Two people, or two taps, at once: the action looked before the other one's row was there.
            _log.warning("stored meanwhile: %s", request.path, exc_info=exception)
            return render_problem(request, Problem.stored_meanwhile())
        if too_large(exception):
            _log.warning("out of range: %s", request.path, exc_info=exception)
            return render_problem(request, Problem.bad_request())
        if cannot_store(exception):
            _log.error("the database does not write: %s", request.path, exc_info=exception)
            return render_problem(request, Problem.cannot_store())
        return None


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _htmx_redirect(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    target = response.headers["Location"]
    login = resolve_url("account_login")
    if urlsplit(target).path == login:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = page.path + (f"?{page.query}" if page.query else "") if page.path else "/"
        target = f"{login}?{urlencode({'next': back})}"
    answer = HttpResponse(status=204, headers={"HX-Redirect": target})
    answer.cookies = response.cookies
    return answer
