"""登录与安全: what the owner of an account reads about it, and that nobody else's stands there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import SignIn, User
from tests.factories import account
from tests.pages.console.conftest import SignIn as Enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return account(Role.LEADER)


def signed_in_at(
    user: User, *, ok: bool = True, days: int = 0, browser: str = "Firefox", **more: object
) -> SignIn:
    made = SignIn.objects.create(user=user, ok=ok, browser=browser, address="203.0.113.77", **more)
    SignIn.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(days=days))
    return made


def page_of(client: Client) -> str:
    answer = client.get("/security/")
    assert "no-store" in answer.headers["Cache-Control"]
    return str(answer.content.decode())


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/security/").headers["Location"] == "/accounts/login/?next=/security/"


def test_the_owner_reads_when_from_where_and_whether_it_went_well(sign_in: Enter, owner: User) -> None:
    signed_in_at(owner, days=3, browser="Edge", way="password")
    signed_in_at(owner, ok=False, days=2, browser="curl", way="password")
    page = page_of(sign_in(owner))
    history = page[page.index("登录记录") :]
    assert [history.count(word) for word in ("Edge", "curl")] == [1, 1]
    day = timezone.localtime(timezone.now() - timedelta(days=2)).strftime("%Y-%m-%d")
    assert day in history
    assert "失败" in history
    assert "203.0.113.77" not in page, "an address is told as far as its owner knows it again"


def test_nothing_of_anybody_else_stands_there(sign_in: Enter, owner: User) -> None:
    signed_in_at(account(Role.LEADER), browser="Safari", session_key="y" * 32)
    assert "Safari" not in page_of(sign_in(owner))


def test_the_last_thirty_are_shown_the_newest_first(sign_in: Enter, owner: User) -> None:
    for n in reversed(range(35)):
        signed_in_at(owner, days=n + 1, browser=f"B{n:02d}.")
    history = page_of(sign_in(owner))
    shown = [n for n in range(35) if f"B{n:02d}." in history]
    assert shown[:3] == [0, 1, 2]
    assert len(shown) in (29, 30)
    assert history.index("B00.") < history.index("B01.")


def test_three_rows_cost_as_many_queries_as_one(sign_in: Enter, owner: User) -> None:
    client, counts = sign_in(owner), []
    for n in range(3):
        signed_in_at(owner)
        signed_in_at(owner, session_key=f"{n}" * 32)
        with CaptureQueriesContext(connection) as seen:
            client.get("/security/")
        counts.append(len(seen))
    assert counts[2] == counts[1] <= 12
