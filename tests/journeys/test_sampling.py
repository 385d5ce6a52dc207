"""采样 in two browsers while the server is dead: nothing lost, nothing doubled, what does not fit is shown."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.site import Site
from tests.journeys.test_today import facts

Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
PIN, NEXT_PIN = "135790", "246802"
PEOPLE = 100
"""For each of two phones."""
SETUP = """
from datetime import timedelta
from django.db import transaction
from pingzhan.domain.screening import api
from pingzhan.domain.screening.models import PlanVersion, Slot
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
zone = Unit.objects.get(kind='zone')
duty = actor_of(RoleGrant.objects.filter(role=Role.DUTY_OFFICER).first().user)
head = actor_of(RoleGrant.objects.filter(role=Role.ORGANISER).first().user)
day = clock.now().date() + timedelta(days=11)
# In one transaction, so that the worker of the site finds nothing left to compute.
with transaction.atomic():
    one = api.open_round(zone=zone, day=day, basis='\u52a0\u6d4b', pool_size=10, by=head)
    api.compute_demand(round_=one, by=head)
    asked = api.plan_round(round_=one, iterations=400, reason='\u9996\u7248', by=head)
    api.compute_plan(asked.pk)
    api.adopt_plan(version=PlanVersion.objects.select_related('round__zone').get(pk=asked.pk), by=head)
slots = Slot.objects.filter(round=one, ended_by__isnull=True)
team = slots.order_by('team_id').first().team
slots.update(team=team)
print('ROUND', one.pk)
for name in ('\u91c7\u6837\u673a\u4e00', '\u91c7\u6837\u673a\u4e8c'):
    device, path = devices.issue_device(name=name, kind='sampling', unit_path=zone.path, days=2, by=duty)
    api.assign_phone(device=device, team=team, by=head)
    print('ENROL', device.pk, path)
