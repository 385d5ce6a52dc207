from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.db.models import F, Max
from django.test import Client, RequestFactory

from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.address import browser_of, client_address, mask_address
from pingzhan.foundation.accounts.models import SignIn, User

PASSWORD = "qingshan-lushui-26"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("zhiban", PASSWORD, name="\u67d0\u503c\u73ed")


def attempt(name: str, password: str, address: str = "10.0.0.1", **headers: str) -> int:
    client = Client(REMOTE_ADDR=address)
    answer = client.post("/accounts/login/", {"login": name, "password": password}, headers=headers)
    return answer.status_code


def earlier(minutes: int) -> None:
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


def last() -> datetime:
    found = AccessAttempt.objects.aggregate(last=Max("attempt_time"))["last"]
    assert isinstance(found, datetime)
    return found


def test_waiting_doubles_up_to_an_hour() -> None:
    minutes = [lockout.waiting(n).total_seconds() / 60 for n in range(4, 15)]
    assert minutes == [0, 5, 10, 20, 40, 60, 60, 60, 60, 60, 60]


def test_five_failures_from_anywhere_hold_up_the_account_and_each_further_one_longer(user: User) -> None:
    for n in range(5):
        attempt("zhiban", "wrong", f"10.0.{n}.1")
    assert attempt("zhiban", PASSWORD, "10.9.9.9") == 429
    lock = lockout.lock_of(username="zhiban", address=None)
    assert lock is not None
    assert (lock.by, lock.failures, lock.until - last()) == ("account", 5, timedelta(minutes=5))
    earlier(5)
    assert lockout.lock_of(username="zhiban", address=None) is None
    assert attempt("zhiban", "wrong", "10.0.7.1") == 429
    again = lockout.lock_of(username="zhiban", address=None)
    assert again is not None
    assert (again.failures, again.until - last()) == (6, timedelta(minutes=10))


def test_attempts_while_held_up_are_not_counted_and_do_not_prolong(user: User) -> None:
    for _ in range(5):
        attempt("zhiban", "wrong")
    before = lockout.lock_of(username="zhiban", address=None)
    assert [attempt("zhiban", "wrong") for _ in range(3)] == [429, 429, 429]
    assert lockout.lock_of(username="zhiban", address=None) == before


@pytest.mark.parametrize("spelling", ["ZHIBAN", "Zhiban", " zhiban ", "\uff5ahiban"])
def test_another_spelling_of_the_name_is_the_same_account(user: User, spelling: str) -> None:
    for _ in range(5):
        attempt(spelling, "wrong")
    assert attempt("zhiban", PASSWORD, "10.9.9.9") == 429


def test_an_address_is_held_up_after_twenty_failures_on_many_names(user: User) -> None:
    for n in range(20):
        attempt(f"nobody{n}", "wrong", "10.0.0.7")
    assert attempt("zhiban", PASSWORD, "10.0.0.7") == 429
    assert attempt("zhiban", PASSWORD, "10.0.0.8") == 302


def test_a_good_sign_in_forgets_the_account_but_not_the_address(user: User) -> None:
    User.objects.create_user("mine", PASSWORD, name="\u67d0\u4eba")
    for n in range(19):
        attempt(f"nobody{n}", "wrong", "10.0.0.7")
    assert attempt("mine", PASSWORD, "10.0.0.7") == 302
    attempt("nobody-more", "wrong", "10.0.0.7")
    assert attempt("zhiban", PASSWORD, "10.0.0.7") == 429


def test_inventing_addresses_in_a_header_does_not_help(user: User) -> None:
    for n in range(20):
        attempt(f"nobody{n}", "wrong", "10.0.0.7", x_forwarded_for=f"1.2.3.{n}")
    assert attempt("zhiban", PASSWORD, "10.0.0.7", x_forwarded_for="9.9.9.9") == 429


def test_known_and_unknown_names_are_held_up_in_the_same_words(user: User) -> None:
    pages = []
    for name in ("zhiban", "nobody"):
        for n in range(6):
            client = Client(REMOTE_ADDR=f"10.1.{n}.1")
            page = client.post("/accounts/login/", {"login": name, "password": "wrong"})
        assert page.status_code == 429
        pages.append(page.content.decode().count("\u8f93\u9519\u6b21\u6570\u592a\u591a"))
    assert pages[0] == pages[1] > 0


def test_the_owner_sees_failures_and_no_password_is_kept_anywhere(user: User) -> None:
    attempt("zhiban", "secret-typed-by-mistake")
    assert SignIn.objects.get(user=user).ok is False
    stored = AccessAttempt.objects.get()
    assert "secret-typed-by-mistake" not in stored.post_data + stored.get_data
    assert "zhiban" not in stored.post_data


@pytest.mark.parametrize(
    ("peer", "header", "found"),
    [
        ("8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.2", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.2", "6.6.6.6, 1.1.1.1, 10.0.0.3", "1.1.1.1"),
        ("10.0.0.2", "6.6.6.6, rubbish", "10.0.0.2"),
        ("10.0.0.2", "[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:8.8.8.8", "1.1.1.1", "8.8.8.8"),
        ("", "1.1.1.1", None),
    ],
)
def test_the_header_is_believed_from_trusted_proxies_only_and_from_the_right(
    peer: str, header: str, found: str | None, settings: object
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]  # type: ignore[attr-defined]
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": header})
    assert client_address(request) == found


def test_addresses_and_browsers_are_shown_without_saying_too_much() -> None:
    assert mask_address("10.3.7.9") == "10.3.7.*"
    assert mask_address("2001:db8:1::5") == "2001:0db8:0001:*"
    assert mask_address(None) == mask_address("rubbish") == ""
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"
    assert browser_of(RequestFactory().get("/", headers={"user-agent": agent})) == "Chrome · Windows"
    assert browser_of(RequestFactory().get("/")) == ""
