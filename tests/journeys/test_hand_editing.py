"""A structure changed by hand, and the people's pages, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def save(page: Page) -> None:
    page.locator("dialog[open] form button.btn-primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_next_version_by_hand(visit: Visit, axe: Callable[[Page], None]) -> None:
    page = visit("organiser")
    page.goto("/structure/")
    page.get_by_role("button", name="以此新建下一版").first.click()
    page.wait_for_url("**/edit/")
    draft = page.url.removesuffix("edit/")
    page.get_by_text("增加工作组").click()
    page.locator("dialog[open] [name=name]").fill("宣传引导组")
    save(page)
    card = page.locator(".card").filter(has=page.get_by_role("heading", name="宣传引导组"))
    card.get_by_text("增加岗位").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=name]").fill("宣传引导组组长")
    dialog.locator("[name=role]").select_option("head")
    dialog.locator("[name=min_seats]").fill("5")
    dialog.locator("form button.btn-primary").click()
    expect(dialog).to_contain_text("最少席位不能多于最多席位")
    axe(page)
    dialog.locator("[name=min_seats]").fill("1")
    save(page)
    card.get_by_text("加人").click()
    page.locator("dialog[open] [name=person]").select_option(index=1)
    save(page)
    card.get_by_text("增加职责").click()
    page.locator("dialog[open] [name=text]").fill("负责向企业和职工解释防控措施。")
    save(page)
    expect(card.locator("tbody tr")).to_have_count(1)
    axe(page)
    page.goto(draft + "diff/")
    expect(page.locator("tbody")).to_contain_text("新设工作组“宣传引导组”。")
    page.goto(draft + "draft/")
    page.get_by_role("button", name="删除草稿").click()
    page.get_by_role("button", name="确认删除").click()
    page.wait_for_url(re.compile(r"/structure/$"))


def test_people_pages(visit: Visit, axe: Callable[[Page], None]) -> None:
    page = visit("organiser", width=390, height=844)
    for path in ("/structure/people/", "/structure/responsible/"):
        page.goto(path)
        expect(page.locator("tbody tr").first).to_be_visible()
        axe(page)
    page.goto("/structure/people/")
    address = page.locator("tbody a").first.get_attribute("href") or ""
    page.goto(f"/structure/people/{address.split('/')[3]}/")
    axe(page)
    buttons = page.get_by_role("button", name="删除")
    before = buttons.count()
    page.locator("[name=contact-address]").fill("0543-0000000")
    page.get_by_role("button", name="增加").click()
    expect(buttons).to_have_count(before + 1)
    # Contacts are masked, also for whoever has just typed one.
    expect(page.get_by_text("0543-0000000")).to_have_count(0)
    buttons.last.click()
    expect(buttons).to_have_count(before)


def test_one_change_without_script(visit: Visit) -> None:
    """Every change has a page of its own for a browser in which the scripts do not run."""
    page = visit("organiser")
    page.goto("/structure/")
    page.get_by_role("button", name="以此新建下一版").first.click()
    page.wait_for_url("**/edit/")
    draft = page.url.removesuffix("edit/")
    page.goto(draft + "edit/group-add/")
    page.locator("[name=name]").fill("物资保供组")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/edit/")
    expect(page.get_by_role("heading", name="物资保供组")).to_be_visible()
