from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord

PASSWORD = "qingshan-lushui-26"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("li", PASSWORD, name="李某")


def test_signing_in_with_user_name_and_password(client: Client, user: User) -> None:
    page = client.get("/accounts/login/")
    assert page.status_code == 200
    assert "用户名" in page.content.decode()
    answer = client.post("/accounts/login/", {"login": "li", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert AuditRecord.objects.get(verb="account.signed_in").body == {"way": "password"}


@pytest.mark.parametrize("login", ["li", "nobody"])
def test_a_wrong_password_says_the_same_for_everybody(client: Client, user: User, login: str) -> None:
    answer = client.post("/accounts/login/", {"login": login, "password": "wrong"})
    assert "用户名或密码不对。" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditRecord.objects.get().verb == "account.sign_in_failed"


def test_many_wrong_passwords_are_held_up(client: Client, user: User) -> None:
    answers = [client.post("/accounts/login/", {"login": "li", "password": f"wrong{n}"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "输错次数太多" in answers[-1].content.decode()
    late = client.post("/accounts/login/", {"login": "li", "password": PASSWORD})
    assert late.status_code == 429
    assert "_auth_user_id" not in client.session


def test_a_closed_account_does_not_sign_in(client: Client, user: User) -> None:
    User.objects.update(is_active=False)
    client.post("/accounts/login/", {"login": "li", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_post(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert AuditRecord.objects.filter(verb="account.signed_out").count() == 1


def test_nobody_opens_an_account_himself(client: Client) -> None:
    assert "账号由系统管理员开设" in client.get("/accounts/signup/").content.decode()
    answer = client.post(
        "/accounts/signup/", {"username": "me", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "账号由系统管理员开设" in answer.content.decode()
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "password/reset/",
        "email/",
        "password/set/",
        "confirm-email/",
        "login/code/confirm/",
    ],
)
def test_pages_that_need_mail_do_not_exist(client: Client, user: User, path: str) -> None:
    client.force_login(user)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_changing_the_password(client: Client, user: User) -> None:
    client.force_login(user)
    assert "修改密码" in client.get("/accounts/password/change/").content.decode()
    weak = {"oldpassword": PASSWORD, "password1": "12345", "password2": "12345"}
    assert client.post("/accounts/password/change/", weak).status_code == 200
    new = {"oldpassword": PASSWORD, "password1": "xinmima-hao-77", "password2": "xinmima-hao-77"}
    client.post("/accounts/password/change/", new)
    user.refresh_from_db()
    assert user.check_password("xinmima-hao-77")


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/logout/", "/accounts/password/change/", "/demo/"]
)
def test_without_the_form_token_nothing_happens(path: str, user: User, settings: Any) -> None:
    settings.DEMO = True
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(path, {"login": "li", "password": PASSWORD}).status_code == 403


def test_after_signing_in_nobody_is_sent_to_a_foreign_host(client: Client, user: User) -> None:
    answer = client.post("/accounts/login/?next=https://evil.example/", {"login": "li", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
