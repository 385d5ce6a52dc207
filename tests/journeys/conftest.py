"""Browser fixtures: one site and one browser for each process of the run, a fresh context for each person."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.browser import chromium
from tests.journeys.site import ROOT, Site

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
]  # fmt: skip
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = Path(os.environ["PINGZHAN_SHOTS"]) if os.environ.get("PINGZHAN_SHOTS") else None
PERIOD, AHEAD = 30 * 60, 75
"""Seconds between the moments at which periods of work begin and end in the demo, and how near is too near."""


@pytest.fixture(autouse=True)
def within_a_period() -> None:
    """Begin no journey so near the end of a period that the work it reads falls due or runs out under its hands.

    Half past twelve between two pages makes a round that was to be done one that was missed: right for the
    enterprise, another story than the journey tells. The zone is built before this: fixtures of the session come first.
    """
    left = PERIOD - time.time() % PERIOD
    if left < AHEAD:
        time.sleep(left + 3)


@pytest.fixture(scope="session")
def idle(database_server: str, tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Iterator[Site]:
    """Return the site of this process before it is started; it is stopped in the end."""
    # The folder of all processes of the run: the zone is built by the first and copied by the others.
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = Site(database_server, tmp_path_factory.mktemp("site"), shared / "demo-keys", testrun_uid)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def site(idle: Site) -> Site:
    idle.start()
    return idle


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    opened = playwright_driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield opened
    opened.close()


class Faults(list[str]):
    """What the browser complained about: script errors, refused content, failed requests."""

    def watch(self, page: Page) -> None:
        """Listen to one page."""
        page.on("pageerror", lambda error: self.append(f"{page.url}: {error}"))
        page.on("console", lambda line: self._console(page, line.type, line.text))

    def _console(self, page: Page, kind: str, text: str) -> None:
        expected = "Failed to load resource: the server responded with a status of 4" in text
        if kind == "error" and not expected:
            self.append(f"{page.url}: {text}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    seen = Faults()
    yield seen
    assert seen == []


@pytest.fixture
def visit(browser: Browser, site: Site, faults: Faults) -> Iterator[Callable[..., Page]]:
    """Return ``visit(persona=None, width=1366, height=900)``: a page in a fresh context, signed in if asked."""
    contexts: list[BrowserContext] = []

    def open_page(
        persona: str | None = None, *, width: int = 1366, height: int = 900, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height}, **options,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        faults.watch(page)
        if persona is not None:
            page.goto("/demo/")
            page.locator(f"[data-persona='{persona}'] button").click()
            page.wait_for_url(lambda url: "/demo/" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return ``axe(page)``: fails with the list of WCAG 2.2 A and AA violations of the page as it is now.

    The rule that a name holds the visible words (2.5.3) is off by itself in axe; it is asked for.
    """
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(source)
        # Where axe has nothing to find fault with, it need not work out where each of those parts stands.
        found = page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa'],"
            " resultTypes: ['violations'],"
            " rules: {'label-content-name-mismatch': {enabled: true}}})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))"
        )
        assert found == [], page.url

    return check


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Return ``shot(page, name)``: keeps a picture for a person to look at, if PINGZHAN_SHOTS names a folder."""

    def take(page: Page, name: str) -> None:
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)

    return take
