"""A clerk takes the template, fills it in, imports it, mends what was refused, and takes the list out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
from django.urls import reverse
from playwright.sync_api import Page, expect

from pingzhan.kernel.idnumber import check_character

Visit = Callable[..., Page]


def number(n: int) -> str:
    body = f"371621{1810 + n}0102{n:03d}"
    return body + check_character(body)


def filled(template: bytes, rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    places = {str(cell.value): n for n, cell in enumerate(sheet[1], 1)}
    for at, row in enumerate(rows, 2):
        for title, text in row.items():
            sheet.cell(at, places[title], text)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_roster_comes_in_and_goes_out(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("company")
    page.goto("/import/")
    axe(page)
    page.goto("/import/people.workers/")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    rows = [
        {"姓名": "谷一鸣", "证件号码": number(1), "手机": "13800000001", "入职日期": "2026-03-02"},
        {"姓名": "叶知秋", "证件号码": number(2)[:-1] + "A", "入职日期": "2026-03-02"},
    ]
    data = filled(Path(download.value.path()).read_bytes(), rows)
    axe(page)
    page.locator("[name=file]").set_input_files(
        {"name": "花名册.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile(r"/import/\d+/$"))
    expect(page.locator("#confirm")).to_be_visible(timeout=30_000)
    expect(page.locator("#errors tbody tr")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("谷一鸣")
    axe(page)
    shot(page, "import-ready")
    page.get_by_role("button", name="确认存入").click()
    expect(page.get_by_text("导入完成，存入 1 行。")).to_be_visible(timeout=30_000)
    axe(page)
    job = reverse("imports:job", args=[page.url.rstrip("/").rpartition("/")[2]])
    for address in (job, f"{job}errors/", "/import/", "/jobs/"):
        page.goto(address)
        axe(page)
    run = str(page.locator("tbody th a[href^='/jobs/']").first.get_attribute("href")).split("/")[2]
    page.goto(f"/jobs/{run}/")
    expect(page.locator(f"#run-{run}")).to_be_visible()
    axe(page)
    page.goto("/export/people.workers/")
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert any("谷" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
