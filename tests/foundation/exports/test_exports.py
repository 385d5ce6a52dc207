"""A list as a file: who may, what is masked, what is recorded, and how long ones are made."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db.models import QuerySet
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.actions import export_now, fetch, is_long, order_export
from pingzhan.foundation.exports.listing import (
    Listing,
    OutColumn,
    Params,
    register_listing,
    unregister_listing,
)
from pingzhan.foundation.exports.making import delete_due
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.options import registry
from pingzhan.foundation.privacy.masks import mask_phone
from pingzhan.foundation.runs.models import RunRow
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.factories.accounts import account, actor_with

PHONE = "13800005678"


def selection(actor: Actor, params: Params) -> QuerySet[User]:
    found = User.objects.filter(username__startswith="worker").order_by("username")
    return found.filter(name=params["name"]) if "name" in params else found


LISTING = Listing(
    key="test.workers",
    title="职工",
    columns=(
        OutColumn("name", "姓名", lambda user: user.name),
        OutColumn("phone", "电话", lambda user: PHONE, personal=True, mask=mask_phone),
        OutColumn("joined", "加入", lambda user: date(2026, 1, 31)),
        OutColumn("active", "启用", lambda user: user.is_active),
        OutColumn("nothing", "空", lambda user: None),
    ),
    queryset=selection,
    may=lambda actor: actor.has(Permission.VIEW_WORKERS),
    filter_words=lambda actor, params: "、".join(params.values()),
)


@pytest.fixture
def workers(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    register_listing(LISTING)
    for n, name in enumerate(["=1+1", "林知远", "顾清和"]):
        User.objects.create_user(f"worker{n}", name=name)
    yield
    unregister_listing(LISTING.key)


def sheet(data: bytes) -> tuple[list[list[Any]], dict[str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    notes = {str(name): str(words) for name, words in book.worksheets[1].iter_rows(values_only=True)}
    return rows, notes


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_workbook_holds_the_list_masked_and_says_who_took_it(workers: None) -> None:
    by = actor_with(Role.LEADER, name="陆亦舟")
    rows, notes = sheet(export_now(key="test.workers", form="xlsx", params={}, by=by).read())
    assert rows[0] == ["姓名", "电话", "加入", "启用", "空"]
    assert [row[:2] for row in rows[1:]] == [
        ["=1+1", "138****5678"],
        ["林知远", "138****5678"],
        ["顾清和", "138****5678"],
    ]
    assert (notes["导出人"], notes["行数"], notes["个人信息"]) == ("陆亦舟", "3", "已遮盖")
    record = AuditRecord.objects.get(verb="export.made")
    assert record.body == {"listing": "test.workers", "form": "xlsx", "rows": 3, "whole": False, "reason": ""}


def test_csv_is_utf8_with_mark_and_no_formula(workers: None) -> None:
    data = export_now(
        key="test.workers", form="csv", params={}, by=actor_with(Role.LEADER, name="陆亦舟")
    ).read()
    assert data.startswith(b"\xef\xbb\xbf")
    found = lines(data)
    assert [row[0] for row in found[:4]] == ["姓名", "'=1+1", "林知远", "顾清和"]
    assert found[4][0].startswith("## 列表：职工；导出人：陆亦舟；")
    assert found[4][0].endswith("行数：3")


def test_the_filter_of_the_page_is_kept(workers: None) -> None:
    by = actor_with(Role.LEADER)
    rows, notes = sheet(export_now(key="test.workers", form="xlsx", params={"name": "林知远"}, by=by).read())
    assert [row[0] for row in rows] == ["姓名", "林知远"]
    assert (notes["查询条件"], notes["行数"]) == ("林知远", "1")


def test_whole_numbers_need_the_right_and_a_reason_and_are_recorded(workers: None) -> None:
    officer = actor_with(Role.PRIVACY_OFFICER, name="苏怀瑾")
    for reason in ("", "  啊 "):
        with pytest.raises(Invalid) as refusal:
            export_now(key="test.workers", form="csv", params={}, whole=True, reason=reason, by=officer)
        assert refusal.value.code == "export_reason"
    data = export_now(
        key="test.workers", form="csv", params={}, whole=True, reason="核对补贴名单", by=officer
    ).read()
    assert lines(data)[1][1] == PHONE
    record = AuditRecord.objects.get(verb="export.whole")
    assert (record.actor_name, record.body["rows"], record.body["reason"]) == ("苏怀瑾", 3, "核对补贴名单")


def test_who_may_not(workers: None) -> None:
    for role in (
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDITOR,
        Role.ORGANISER,
        Role.OFFICIAL,
        Role.CLERK,
    ):
        with pytest.raises(NotFound):
            export_now(key="test.workers", form="csv", params={}, by=actor_with(role))
    for role in (Role.LEADER, Role.DUTY_OFFICER, Role.COMPANY):
        with pytest.raises(Refused):
            export_now(
                key="test.workers",
                form="csv",
                params={},
                whole=True,
                reason="写明了事由",
                by=actor_with(role),
            )
    with pytest.raises(NotFound):
        export_now(key="unknown", form="csv", params={}, by=actor_with(Role.LEADER))
    with pytest.raises(NotFound):
        export_now(key="test.workers", form="pdf", params={}, by=actor_with(Role.LEADER))
    assert not AuditRecord.objects.filter(verb__startswith="export.").exists()


def test_a_long_list_is_made_in_the_background(workers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    by = actor_with(Role.LEADER)
    monkeypatch.setitem(registry._cache, "exports.direct_rows", "100")
    assert not is_long(LISTING, {}, by=by)
    User.objects.bulk_create([User(username=f"worker9{n:03d}", name="某人") for n in range(100)])
    assert is_long(LISTING, {}, by=by)
    job = order_export(key="test.workers", form="csv", params={"name": "某人"}, by=by)
    assert "某人" not in str(job.run.params) if job.run else True
    with pytest.raises(NotFound):
        fetch(job, by=by)
    assert drain() == ["done"]
    job.refresh_from_db()
    assert job.rows == 100
    data = fetch(job, by=by)
    assert len(lines(data)) == 102
    assert RunRow.objects.get(kind="exports.make").result == {"rows": 100}
    other = actor_with(Role.LEADER)
    assert not ExportJob.objects.visible_to(other).exists()
    with pytest.raises(NotFound):
        fetch(job, by=other)


def test_rights_are_asked_again_when_the_file_is_made_and_fetched(workers: None) -> None:
    user = account(Role.PRIVACY_OFFICER)
    from pingzhan.foundation.access.actor import actor_of

    kept = order_export(
        key="test.workers", form="csv", params={}, whole=True, reason="核对补贴名单", by=actor_of(user)
    )
    drain()
    lost = order_export(
        key="test.workers", form="csv", params={}, whole=True, reason="核对补贴名单", by=actor_of(user)
    )
    user.grants.all().delete()
    assert drain() == ["dead"]
    for job in (kept, lost):
        job.refresh_from_db()
        with pytest.raises(NotFound):
            fetch(job, by=actor_of(user))


def test_files_go_after_their_time(workers: None) -> None:
    by = actor_with(Role.LEADER)
    job = order_export(key="test.workers", form="csv", params={}, by=by)
    drain()
    assert delete_due() == 0
    ExportJob.objects.filter(pk=job.pk).update(created_at=Now() - timedelta(hours=25))
    assert delete_due() == 1
    job.refresh_from_db()
    assert job.files_gone_at is not None
    with pytest.raises(Conflict):
        fetch(job, by=by)
