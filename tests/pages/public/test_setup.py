from __future__ import annotations

import pytest
from django.test import Client

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.actions import ensure_setup_link
from pingzhan.foundation.accounts.models import SetupLink, User
from pingzhan.foundation.audit.models import AuditRecord

pytestmark = pytest.mark.django_db
GOOD = {
    "username": "guanli",
    "name": "某管理员",
    "password": "qingshan-lushui-26",
    "again": "qingshan-lushui-26",
}


@pytest.fixture
def link() -> str:
    path = ensure_setup_link()
    assert path is not None
    return path


def test_the_first_administrator_sets_himself_up_and_is_signed_in(client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    answer = client.post(link, GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.username, user.name, user.is_demo) == ("guanli", "某管理员", False)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert actor_of(user).grants == ((Role.SYSTEM_ADMIN, "/"),)
    verbs = list(AuditRecord.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["account.set_up", "account.signed_in"]
    assert Client().get(link).status_code == 404
    assert Client().post(link, {**GOOD, "username": "second"}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"again": "other-password-1"},
        {"password": "short", "again": "short"},
        {"password": "1234567890", "again": "1234567890"},
        {"password": "guanli-guanli", "again": "guanli-guanli", "username": "guanli-guanli"},
        {"username": ""},
        {"username": "a b"},
        {"name": ""},
    ],
)
def test_wrong_data_is_told_and_the_link_stays_good(client: Client, link: str, wrong: dict[str, str]) -> None:
    answer = client.post(link, {**GOOD, **wrong})
    assert answer.status_code == 422
    assert User.objects.count() == 0
    assert client.post(link, GOOD).status_code == 302


@pytest.mark.usefixtures("link")
def test_another_token_is_refused(client: Client) -> None:
    token = SetupLink.objects.get().token_sha
    for path in (f"/setup/{token}", "/setup/x"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "设置链接无效" in answer.content.decode()
        assert client.post(path, GOOD).status_code == 404
    assert User.objects.count() == 0


def test_the_form_token_is_needed(link: str) -> None:
    assert Client(enforce_csrf_checks=True).post(link, GOOD).status_code == 403
    assert User.objects.count() == 0
