"""A lot of imported goods, in a browser: from its arrival to its release, which comes no earlier than its rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def test_a_lot_from_arrival_to_release(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/goods/")
    axe(page)
    shot(page, "goods-board")
    page.get_by_role("link", name="登记到厂货物").click()
    page.locator("[name=goods_class]").select_option("imported")
    page.locator("[name=name]").fill("天然橡胶")
    page.locator("[name=origin]").fill("南洋")
    page.locator("[name=quantity]").fill("三吨")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("数量应为数字。")
    axe(page)
    page.locator("[name=quantity]").fill("3000")
    came = timezone.localtime() - timedelta(days=20)
    page.locator("[name=arrived_at]").fill(f"{came:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".lot-hindrances")).to_contain_text("还没有消毒记录。")
    expect(page.get_by_role("link", name="放行", exact=True)).to_have_count(0)

    # Whoever goes to the address by hand is told the same.
    page.goto(f"{page.url}release/")
    page.get_by_role("button", name="放行", exact=True).click()
    expect(page.locator("[role=alert]")).to_contain_text("还没有消毒记录。")
    axe(page)
    shot(page, "goods-refused")
    page.get_by_role("link", name="取消").click()

    page.get_by_role("link", name="存放静置").click()
    page.get_by_role("button", name="存放静置").click()
    expect(page.locator(".pagehead")).to_contain_text("静置中")
    page.get_by_role("link", name="登记消毒").click()
    page.get_by_role("button", name="登记消毒").click()
    expect(page.locator(".field-error").first).to_contain_text("请填写消毒剂和浓度。")
    page.locator("[name=agent]").fill("次氯酸 500 mg/L")
    page.get_by_role("button", name="登记消毒").click()

    # An arrival of long ago is not proven by writing it down: its days count from 24 hours before it was registered.
    expect(page.locator(".lot-hindrances li")).to_have_count(1)
    expect(page.locator(".lot-hindrances")).to_contain_text("静置从登记前 24 小时")
    expect(page.get_by_role("link", name="放行", exact=True)).to_have_count(0)
    page.goto(f"{page.url}release/")
    page.get_by_role("button", name="放行", exact=True).click()
    expect(page.locator("[role=alert]")).to_contain_text("静置期未满")
    axe(page)
    shot(page, "goods-late")

    page.goto("/day/goods/")
    page.locator(".lot-card", has_text="生胶").click()
    page.get_by_role("link", name="放行", exact=True).click()
    page.get_by_role("button", name="放行", exact=True).click()
    expect(page.locator(".pagehead")).to_contain_text("已放行")
    expect(page.locator(".lot-timeline li")).to_have_count(5)
    axe(page)
    shot(page, "goods-released")


def test_lots_under_watch_on_a_telephone_and_at_the_desk(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    phone.goto("/day/goods/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    shot(phone, "goods-390")
    phone.locator(".lot-card").first.click()
    expect(phone.locator(".lot-timeline")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "goods-lot-390")
    desk = visit("duty")
    desk.goto("/day/goods/?state=watched")
    expect(desk.locator("tbody")).to_contain_text("静置中")
    axe(desk)
