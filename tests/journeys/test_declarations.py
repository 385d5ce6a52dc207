"""办理记录 in a browser: what no ledger keeps is declared on a phone, refused without words, and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
FIRM = 6


@pytest.mark.parametrize("width", [390, 1366])
def test_declared_and_taken_back(visit: Visit, axe: Axe, shot: Shot, width: int) -> None:
    page = visit("company", width=width)
    page.goto(f"/day/{FIRM}/")
    page.goto(f"/day/declare/unit/{FIRM}/")
    shot(page, f"declare-list-{width}")
    page.locator("main .card a").first.click()
    page.wait_for_url("**/day/declare/*/")
    duty = page.url.split("/")[-2]
    axe(page)
    page.locator("form[enctype] button").click()
    expect(page.locator("form[enctype]")).to_contain_text("\u8bf7\u5199\u660e\u529e\u7406\u60c5\u51b5\u3002")
    shot(page, f"declare-refused-{width}")
    page.locator("[name=note]").fill("\u5df2\u7ec4\u7ec7\u57f9\u8bad")
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/day/declare/record/*/")
    expect(page.locator("main")).to_contain_text("\u5df2\u7ec4\u7ec7\u57f9\u8bad")
    record = page.url.split("/")[-2]
    page.goto(f"/day/declare/record/{record}/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    shot(page, f"declare-record-{width}")
    page.locator("[name=reason]").fill("\u767b\u8bb0\u6709\u8bef")
    page.locator("form:has([name=reason]) button").click()
    expect(page.locator("form:has([name=reason])")).to_have_count(0)
    page.goto(f"/day/declare/{duty}/")
    expect(page.locator("form[enctype]")).to_have_count(1)
