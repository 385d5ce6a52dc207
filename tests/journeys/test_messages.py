"""A letter and a channel in a browser: written, previewed, sent, looked up; set up and left switched off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_a_letter_is_written_previewed_sent_and_looked_up(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("clerk")
    page.goto("/messages/compose/")
    page.locator("[name=title]").fill("八时集合")
    page.locator("[name=body]").fill("请准时到值班室。")
    page.locator("[name=whole][value=officials]").check()
    page.get_by_role("button", name="预览收件情况").click()
    expect(page.locator("body")).to_contain_text("八时集合")
    axe(page)
    page.locator("button[name=send]").click()
    expect(page.locator("h1")).to_have_text("八时集合")
    letter = page.url.rstrip("/").rpartition("/")[2]
    page.goto(f"/messages/letters/{letter}/")
    axe(page)
    shot(page, "letter")
    link = page.locator("tbody a[href*='/messages/notices/']").first
    notice = str(link.get_attribute("href")).split("/")[3]
    page.goto(f"/messages/notices/{notice}/")
    expect(page.locator("body")).to_contain_text("八时集合")
    axe(page)
    shot(page, "notice")


def test_a_channel_is_set_up_and_its_secret_does_not_come_back(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("admin")
    page.goto("/messages/channels/new/sms/")
    page.locator("[name=key]").fill("journey-sms")
    page.locator("[name=label]").fill("短信网关")
    page.locator("[name=set_url]").fill("https://sms.example.com/send")
    page.locator("[name=set_key]").fill("geheim-1")
    page.locator("form:has([name=key]) button.btn-primary").click()
    page.wait_for_url(lambda url: "/new/" not in url)
    channel = page.url.rstrip("/").rpartition("/")[2]
    page.goto(f"/messages/channels/{channel}/")
    expect(page.locator("[name=label]")).to_have_value("短信网关")
    assert "geheim-1" not in page.content()
    axe(page)
    shot(page, "channel")
