"""消杀通风 in a browser: an area with a round of its own, the round with an exception, a table, a correction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def test_a_round_a_table_and_a_correction(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/sanitation/")
    axe(page)
    shot(page, "sanitation-day")

    # Two areas that the enterprise does in a round of its own, which is running now.
    begins = f"{timezone.localtime() - timedelta(minutes=1):%H:%M}"
    for n, name in enumerate(("二楼茶水间", "通勤车一号")):
        page.goto("/day/sanitation/6/areas/new/")
        page.locator("[name=name]").fill(name)
        page.locator("[name=own_times]").fill("八点" if n == 0 else begins)
        page.get_by_role("button", name="保存").click()
        if n == 0:
            expect(page.locator(".field-error").first).to_contain_text(
                "“八点”不是时刻，请写成 08:30 的样子。"
            )
            axe(page)
            page.locator("[name=own_times]").fill(begins)
            page.get_by_role("button", name="保存").click()
        expect(page.locator("tbody")).to_contain_text(name)
    shot(page, "sanitation-areas")

    page.goto("/day/sanitation/6/")
    own = page.locator(".gate-list li").filter(has_text=f"{begins} 本企业加做")
    own.get_by_role("link", name="除…").click()
    page.get_by_label("通勤车一号").uncheck()
    page.locator("[name=agent]").select_option("chlorine")
    page.locator("[name=strength]").fill("5")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".field-error").first).to_contain_text(
        "含氯消毒剂的浓度应在 250 到 10000 mg/L 之间。"
    )
    expect(page.get_by_label("通勤车一号")).not_to_be_checked()
    axe(page)
    shot(page, "sanitation-refused")
    page.locator("[name=strength]").fill("1000")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(own).to_contain_text("已做 1/2 个区域")
    expect(own).to_contain_text("还差：通勤车一号")
    own.get_by_role("button", name="全部完成").click()
    expect(own).to_contain_text("已完成")

    page.get_by_role("link", name="表格补登").click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("[role=alert]")).to_contain_text("请至少给一个区域填写完成时刻。")
    yesterday = timezone.localdate() - timedelta(days=1)
    page.goto(f"/day/sanitation/6/table/?day={yesterday}&kind=ventilation")
    row = page.locator("tbody tr").filter(has_text="二楼茶水间")
    row.locator("[name$=-at]").fill("21:30")
    row.locator("[name$=-minutes]").fill("半小时")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(row.locator(".field-error")).to_contain_text("分钟数应为整数。")
    axe(page)
    shot(page, "sanitation-table-refused")
    row.locator("[name$=-minutes]").fill("40")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".message").first).to_contain_text("已登记 1 个区域。")

    page.goto("/day/sanitation/6/book/?q=二楼茶水间&kind=disinfection")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="更正").click()
    page.get_by_role("button", name="作废").click()
    expect(page.locator("[role=alert]")).to_contain_text("请写明原因。")
    page.locator("[name=strength]").fill("500")
    page.locator("[name=reason]").fill("浓度写错")
    page.get_by_role("button", name="更正", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已更正")
    page.goto("/day/sanitation/6/book/?q=二楼茶水间&kind=disinfection")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("浓度写错")
    axe(page)
    shot(page, "sanitation-book")


def test_the_day_on_a_telephone_and_the_zone_at_the_desk(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    for name, address in (
        ("day", "/day/sanitation/6/"),
        ("round", "/day/sanitation/6/round/key-0700/"),
        ("table", "/day/sanitation/6/table/"),
        ("book", "/day/sanitation/6/book/"),
        ("areas", "/day/sanitation/6/areas/"),
    ):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, address
        axe(phone)
        shot(phone, f"sanitation-{name}-390")
    desk = visit("duty")
    desk.goto("/day/sanitation/?open=1")
    expect(desk.locator("tbody")).to_contain_text("没有登记区域")
    axe(desk)
    shot(desk, "sanitation-zone")
    desk.goto("/day/sanitation/6/")
    expect(desk.get_by_role("button", name="全部完成")).to_have_count(0)
