"""The two plans of an enterprise in a browser: what is missing is said, the reviewer returns it, then lets it pass."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
FIRM = 6


def test_a_new_version_is_returned_and_passes(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/plans/")
    page.wait_for_url(f"**/day/plans/{FIRM}/")
    axe(page)
    shot(page, "plans-firm")
    page.get_by_role("link", name="\u7f16\u5236\u65b0\u7248").first.click()
    page.locator("[name=post_team]").fill("")
    page.locator("[name=valid_until]").fill("2020-01-01")
    page.get_by_role("button", name="\u4fdd\u5b58\u8349\u7a3f").click()
    expect(page.locator(".field-error").first).to_contain_text(
        "\u8bf7\u586b\u5199\u5c97\u4f4d\u540d\u79f0\u3002"
    )
    axe(page)
    shot(page, "plans-refused")
    page.locator("[name=post_team]").fill("\u751f\u4ea7\u90e8\u90e8\u957f")
    page.get_by_role("button", name="\u4fdd\u5b58\u8349\u7a3f").click()
    expect(page.locator(".field-error").first).to_contain_text(
        "\u6709\u6548\u671f\u5e94\u665a\u4e8e\u4eca\u5929\u3002"
    )
    page.locator("[name=valid_until]").fill("2027-09-30")
    page.locator("[name=section_daily]").fill("")
    page.get_by_role("button", name="\u4fdd\u5b58\u8349\u7a3f").click()
    page.wait_for_url("**/day/plans/plan/*/")
    page.get_by_role("button", name="\u62a5\u9001\u5ba1\u6838").click()
    expect(page.locator("main, .messages, body").first).to_contain_text(
        "\u8fd8\u6ca1\u6709\u5199\uff1a\u804c\u5de5\u65e5\u5e38\u5065\u5eb7\u7ba1\u7406\u3002"
    )
    page.get_by_role("link", name="\u4fee\u6539").click()
    page.locator("[name=section_daily]").fill(
        "\u6bcf\u5929\u65e9\u665a\u4e24\u6b21\u6d4b\u6e29\uff0c\u6709\u75c7\u72b6\u7684\u7acb\u5373\u505c\u5de5\u5c31\u8bca\u3002\n\u591c\u73ed\u52a0\u6d4b\u4e00\u6b21\u3002"
    )
    page.get_by_role("button", name="\u4fdd\u5b58\u8349\u7a3f").click()
    expect(page.locator("ins").first).to_contain_text("\u591c\u73ed\u52a0\u6d4b\u4e00\u6b21\u3002")
    expect(page.locator("main")).to_contain_text("\u4e0e\u7b2c 2 \u7248\u76f8\u6bd4")
    axe(page)
    shot(page, "plans-compared")
    page.get_by_role("button", name="\u62a5\u9001\u5ba1\u6838").click()
    expect(page.locator(".pagehead")).to_contain_text("\u5f85\u5ba1\u6838")
    version = page.url

    desk = visit("duty")
    desk.goto("/day/plans/?state=submitted")
    shot(desk, "plans-zone")
    axe(desk)
    desk.goto(version)
    desk.get_by_role("button", name="\u9000\u56de\u4fee\u6539").click()
    expect(desk.locator(".field-error").first).to_contain_text(
        "\u9000\u56de\u4fee\u6539\u5e94\u5199\u660e\u610f\u89c1\u3002"
    )
    axe(desk)
    desk.locator("[name=remarks]").fill("\u5199\u660e\u591c\u73ed\u8d1f\u8d23\u4eba")
    desk.get_by_role("button", name="\u9000\u56de\u4fee\u6539").click()
    expect(desk.locator(".pagehead")).to_contain_text("\u9000\u56de\u4fee\u6539")

    page.reload()
    expect(page.locator("main")).to_contain_text("\u5199\u660e\u591c\u73ed\u8d1f\u8d23\u4eba")
    page.get_by_role("button", name="\u62a5\u9001\u5ba1\u6838").click()
    expect(page.locator(".pagehead")).to_contain_text("\u5f85\u5ba1\u6838")
    desk.reload()
    desk.get_by_role("button", name="\u901a\u8fc7", exact=True).click()
    expect(desk.locator(".pagehead")).to_contain_text("\u5df2\u901a\u8fc7")
    shot(desk, "plans-approved")


def test_plans_on_a_telephone(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844)
    phone.goto(f"/day/plans/{FIRM}/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "plans-firm-390")
    phone.get_by_role("button", name="\u6838\u5bf9\uff0c\u4ecd\u7136\u9002\u7528").first.click()
    shot(phone, "plans-confirm-390")
    phone.get_by_role("button", name="\u767b\u8bb0\u6838\u5bf9").first.click()
    expect(phone.locator("body")).to_contain_text("\u5df2\u767b\u8bb0\u6838\u5bf9")
    phone.goto(f"/day/plans/{FIRM}/emergency/edit/")
    phone.wait_for_url("**/day/plans/plan/*/")
    expect(phone.locator("body")).to_contain_text("\u4e0d\u80fd\u4fee\u6539")
    axe(phone)
    desk = visit("duty", width=390, height=844)
    desk.goto("/day/plans/")
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    axe(desk)
    shot(desk, "plans-zone-390")
