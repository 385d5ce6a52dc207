"""The store of an enterprise in a browser: what comes and goes, a count, a correction, a purchase, the zone's view."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]

FIRM = 6
SAVE = "\u767b\u8bb0"


def narrow(page: Page) -> bool:
    """Whether nothing sticks out at the side of a telephone."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)


def usable(page: Page, name: str) -> int:
    """What the page says can be used of an article."""
    row = page.locator("tbody tr").filter(has=page.locator("th", has_text=name)).first
    return int(re.sub(r"\D", "", row.locator("td").nth(2).inner_text()))


def test_what_comes_and_goes(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/supplies/")
    expect(page.locator("h1")).to_have_text("防控物资")
    axe(page)
    shot(page, "supplies")
    before = usable(page, "医用口罩")

    page.get_by_role("link", name="领用").click()
    page.get_by_role("button", name=SAVE, exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("请选择物资。")
    page.locator("[name=article]").select_option("mask")
    page.locator("[name=amount]").fill("三十只")
    page.get_by_role("button", name=SAVE, exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("数量应为整数。")
    axe(page)
    page.locator("[name=amount]").fill("9999999")
    page.get_by_role("button", name=SAVE, exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("库存不够")
    shot(page, "supplies-refused")
    page.locator("[name=amount]").fill("30")
    page.get_by_role("button", name=SAVE, exact=True).click()
    page.wait_for_url("**/day/supplies/*/")
    assert usable(page, "医用口罩") == before - 30

    page.get_by_role("link", name="入库", exact=True).click()
    page.locator("[name=article]").select_option("mask")
    page.locator("[name=amount]").fill("100")
    page.locator("[name=code]").fill("b77")
    page.locator("[name=expires]").fill("2020-01-01")
    page.get_by_role("button", name=SAVE, exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("已经过期")
    page.locator("[name=expires]").fill(f"{timezone.localdate() + timedelta(days=700)}")
    page.get_by_role("button", name=SAVE, exact=True).click()
    page.wait_for_url("**/day/supplies/*/")
    assert usable(page, "医用口罩") == before + 70

    page.get_by_role("link", name="出入库台账").click()
    axe(page)
    shot(page, "supplies-history")
    link = page.get_by_role("link", name="更正").first.get_attribute("href") or ""
    page.goto(f"/day/supplies/entry/{link.split('/')[-3]}/reverse/")
    page.get_by_role("button", name="更正", exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("请写明更正的原因。")
    axe(page)
    shot(page, "supplies-reverse")
    page.locator("[name=note]").fill("供应站送错")
    page.get_by_role("button", name="更正", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("供应站送错")
    page.goto("/day/supplies/")
    assert usable(page, "医用口罩") == before - 30


def test_a_count_and_the_tap_after_it(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    phone.goto(f"/day/supplies/{FIRM}/")
    assert narrow(phone)
    axe(phone)
    shot(phone, "supplies-390")
    expect(phone.get_by_role("link", name="逐项盘点")).to_be_visible()
    phone.goto(f"/day/supplies/{FIRM}/count/")
    assert narrow(phone)
    axe(phone)
    shot(phone, "supplies-count-390")
    phone.get_by_role("button", name="提交盘点").click()
    expect(phone.locator(".field-error").first).to_contain_text("请填写数量。")
    fields = phone.locator("input[name^=batch-]")
    for n in range(fields.count()):
        field = fields.nth(n)
        seen = phone.locator(f"[name={(field.get_attribute('name') or '').replace('batch', 'seen')}]")
        field.fill(seen.input_value())
    phone.get_by_role("button", name="提交盘点").click()
    phone.wait_for_url("**/day/supplies/*/")
    expect(phone.locator("main")).to_contain_text("账实相符")
    phone.get_by_role("button", name="账实相符").click()
    shot(phone, "supplies-same-390")
    phone.get_by_role("button", name="确认申报").click()
    expect(phone.locator("body")).to_contain_text("已申报账实相符")
    phone.goto(f"/day/supplies/{FIRM}/history/")
    assert narrow(phone)
    axe(phone)
    shot(phone, "supplies-history-390")


def test_a_purchase_and_the_zone(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto(f"/day/supplies/{FIRM}/move/discarded/")
    page.locator("[name=article]").select_option("sprayer")
    page.locator("[name=note]").fill("喷头损坏")
    page.locator("[name=amount]").fill("1")
    page.get_by_role("button", name=SAVE, exact=True).click()
    expect(page.locator(".messages")).to_be_visible()
    page.goto(f"/day/supplies/{FIRM}/purchases/")
    page.get_by_role("button", name="按缺口拟采购单").click()
    page.wait_for_url("**/day/supplies/purchase/*/")
    expect(page.locator("h1")).to_contain_text("采购单")
    axe(page)
    shot(page, "supplies-purchase")
    page.get_by_role("button", name="登记已下单").click()
    expect(page.locator(".field-error").first).to_contain_text("请填写供应单位。")
    page.locator("[name=supplier]").fill("平宁医用物资供应站")
    page.locator("[name=expected]").fill(f"{timezone.localdate() + timedelta(days=2)}")
    page.get_by_role("button", name="登记已下单").click()
    expect(page.locator(".pagehead")).to_contain_text("已下单")
    shot(page, "supplies-ordered")
    expect(page.get_by_role("link", name="登记到货")).to_be_visible()
    number = page.url.rstrip("/").split("/")[-1]
    page.goto(f"/day/supplies/purchase/{number}/arrive/")
    axe(page)
    shot(page, "supplies-arrive")
    page.get_by_role("button", name="入库", exact=True).click()
    expect(page.locator(".messages")).to_be_visible()
    page.goto(f"/day/supplies/purchase/{number}/")
    expect(page.locator(".pagehead")).to_contain_text("已到货")

    desk = visit("duty")
    desk.goto("/day/supplies/")
    expect(desk.locator("h1")).to_have_text("防控物资")
    axe(desk)
    shot(desk, "supplies-zone")
    desk.locator("[name=light]").select_option("short")
    desk.get_by_role("button", name="查询").click()
    expect(desk.locator(".listnote")).to_contain_text("家")
    phone = visit("duty", width=390, height=844)
    phone.goto("/day/supplies/")
    assert narrow(phone)
    axe(phone)
    shot(phone, "supplies-zone-390")