"""
TODAY = "((now() AT TIME ZONE 'Asia/Shanghai') - interval '6 hours')::date"


@pytest.fixture
def phones(browser: Browser, site: Site) -> Iterator[Callable[[], Page]]:
    """Return a maker of phones; a failed request is what they are made for, a script error is not."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make() -> Page:
        context = browser.new_context(
            base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": 390, "height": 844}, has_touch=True,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def enrol(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_role("button", name="\u767b\u8bb0\u8fd9\u90e8\u624b\u673a").click()
    form = page.locator("[data-field-enrol]")
    form.locator("[name=name]").fill("\u76ae\u4e50\u5929")
    form.locator("[name=pin]").fill("123")
    form.locator("[name=again]").fill("123")
    send = form.get_by_role("button")
    send.click()
    expect(form.get_by_role("alert")).to_contain_text("6 \u81f3 12")
    form.locator("[name=pin]").fill(PIN)
    form.locator("[name=again]").fill(PIN)
    send.click()
    page.wait_for_url(f"**{reverse('field:page')}")
    unlock(page)


def unlock(page: Page, pin: str = PIN) -> None:
    page.locator("#pin-input").fill(pin)
    page.locator("#pin-form button").click()
    expect(page.locator("#app")).to_be_visible()


def scan(page: Page, code: str, place: str = "swab") -> None:
    page.locator(f"#{place}-code").fill(code)
    page.locator(f"#{place}-code").press("Enter")


def fill(page: Page, tubes: range, people: list[str]) -> None:
    for index, n in enumerate(tubes):
        code = f"T{n:06d}"
        scan(page, code)
        expect(page.locator("#tube-code")).to_have_text(code)
        for at, who in enumerate(people[index * 10 : index * 10 + 10], start=1):
            scan(page, who)
            expect(page.locator("#tube-n")).to_have_text(f"{at}/10")
        scan(page, code)
        expect(page.locator("#no-tube")).to_be_visible()


def dead(site: Site) -> None:
    os.killpg(site.processes[0].pid, signal.SIGKILL)
    site.processes[0].wait(8)


def revive(site: Site) -> None:
    site.spawn("granian", [
        "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(site.port),
        "--workers", "1", "--no-ws", "pingzhan.config.asgi:application",
    ])  # fmt: skip
    site.processes.insert(0, site.processes.pop())


def answers(site: Site) -> bool:
    try:
        with urllib.request.urlopen(f"{site.url}/health/", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def sent(page: Page) -> None:
    expect(page.locator("#link")).to_have_text("\u5df2\u5168\u90e8\u4e0a\u4f20", timeout=60_000)


def test_two_phones_without_a_server_lose_nothing(
    phones: Callable[[], Page], site: Site, axe: Axe, shot: Shot, tmp_path: Path
) -> None:
    said = [line.split() for line in site.run("manage", "shell", "-c", SETUP).splitlines()]
    (of_round,) = [int(line[1]) for line in said if line[:1] == ["ROUND"]]
    (_one_no, one_path), (two_no, two_path) = [line[1:] for line in said if line[:1] == ["ENROL"]]
    # It was planned for a day to come, as every round is.
    facts(site, f"UPDATE screening_round SET day = {TODAY} WHERE id = {of_round} RETURNING id")
    one, two = phones(), phones()
    for page, path in ((one, one_path), (two, two_path)):
        enrol(page, path)
        expect(page.locator("#head-round")).to_contain_text("10")
        page.wait_for_function("navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready")
    axe(one)
    one.locator("#tab-more").click()
    one.locator("#check").click()
    expect(one.locator("#check-lines .is-good")).not_to_have_count(0)
    axe(one)
    shot(one, "field-check-390")
    one.locator("#tab-list").click()
    axe(one)
    shot(one, "field-list-390")
    one.locator("#tab-swab").click()
    rows = facts(
        site,
        "SELECT DISTINCT e.employee_no FROM people_employment e JOIN screening_slot s ON s.enterprise_id ="
        " e.enterprise_id"
        f" WHERE s.round_id = {of_round} AND e.left IS NULL AND e.employee_no <> '' ORDER BY 1 LIMIT {2 * PEOPLE + 1}",
    )
    numbers = [str(row[0]) for row in rows]
    assert len(numbers) == 2 * PEOPLE + 1

    dead(site)
    fill(one, range(1, 8), numbers[:70])
    one.reload()
    unlock(one)
    expect(one.locator("#link")).to_contain_text("77")
    fill(one, range(8, 11), numbers[70:PEOPLE])
    fill(two, range(11, 21), numbers[PEOPLE : 2 * PEOPLE])

    # The same person in a second tube of the same phone is asked for; of another phone only the server can know.
    scan(one, "T000021")
    scan(one, numbers[0])
    expect(one.locator("#ask-second_tube")).to_be_visible()
    axe(one)
    shot(one, "field-second-tube-390")
    one.locator("#ask-second_tube [data-leave]").click()
    scan(one, numbers[2 * PEOPLE])
    expect(one.locator("#tube-n")).to_have_text("1/10")
    scan(one, numbers[PEOPLE])
    expect(one.locator("#tube-n")).to_have_text("2/10")
    shot(one, "field-tube-390")
    # The tube goes on upon the other phone.
    one.locator("details", has=one.locator("#pass-form")).locator("summary").click()
    passed = one.locator("#pass-code").inner_text()
    one.locator("#pass-to").fill(f"PZD-{two_no}")
    one.locator("#pass-form button").click()
    expect(one.locator("#no-tube")).to_be_visible()
    scan(two, passed)
    expect(two.locator("#tube-n")).to_have_text("2/10")
    scan(two, "9999X")
    expect(two.locator("#ask-unknown")).to_be_visible()
    two.locator("#guest-name").fill("\u9752\u79be")
    two.locator("#guest-no").fill("110105194912310021")
    two.locator("#guest-form [type=submit]").click()
    expect(two.locator("#guest-error")).to_be_visible()
    axe(two)
    shot(two, "field-guest-390")
    two.locator("#guest-no").fill("11010518491231002" + "4")
    two.locator("#guest-form [type=submit]").click()
    expect(two.locator("#guest-error")).to_be_visible()
    two.locator("#ask-unknown [data-leave]").click()
    scan(two, numbers[1])
    expect(two.locator("#tube-n")).to_have_text("3/10")
    scan(two, "T000021")

    # Boxes, and another sampler on the first phone.
    one.locator("#tab-pack").click()
    for code in ("BOX-01", *(f"T{n:06d}" for n in range(1, 11)), "BOX-01"):
        scan(one, code, "pack")
    axe(one)
    one.locator("#boxes button").click()
    one.locator("#hand-to").fill("\u67cf\u5d07\u6587")
    one.locator("#hand-form button").click()
    expect(one.locator("#boxes button")).to_have_count(0)
    shot(one, "field-boxes-390")
    one.locator("#tab-more").click()
    one.locator("details", has=one.locator("#shift-form")).locator("summary").click()
    one.locator("#shift-name").fill("\u7533\u5c60\u8fdc")
    one.locator("#shift-pin").fill(NEXT_PIN)
    one.locator("#shift-form button").click()
    expect(one.locator("#shift-note")).to_contain_text("\u5df2\u4ea4\u63a5\u73ed")
    one.reload()
    unlock(one, NEXT_PIN)
    one.locator("#tab-queue").click()
    axe(one)
    shot(one, "field-queue-390")
    with one.expect_download() as download:
        one.locator("#export").click()
    download.value.save_as(tmp_path / "unsent.json")
    assert (tmp_path / "unsent.json").stat().st_size > 1000

    revive(site)
    for page in (one, two):
        sent(page)
    counted = (
        "SELECT count(*), count(DISTINCT person), count(DISTINCT tube_id) FROM screening_sample"
        f" WHERE refused = 0 AND round_id = {of_round}"
    )
    before = facts(site, counted)
    assert before == [(2 * PEOPLE + 3, 2 * PEOPLE + 1, 21)]
    gaps = (
        "SELECT device_id, max(seq) - count(*) FROM (SELECT device_id, seq FROM screening_sample UNION ALL"
        " SELECT device_id, seq FROM screening_custodystep WHERE device_id IS NOT NULL) s GROUP BY 1"
    )
    assert {gap for _device, gap in facts(site, gaps)} == {0}
    doubled = "SELECT kind, count(*) FROM screening_conflict WHERE state = 'open' AND round_id = "
    assert facts(site, f"{doubled}{of_round} GROUP BY 1") == [("second_tube", 2)]
    states = f"SELECT state, count(*) FROM screening_tube WHERE round_id = {of_round} GROUP BY 1 ORDER BY 1"
    assert facts(site, states) == [("handed", 10), ("sealed", 11)]
    one.locator("#tab-queue").click()

    # Everything is sent once more, as a phone does whose answer was lost: nothing changes.
    one.evaluate(
        "async () => { const open = indexedDB.open('pz-field'); const db = await new Promise(r => open.onsuccess ="
        " () => r(open.result)); const store = db.transaction('items', 'readwrite').objectStore('items');"
        " const all = await new Promise(r => { const q = store.getAll(); q.onsuccess = () => r(q.result) });"
        " for (const item of all) store.put({...item, state: 'pending'}); db.close() }"
    )
    one.locator("#send-now").click()
    expect(one.locator("#queue-numbers")).to_contain_text("\u5f85\u4e0a\u4f20 0", timeout=60_000)
    sent(one)
    assert facts(site, counted) == before
    assert answers(site)
