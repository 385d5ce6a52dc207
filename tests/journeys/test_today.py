"""今日要办 in a browser: a quiet day in few taps, and a switch that is on the list within five seconds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.journeys.site import Site
from tests.journeys.test_notice_to_stand_down import order

MOST_TAPS = 12
SOON = 5_000
"""Milliseconds within which an open list must follow a switch."""
FIRM = 6
WEEKS = re.compile("\u6bcf\u5468 2 \u6b21")
QUIET = "E08"
"""An enterprise of 310 at which nothing happened today; the contact of the demo becomes its contact too."""
CREW = f"""
from pingzhan.foundation import clock
from pingzhan.config.demo import people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.accounts.models import User
unit = Unit.objects.get(code="{QUIET}")
zone = Unit.objects.get(kind="zone")
RoleGrant.objects.get_or_create(
    user=User.objects.get(username="company"), role="company", unit_path=unit.path
)
known = set(Employment.objects.filter(enterprise=unit).values_list("employee_no", flat=True))
firms = [one for one in people.firms_of(zone, None) if one.pk == unit.pk]
people._write([
    one for one in people.draw(firms, 4711)
    if not known & {{job.employee_no for job in one.jobs}}
])
# The canteen was planned for the small crew of the demo.
from datetime import time
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import MealKind
from pingzhan.domain.sanitation.models import CanteenMeal, SittingPlan
from pingzhan.foundation.access.actor import system_actor
by = system_actor("crew")
for meal in CanteenMeal.objects.filter(enterprise=unit, active=True).select_related("site"):
    data = sanitation.MealData(MealKind.LUNCH, meal.site.capacity, time(10, 30), time(14))
    sanitation.set_meal(enterprise=unit, site_id=meal.site_id, data=data, by=by, meal_id=meal.pk)
    draft = SittingPlan.objects.filter(meal=meal, state="draft").get()
    sanitation.publish_plan(plan_id=draft.pk, by=by)
# Areas to clean; what is aired as planned can be said only once the planned time is over.
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.kernel.errors import Conflict
sanitation.propose_areas(enterprise=unit, by=by)
try:
    sanitation.air_as_planned(enterprise=unit, by=by)
except Conflict:
    lines = [
        sanitation.Line(area.pk, clock.now(), minutes=30)
        for area in sanitation.areas_in_use(unit) if area.airs
    ]
    sanitation.enter_lines(enterprise=unit, kind=Kind.VENTILATION, lines=lines, by=by)
