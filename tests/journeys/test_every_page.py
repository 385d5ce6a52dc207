"""Every page, in both postures and languages, wide and narrow: no script error, no CSP violation, axe clean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import AXE
from tests.journeys.site import Site

Visit = Callable[..., Page]

PAGES = {
    "duty": [
        "/day/health/",
        "/duty/",
        "/pursuits/",
        "/pursuits/1/",
        "/wall/",
        "/wall/table/",
        "/duty/sheet/",
        "/duty/group/leading/",
        "/duty/arrival/",
        "/frontline/",
        "/frontline/officials/",
        "/frontline/map/",
        "/frontline/places/",
        "/frontline/presence/",
        "/frontline/mine/",
        "/duty/post/leading.head/",
        "/duty/seat/1/",
        "/day/6/",
        "/day/testing/",
        "/day/testing/6/",
        "/day/gate/",
        "/day/goods/",
        "/day/canteen/",
        "/day/canteen/7/",
        "/day/plans/",
        "/day/plans/plan/3/",
        "/day/incidents/",
        "/day/incidents/incident/2/",
        "/day/supplies/",
        "/day/supplies/7/purchases/",
        "/day/sanitation/",
        "/day/duty/",
        "/day/duty/6/",
        "/day/duty/drill/1/",
        "/day/production/",
        "/day/training/",
        "/day/training/session/1/",
        "/day/returnees/",
        "/day/returnees/one/2/",
        "/regions/",
        "/compliance/",
        "/compliance/?by=unit&days=7",
        "/compliance/unit/6/",
        "/compliance/list/",
        "/compliance/1/",
        "/compliance/waivers/",
        "/compliance/waive/",
        "/board/",
        "/switch/",
        "/switch/several/",
        "/switch/stand-down/",
        "/switch/rebase/",
        "/switch/command/",
        "/tasks/",
        "/drills/",
        "/drills/new/",
        "/drills/1/",
        "/drills/1/report/",
        "/drills/inject/1/score/",
        "/drills/reviews/",
        "/drills/reviews/1/",
        "/drills/reviews/1/handover/testing/",
        "/orders/",
        "/orders/?show=overdue",
        "/orders/1/",
        "/orders/quick/?line=\u5e94\u6025\u5904\u7f6e\u7ec4\u660e\u5929\u524d\u5f85\u547d",
        "/orders/new/?decision=1",
        "/orders/bulk/?risk=high",
        "/orders/batches/1/",
        "/orders/meetings/",
        "/orders/meetings/new/",
        "/orders/meetings/1/",
        "/orders/meetings/1/edit/",
        "/structure/",
        "/readiness/",
        "/roster/",
        "/roster/?view=week",
        "/roster/mine/",
        "/roster/shift/26/",
        "/roster/add/",
        "/roster/swaps/",
        "/roster/drafts/",
        "/roster/new/",
        "/roster/pool/",
        "/roster/balance/",
        "/roster/handovers/",
        "/roster/handovers/1/",
        "/roster/absences/",
        "/roster/holidays/",
        "/roster/sheet/",
        "/reports/",
        "/reports/1/",
        "/reports/zero/",
        "/reports/mine/",
        "/reports/forms/",
        "/audit/",
        "/messages/",
        "/messages/compose/",
        "/inbox/",
        "/devices/",
        "/rounds/phones/",
        "/security/",
        "/security/enrol/",
        "/laboratory/",
        "/laboratory/?round=1",
        "/laboratory/refused/",
    ],
    "leader": [
        "/measures/hazard/covid19/",
        "/measures/version/1/force/",
        "/measures/force/2/",
        "/measures/force/2/propose/",
        "/measures/restriction/17/",
    ],
    "organiser": [
        "/rounds/",
        "/rounds/1/",
        "/rounds/2/",
        "/rounds/3/",
        "/rounds/3/replan/",
        "/custody/",
        "/custody/1/",
        "/custody/1/missing/",
        "/custody/1/doubts/",
        "/custody/1/boxes/",
        "/custody/tube/5/",
        "/custody/box/1/",
        "/rounds/1/sheets/",
        "/rounds/teams/1/members/",
        "/rounds/1/coverage/",
        "/rounds/1/coverage/6/",
        "/rounds/1/coverage/8/?why=exempt",
        "/rounds/2/coverage/",
        "/rounds/open/",
        "/rounds/teams/",
        "/rounds/probes/",
        "/rounds/probes/add/",
        "/import/screening.probes/",
        "/rounds/phones/",
        "/rounds/teams/1/",
        "/rounds/laboratories/0/",
        "/measures/",
        "/measures/import/",
        "/measures/version/1/",
        "/measures/version/6/",
        "/measures/version/6/about/",
        "/measures/version/6/diff/1/",
        "/measures/version/6/measure/",
        "/measures/version/6/measure/118/",
        "/measures/version/6/parameter/",
        "/measures/version/6/parameter/51/",
        "/frontline/propose/",
        "/frontline/propose/?mode=all",
        "/frontline/enterprise/6/",
        "/frontline/visits/6/",
        "/frontline/places/1/",
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
    "guard": [
        "/day/gate/6/",
        "/day/gate/6/book/",
        "/day/gate/6/visitor/",
        "/day/gate/6/vehicle/",
        "/day/gate/6/appointments/",
        "/day/gate/6/closing/",
    ],
    "company": [
        "/day/testing/6/exemptions/",
        "/day/testing/6/round/1/",
        "/day/testing/6/held/",
        "/day/",
        "/day/6/",
        "/day/6/quiet/",
        "/day/gate/6/",
        "/day/declare/unit/6/",
        "/day/gate/6/meetings/",
        "/day/gate/6/closing/",
        "/day/gate/appointment/1/",
        "/day/canteen/",
        "/day/canteen/6/hygiene/",
        "/day/canteen/6/meal/",
        "/day/canteen/meal/1/",
        "/day/canteen/plan/1/",
        "/day/canteen/check/7/",
        "/day/canteen/check/7/correct/",
        "/day/goods/",
        "/day/goods/6/",
        "/day/goods/6/new/",
        "/day/goods/lot/1/",
        "/day/goods/lot/1/disinfect/",
        "/day/plans/6/",
        "/day/plans/6/prevention/edit/",
        "/day/plans/plan/2/",
        "/day/incidents/6/",
        "/day/incidents/6/report/",
        "/day/supplies/6/",
        "/day/supplies/6/history/",
        "/day/supplies/6/count/",
        "/day/supplies/6/purchases/",
        *(f"/day/supplies/6/move/{kind}/" for kind in ("used", "received", "discarded", "lent", "returned")),
        "/day/supplies/entry/1/reverse/",
        "/day/sanitation/6/",
        "/day/sanitation/6/round/key-0700/",
        "/day/sanitation/6/table/",
        "/day/sanitation/6/book/",
        "/day/sanitation/6/areas/",
        "/day/sanitation/6/areas/new/",
        "/day/sanitation/area/1/",
        "/day/sanitation/record/1/",
        "/day/training/",
        "/day/training/6/",
        "/day/duty/6/",
        "/day/duty/6/week/",
        "/day/duty/6/team/",
        "/day/duty/6/drills/",
        "/day/duty/6/drills/new/",
        "/day/duty/drill/1/",
        "/day/production/6/",
        "/day/training/6/new/",
        "/day/training/session/1/",
        "/day/returnees/",
        "/day/returnees/6/",
        "/day/returnees/6/new/",
        "/day/returnees/6/invite/",
        "/day/returnees/one/2/",
        "/day/returnees/one/2/correct/",
        "/day/returnees/one/6/",
        "/day/returnees/one/6/link/",
        "/tasks/",
        "/reports/mine/",
        "/orders/",
        "/orders/11/",
        "/orders/11/feedback/",
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
        "/day/health/6/",
        "/day/health/6/team/1/",
        "/day/health/6/cases/",
        "/day/health/6/correct/",
        "/day/health/6/link/",
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


DESK, TELEPHONE, HEIGHT = 1366, 390, 844
TODAY = re.compile(r"/day/(\d+/)?")
#: Where an emergency shows more than the band on top: the command's own pages and what its measures change.
CHANGED = (
    "/duty/", "/wall/", "/switch/", "/tasks/", "/orders/", "/reports/", "/roster/", "/frontline/", "/plan/", "/board/",
    "/compliance/", "/measures/", "/readiness/", "/drills/", "/reviews/", "/timeline/", "/inbox/", "/day/canteen/",
    "/day/gate/", "/day/health/6/",
)  # fmt: skip


#: Pages opened in one test, so that two processes share the long lists.
PART = 20
PARTS = [(persona, n) for persona in sorted(PAGES) for n in range(0, len(PAGES[persona]), PART)]


def pages_of(persona: str, first: int, posture: str) -> list[str]:
    """Return the pages of a part of a persona's list; in an emergency those that it changes."""
    part = PAGES[persona][first : first + PART]
    if posture != "emergency":
        return part
    return [path for path in part if path == "/" or path.startswith(CHANGED) or TODAY.fullmatch(path)]


