"""企业值守, in a browser: the week, whom to ring with the telephone opened on the record, the team, a drill."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def test_a_week_is_set_and_somebody_is_rung(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/duty/")
    axe(page)
    masked = page.locator(".duty-cards .reveal").first
    expect(masked).to_contain_text("****")
    masked.get_by_role("button", name="查看").click()
    page.locator(".duty-cards [name=why]").first.select_option(index=1)
    page.get_by_role("button", name="查看并留痕").click()
    expect(page.locator(".duty-cards .reveal strong").first).not_to_contain_text("****")
    page.get_by_role("button", name="今天按值班表值班").click()
    expect(page.locator(".message").first).to_contain_text("已登记：今天按值班表值班。")

    page.get_by_role("link", name="排值班").click()
    page.locator("[name=officer_6]").fill("查无此号")
    page.get_by_role("button", name="保存值班表").click()
    expect(page.locator("#id_officer_6_error")).to_contain_text("本企业没有工号为查无此号的在职职工。")
    axe(page)
    shot(page, "duty-refused")
    page.locator("[name=officer_6]").fill(page.locator("[name=officer_1]").input_value())
    page.get_by_role("button", name="保存值班表").click()
    expect(page.locator(".message").first).to_contain_text("已排 1 天值班。")


def test_the_team_and_a_drill(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company", width=390, height=844)
    page.goto("/day/duty/")
    page.get_by_role("link", name="应急队伍").click()
    page.locator("[name=number]").fill("查无此号")
    page.get_by_role("button", name="加入队伍").click()
    expect(page.locator(".field-error").first).to_contain_text("本企业没有工号为查无此号的在职职工。")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)
    shot(page, "duty-team-390")
    page.get_by_role("link", name="应急演练").click()
    page.get_by_role("link", name="登记演练").click()
    page.locator("[name=topic]").fill("食堂封控和消毒")
    page.locator("[name=place]").fill("一食堂")
    page.locator("[name=persons]").fill("十人")
    page.locator("[name=course]").fill("按预案封控、转移、消毒")
    page.locator("[name=found]").fill("消毒液不足")
    page.get_by_role("button", name="登记演练").click()
    expect(page.locator(".field-error").first).to_contain_text("人数应为整数。")
    page.locator("[name=persons]").fill("10")
    page.get_by_role("button", name="登记演练").click()
    expect(page.locator(".field-error").first).to_contain_text("发现了问题，请写明改进措施。")
    axe(page)
    page.locator("[name=mended]").fill("已补充 40 升")
    page.get_by_role("button", name="登记演练").click()
    expect(page.locator("h1")).to_contain_text("食堂封控和消毒")
    axe(page)
    shot(page, "duty-drill-390")


def test_the_desk_sees_who_has_gaps(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk = visit("duty")
    desk.goto("/day/duty/?only=lacking")
    expect(desk.locator("tbody")).to_contain_text("没有排")
    axe(desk)
    shot(desk, "duty-zone")
