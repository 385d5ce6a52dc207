from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.pages.public.demo import is_loopback

pytestmark = pytest.mark.django_db


@pytest.fixture
def persona() -> User:
    user = User.objects.create_user("demo-duty", name="某值班长", is_demo=True)
    RoleGrant.objects.create(user=user, role=Role.DUTY_OFFICER)
    return user


@pytest.fixture
def real() -> User:
    return User.objects.create_user("real", name="真人")


@pytest.fixture(autouse=True)
def demo_mode(settings: Any) -> None:
    settings.DEMO = True
    settings.BIND_HOST = "127.0.0.1"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def local() -> Client:
    return Client(HTTP_HOST="127.0.0.1:8000", REMOTE_ADDR="127.0.0.1")


def test_one_click_signs_in(local: Client, persona: User, real: User) -> None:
    page = local.get("/demo/").content.decode()
    assert "某值班长" in page
    assert "值班长" in page
    assert "真人" not in page
    answer = local.post("/demo/", {"user": persona.pk})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert local.session["_auth_user_id"] == str(persona.pk)
    assert AuditRecord.objects.get().body == {"way": "demo"}


@pytest.mark.parametrize("wanted", ["", "x", "-1", "0", "99999999", "1 OR 1"])
def test_who_is_no_persona_is_not_signed_in(local: Client, persona: User, wanted: str) -> None:
    assert local.post("/demo/", {"user": wanted}).status_code == 404
    assert "_auth_user_id" not in local.session


def test_a_real_or_closed_account_is_never_signed_in(local: Client, persona: User, real: User) -> None:
    User.objects.filter(pk=persona.pk).update(is_active=False)
    for user in (real, persona):
        assert local.post("/demo/", {"user": user.pk}).status_code == 404
    assert "_auth_user_id" not in local.session


@pytest.mark.parametrize(
    "request_from",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_HOST": "rebound.example"},
        {"HTTP_HOST": "127.0.0.1.evil.example:8000"},
    ],
)
def test_from_elsewhere_the_page_does_not_exist(persona: User, request_from: dict[str, str]) -> None:
    client = Client()
    client.defaults.update({"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1", **request_from})
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/", {"user": persona.pk}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "localhost"])
def test_every_name_of_this_machine_works(persona: User, host: str) -> None:
    assert Client(HTTP_HOST=host, REMOTE_ADDR="::1").get("/demo/").status_code == 200


def test_outside_demo_mode_the_page_does_not_exist(local: Client, persona: User, settings: Any) -> None:
    settings.DEMO = False
    assert local.get("/demo/").status_code == 404
    assert local.post("/demo/", {"user": persona.pk}).status_code == 404


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.0.2.1", "::", ""])
def test_on_a_server_others_can_reach_the_page_does_not_exist(
    local: Client, persona: User, settings: Any, bind: str
) -> None:
    settings.BIND_HOST = bind
    assert local.get("/demo/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_two_queries(local: Client, count: int, django_assert_num_queries: Any) -> None:
    for n in range(count):
        user = User.objects.create_user(f"p{n}", name=f"某{n}", is_demo=True)
        RoleGrant.objects.create(user=user, role=Role.OFFICIAL)
    from pingzhan.pages.public.demo import _personas

    with django_assert_num_queries(2):
        assert len(_personas()) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
    ],
)
def test_what_counts_as_this_machine(text: str, expected: bool) -> None:
    assert is_loopback(text) is expected


def test_those_who_decide_come_first(local: Client) -> None:
    roles = [Role.AUDITOR, Role.OFFICIAL, Role.LEADER, Role.DUTY_OFFICER]
    for role in roles:
        user = User.objects.create_user(role.value, name=role.value, is_demo=True)
        RoleGrant.objects.create(user=user, role=role)
    User.objects.create_user("none", name="none", is_demo=True)
    page = local.get("/demo/").content.decode()
    order = sorted(["none", *(role.value for role in roles)], key=lambda name: page.index(f">{name}"))
    assert order == ["duty_officer", "leader", "official", "auditor", "none"]
