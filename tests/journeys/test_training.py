"""宣传培训, in a browser: wrong input refused, a session by team, ticks, and the zone sees who has not."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def test_a_session_from_its_form_to_its_ticks(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/training/")
    axe(page)
    page.get_by_role("link", name="登记培训").click()
    page.locator("[name=topic]").fill("消杀用品使用")
    page.locator("[name=hours]").fill("半天")
    page.get_by_role("button", name="登记培训").click()
    expect(page.locator(".field-error").first).to_contain_text("学时应为数字。")
    page.locator("[name=hours]").fill("0.5")
    page.get_by_role("button", name="登记培训").click()
    expect(page.locator(".field-error").first).to_contain_text("请选择班组或填写工号。")
    page.get_by_label("全体在职职工").check()
    page.locator("[name=without]").fill("查无此号")
    page.get_by_role("button", name="登记培训").click()
    expect(page.locator(".field-error").first).to_contain_text("本企业没有工号为查无此号的在职职工。")
    axe(page)
    shot(page, "training-refused")
    page.locator("[name=without]").fill("")
    page.get_by_role("button", name="登记培训").click()
    expect(page.locator("h1")).to_contain_text("消杀用品使用")
    ticks = page.locator(".tick-list input[type=checkbox]")
    expect(ticks.first).to_be_checked()
    ticks.first.uncheck()
    page.get_by_role("button", name="保存签到").click()
    expect(page.locator(".message").first).to_contain_text("取消 1 人")
    expect(page.locator(".tick-list input[type=checkbox]").first).not_to_be_checked()
    axe(page)
    shot(page, "training-session")


def test_training_on_a_telephone_and_at_the_desk(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    for address in ("/day/training/", "/day/training/session/1/"):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        axe(phone)
    shot(phone, "training-390")
    desk = visit("duty")
    desk.goto("/day/training/?only=lacking")
    expect(desk.locator("tbody")).to_contain_text("未达到要求")
    expect(desk.locator("tbody")).not_to_contain_text("已全部告知")
    axe(desk)
    shot(desk, "training-zone")
