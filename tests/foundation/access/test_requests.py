from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory

from pingzhan.foundation.access import actor as actor_module
from pingzhan.foundation.access import rights
from pingzhan.foundation.access.actor import (
    ANONYMOUS,
    actor_of,
    register_person_resolver,
    request_actor,
    within,
)
from pingzhan.foundation.access.middleware import ActorMiddleware
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord

Make = Callable[..., Any]


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = list(actor_module._person_resolver)
    monkeypatch.setattr(rights, "_sources", {})
    register_person_resolver(lambda user_id: user_id + 1000)
    yield
    actor_module._person_resolver[:] = before


@pytest.mark.usefixtures("resolver")
def test_the_request_carries_its_actor_lazily(make_user: Make, django_assert_num_queries: Any) -> None:
    user = make_user(Role.DUTY_OFFICER)
    seen: list[Any] = []

    def view(request: Any) -> HttpResponse:
        with django_assert_num_queries(1):
            seen.append(request_actor(request))
            assert request.actor.person_id == user.pk + 1000
            seen.append(request_actor(request))
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = user
    with django_assert_num_queries(1):
        ActorMiddleware(view)(request)
    assert seen[0] == seen[1] == actor_of(user)
    assert seen[0].is_signed_in


def test_a_visitor_holds_nothing() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert request_actor(request) is ANONYMOUS
    assert not ANONYMOUS.is_signed_in


def test_an_inactive_account_holds_nothing(make_user: Make) -> None:
    assert actor_of(make_user(Role.LEADER, is_active=False)).grants == ()


@pytest.mark.django_db
def test_within_is_the_pattern_of_list_filters(make_user: Make) -> None:
    user = make_user()
    for path in ("/1/", "/1/3/", "/1/31/", "/2/"):
        RoleGrant.objects.create(user=user, role=Role.OFFICIAL, unit_path=path)

    def found(*paths: str) -> list[str]:
        rows = RoleGrant.objects.filter(within("unit_path", paths))
        return list(rows.order_by("unit_path").values_list("unit_path", flat=True))

    assert found() == []
    assert found("/1/3/") == ["/1/3/"]
    assert found("/1/3/", "/2/") == ["/1/3/", "/2/"]
    assert found("/") == ["/1/", "/1/3/", "/1/31/", "/2/"]


def test_signing_in_out_and_failing_is_recorded(make_user: Make, client: Client) -> None:
    user = make_user()
    user.set_password("qingshan-lushui-26")
    user.save(update_fields=["password"])
    assert not client.login(username=user.username, password="wrong")
    assert not client.login(username="nobody-at-all", password="wrong")
    assert client.login(username=user.username, password="qingshan-lushui-26")
    client.logout()
    lines = list(
        AuditRecord.objects.order_by("id").values_list("verb", "actor_kind", "actor_id", "subject_id", "body")
    )
    assert lines == [
        ("account.sign_in_failed", "system", None, str(user.pk), {"known": True}),
        ("account.sign_in_failed", "system", None, "", {"known": False}),
        ("account.signed_in", "user", user.pk, str(user.pk), {"way": "password"}),
        ("account.signed_out", "user", user.pk, str(user.pk), {}),
    ]
