"""生产经营, in a browser: one row with wrong figures refused, given, corrected; the zone sees who has not."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def test_a_row_is_given_and_corrected(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/production/")
    axe(page)
    page.locator("[name=output]").fill("一百万")
    page.locator("[name=at_work]").fill("250")
    page.locator("[name=words]").fill("缺原料")
    page.get_by_role("button", name="填报", exact=True).click()
    expect(page.locator("#id_output_error")).to_contain_text("应为数字，例如 12.5。")
    page.locator("[name=output]").fill("98.7")
    page.get_by_role("button", name="填报", exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text("请选择困难类别。")
    axe(page)
    shot(page, "production-refused")
    page.locator("[name=difficulty]").select_option("transport")
    page.get_by_role("button", name="填报", exact=True).click()
    expect(page.locator(".message").first).to_contain_text("的情况已填报。")
    expect(page.locator("tbody").last).to_contain_text("98.70")
    page.locator("[name=output]").fill("99.9")
    page.get_by_role("button", name="保存更正").click()
    expect(page.locator(".message").first).to_contain_text("已更正")
    expect(page.locator("tbody").last).to_contain_text("99.90")
    page.locator(".chart-data summary").first.click()
    expect(page.locator(".chart-data tbody").first).to_contain_text("99.90")
    axe(page)
    shot(page, "production-given")


def test_production_on_a_telephone_and_at_the_desk(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    phone.goto("/day/production/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "production-390")
    desk = visit("duty")
    desk.goto("/day/production/?only=lacking")
    expect(desk.locator("table").last.locator("tbody")).to_contain_text("没有填报")
    axe(desk)
    shot(desk, "production-zone")
