"""Several enterprises in one order, in the browser; and lists that follow what somebody else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_goal_G7_several_enterprises_switched_and_stood_down(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("duty")
    page.goto("/switch/")
    page.get_by_role("link", name="选定多家企业").click()
    boxes = page.locator("input[name=units]")
    everybody = boxes.count()
    # What is chosen stays chosen while the list is narrowed.
    page.locator("[data-picks-area]").select_option(label="东片区")
    listed = page.locator("[data-pick]:visible")
    east = listed.count()
    assert 1 < east < everybody
    page.get_by_role("button", name="选中列出的").click()
    page.locator("[data-picks-words]").fill("没有这家")
    expect(page.locator("[data-picks-nothing]")).to_be_visible()
    expect(page.locator("[data-picks-count]")).to_have_text(str(east))
    page.locator("[data-picks-words]").fill("")
    page.locator("[data-picks-area]").select_option("")
    expect(page.locator("[data-picks-shown]")).to_have_text(str(everybody))
    axe(page)
    page.locator(".level-pick").nth(2).click()
    page.get_by_label("文号，或口头命令由谁下达").fill("明开防指〔2026〕18号")
    page.get_by_label("理由（可选例句）").select_option(index=2)
    page.get_by_role("button", name="预演", exact=True).click()
    expect(page.locator(".chosen-firms li")).to_have_count(east)
    axe(page)
    shot(page, "several-preview")
    page.get_by_role("button", name="下令转换").click()
    page.get_by_role("button", name="确认下令").click()
    expect(page).to_have_url("/duty/")
    # One order is one line, however many enterprises it switched.
    expect(page.locator(".differing > li")).to_have_count(1)
    expect(page.locator(".differing")).to_contain_text(f"等 {east} 个单位")
    shot(page, "several-duty")

    page.goto("/switch/stand-down/")
    page.get_by_role("button", name="选中列出的").click()
    page.get_by_role("button", name="按所选重新列出").click()
    expect(page.locator("input[name=activation]:checked")).to_have_count(east)
    expect(page.get_by_role("heading", name="解除后无人负责的督办事项")).to_be_visible()
    page.locator("[name=reason]").fill("处置完毕，恢复正常生产")
    axe(page)
    page.get_by_role("button", name="下令解除").click()
    page.get_by_role("button", name="确认解除").click()
    expect(page).to_have_url("/duty/")
    expect(page.locator(".differing")).to_have_count(0)


def test_orders_follow_what_somebody_else_gives(visit: Visit) -> None:
    watcher, giver = visit("leader"), visit("duty")
    watcher.goto("/orders/")
    tile = watcher.locator("#orders-top .tile-figure").first
    before = int(tile.inner_text())
    giver.goto("/orders/new/")
    giver.locator("[name=title]").fill("核对冷库温度记录")
    giver.locator("[name=text]").fill("核对本周冷库温度记录")
    giver.locator("[name=to]").select_option("group:testing")
    giver.locator("[name=due_at]").fill(f"{date.today() + timedelta(days=30)}T17:00")
    giver.get_by_role("button", name="下达", exact=True).click()
    expect(giver.locator("h1")).to_contain_text("核对冷库温度记录")
    # Nobody reloads the page.
    expect(watcher.locator("#orders")).to_contain_text("核对冷库温度记录", timeout=15_000)
    expect(tile).to_have_text(str(before + 1), timeout=15_000)
