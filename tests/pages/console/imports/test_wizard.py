"""导入: the four steps as a clerk walks them, what others may not see, and how many queries it takes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.imports import spec
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import register_import, unregister_import
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict
from tests.factories import account
from tests.foundation.imports import sample
from tests.foundation.imports.files import GOOD, HEADER, ID, send, store, xlsx
from tests.pages.console.conftest import SignIn

BAD = ("", "坏行", ID[:-1] + "0", *[""] * 8)
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def parts(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.UPLOAD_DIR = tmp_path
    with connection.cursor() as cursor:
        cursor.execute(sample.TABLE)
    register_import(sample.SPEC)
    yield
    unregister_import(sample.SPEC.key)


@pytest.fixture
def clerk() -> User:
    return account(Role.COMPANY, path="/7/", name="林知远")


def file(data: bytes, name: str = "零件.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def walk(client: Client, data: bytes) -> ImportJob:
    answer = client.post("/import/sample/", {"scope": "7", "file": file(data)})
    assert answer.status_code == 302, answer.content.decode()
    job = ImportJob.objects.latest("pk")
    assert answer.headers["Location"] == f"/import/{job.pk}/"
    return job


def test_a_clerk_walks_through_all_four_steps(sign_in: SignIn, clerk: User) -> None:
    client = sign_in(clerk)
    first = client.get("/import/sample/?scope=7").content.decode()
    for word in (
        "下载模板",
        "单位 /7/（7）",
        "保管人证件号",
        "18 位身份证号码，按文本填写。",
        "也认：零件号。",
    ):
        assert word in first
    job = walk(client, xlsx([HEADER, GOOD, BAD]))
    assert "排队中" in client.get(f"/import/{job.pk}/").content.decode()
    assert client.get(f"/import/{job.pk}/state/", headers=HX).status_code == 200
    drain()
    assert client.get(f"/import/{job.pk}/state/", headers=HX).headers["HX-Redirect"] == f"/import/{job.pk}/"
    ready = client.get(f"/import/{job.pk}/").content.decode()
    for word in ("新增 1 行", "确认存入", "下载错误清单", "身份证号码的校验位不对"):
        assert word in ready
    errors = client.get(f"/import/{job.pk}/errors/", headers=HX).content.decode()
    assert "A 编号" in errors
    assert "110********10" in errors
    assert ID[:-1] not in errors
    rows = client.get(f"/import/{job.pk}/rows/", headers=HX).content.decode()
    assert "轴承" in rows
    assert ID not in rows
    answer = client.post(f"/import/{job.pk}/confirm/", {"new": "on"})
    assert answer.status_code == 302
    drain()
    done = client.get(f"/import/{job.pk}/").content.decode()
    assert "导入完成，存入 1 行。" in done
    assert 'href="/sample/7/"' in done
    history = client.get("/import/").content.decode()
    assert f'href="/import/{job.pk}/"' in history


def test_the_template_and_the_result_are_workbooks(sign_in: SignIn, clerk: User) -> None:
    client = sign_in(clerk)
    answer = client.get("/import/sample/template.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["A1"].value == "编号"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    job = send(actor_of(clerk), xlsx([HEADER, BAD]))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/import/{job.pk}/result.xlsx").content))
    assert book.worksheets[0]["B2"].value == "坏行"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xlsm", b"PK\x03\x04", "这是带宏的工作簿，不能导入。"),
        ("a.docx", b"PK\x03\x04", "只能导入 .xlsx、.xls 和 .csv 文件。"),
        ("a.xls", b"<html>", "文件的扩展名是 .xls，内容却不是这种格式。"),
        ("a.xlsx", b"", "文件是空的。"),
    ],
)
def test_a_file_that_will_not_do_is_told_at_the_field(
    sign_in: SignIn, clerk: User, name: str, data: bytes, sentence: str
) -> None:
    answer = sign_in(clerk).post("/import/sample/", {"scope": "7", "file": file(data, name)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ImportJob.objects.exists()


def test_a_unit_of_somebody_else_is_no_choice(sign_in: SignIn, clerk: User) -> None:
    answer = sign_in(clerk).post("/import/sample/", {"scope": "8", "file": file(xlsx([HEADER]))})
    assert answer.status_code == 422
    assert not ImportJob.objects.exists()


def test_a_file_refused_by_the_check_says_why(sign_in: SignIn, clerk: User) -> None:
    client = sign_in(clerk)
    job = walk(client, xlsx([("甲", "乙")]))
    drain()
    page = client.get(f"/import/{job.pk}/").content.decode()
    assert "没有找到表头" in page
    assert "请用下载的模板填写，列名不要改。" in page


def test_the_same_file_again_is_recognised(sign_in: SignIn, clerk: User) -> None:
    client = sign_in(clerk)
    data = xlsx([HEADER, GOOD])
    first = walk(client, data)
    drain()
    client.post(f"/import/{first.pk}/confirm/", {"new": "on"})
    drain()
    again = walk(client, data)
    drain()
    page = client.get(f"/import/{again.pk}/").content.decode()
    assert f"这个文件已经导入过（第 {first.pk} 号）。" in page
    assert "没有变化，不需要存入" in page


def test_nothing_chosen_and_not_clean_are_told_in_the_form(sign_in: SignIn, clerk: User) -> None:
    client = sign_in(clerk)
    job = send(actor_of(clerk), xlsx([HEADER, GOOD, BAD]))
    for choice, sentence in (
        ({}, "没有选择要存入的行"),
        ({"new": "on", "only_if_clean": "on"}, "有 1 行被拒绝"),
    ):
        answer = client.post(f"/import/{job.pk}/confirm/", choice)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert client.post(f"/import/{job.pk}/cancel/").status_code == 302
    assert "这次导入已取消。" in client.get(f"/import/{job.pk}/").content.decode()
    assert client.post(f"/import/{job.pk}/confirm/", {"new": "on"}).status_code == 409


def test_changed_rows_show_what_was_and_what_would_be(sign_in: SignIn, clerk: User) -> None:
    actor = actor_of(clerk)
    store(actor, send(actor, xlsx([HEADER, GOOD])))
    job = send(actor, xlsx([HEADER, ("A-001", "滚珠轴承", *GOOD[2:])]))
    text = sign_in(clerk).get(f"/import/{job.pk}/changes/", headers=HX).content.decode()
    assert "<del>轴承</del>" in text
    assert "<ins>滚珠轴承</ins>" in text


def test_an_import_that_failed_while_storing_goes_on_from_there(sign_in: SignIn, clerk: User) -> None:
    def broken(judged: object, context: object) -> None:
        raise Conflict("仓库正在盘点。", hint="请晚些再试。")

    client = sign_in(clerk)
    job = send(actor_of(clerk), xlsx([HEADER, GOOD]))
    whole = sample.SPEC.store
    object.__setattr__(sample.SPEC, "store", broken)
    try:
        store(actor_of(clerk), job)
    finally:
        object.__setattr__(sample.SPEC, "store", whole)
    page = client.get(f"/import/{job.pk}/").content.decode()
    for words in ("仓库正在盘点。", "请晚些再试。", "从中断处继续"):
        assert words in page
    assert client.post(f"/import/{job.pk}/resume/").status_code == 302
    drain()
    assert "导入完成，存入 1 行。" in client.get(f"/import/{job.pk}/").content.decode()


ADDRESSES = ("", "state/", "errors/", "changes/", "rows/", "result.xlsx")
POSTS = ("confirm/", "cancel/", "resume/")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COMPANY])
def test_other_roles_are_refused(sign_in: SignIn, clerk: User, role: Role) -> None:
    job = send(actor_of(clerk), xlsx([HEADER, GOOD]))
    client = sign_in(role)
    assert {client.get(f"/import/{job.pk}/{part}").status_code for part in ADDRESSES} == {404}
    assert {client.post(f"/import/{job.pk}/{part}").status_code for part in POSTS} == {404}
    assert client.get("/import/sample/").status_code == 404
    assert client.get("/import/sample/template.xlsx").status_code == 404
    job.refresh_from_db()
    assert job.state == "ready"


def test_an_import_of_another_enterprise_does_not_exist(sign_in: SignIn, clerk: User) -> None:
    job = send(actor_of(clerk), xlsx([HEADER, GOOD]))
    client = sign_in(Role.COMPANY, path="/8/")
    assert {client.get(f"/import/{job.pk}/{part}").status_code for part in ADDRESSES} == {404}
    assert {client.post(f"/import/{job.pk}/{part}").status_code for part in POSTS} == {404}
    assert f"/import/{job.pk}/" not in client.get("/import/").content.decode()


def test_a_visitor_is_sent_to_sign_in(clerk: User, client: Client) -> None:
    job = send(actor_of(clerk), xlsx([HEADER, GOOD]))
    for address in ("/import/", "/import/sample/", f"/import/{job.pk}/", f"/import/{job.pk}/result.xlsx"):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("n", [1, 3])
def test_query_count_of_the_history(
    sign_in: SignIn,
    clerk: User,
    n: int,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each registered import asks for its units; here there is one, however many modules bring theirs.
    monkeypatch.setattr(spec, "_specs", {"sample": sample.SPEC})
    for _n in range(n):
        send(actor_of(clerk), xlsx([HEADER, GOOD]))
    client = sign_in(clerk)
    client.get("/import/")
    with django_assert_num_queries(7):
        client.get("/import/")