# Every page in routine takes minutes; the same pages with axe, in an emergency and in English are long
# tests. What an emergency changes is looked at by the journeys of the switch, the desk, the wall and the day.
LONG = [pytest.param(name, marks=pytest.mark.long) for name in ("whole", "emergency")]


@pytest.fixture(scope="module", params=["routine", *LONG])
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


@pytest.mark.parametrize(("persona", "first"), PARTS)
def test_page(
    visit: Visit,
    axe: Callable[[Page], None],
    shot: Callable[[Page, str], None],
    posture: str,
    persona: str,
    first: int,
) -> None:
    """Each page is loaded once and looked at twice, on a desk and, made narrow, on a telephone.

    The long tests ask axe at both widths too.
    """
    page = visit(persona, width=DESK, height=HEIGHT)
    page.add_init_script(path=AXE)
    for path in pages_of(persona, first, posture):
        page.set_viewport_size({"width": DESK, "height": HEIGHT})
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("h1")).to_be_visible()
        # A sticky bar covers something at any scroll position; axe would judge what happens to lie under it.
        page.evaluate("document.querySelectorAll('.order-bar').forEach(bar => bar.style.position = 'static')")
        for width in (DESK, TELEPHONE):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.evaluate(
                "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            if posture != "routine":
                axe(page)
            no_overflow(page)
            shot(
                page,
                f"{posture}-{persona}-{path.strip('/').replace('/', '-').split('?')[0]}-{width}",
            )


def test_public_pages(visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    page = visit(width=390, height=844)
    for path, status in [
        ("/accounts/login/", 200),
        ("/demo/", 200),
        ("/nothing-here/", 404),
        ("/a/wrong", 403),
        ("/arrive/wrong", 404),
        ("/result/", 200),
        ("/result/q/wrong", 404),
    ]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in (status, 404), path
        axe(page)
        no_overflow(page)
        shot(page, f"public-{path.strip('/').replace('/', '-')}")


@pytest.mark.long
def test_english(visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    """The language switch holds on every page, and nothing of the frame stays Chinese."""
    page = visit("duty")
    page.get_by_role("button", name="English").click()
    page.add_init_script(path=AXE)
    for path in PAGES["duty"]:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        frame = page.locator("nav")
        words = frame.first.inner_text() if frame.count() else ""
        assert not any("\u4e00" <= mark <= "\u9fff" for mark in words), words
        axe(page)
        shot(page, f"en-{path.strip('/').replace('/', '-')}")
