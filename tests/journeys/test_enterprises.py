"""An enterprise is registered, gets its parts and its plot, in a browser: by rows, dialogs and keys."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from pingzhan.kernel.creditcode import check_character

Visit = Callable[..., Page]
CODE = "91371699JOURNEY01".replace("O", "0")


def test_register_edit_decide_and_draw(visit: Visit, axe: Callable[[Page], None]) -> None:
    page = visit("organiser")
    page.goto("/enterprises/new/")
    page.locator("[name=name]").fill("云溪试验有限公司")
    page.locator("[name=credit_code]").fill(CODE + "0")
    page.locator("[name=industry]").select_option("14")
    page.locator("[name=parent]").select_option(index=1)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".field-error")).to_contain_text("校验位不对")
    page.locator("[name=credit_code]").fill(CODE + check_character(CODE))
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("h1")).to_have_text("云溪试验有限公司")
    page.get_by_role("link", name="场所", exact=True).click()
    page.get_by_text("新建场所").click()
    row = page.locator("tr.is-editing")
    expect(row.locator("[name=code]")).to_be_focused()
    row.locator("[name=code]").fill("w1")
    row.locator("[name=name]").press("Enter")
    expect(row.locator(".field-error")).to_be_visible()
    axe(page)
    row.locator("[name=name]").fill("试验车间")
    row.locator("[name=kind]").select_option("workshop")
    row.locator("[name=name]").press("Enter")
    expect(page.locator("#rows-sites tr")).to_contain_text("试验车间")
    expect(page.locator("tr.is-editing")).to_have_count(0)
    page.get_by_role("link", name="档案", exact=True).click()
    page.get_by_text("调整风险等级").click()
    page.locator("dialog[open] [name=risk]").select_option("high")
    page.locator("dialog[open] [name=reason]").fill("新增冷库")
    page.locator("dialog[open] button.btn-primary").click()
    expect(page.locator(".pagehead")).to_contain_text("高风险")
    page.get_by_role("link", name="变动", exact=True).click()
    expect(page.locator("tbody")).to_contain_text("新增冷库")


def test_a_plot_is_drawn_with_keys(visit: Visit, axe: Callable[[Page], None]) -> None:
    page = visit("organiser")
    page.goto("/plan/edit/?unit=7")
    corners = page.locator(".plan-corner")
    expect(corners).to_have_count(4)
    field = page.locator("[name=points]")
    before = field.input_value()
    corners.nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    x, y = (float(word) for word in before.splitlines()[1].split())
    assert field.input_value().splitlines()[1] == f"{x + 1:g} {y + 10:g}"
    page.get_by_role("button", name="撤销一步").click()
    page.get_by_role("button", name="撤销一步").click()
    assert field.input_value() == before
    page.get_by_role("button", name="加角点").click()
    expect(corners).to_have_count(5)
    axe(page)
    page.get_by_role("button", name="存为新版本").click()
    expect(page.locator(".message-success")).to_contain_text("平面图已存为第")
    page.goto("/plan/")
    expect(page.locator("[data-chart=plan] canvas")).to_be_visible()
    page.get_by_text("查看数据表").click()
    expect(page.locator(".chart-data tbody")).to_contain_text("平时")
