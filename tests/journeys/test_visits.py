"""接下来去哪里 in a browser: the official sees where to go, writes a visit down, is refused, and takes it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

LONG = "(why) => { why.lastChild.textContent = why.textContent.repeat(8) }"
"""Why to go there names what is late, which may be many words."""
Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


@pytest.mark.parametrize("width", [390, 1366])
def test_the_next_visit_is_written_down_and_taken_back(
    visit: Visit, axe: Axe, shot: Shot, width: int
) -> None:
    page = visit("official", width=width)
    page.goto("/frontline/mine/")
    expect(page.locator(".front-round").first).to_be_visible()
    shot(page, f"visits-mine-{width}")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".front-round .status").first.evaluate(LONG)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first = page.locator(".front-round a").first
    assert (first.bounding_box() or {"height": 0})["height"] >= 24
    first.click()
    page.wait_for_url("**/frontline/visits/*/")
    form = page.locator("form:has([name=seen])")
    form.locator("button").click()
    expect(form).to_contain_text("\u8bf7\u5199\u660e\u770b\u5230\u7684\u60c5\u51b5\u3002")
    shot(page, f"visits-refused-{width}")
    axe(page)
    form.locator("[name=seen]").fill("\u6d88\u6740\u8bb0\u5f55\u9f50\u5168")
    form.locator("button").click()
    made = page.locator(".front-visits li").first
    expect(made).to_contain_text("\u6d88\u6740\u8bb0\u5f55\u9f50\u5168")
    axe(page)
    shot(page, f"visits-made-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    made.locator("summary").click()
    made.locator("[name=reason]").fill("\u8bb0\u9519\u4e86")
    made.locator("form button").click()
    expect(page.locator(".front-visits li").first).to_contain_text("\u5df2\u64a4\u56de")
