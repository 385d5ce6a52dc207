"""导出: the page before the file, the file at once, and the file from the background."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import register_listing, unregister_listing
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.options import registry
from pingzhan.foundation.runs.testing import drain
from tests.factories import account
from tests.foundation.exports.test_exports import LISTING, PHONE, lines
from tests.pages.console.conftest import SignIn


@pytest.fixture(autouse=True)
def workers(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.UPLOAD_DIR = tmp_path
    register_listing(LISTING)
    for n in range(3):
        User.objects.create_user(f"worker{n}", name="林知远")
    yield
    unregister_listing(LISTING.key)


def test_the_page_says_what_would_be_taken_out(sign_in: SignIn) -> None:
    client = sign_in(Role.LEADER)
    page = client.get("/export/test.workers/?name=%E6%9E%97%E7%9F%A5%E8%BF%9C&page=2").content.decode()
    assert "<dd>3</dd>" in page
    assert "林知远" in page
    assert "个人信息不遮盖" not in page
    answer = client.post("/export/test.workers/?name=%E6%9E%97%E7%9F%A5%E8%BF%9C", {"form": "csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row[1] for row in lines(answer.content)[1:4]] == ["138****5678"] * 3


def test_whole_numbers_ask_for_a_reason(sign_in: SignIn) -> None:
    client = sign_in(Role.PRIVACY_OFFICER)
    assert "个人信息不遮盖" in client.get("/export/test.workers/").content.decode()
    for reason, sentence in ((" ", "请写明导出未遮盖个人信息的事由"), ("核对 13800005678", "请不要写号码")):
        answer = client.post("/export/test.workers/", {"form": "csv", "whole": "on", "reason": reason})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    answer = client.post("/export/test.workers/", {"form": "csv", "whole": "on", "reason": "核对补贴名单"})
    assert lines(answer.content)[1][1] == PHONE


def test_without_the_right_whole_is_not_heard(sign_in: SignIn) -> None:
    answer = sign_in(Role.LEADER).post(
        "/export/test.workers/", {"form": "csv", "whole": "on", "reason": "核对补贴名单"}
    )
    assert lines(answer.content)[1][1] == "138****5678"
    assert AuditRecord.objects.get(verb="export.made").body["whole"] is False


def test_a_long_list_leads_to_its_progress_and_then_to_the_file(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._cache, "exports.direct_rows", "100")
    User.objects.bulk_create([User(username=f"worker9{n:03d}", name="某人") for n in range(100)])
    client = sign_in(account(Role.LEADER))
    assert client.get("/export/test.workers.csv?name=1").status_code == 200
    answer = client.get("/export/test.workers.xlsx")
    assert answer.headers["Location"] == "/export/test.workers/?"
    answer = client.post("/export/test.workers/", {"form": "xlsx"})
    job = ExportJob.objects.get()
    assert answer.headers["Location"] == f"/export/job/{job.pk}/"
    assert "排队中" in client.get(f"/export/job/{job.pk}/").content.decode()
    assert client.get(f"/export/job/{job.pk}/file/").status_code == 404
    drain()
    assert "共 103 行。" in client.get(f"/export/job/{job.pk}/state/").content.decode()
    assert client.get(f"/export/job/{job.pk}/file/").content.startswith(b"PK")
    other = sign_in(Role.LEADER)
    for part in ("", "state/", "file/"):
        assert other.get(f"/export/job/{job.pk}/{part}").status_code == 404


@pytest.mark.parametrize(
    "role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.ORGANISER, Role.OFFICIAL, Role.CLERK]
)
def test_roles_without_the_list_are_refused(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    for address in (
        "/export/test.workers/",
        "/export/test.workers.csv",
        "/export/test.workers.xlsx",
        "/export/no/",
    ):
        assert client.get(address).status_code == 404
    assert not AuditRecord.objects.filter(verb__startswith="export.").exists()


def test_accounts_can_be_taken_out_by_who_sees_them(sign_in: SignIn) -> None:
    client = sign_in(Role.SYSTEM_ADMIN)
    assert 'href="/export/staff.accounts/"' in client.get("/staff/").content.decode()
    answer = client.get("/export/staff.accounts.csv")
    rows = lines(answer.content)
    assert rows[0][:3] == ["用户名", "姓名", "角色"]
    assert len(rows) == User.objects.count() + 2
    assert sign_in(Role.LEADER).get("/export/staff.accounts.csv").status_code == 404


def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/export/test.workers/").headers["Location"].startswith("/accounts/login/")
