"""样本流转 in a browser: tubes and their ages, what is missing or doubled, one tube's way, a box and its signatures."""

from __future__ import annotations

from collections.abc import Callable

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
from pingzhan.domain.screening.models import Box, Slot, TeamDevice, Tube
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, RoleGrant
from pingzhan.foundation.access.roles import Role

slot = Slot.objects.filter(ended_by__isnull=True, round__state='adopted').order_by('-round__day', '-team_id')[0]
device = Device.objects.create(
    name='采样手机九', kind='sampling', unit_path=slot.round.zone.path, issued_by=get_user_model().objects.first(),
    expires_at=Now() + timedelta(days=1))
TeamDevice.objects.create(device=device, team=slot.team)
people = list(Employment.objects.filter(enterprise=slot.enterprise, left__isnull=True).order_by('pk')[:3])
now = clock.now()
items = []
def write(kind, ago, **more):
    items.append(api.Item(id=uuid.uuid4(), seq=len(items) + 1, kind=kind, at=now - timedelta(minutes=ago),
                          round=slot.round_id, **more))
for n, who in enumerate(people, 1):
    write('sample', 600 - n, tube='C-0001', person=who.pk, place=n)
write('seal', 590, tube='C-0001')
write('box', 580, tube='C-0001', box='CBOX-1')
write('box', 570, tube='C-0001', box='CBOX-2')
write('sample', 90, tube='C-0002', person=people[0].pk, place=1)
write('seal', 85, tube='C-0002')
write('box', 80, tube='C-0002', box='CBOX-1')
write('handover', 70, box='CBOX-1', to='常乐检测室')
api.record_batch(items=items, sent_at=now, device=device, by=Actor(
    kind='link', user_id=None, person_id=None, name=device.name, device_id=device.pk))
officer = RoleGrant.objects.filter(role=Role.DUTY_OFFICER).first().user
RoleGrant.objects.create(user=officer, role=Role.SAMPLER, unit_path=slot.round.zone.path)
print('SET', slot.round_id, Tube.objects.get(code='C-0001').pk, Box.objects.get(code='CBOX-1').pk)
"""


def narrow(page: Page) -> bool:
    """Whether nothing sticks out at the side of a telephone."""
    return bool(page.evaluate("document.documentElement.scrollWidth") <= 390)


def test_what_is_late_missing_or_doubled_is_seen_at_once(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    lines = [one for one in site.run("manage", "shell", "-c", SETUP).splitlines() if one.startswith("SET ")]
    round_, tube, box = lines[0].split()[1:]
    page = visit("duty")
    page.goto("/custody/")
    axe(page)
    page.locator(f"a[href='/custody/{round_}/']").click()
    expect(page.locator("main")).to_contain_text("超时")
    pages = {
        f"/custody/{round_}/": "C-0001",
        f"/custody/{round_}/missing/": "联系采样队",
        f"/custody/{round_}/doubts/": "装进了两个箱",
        f"/custody/{round_}/boxes/": "只有交出人签字",
        f"/custody/{round_}/racks/": "管码条",
        f"/custody/{round_}/paper/": "登记这一管",
        f"/custody/tube/{tube}/": "首人采样",
        f"/custody/box/{box}/": "等待接收签字",
    }
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for address, words in pages.items():
            page.goto(address)
            expect(page.locator("main")).to_contain_text(words)
            axe(page)
            assert width > 390 or narrow(page), address
            shot(page, f"custody-{address.strip('/').replace('/', '-')}-{width}")
