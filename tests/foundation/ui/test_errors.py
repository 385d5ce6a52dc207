"""Errors reach people in words: as page, as fragment, as JSON; redirects do not land inside pages."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from pingzhan.foundation.ui import views
from pingzhan.foundation.ui.headers import SECURITY_HEADERS
from pingzhan.foundation.ui.middleware import ErrorMiddleware, SecurityHeadersMiddleware
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused

ERRORS: list[tuple[Exception, int, str]] = [
    (Invalid("人数应为整数。", hint="请改为数字。", place="第 3 行"), 422, "invalid"),
    (Refused("您不能下达转换命令。"), 403, "refused"),
    (NotFound("没有这个岗位。"), 404, "not_found"),
    (Conflict("林知远已先下令。", code="already_ordered"), 409, "already_ordered"),
    (PermissionDenied(), 403, "refused"),
    (Http404(), 404, "not_found"),
]


class Visitor:
    is_authenticated = False


def request(**headers: str) -> HttpRequest:
    made = RequestFactory().get("/duty/", headers=headers)
    made.user = Visitor()  # type: ignore[assignment]
    return made


def handle(error: Exception, asked: HttpRequest) -> HttpResponse:
    answer = ErrorMiddleware(lambda r: HttpResponse()).process_exception(asked, error)
    assert answer is not None
    return answer


@pytest.mark.parametrize(("error", "status", "code"), ERRORS)
def test_page(error: Exception, status: int, code: str) -> None:
    answer = handle(error, request())
    text = answer.content.decode()
    assert answer.status_code == status
    assert "<!doctype html>" in text
    assert code in text
    if isinstance(error, DomainError):
        assert error.message in text
        assert error.hint in text
        assert error.place in text


@pytest.mark.parametrize(("error", "status", "code"), ERRORS)
def test_fragment_goes_to_the_message_region(error: Exception, status: int, code: str) -> None:
    answer = handle(error, request(HX_Request="true"))
    assert answer.status_code == status
    assert "<html" not in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert answer.headers["HX-Retarget"] == "#messages"
    assert answer.headers["X-Pingzhan-Error"] == code


@pytest.mark.parametrize(("error", "status", "code"), ERRORS)
def test_json_for_programs(error: Exception, status: int, code: str) -> None:
    answer = handle(error, request(Accept="application/json"))
    body = json.loads(answer.content)
    assert answer.status_code == status
    assert body["code"] == code
    assert set(body) == {"code", "message", "place", "hint"}


def test_words_are_escaped() -> None:
    answer = handle(Invalid("<b>粗</b>", place="<i>"), request(HX_Request="true"))
    assert "<b>" not in answer.content.decode()


def test_other_errors_are_left_to_the_log() -> None:
    assert ErrorMiddleware(lambda r: HttpResponse()).process_exception(request(), ValueError("x")) is None


def test_what_was_stored_meanwhile_is_a_conflict_and_no_failure_of_ours() -> None:
    twice, wrong = IntegrityError("twice"), IntegrityError("wrong")
    twice.__cause__, wrong.__cause__ = psycopg.errors.UniqueViolation(), psycopg.errors.CheckViolation()
    answer = handle(twice, request())
    assert answer.status_code == 409
    assert "stored_meanwhile" in answer.content.decode()
    assert ErrorMiddleware(lambda r: HttpResponse()).process_exception(request(), wrong) is None


@pytest.mark.parametrize(("query", "status"), [("q=%00", 400), ("q=a%00b", 400), ("q=0", None)])
def test_an_address_with_a_nul_is_refused_before_the_view(query: str, status: int | None) -> None:
    asked = RequestFactory().get(f"/duty/?{query}")
    asked.user = Visitor()  # type: ignore[assignment]
    answer = ErrorMiddleware(lambda r: HttpResponse()).process_view(asked, None, (), {})
    assert (None if answer is None else answer.status_code) == status


@pytest.mark.parametrize(
    ("view", "status"),
    [
        (views.bad_request, 400),
        (views.forbidden, 403),
        (views.csrf_failure, 403),
        (views.not_found, 404),
        (views.server_error, 500),
    ],
)
def test_handlers_answer_page_and_fragment(view: Any, status: int) -> None:
    page, fragment = view(request()), view(request(HX_Request="true"))
    assert page.status_code == fragment.status_code == status
    assert "<main" in page.content.decode()
    assert "<main" not in fragment.content.decode()


def test_server_error_needs_no_user_and_no_band(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: HttpRequest) -> Any:
        raise RuntimeError("database away")

    monkeypatch.setattr("pingzhan.foundation.ui.context.band_of", broken)
    plain = RequestFactory().get("/duty/")
    assert views.server_error(plain).status_code == 500
    asked = RequestFactory().get("/duty/", headers={"HX-Request": "true"})
    assert views.server_error(asked).status_code == 500


class TestRedirects:
    def answer(self, response: HttpResponse, **headers: str) -> HttpResponse:
        done = ErrorMiddleware(lambda r: response)(request(**headers))
        assert isinstance(done, HttpResponse)
        return done

    def test_sign_in_returns_to_the_page_not_to_the_fragment(self) -> None:
        answer = self.answer(
            HttpResponseRedirect("/accounts/login/?next=/duty/fragment/"),
            HX_Request="true",
            HX_Current_URL="http://127.0.0.1:8000/duty/?group=2",
        )
        assert answer.status_code == 204
        assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fduty%2F%3Fgroup%3D2"

    def test_a_foreign_current_address_is_cut_to_its_path(self) -> None:
        answer = self.answer(
            HttpResponseRedirect("/accounts/login/"),
            HX_Request="true",
            HX_Current_URL="https://evil.example/x",
        )
        assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fx"

    def test_other_redirects_load_the_whole_page_and_keep_cookies(self) -> None:
        redirect = HttpResponseRedirect("/tasks/")
        redirect.set_cookie("kept", "1")
        answer = self.answer(redirect, HX_Request="true")
        assert answer.headers["HX-Redirect"] == "/tasks/"
        assert answer.cookies["kept"].value == "1"

    def test_plain_requests_follow_as_ever(self) -> None:
        assert self.answer(HttpResponseRedirect("/tasks/")).status_code == 302


class TestHeaders:
    def test_every_answer_has_them(self) -> None:
        answer = SecurityHeadersMiddleware(lambda r: HttpResponse("x"))(request())
        assert isinstance(answer, HttpResponse)
        assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_a_view_may_set_its_own(self) -> None:
        own = HttpResponse("x", headers={"Cache-Control": "no-cache", "X-Frame-Options": "SAMEORIGIN"})
        answer = SecurityHeadersMiddleware(lambda r: own)(request())
        assert isinstance(answer, HttpResponse)
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"

    def test_no_inline_script_or_style_is_allowed(self) -> None:
        policy = SECURITY_HEADERS["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
        assert "http" not in policy

    def test_in_the_event_loop(self) -> None:
        async def view(_request: HttpRequest) -> HttpResponse:
            return HttpResponseRedirect("/accounts/login/")

        chain = SecurityHeadersMiddleware(ErrorMiddleware(view))

        async def ask() -> HttpResponse:
            answer = await chain(request(HX_Request="true"))  # type: ignore[misc]
            assert isinstance(answer, HttpResponse)
            return answer

        answer = asyncio.run(ask())
        assert answer.headers["HX-Redirect"].startswith("/accounts/login/")
        assert "Content-Security-Policy" in answer.headers


class Told(Exception):
    """What the driver raises, with the state the database gave."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("told")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("kind", "state", "status"),
    [
        (OperationalError, "53100", 503),
        (OperationalError, "57P01", 503),
        (OperationalError, None, 503),
        (InternalError, "25006", 503),
        (InternalError, None, None),
        (OperationalError, "40P01", None),
        (OperationalError, "57014", None),
        (DataError, "22012", None),
    ],
)
def test_case_27_what_the_database_cannot_store_is_told_apart(
    kind: type[Exception], state: str | None, status: int | None
) -> None:
    """Full, read-only or away: the answer says so. An error of ours stays one."""
    error = kind("told")
    error.__cause__ = Told(state)
    answer = ErrorMiddleware(lambda r: HttpResponse()).process_exception(request(), error)
    assert (answer.status_code if answer else None) == status
    try:
        raise error
    except kind:
        assert views.server_error(request()).status_code == (status or 500)


@pytest.mark.parametrize(
    ("error", "status"),
    [(OverflowError("date value out of range"), 400), (DataError(), 400), (ValueError("ours"), None)],
)
def test_a_number_larger_than_any_is_a_wrong_request(error: Exception, status: int | None) -> None:
    error.__cause__ = Told("22003")
    answer = ErrorMiddleware(lambda r: HttpResponse()).process_exception(request(), error)
    assert (answer.status_code if answer else None) == status
    with pytest.raises(ValueError, match="Exceeds the limit") as long:
        int("9" * 5000)
    answer = ErrorMiddleware(lambda r: HttpResponse()).process_exception(request(), long.value)
    assert answer is not None
    assert answer.status_code == 400
