"""系统设置: who changes what, and what a wrong value is answered with."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.options.models import OptionValue
from pingzhan.foundation.options.registry import number
from tests.pages.console.conftest import HTMX, SignIn

KEY = "runs.keep_days"


@pytest.mark.parametrize("role", list(Role))
def test_only_the_administrator(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    may = role is Role.SYSTEM_ADMIN
    assert client.get("/settings/").status_code == (200 if may else 403)
    assert client.post(f"/settings/{KEY}/", {"value": "31"}).status_code == (302 if may else 403)
    assert OptionValue.objects.exists() == may


def test_a_change_counts_at_once_and_is_recorded(sign_in: SignIn) -> None:
    client = sign_in(Role.SYSTEM_ADMIN)
    answer = client.post(f"/settings/{KEY}/", {"value": " 90 "}, headers=HTMX)
    assert answer.status_code == 200
    assert "已保存" in answer.content.decode()
    assert number(KEY) == 90
    (line,) = AuditRecord.objects.filter(verb="option.changed")
    assert (line.subject_id, line.body) == (KEY, {"value": "90"})
    client.post(f"/settings/{KEY}/", {"value": "90"})
    assert AuditRecord.objects.filter(verb="option.changed").count() == 1, "nothing changed"
    client.post(f"/settings/{KEY}/", {"value": "30"})
    assert not OptionValue.objects.exists(), "the default is not stored"


@pytest.mark.parametrize("value", ["", "0", "3651", "三十", "1.5", "<b>"])
def test_a_value_it_does_not_take_is_refused_with_the_reason_and_kept_in_the_field(
    sign_in: SignIn, value: str
) -> None:
    client = sign_in(Role.SYSTEM_ADMIN)
    for headers in (HTMX, {}):
        answer = client.post(f"/settings/{KEY}/", {"value": value}, headers=headers)
        assert answer.status_code == 422
        assert "请填写" in answer.content.decode()
        assert "<b>" not in answer.content.decode()
    assert number(KEY) == 30


def test_an_unknown_setting_is_not_found(sign_in: SignIn) -> None:
    assert sign_in(Role.SYSTEM_ADMIN).post("/settings/no.such/", {"value": "1"}).status_code == 404


def test_one_query_for_all_settings(
    sign_in: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Role.SYSTEM_ADMIN)
    client.get("/settings/")
    with django_assert_num_queries(6):
        client.get("/settings/")
