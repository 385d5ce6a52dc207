"""留痕: who reads it, what it shows, what verification says."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit import record
from pingzhan.foundation.audit.models import AuditRecord
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

READERS = {Role.AUDITOR, Role.DUTY_OFFICER, Role.LEADER}
VERIFIERS = {Role.AUDITOR}


def write(n: int = 1, verb: str = "test.happened", unit_path: str = "/") -> None:
    with transaction.atomic():
        for k in range(n):
            record(verb, by=system_actor("测试"), unit_path=unit_path, body={"n": k})


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/audit/", "/audit/switches/"])
def test_who_reads(sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in READERS else 403)


@pytest.mark.parametrize("role", list(Role))
def test_who_verifies(sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).post("/audit/verify/").status_code == (200 if role in VERIFIERS else 403)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/audit/", "/audit/switches/"])
def test_visitor_is_sent_to_sign_in(client, address: str) -> None:  # type: ignore[no-untyped-def]
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_only_units_of_the_grant(world: SmallZone, sign_in: SignIn) -> None:
    write(verb="test.inside", unit_path=world.firms[0].path)
    write(verb="test.outside", unit_path=world.firms[1].path)
    text = sign_in(Role.AUDITOR, path=world.firms[0].path).get("/audit/").content.decode()
    assert ("test.inside" in text, "test.outside" in text) == (True, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(sign_in: SignIn, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = sign_in(Role.AUDITOR)
    write(rows)
    with django_assert_num_queries(5):
        client.get("/audit/", headers={"HX-Request": "true"})


def test_filter_answers_htmx_with_the_table_only(sign_in: SignIn) -> None:
    client = sign_in(Role.AUDITOR)
    write(2)
    answer = client.get("/audit/", {"who": "没有这个人"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.lstrip().startswith('<div id="trail">')
    assert "没有符合条件的记录" in text


def test_bad_day_is_422_and_kept(sign_in: SignIn) -> None:
    answer = sign_in(Role.AUDITOR).get("/audit/", {"day": "2026-13-40"})
    assert answer.status_code == 422
    assert "2026-13-40" in answer.content.decode()


def test_older_page_goes_by_id(sign_in: SignIn) -> None:
    client = sign_in(Role.AUDITOR)
    write(60)
    first = client.get("/audit/")
    last_shown = [row.pk for row in first.context["rows"]][-1]
    assert f"before={last_shown}" in first.content.decode()
    second = client.get("/audit/", {"before": last_shown})
    assert all(row.pk < last_shown for row in second.context["rows"])


def test_intact_chain(sign_in: SignIn) -> None:
    client = sign_in(Role.AUDITOR)
    write(3)
    count = AuditRecord.objects.count()
    text = client.post("/audit/verify/", headers={"HX-Request": "true"}).content.decode()
    assert f"链条完整\uff0c{count} 条" in text


def test_edited_row_is_named(sign_in: SignIn) -> None:
    client = sign_in(Role.AUDITOR)
    write(3)
    row = AuditRecord.objects.order_by("-pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditrecord DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_auditrecord SET actor_name = 'x' WHERE id = %s", [row.pk])
        cursor.execute("ALTER TABLE audit_auditrecord ENABLE TRIGGER USER")
    text = client.post("/audit/verify/", headers={"HX-Request": "true"}).content.decode()
    assert f"第 {row.pk} 条的内容与校验值不符" in text
