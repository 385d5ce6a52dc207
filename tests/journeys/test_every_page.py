"""Every page, in both postures and languages, wide and narrow: no script error, no CSP violation, axe clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site

Visit = Callable[..., Page]

PAGES = {
    "duty": [
        "/duty/",
        "/duty/group/leading/",
        "/duty/post/leading.head/",
        "/duty/seat/1/",
        "/switch/",
        "/switch/stand-down/",
        "/tasks/",
        "/structure/",
        "/readiness/",
        "/audit/",
        "/messages/",
        "/messages/compose/",
        "/inbox/",
        "/devices/",
        "/security/",
        "/security/enrol/",
    ],
    "organiser": [
        "/structure/",
        "/structure/import/?zone=MH",
        "/structure/1/",
        "/structure/1/diff/",
        "/enterprises/",
        "/enterprises/new/",
        *(f"/enterprises/6/?tab={tab}" for tab in ("file", "sites", "shifts", "people", "history")),
        "/enterprises/6/edit/",
        "/enterprises/6/decide/risk/",
        "/enterprises/6/sites/new/",
        "/enterprises/6/sites/11/rooms/",
        "/plan/",
        "/plan/edit/?unit=6",
        "/plan/import/",
        "/plan/versions/",
    ],
    "auditor": [
        "/audit/",
        "/audit/?reads=on",
        "/audit/1/",
        "/audit/history/territory.unit/1/",
        "/audit/verify/",
        "/audit/switches/",
    ],
    "clerk": [
        "/documents/",
        "/documents/1/",
        "/documents/new/?text=1",
        "/documents/3/edit/",
        "/documents/numbers/",
        "/documents/organs/",
        "/documents/templates/",
        "/documents/templates/1/",
        "/documents/templates/text/?template=1",
    ],
    "privacy": ["/privacy/", "/privacy/held/contact/1/"],
    "company": [
        "/workers/",
        "/workers/1/",
        "/workers/new/",
        "/workers/1/person/",
        "/workers/1/terms/",
        "/workers/1/move/",
        "/workers/1/leave/",
        "/workers/1/back/",
        "/workers/alike/",
        "/workers/alike/1/2/",
        "/search/?q=wa",
    ],
    "admin": [
        "/staff/",
        "/staff/1/",
        "/staff/invitations/",
        "/access/",
        "/access/account/1/",
        "/jobs/",
        "/settings/",
        "/messages/",
        "/messages/channels/new/sms/",
    ],
    "security": ["/staff/invitations/", "/devices/", "/access/"],
}


@pytest.fixture(scope="module", params=["routine", "emergency"])
def posture(request: pytest.FixtureRequest, site: Site) -> Iterator[str]:
    """Put the demo zone into one posture for the tests of this module."""
    order = ["switch", "order", "--unit", "MH", "--level", "II", "--reason", "演练页面", "--basis", "口头"]
    end = ["switch", "stand-down", "--unit", "MH", "--reason", "结束", "--basis", "口头"]
    if request.param == "emergency":
        site.run(*order, "--key", "every-page", "--by", "duty")
    yield str(request.param)
    if request.param == "emergency":
        site.run(*end, "--key", "every-page-end", "--by", "duty")


def no_overflow(page: Page) -> None:
    """A phone must never scroll sideways."""
    width, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= inner, f"{page.url}: {width} > {inner}"


@pytest.mark.parametrize("persona", sorted(PAGES))
@pytest.mark.parametrize("width", [1366, 390])
def test_page(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None],
    posture: str, persona: str, width: int,
) -> None:  # fmt: skip
    page = visit(persona, width=width, height=844)
    for path in PAGES[persona]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("h1")).to_be_visible()
        # A sticky bar covers something at any scroll position; axe would judge what happens to lie under it.
        page.evaluate("document.querySelectorAll('.order-bar').forEach(bar => bar.style.position = 'static')")
        axe(page)
        no_overflow(page)
        shot(page, f"{posture}-{persona}-{path.strip('/').replace('/', '-').split('?')[0]}-{width}")


def test_public_pages(visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    page = visit(width=390, height=844)
    for path, status in [
        ("/accounts/login/", 200),
        ("/demo/", 200),
        ("/nothing-here/", 404),
        ("/a/wrong", 403),
    ]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in (status, 404), path
        axe(page)
        no_overflow(page)
        shot(page, f"public-{path.strip('/').replace('/', '-')}")


def test_english(visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    """The language switch holds on every page, and nothing of the frame stays Chinese."""
    page = visit("duty")
    page.get_by_role("button", name="English").click()
    for path in PAGES["duty"]:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        frame = page.locator("nav")
        words = frame.first.inner_text() if frame.count() else ""
        assert not any("\u4e00" <= mark <= "\u9fff" for mark in words), words
        axe(page)
        shot(page, f"en-{path.strip('/').replace('/', '-')}")
