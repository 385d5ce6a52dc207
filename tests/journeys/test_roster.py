"""A roster is made and published; an official asks for a swap, the other agrees, a third approves."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Axe = Callable[[Page], None]
Shot = Callable[[Page, str], None]


def test_a_roster_is_made_edited_and_published(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("organiser")
    page.goto("/roster/new/")
    page.get_by_role("button", name="生成草稿").click()
    expect(page.get_by_role("heading", name="值班表草稿", level=1)).to_be_visible()
    number = page.url.rstrip("/").rpartition("/")[2]
    axe(page)
    shot(page, "roster-draft")
    first = page.locator("select[name^=shift-]").nth(1)
    before = first.input_value()
    first.select_option("")
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_text("有 1 个班没有人能值")).to_be_visible()
    page.goto(f"/roster/drafts/{number}/")
    page.locator("select[name^=shift-]").nth(1).select_option(before)
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_text("个班没有人能值")).to_have_count(0)
    page.get_by_role("button", name="发布").first.click()
    page.get_by_role("button", name="确认发布").click()
    expect(page.get_by_role("heading", name="值班表", level=1)).to_be_visible()
    expect(page.get_by_text("值班表已发布")).to_be_visible()


def test_a_swap_goes_through_three_hands(visit: Visit, axe: Axe, shot: Shot) -> None:
    official, duty, organiser = visit("official", width=390, height=844), visit("duty"), visit("organiser")
    official.goto("/roster/mine/")
    # The demo zone has one that waits: it makes room for ours.
    official.get_by_role("button", name="撤回").first.click()
    expect(official.get_by_text("已撤回").first).to_be_visible()
    link = official.get_by_role("link", name="申请换班").first
    number = (link.get_attribute("href") or "").split("/")[3]
    official.goto(f"/roster/shift/{number}/swap/")
    axe(official)
    shot(official, "roster-swap")
    official.locator("[name=whom]").select_option(label="麻思齐")
    official.locator("[name=reason]").fill("家中有事")
    official.get_by_role("button", name="发出申请").click()
    expect(official.get_by_text("待对方答复").first).to_be_visible()
    duty.goto("/roster/mine/")
    duty.get_by_role("button", name="同意", exact=True).first.click()
    expect(duty.get_by_text("待批准").first).to_be_visible()
    organiser.goto("/roster/swaps/")
    organiser.get_by_role("button", name="批准", exact=True).first.click()
    expect(organiser.get_by_text("已换班").first).to_be_visible()
    official.goto(f"/roster/shift/{number}/")
    expect(official.get_by_text("麻思齐").first).to_be_visible()
