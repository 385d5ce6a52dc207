"""实验室 in a browser: what only a reader sees; tubes received, a result corrected, and a positive tube followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
SETUP = """
import uuid
from datetime import timedelta
from django.contrib.auth import get_user_model
from django.db.models.functions import Now
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.models import Round, Slot, TeamDevice
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, RoleGrant
from pingzhan.foundation.access.roles import Role

user = get_user_model().objects.get(username='official')
slot = Slot.objects.filter(ended_by__isnull=True, round__state='adopted').order_by('round__day', 'team_id')[0]
zone = slot.round.zone
RoleGrant.objects.create(user=user, role=Role.LABORATORY, unit_path=zone.path)
Round.objects.filter(pk=slot.round_id).update(state='running', started_at=Now())
def device(name, kind):
    return Device.objects.create(name=name, kind=kind, unit_path=zone.path, issued_by=user,
                                 expires_at=Now() + timedelta(days=1))
phone = device('采样手机八', 'sampling')
device('检测室程序', 'laboratory')
TeamDevice.objects.create(device=phone, team=slot.team)
people = list(Employment.objects.filter(enterprise=slot.enterprise, left__isnull=True).order_by('pk')[:3])
now = clock.now()
items = []
def write(kind, ago, **more):
    items.append(api.Item(id=uuid.uuid4(), seq=len(items) + 1, kind=kind, at=now - timedelta(minutes=ago),
                          round=slot.round_id, **more))
for n, who in enumerate(people, 1):
    write('sample', 90 - n, tube=f'L-000{n}', person=who.pk, place=1)
    write('seal', 80 - n, tube=f'L-000{n}')
api.record_batch(items=items, sent_at=now, device=phone, by=Actor(
    kind='link', user_id=None, person_id=None, name=phone.name, device_id=phone.pk))
print('SET', slot.enterprise_id)
"""


def test_who_only_reads_results_has_lists_and_no_ways_in(visit: Visit, axe: Axe) -> None:
    page = visit("duty")
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address, words in (("/laboratory/", "待出结果"), ("/laboratory/refused/", "未采用的结果")):
            page.goto(address)
            expect(page.locator("main")).to_contain_text(words)
            expect(page.locator("main a[href^='/laboratory/enter/']")).to_have_count(0)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        for address in ("/laboratory/receive/", "/laboratory/enter/", "/laboratory/keys/"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 403, address


def narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


# It leaves a positive tube in the zone that the other journeys share.
@pytest.mark.long
def test_from_reception_to_a_corrected_result_and_everybody_in_a_positive_tube(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    (line,) = [one for one in site.run("manage", "shell", "-c", SETUP).splitlines() if one.startswith("SET ")]
    page = visit("official")
    page.goto("/laboratory/receive/")
    page.locator("[name=codes]").fill("L-0001\nL-0002\nL-0001\nL-9999")
    page.get_by_role("button", name="接收", exact=True).click()
    expect(page.locator("main")).to_contain_text("接收了 2 管")
    expect(page.locator("main")).to_contain_text("L-9999")
    axe(page)
    shot(page, "laboratory-received")
    for verdict, reason, words in (
        ("negative", "", "已录入"), ("positive", "", "更正要写原因"), ("positive", "样本污染重检", "已更正"),
    ):  # fmt: skip
        page.goto("/laboratory/enter/?tube=L-0001")
        page.locator("[name=verdict]").select_option(verdict)
        page.locator("[name=correction]").fill(reason)
        page.get_by_role("button", name="保存").click()
        expect(page.locator("body")).to_contain_text(words)
    page.goto("/laboratory/keys/")
    page.locator("tr", has_text="检测室程序").get_by_role("button", name="保存").click()
    expect(page.locator("body")).to_contain_text("已分给")
    pages = {
        "/laboratory/": "L-0001",
        "/laboratory/receive/": "扫码枪",
        "/laboratory/enter/?tube=L-0001": "样本污染重检",
        "/laboratory/refused/": "写明更正原因后再录入",
        "/laboratory/keys/": "检测室程序",
    }
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address, words in pages.items():
            page.goto(address)
            expect(page.locator("main")).to_contain_text(words)
            axe(page)
            assert width > 390 or narrow(page), address
            shot(page, f"laboratory-{address.strip('/').replace('/', '-').split('?')[0]}-{width}")

    # Everybody in the tube is held at once, and the duty officer follows it.
    duty = visit("duty")
    duty.goto("/duty/")
    expect(duty.locator("main")).to_contain_text("L-0001")
    duty.goto("/pursuits/")
    axe(duty)
    duty.get_by_role("link", name="L-0001").first.click()
    expect(duty.locator("h1")).to_contain_text("L-0001")
    address = duty.url
    firm = visit("duty")
    for width in (1366, 390):
        for seen, where in (
            (duty, address),
            (duty, "/pursuits/"),
            (firm, f"/day/testing/{line.split()[1]}/held/"),
        ):
            seen.set_viewport_size({"width": width, "height": 844})
            seen.goto(where)
            axe(seen)
            assert width > 390 or narrow(seen), where
            shot(seen, f"pursuit-{where.strip('/').rpartition('/')[2]}-{width}")
