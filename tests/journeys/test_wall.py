"""指挥大屏 on its screen: both postures, two shapes, live, and what it does when the network fails."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.site import Site

Visit = Callable[..., Page]

MOST_BYTES = 350_000
SMALL = """() => {
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const box = texts.currentNode.parentElement
    const words = texts.currentNode.data.trim()
    if (!words || !box.getClientRects().length || box.closest('.visually-hidden, title')) continue
    const scale = box instanceof SVGElement ? box.getScreenCTM().a : 1
    const size = parseFloat(getComputedStyle(box).fontSize) * scale
    if (size < 15.99) found.push(`${size.toFixed(1)} ${words.slice(0, 30)}`)
  }
  return found
}"""
SPILLED = """() => {
  const spilled = []
  for (const box of document.querySelectorAll('.wall-panel, .wall-head, .wall-card, .wall-posture, .wall-foot')) {
    if (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1) spilled.push(box.className)
  }
  const root = document.documentElement
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) spilled.push('page')
  return spilled
}"""
COVERED = """() => {
  const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  const found = []
  for (const plot of document.querySelectorAll('.plot')) {
    const point = plot.querySelector('.pulse-core')
    for (const text of plot.querySelectorAll('text')) {
      if (point && meets(point.getBoundingClientRect(), text.getBoundingClientRect())) found.push(text.textContent)
    }
  }
  return found
}"""


def looks_right(page: Page, axe: Callable[[Page], None]) -> None:
    """The wall at its size: no small text, nothing cut off, no name under a point, accessible."""
    assert page.evaluate(SMALL) == []
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(COVERED) == []
    axe(page)


def switch(site: Site, *, end: bool = False) -> None:
    """Order level II for the zone, or end it, as the command line of the site would."""
    order = (
        "command.stand_down(order=command.StandDown(key='wall-end', unit=zone, reason='试验结束'), by=by)"
        if end
        else "command.order_switch(order=command.SwitchOrder(key='wall-go', unit=zone, level=2, reason='试验',"
        " basis='试发〔2026〕8号'), by=by)"
    )
    site.run(
        "manage", "shell", "-c",
        "from pingzhan.domain.command import api as command;"
        "from pingzhan.domain.territory.models import Unit;"
        "from pingzhan.foundation.access.actor import system_actor;"
        f"zone = Unit.objects.get(code='MH'); by = system_actor('试验'); {order}",
    )  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 1080)])
def test_routine_wall_is_readable(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None], width: int, height: int
) -> None:
    page = visit("leader", width=width, height=height)
    assert urlsplit(page.url).path == "/wall/"
    expect(page.locator("#wall.is-routine")).to_be_visible()
    looks_right(page, axe)
    shot(page, f"wall-routine-{width}")


def test_page_is_light_and_all_its_own(visit: Visit) -> None:
    page = visit("leader", width=1920, height=1080)
    page.reload(wait_until="load")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    kept = [page.url, *(name for name in loaded if "/live/" not in name)]
    assert {urlsplit(one).netloc for one in kept} == {urlsplit(page.url).netloc}
    assert len(kept) > 2
    weight = sum(len(gzip.compress(page.request.get(one).body())) for one in kept)
    assert 1_000 < weight <= MOST_BYTES


def test_switch_is_seen_on_an_open_wall(
    site: Site, visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page, wide = visit("leader", width=1920, height=1080), visit("leader", width=3840, height=1080)
    expect(page.locator("#wall.is-routine")).to_be_visible()
    switch(site)
    try:
        for one in (page, wide):
            expect(one.locator("#wall.is-emergency .wall-posture")).to_contain_text("战时")
            expect(one.locator(".wall-matter").first).to_be_visible()
            looks_right(one, axe)
        shot(page, "wall-emergency-1920")
        shot(wide, "wall-emergency-3840")
        page.goto("/wall/table/")
        expect(page.get_by_role("heading", name="指挥大屏数据表")).to_be_visible()
    finally:
        switch(site, end=True)
    expect(wide.locator("#wall.is-routine")).to_be_visible()


def test_wall_keeps_the_last_data_when_the_network_fails(visit: Visit, faults: list[str]) -> None:
    page = visit("leader", width=1920, height=1080)
    expect(page.locator("[data-age]")).to_contain_text("秒前")
    name = page.locator("h1").inner_text()

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/wall/fragment/**", cut)
    page.route("**/live/**", cut)
    expect(page.locator("#wall-lost")).to_contain_text("连接中断", timeout=20_000)
    expect(page.locator("[data-age]")).to_contain_text("数据更新于 1", timeout=20_000)  # ten seconds and more
    assert page.locator("h1").inner_text() == name
    page.unroute("**/wall/fragment/**")
    page.unroute("**/live/**")
    expect(page.locator("#wall-lost")).to_be_hidden(timeout=25_000)
    expect(page.locator("[data-age]")).to_have_text("数据更新于 0 秒前", timeout=20_000)
    faults[:] = [line for line in faults if "net::ERR_FAILED" not in line]
