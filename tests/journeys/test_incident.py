"""An incident in a browser: one button, what is missing is said, the desk receives it, it goes on and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
FIRM = 6


@pytest.mark.parametrize("width", [390, 1366])
def test_one_button_reaches_the_desk(visit: Visit, axe: Axe, shot: Shot, width: int) -> None:
    place = f"{width}\u53f7\u8f66\u95f4"
    page = visit("company", width=width)
    page.goto(f"/day/{FIRM}/")
    page.get_by_role("link", name="\u62a5\u544a\u7a81\u53d1\u60c5\u51b5").click()
    expect(page.locator("[data-countdown]").first).to_contain_text("\u5269")
    shot(page, f"incident-report-{width}")
    later = timezone.localtime() + timedelta(hours=2)
    page.locator("[name=found_at]").fill(f"{later:%Y-%m-%dT%H:%M}")
    page.locator("[name=phone]").fill("123")
    page.get_by_role("button", name="\u7acb\u5373\u62a5\u544a").click()
    for words in (
        "\u8bf7\u9009\u62e9\u662f\u4ec0\u4e48\u60c5\u51b5\u3002",
        "\u8bf7\u586b\u5199\u5730\u70b9\u3002",
        "\u8bf7\u586b\u5199\u5df2\u91c7\u53d6\u7684\u63aa\u65bd",
    ):
        expect(page.locator("form.gate-form")).to_contain_text(words)
    axe(page)
    shot(page, f"incident-refused-{width}")
    page.get_by_label("\u7591\u4f3c\u75c5\u4f8b").check()
    page.locator("[name=place]").fill(place)
    page.locator("[name=done]").fill("\u5df2\u505c\u5de5\uff0c\u672c\u4eba\u9694\u79bb")
    page.get_by_role("button", name="\u7acb\u5373\u62a5\u544a").click()
    expect(page.locator(".field-error").first).to_contain_text(
        "\u53d1\u73b0\u65f6\u95f4\u4e0d\u80fd\u665a\u4e8e\u73b0\u5728\u3002"
    )
    now = timezone.localtime()
    page.locator("[name=found_at]").fill(f"{now:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="\u7acb\u5373\u62a5\u544a").click()
    expect(page.locator(".field-error").first).to_contain_text("\u8bf7\u586b\u5199\u75c7\u72b6\u3002")
    page.locator("[name=symptoms]").fill("\u53d1\u70ed 38.2")
    page.locator("[name=phone]").fill("13900001111")
    page.get_by_role("button", name="\u7acb\u5373\u62a5\u544a").click()
    page.wait_for_url("**/day/incidents/incident/*/")
    expect(page.locator("main")).to_contain_text("\u7b49\u5f85\u503c\u73ed\u4eba\u5458\u63a5\u6536")
    expect(page.locator("main")).to_contain_text("\u65f6\u9650\u5185")
    expect(page.locator("main")).to_contain_text("139****1111")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    shot(page, f"incident-reported-{width}")
    incident = page.url

    desk = visit("duty", width=width)
    desk.goto("/duty/")
    line = desk.locator("#incidents .matter", has_text=place)
    expect(line).to_contain_text("\u5df2\u62a5\u544a")
    axe(desk)
    shot(desk, f"incident-desk-{width}")
    line.get_by_role("link").click()
    desk.get_by_role("button", name="\u63a5\u6536\u62a5\u544a").click()
    expect(desk.locator(".pagehead")).to_contain_text("\u5df2\u63a5\u6536")
    desk.locator("form[action$='/handle/'] textarea").fill("\u6d41\u8c03\u7ec4\u5df2\u51fa\u53d1")
    desk.get_by_role("button", name="\u5f00\u59cb\u5904\u7f6e").click()
    expect(desk.locator(".pagehead")).to_contain_text("\u5904\u7f6e\u4e2d")

    page.reload()
    page.get_by_role("button", name="\u7eed\u62a5").click()
    expect(page.locator(".field-error").first).to_contain_text("\u8bf7\u586b\u5199\u5185\u5bb9\u3002")
    page.locator("form[action$='/follow/'] textarea").fill("\u5df2\u8f6c\u8fd0")
    page.get_by_label("\u4eba\u5458\u5df2\u6309\u8981\u6c42\u9694\u79bb").check()
    page.get_by_role("button", name="\u7eed\u62a5").click()
    expect(page.locator(".trace")).to_contain_text("\u4eba\u5458\u9694\u79bb\u8f6c\u79fb")

    desk.reload()
    desk.locator("summary", has_text="\u7ed3\u675f\u4e8b\u4ef6").click()
    close = desk.locator("form[action$='/close/']")
    close.get_by_role("button").click()
    expect(desk.locator(".field-error").first).to_contain_text(
        "\u8bf7\u586b\u5199\u5904\u7f6e\u7ed3\u679c\u3002"
    )
    desk.locator("form[action$='/close/'] textarea").fill("\u6838\u9178\u9634\u6027\uff0c\u6392\u9664")
    desk.locator("form[action$='/close/']").get_by_role("button").click()
    expect(desk.locator(".pagehead")).to_contain_text("\u5df2\u7ed3\u675f")
    axe(desk)
    shot(desk, f"incident-closed-{width}")
    page.goto(incident)
    expect(page.get_by_role("button", name="\u7eed\u62a5")).to_have_count(0)