print("unit", unit.pk)
"""
ALONE = """
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import RoleGrant
RoleGrant.objects.filter(
    user__username="company", unit_path=Unit.objects.get(code="E08").path
).delete()
"""
#: Sittings are due again once their plan is outdated by the switch; all else that was done stays done.
DONE = '.today-fold .is-done:not([data-evidence="canteen_plan"]) .today-why li'
LEDGERS = {
    "declaration": "obligations_declaration",
    "screening_plan": "screening_planversion",
    "site_visit": "frontline_sitevisit",
    "work_order": "orders_order",
    "gate_mark": "gate_daymark",
    "sitting_day": "sanitation_sittingday",
    "kitchen_check": "sanitation_kitchencheck",
    "sanitation_entry": "sanitation_entry",
    "gate_visit": "gate_visit",
    "gate_vehicle": "gate_vehicleentry",
    "gate_meeting": "gate_meeting",
    "goods_lot": "gate_goodslot",
    "returnee": "returnees_application",
    "supply_check": "supplies_stockcheck",
    "zero_line": "reporting_zeroline",
    "premises_duty": "premises_dutyday",
    "premises_member": "premises_teammember",
    "premises_check": "premises_selfcheck",
    "premises_plan": "premises_plan",
    "premises_training": "premises_training",
    "premises_figures": "premises_figures",
    "premises_exercise": "premises_exercise",
    "premises_incident": "premises_incident",
    "premises_step": "premises_incidentstep",
}
"""Where the rows lie that obligations name as their evidence."""

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


class Taps:
    """Counts what the finger does."""

    def __init__(self) -> None:
        self.n = 0

    def on(self, what: Locator) -> None:
        """Tap once."""
        self.n += 1
        what.tap()


def facts(site: Site, sql: str) -> list[tuple[object, ...]]:
    """Ask the database of the site as its owner."""
    with psycopg.connect(site.environment["PINGZHAN_OWNER_DATABASE_URL"]) as connection:
        return connection.execute(sql).fetchall()


def waiting(page: Page) -> list[str]:
    """The kinds of work that are late or due now and can be declared in one tap."""
    rows = page.locator(".today-late .today-line, .today-now .today-line").filter(
        has=page.locator(".today-acts form")
    )
    return [row.get_attribute("data-evidence") or "" for row in rows.all()]


def over(page: Page) -> Counter[str]:
    """The kinds of work whose time is over: no declaration of today makes up for what a day before went without."""
    rows = page.locator(".today-late .today-line:not(:has(.today-acts form))")
    return Counter(row.get_attribute("data-evidence") or "" for row in rows.all())


def test_a_quiet_day_takes_few_taps_and_leaves_a_row_for_each(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    try:
        quiet = int(site.run("manage", "shell", "--no-imports", "-c", CREW).split()[-1])
        _quiet_day(visit("company", width=390, height=844, has_touch=True), quiet, site, axe, shot)
    finally:
        site.run("manage", "shell", "--no-imports", "-c", ALONE)


def _quiet_day(phone: Page, firm: int, site: Site, axe: Axe, shot: Shot) -> None:
    [(workers,)] = facts(
        site, f'SELECT count(*) FROM people_employment WHERE enterprise_id = {firm} AND "left" IS NULL'
    )
    assert 280 <= int(str(workers)) <= 330
    phone.goto(f"/day/{firm}/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "today-390")
    assert waiting(phone)
    missed = over(phone)
    taps = Taps()
    taps.on(phone.locator(".today-top a.btn"))
    expect(phone.locator("h1")).to_contain_text("\u9010\u9879\u786e\u8ba4")
    assert phone.locator(".today-quiet input:checked").count() == 0
    axe(phone)
    shot(phone, "today-quiet-390")
    for box in phone.locator(".today-quiet input[type=checkbox]").all():
        taps.on(box)
    taps.on(phone.locator(".today-sign button"))
    phone.wait_for_url(f"**/day/{firm}/")
    assert waiting(phone) == []
    # Cleaning is said where its areas are seen: the thorough round takes in those of the day.
    # Late in the day more than one round is due. A round that ran out before this journey began is registered
    # afterwards, by area, and stays on the list; what is due now must be gone from it (below).
    # So does one of a former day, whose link names the day.
    clean = phone.locator(
        ":is(.today-now, .today-late) [data-evidence=disinfection] .today-acts a:not([href*='?day='])"
    )
    whole = phone.get_by_role("button", name="\u5168\u90e8\u5b8c\u6210")
    for _round in range(3):
        if clean.count():
            taps.on(clean.first)
            phone.wait_for_url(f"**/day/sanitation/{firm}/")
            if not whole.count():
                phone.goto(f"/day/{firm}/")
                break
            taps.on(whole.last)
            expect(phone.locator(".messages")).to_be_visible()
            phone.goto(f"/day/{firm}/")
    assert taps.n <= MOST_TAPS
    shot(phone, "today-after-390")
    # A round of tests that falls due on this day is closed by its samples, not by the enterprise.
    left = phone.locator(".today-now .today-line:not([data-evidence=test_round]) .today-acts .btn")
    assert left.count() == 0, [row.inner_text() for row in left.all()]
    assert over(phone) <= missed
    closed = facts(
        site,
        "SELECT o.ref_kind, o.ref_id, d.evidence FROM obligations_obligation o"
        f" JOIN obligations_demand d ON d.id = o.demand_id WHERE o.unit_id = {firm} AND o.state = 'done'"
        " AND o.closed_at > now() - interval '10 minutes'",
    )
    assert closed
    for kind, ref, evidence in closed:
        if evidence == "temperature":
            assert facts(site, f"SELECT 1 FROM health_reading WHERE enterprise_id = {firm} LIMIT 1")
            continue
        table = LEDGERS[str(kind)]
        assert facts(site, f"SELECT 1 FROM {table} WHERE id = {ref}"), (kind, ref)


def test_a_switch_is_on_the_list_within_five_seconds(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk, phone = visit("duty"), visit("company", width=390, height=844, has_touch=True)
    expect(phone).to_have_url(re.compile(rf"/day/{FIRM}/$"))
    calm = phone.locator(".today-sets").inner_text()
    expect(phone.locator(".today-next")).to_contain_text(WEEKS)
    expect(phone.locator(".today-changes")).to_have_count(0)
    done = phone.locator(DONE).count()
    order(desk)
    expect(phone.locator(".today-top.is-emergency")).to_be_visible(timeout=SOON)
    changes = phone.locator(".today-changes")
    for words in (
        r"\u6d4b\u6e29\u65f6\u6bb5.*19:30",
        r"\u5916\u6765\u4eba\u5458\u7ba1\u7406.*\u4e0d\u63a5\u5f85",
        r"\u6838\u9178\u68c0\u6d4b\u8f6e\u6b21.*4",
        r"\u5ea7\u4f4d\u6bd4\u4f8b.*30",
        r"\u9001\u751f\u4ea7\u7ecf\u8425\u60c5\u51b5.*\u6bcf\u65e5\u4e00\u6b21",
    ):
        expect(changes.locator("li").filter(has_text=re.compile(words, re.DOTALL))).not_to_have_count(0)
    expect(phone.locator(".today-next")).to_contain_text("\u6bcf\u5468 4 \u6b21")
    expect(phone.locator(".today-sets")).to_contain_text("\u7248")
    expect(
        phone.locator(".today-line").filter(has_text="\u56e0\u8f6c\u4e3a\u6218\u65f6\u2161\u7ea7")
    ).not_to_have_count(0)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
    shot(phone, "today-emergency-390")
    phone.set_viewport_size({"width": 1366, "height": 900})
    shot(phone, "today-emergency-1366")
    desk.goto("/switch/stand-down/")
    desk.locator("[name=reason]").fill("\u5df2\u7ecf\u6392\u9664")
    desk.get_by_role("button", name="\u4e0b\u4ee4\u89e3\u9664").click()
    desk.get_by_role("button", name="\u786e\u8ba4\u89e3\u9664").click()
    desk.wait_for_url("**/duty/")
    expect(phone.locator(".today-top.is-emergency")).to_have_count(0, timeout=SOON)
    assert phone.locator(".today-sets").inner_text() == calm
    expect(phone.locator(".today-next")).to_contain_text(WEEKS)
    assert phone.locator(DONE).count() >= done


def test_an_order_is_confirmed_from_the_day_and_the_day_closes_it(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    desk, phone = visit("duty"), visit("company", width=390, height=844, has_touch=True)
    expect(phone).to_have_url(re.compile(rf"/day/{FIRM}/$"))
    waits = phone.locator(".today-line[data-evidence=notice_confirm] .today-acts a")
    assert waits.count() == 0
    desk.goto("/orders/new/")
    title = "\u4f20\u8fbe\u8fd4\u5c97\u8981\u6c42"
    desk.locator("[name=title]").fill(title)
    desk.locator("[name=text]").fill("\u5411\u5404\u73ed\u7ec4\u4f20\u8fbe\u8fd4\u5c97\u8981\u6c42")
    desk.locator("[name=to]").select_option(f"enterprise:{FIRM}")
    desk.locator("[name=due_at]").fill(f"{timezone.localdate() + timedelta(days=2)}T17:00")
    desk.get_by_role("button", name="\u4e0b\u8fbe", exact=True).click()
    expect(desk.locator("h1")).to_contain_text(title)
    order_id = int(desk.url.rstrip("/").rpartition("/")[2])

    expect(waits).to_have_count(1, timeout=SOON * 3)
    # It has until this time tomorrow, and lies open among what is to be done now.
    expect(phone.locator(".today-now [data-evidence=notice_confirm]")).to_be_visible()
    expect(waits).to_be_visible()
    axe(phone)
    shot(phone, "today-notice-390")
    waits.tap()
    expect(phone.locator("h1")).to_contain_text(title)
    phone.get_by_role("button", name="\u786e\u8ba4\u7b7e\u6536").tap()
    expect(phone.get_by_role("button", name="\u786e\u8ba4\u7b7e\u6536")).to_have_count(0)
    shot(phone, "today-notice-order-390")
    [(duty, *closed)] = facts(
        site,
        "SELECT o.id, o.state, o.ref_kind, o.ref_id FROM obligations_obligation o"
        " JOIN obligations_demand d ON d.id = o.demand_id"
        f" WHERE d.evidence = 'notice_confirm' AND o.unit_id = {FIRM} AND o.subject_id = {order_id}",
    )
    assert closed == ["done", "work_order", order_id]
    phone.goto(f"/day/{FIRM}/")
    expect(waits).to_have_count(0)
    phone.locator(".today-fold > summary", has_text="\u5df2\u529e\u7ed3").tap()
    proof = phone.locator(f'.is-done[data-evidence=notice_confirm] a[href="/day/{FIRM}/proof/{duty}/"]')
    expect(proof).to_be_visible()
    axe(phone)
    shot(phone, "today-notice-done-390")
    proof.tap()
    expect(phone).to_have_url(re.compile(rf"/orders/{order_id}/$"))
