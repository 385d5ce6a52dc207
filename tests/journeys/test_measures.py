"""Measure sets in a browser: put in force with the law checked while typing, a decision, a draft compared in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]

BODY, DOCUMENT, REASON = (
    "\u8bd5\u9a8c\u53bf\u4eba\u6c11\u653f\u5e9c",
    "\u8bd5\u653f\u53d11\u53f7",
    "\u6d41\u611f\u805a\u96c6",
)


def test_a_set_is_put_in_force_and_what_waits_is_decided(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("leader", width=1366, height=900)
    page.goto("/measures/version/3/force/")
    lines = page.locator("#law-check tbody tr")
    expect(lines).to_have_count(2)
    page.locator("input[name=posture][value=emergency]").check()
    expect(lines).to_have_count(3)
    page.locator("#force-form .btn-primary").click()
    expect(page.locator(".field-error")).to_have_count(3)
    axe(page)
    shot(page, "measures-put-refused")
    page.fill("input[name=basis]", "x")
    page.fill("input[name=document]", DOCUMENT)
    page.fill("textarea[name=reason]", REASON)
    page.locator("#force-form .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/measures/force/\d+/$"))
    page.get_by_role("link", name="\u767b\u8bb0\u51b3\u5b9a").click()
    expect(page.locator("#law-lacks .field-error")).to_have_count(2)
    page.locator("#decision-form .btn-primary").click()
    expect(page.locator("#decision-form .field-error")).to_have_count(1)
    page.fill("input[name=body]", BODY)
    page.fill("input[name=document]", DOCUMENT)
    expect(page.locator("#law-lacks .status-ok")).to_be_visible()
    page.locator("#decision-form .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/measures/force/\d+/$"))
    expect(page.get_by_role("link", name="\u767b\u8bb0\u51b3\u5b9a")).to_have_count(0)
    shot(page, "measures-decided")
    page.locator("[data-dialog-open=withdraw]").click()
    page.fill("#withdraw-reason", REASON)
    page.locator("#withdraw .btn-danger").click()
    expect(page.locator("[data-dialog-open=withdraw]")).to_have_count(0)


def test_a_draft_is_edited_and_compared_on_a_phone(visit: Visit, shot: Callable[[Page, str], None]) -> None:
    page = visit("organiser", width=390, height=844)
    page.goto("/measures/version/5/")
    page.get_by_role("button", name="\u8d77\u8349\u65b0\u7248").click()
    expect(page).to_have_url(re.compile(r"/measures/version/\d+/$"))
    page.locator("main .matter a").first.click()
    page.fill("input[name=cadence]", "x y")
    page.locator("main form .btn-primary").last.click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.fill("input[name=cadence]", "3")
    page.locator("main form .btn-primary").last.click()
    expect(page).to_have_url(re.compile(r"/measures/version/\d+/$"))
    page.locator("a[href*='/diff/']").click()
    expect(page.locator("main .matter")).to_have_count(1)
    expect(page.locator("main .matter")).to_contain_text(
        "\u6539\u4e3a\u6bcf\u6b21\u53d1\u751f\u540e 3 \u5c0f\u65f6\u5185"
    )
    shot(page, "measures-diff-390")
