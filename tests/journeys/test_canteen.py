"""食堂 in a browser: a plan within its seats, refused over them, outdated by a switch; the day's check."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_notice_to_stand_down import order

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
SOON = 5_000
"""Milliseconds within which the plan must follow a switch."""
FIRM = 6


def test_the_days_check_with_a_problem_and_its_correction(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    phone.goto(f"/day/canteen/{FIRM}/hygiene/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "canteen-hygiene-390")
    send = phone.get_by_role("button", name="登记", exact=True)
    send.click()
    expect(phone.locator(".field-error").first).to_contain_text("请填写到岗从业人员的人数。")
    phone.locator("[name=staff]").fill("6")
    phone.locator("[name=feverish]").fill("9")
    phone.locator("[name=samples]").fill("8")
    send.click()
    expect(phone.locator(".field-error").first).to_contain_text("不能超过到岗人数（6 人）")
    phone.locator("[name=feverish]").fill("0")
    phone.locator("[name=result_tableware][value=problem]").check()
    send.click()
    expect(phone.locator(".field-error").first).to_contain_text("“餐具消毒保管”有问题，请写明情况。")
    axe(phone)
    shot(phone, "canteen-hygiene-refused-390")
    phone.locator("[name=note_tableware]").fill("消毒柜温度不够")
    send.click()
    expect(phone.locator(".messages")).to_contain_text("有 1 项问题")
    phone.goto(f"/day/{FIRM}/")
    line = phone.locator(".today-line[data-evidence=canteen_hygiene]").filter(has_text="餐具按规定消毒保管")
    expect(line).not_to_have_count(0)

    phone.goto(f"/day/canteen/{FIRM}/hygiene/?problems=1")
    phone.locator("tbody a").first.click()
    phone.get_by_role("link", name="更正", exact=True).click()
    phone.locator("[name=result_tableware][value=ok]").check()
    phone.get_by_role("button", name="更正", exact=True).click()
    expect(phone.locator(".field-error").first).to_contain_text("请写明更正的理由。")
    phone.locator("[name=reason]").fill("已修好，重新消毒")
    phone.get_by_role("button", name="更正", exact=True).click()
    expect(phone.locator(".messages")).to_contain_text("各项合格")
    expect(phone.locator("main")).to_contain_text("已修好，重新消毒")
    shot(phone, "canteen-check-390")


TEAMS = 13
"""How many the two teams of the demo's enterprise have; a journey before may have taken on somebody."""


def test_a_plan_is_edited_within_its_seats_and_follows_a_switch(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    page = visit("company")
    page.goto(f"/day/canteen/{FIRM}/")
    # An emergency of a test before leaves a proposal behind.
    if page.get_by_role("button", name="发布这份安排").count():
        page.get_by_role("button", name="发布这份安排").click()
    expect(page.locator(".meal-state").first).to_contain_text("已发布")
    axe(page)
    shot(page, "canteen-1366")
    page.get_by_role("button", name="调整安排").click()
    expect(page.locator(".meal-state").first).to_contain_text("草案，尚未发布")
    rows = page.locator("tr").filter(has_text="第 2 场就餐")
    rows.first.locator("select").select_option("1")
    rows.first.get_by_role("button", name="调整").click()
    alert = page.locator("[role=alert]")
    # How many work there is what the journeys before left behind.
    expect(alert).to_contain_text("第 1 场最多坐 9 人")
    found = re.search(r"已有 (\d+) 人，再加 02 班组 (\d+) 人，超出 (\d+) 人", alert.inner_text())
    assert found is not None
    seated, more, over = map(int, found.groups())
    assert over == seated + more - 9 > 0
    expect(alert).to_contain_text("最近坐得下的是第 2 场")
    axe(page)
    shot(page, "canteen-refused-1366")
    rows = page.locator("tr").filter(has_text="第 2 场就餐")
    rows.first.locator("select").select_option("3")
    rows.first.get_by_role("button", name="调整").click()
    expect(page.locator("tr").filter(has_text="第 3 场就餐")).to_have_count(1)
    page.get_by_role("button", name="发布这份安排").click()
    expect(page.locator(".meal-state").first).to_contain_text("已发布")
    page.get_by_role("button", name="今天按已发布的安排就餐").click()
    expect(page.locator(".messages")).to_contain_text("已登记")

    order(visit("duty"))
    try:
        page.wait_for_timeout(SOON)
        page.goto(f"/day/{FIRM}/")
        expect(page.locator(".today-now, .today-late").locator("[data-evidence=canteen_plan]")).to_have_count(
            1
        )
        page.goto(f"/day/canteen/{FIRM}/")
        expect(page.locator("main")).to_contain_text("同时就餐不超过座位数的 30%")
        expect(page.locator("main")).to_contain_text("原安排已过时")
        # No team fits into three seats: all take their meals away, but for somebody who is in no team.
        state = page.locator(".meal-state").first
        expect(state).to_contain_text("打包")
        told = re.search(r"堂食 (\d+) 人 · 打包 (\d+) 人", state.inner_text())
        assert told is not None
        eats, takes = map(int, told.groups())
        assert eats + takes == seated + more
        assert takes >= TEAMS
        axe(page)
        shot(page, "canteen-outdated-1366")
        phone = visit("company", width=390, height=844)
        phone.goto(f"/day/canteen/{FIRM}/")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        axe(phone)
        shot(phone, "canteen-outdated-390")
        page.get_by_role("button", name="发布这份安排").click()
        expect(page.locator(".meal-state").first).to_contain_text("已发布")
        page.get_by_role("link", name="门口张贴单").click()
        expect(page.locator("main")).to_contain_text("打包")
        page.emulate_media(media="print")
        shot(page, "canteen-door-print")
    finally:
        # The next journey begins in routine, whatever became of this one.
        site.run(
            "switch", "stand-down", "--unit", "MH", "--reason", "结束", "--basis", "口头",
            "--key", "canteen-end", "--by", "duty",
        )  # fmt: skip
