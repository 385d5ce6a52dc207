"""A list of a hospital in a browser: the template filled in, looked at, stored, and once more; by telephone too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.domain.people.crowd import id_number
from tests.journeys.site import Site
from tests.journeys.test_import import filled

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
WORKERS = """
import json
from pingzhan.domain.people import api
from pingzhan.domain.people.models import Placement
rows = Placement.objects.filter(t1__isnull=True, employment__left__isnull=True).exclude(employment__employee_no='')
rows = rows.select_related('employment__individual', 'enterprise').order_by('pk')[:3]
texts = api.opened([one.employment.individual for one in rows])
print('WORKERS', json.dumps([
    [one.enterprise.name, one.employment.employee_no, texts[one.employment.individual_id].name,
     texts[one.employment.individual_id].number] for one in rows]))
"""


def upload(page: Page, data: bytes) -> None:
    page.locator("[name=file]").set_input_files(
        {"name": "愿检名单.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile(r"/import/\d+/$"))


def wide_and_narrow(page: Page, name: str, axe: Axe, shot: Shot) -> None:
    for width, height in ((390, 844), (1366, 900)):
        page.set_viewport_size({"width": width, "height": height})
        axe(page)
        shot(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)


def test_a_list_of_a_hospital_comes_in_once(site: Site, visit: Visit, axe: Axe, shot: Shot) -> None:
    told = next(row for row in site.run("manage", "shell", "-c", WORKERS).splitlines() if "WORKERS" in row)
    workers = json.loads(told.partition("WORKERS ")[2])
    page = visit("organiser")
    page.goto("/rounds/probes/")
    wide_and_narrow(page, "probes-list", axe, shot)
    page.get_by_role("link", name="导入名单").click()
    page.wait_for_url(re.compile(r"/import/screening\.probes/\?scope="))
    wide_and_narrow(page, "probes-begin", axe, shot)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    at = f"{timezone.localtime() - timedelta(minutes=40):%Y-%m-%d %H:%M}"
    (firm, number, _name, _id), (_firm, _number, name, document), third = workers
    rows = [
        {"管码": "HP-0001", "类别": "愿检尽检", "企业": firm, "工号": number, "采样时间": at},
        {"管码": "HP-0002", "类别": "不定期抽检", "姓名": name, "证件号码": document, "采样时间": at},
        {"管码": "HP-0003", "类别": "愿检尽检", "姓名": "无此人", "证件号码": third[3], "采样时间": at},
        {"管码": "HP-0004", "类别": "愿检尽检", "企业": firm, "工号": number, "采样时间": at, "结果": "阳性",
         "检测时间": at},
        {"管码": "HP-0005", "类别": "愿检尽检", "人员": "其他人员", "姓名": "尤清河", "证件号码": id_number(3700),
         "采样时间": at},
    ]  # fmt: skip
    data = filled(Path(download.value.path()).read_bytes(), rows)
    upload(page, data)
    expect(page.locator("#confirm")).to_be_visible(timeout=30_000)
    expect(page.locator("#errors tbody tr")).to_have_count(2)
    expect(page.locator("#errors")).to_contain_text("您没有录入检测结果的权限")
    expect(page.locator("#rows")).to_contain_text(f"{name[0]}*")
    for text in (name, document, third[3]):
        expect(page.locator("main")).not_to_contain_text(text)
    wide_and_narrow(page, "probes-preview", axe, shot)
    page.get_by_role("button", name="确认存入").click()
    expect(page.get_by_text("导入完成，存入 3 行。")).to_be_visible(timeout=30_000)
    wide_and_narrow(page, "probes-done", axe, shot)
    page.goto("/rounds/probes/")
    expect(page.locator("tbody th", has_text="HP-0001")).to_have_count(1)
    page.goto("/import/screening.probes/")
    upload(page, data)
    # What is stored is the same; what was refused stays refused.
    expect(page.locator("main")).to_contain_text("相同", timeout=30_000)
    expect(page.locator("#errors tbody tr")).to_have_count(2, timeout=30_000)
    expect(page.locator("#confirm")).to_have_count(0)
    page.goto("/rounds/probes/")
    expect(page.locator("tbody th", has_text="HP-000")).to_have_count(3)
