"""A testing round in a browser: ordered, counted, planned by the worker, adopted, seen by the enterprise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def narrow(page: Page) -> bool:
    """Whether nothing sticks out at the side of a telephone."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)


def assume_couriers(page: Page, axe: Axe, shot: Shot) -> None:
    """Look at what drivers who fetch the samples would bring, on a desk and on a telephone."""
    page.get_by_text("假设推演").click()
    page.locator("[name=iterations]").fill("60")
    page.locator("[name=drivers]").fill("2")
    page.locator("[name=age_minutes]").fill("120")
    shot(page, "round-assume")
    page.get_by_role("button", name="计算", exact=True).click()
    expect(page.get_by_role("link", name="第 2 版")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="第 2 版").click()
    expect(page.locator("main")).to_contain_text("2 名送样员运送，样本 120 分钟内送到")
    expect(page.locator("main")).to_contain_text("同第 1 版比")
    expect(page.get_by_role("button", name="采用这一版")).to_have_count(0)
    expect(page.locator("[data-chart=gantt] canvas")).to_be_visible()
    expect(page.locator("[data-chart=routes] canvas").first).to_be_visible()
    axe(page)
    shot(page, "round-couriers")
    page.get_by_text("查看数据表").first.click()
    expect(page.locator("figure table").first).to_contain_text("送样员 1")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    assert narrow(page)
    axe(page)
    shot(page, "round-couriers-narrow")
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_round_from_the_order_to_the_enterprise(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("organiser")
    page.goto("/rounds/")
    axe(page)
    shot(page, "rounds")
    page.get_by_role("link", name="临时加测", exact=True).click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".field-error").first).to_contain_text("请写明依据的文件或决定。")
    axe(page)
    page.locator("[name=basis]").fill("云开管函〔2026〕9号")
    page.locator("[name=day]").fill(f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}")
    page.locator("[name=firms]").select_option(label="明湖轻合金有限公司")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("临时加测")

    page.get_by_role("button", name="核定应采人数").click()
    expect(page.locator(".message")).to_contain_text("应采")
    page.get_by_text("假设推演").click()
    page.locator("[name=iterations]").fill("许多")
    page.get_by_role("button", name="计算", exact=True).click()
    expect(page.locator(".message").first).to_contain_text("请填写整数。")
    page.get_by_text("假设推演").click()
    page.locator("[name=iterations]").fill("60")
    page.get_by_role("button", name="计算", exact=True).click()
    expect(page.locator("#round-versions")).to_contain_text("可采用", timeout=60_000)
    page.reload()
    expect(page.locator("#round-gantt-data")).to_have_count(1)
    expect(page.locator("[data-chart=gantt] canvas")).to_be_visible()
    axe(page)
    shot(page, "round-planned")
    page.get_by_role("button", name="采用这一版").click()
    page.get_by_role("button", name="采用并通知").click()
    expect(page.locator(".message").first).to_contain_text("已采用")
    address = page.url
    assume_couriers(page, axe, shot)
    page.goto(address)
    page.get_by_role("link", name="打印企业采样单").click()
    expect(page.locator(".round-sheet")).to_have_count(1)
    shot(page, "round-sheets")

    phone = visit("company", width=390)
    phone.goto("/day/testing/")
    expect(phone.locator("main")).to_contain_text(f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}")
    assert narrow(phone)
    axe(phone)
    shot(phone, "testing-company")
    phone.locator("a[href*='/round/']").first.click()
    expect(phone.locator("main")).to_contain_text("没有采样的人")
    assert narrow(phone)
    axe(phone)
    shot(phone, "testing-chase")

    page.goto(address)
    page.get_by_role("link", name="重新编排").click()
    page.get_by_role("button", name="计算新版本").click()
    expect(page.locator(".field-error").first).to_contain_text("请选择采样队。")
    axe(page)
    shot(page, "round-replan")
    page.locator("[name=team]").select_option(label="采样一队")
    page.locator("[name=reason]").fill("车辆故障")
    page.get_by_role("button", name="计算新版本").click()
    expect(page.get_by_role("link", name="第 3 版")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="第 3 版").click()
    expect(page.locator("main")).to_contain_text("采样一队 退出")
    expect(page.locator("[data-chart=gantt] canvas")).to_have_count(2)
    axe(page)
    shot(page, "round-replanned")
    page.get_by_role("button", name="采用这一版").click()
    page.get_by_role("button", name="采用并通知").click()
    expect(page.locator(".message").first).to_contain_text("已采用")
    page.get_by_role("button", name="取消本轮", exact=True).click()
    page.locator("#off-reason").fill("天气预报有暴雨")
    page.get_by_role("button", name="取消本轮检测").click()
    expect(page.locator("main")).to_contain_text("天气预报有暴雨")
    page.set_viewport_size({"width": 390, "height": 844})
    assert narrow(page)
    axe(page)
    shot(page, "round-off")
