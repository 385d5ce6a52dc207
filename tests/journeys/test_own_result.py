"""Somebody asks for his own result on a telephone and on a desk: code, each answer, and the code to carry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_every_page import no_overflow

Visit = Callable[..., Page]
Axe = Callable[[Page], None]
Shot = Callable[[Page, str], None]
#: Somebody for each answer: nobody of them is anybody whom another journey looks at, the newest are taken.
SETUP = """
from django.utils import timezone
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening import api
from pingzhan.domain.screening.models import LatestResult, Round
now, round = timezone.now(), Round.objects.order_by('pk').first()
at_work = Individual.objects.filter(
    employments__left__isnull=True, merged_into__isnull=True, latest_result=None, id_digest__isnull=False,
    doc_kind='id_card')
found = list(at_work.distinct().order_by('-pk')[:6])
texts = people.opened(found, fields=('name', 'id'))
answers = [('negative', True), ('positive', True), ('positive', False), ('grey', False), ('invalid', True)]
for one, (verdict, pooled) in zip(found, answers):
    LatestResult.objects.create(
        individual=one, round=round, verdict=verdict, pooled=pooled, sampled_at=now, at=now)
for one in found[1:]:
    print('KEY', '/result/q/' + api.issue_own_key(individual_id=one.pk))
print('WHO', texts[found[0].pk].number, texts[found[0].pk].name)
"""
CODE = """
import time
from pingzhan.domain.screening import owncodes
from pingzhan.domain.screening.models import OwnAsk
for _n in range(100):
    asked = OwnAsk.objects.latest('pk')
    if asked.individual_id:
        break
    time.sleep(0.1)
print('CODE', owncodes.own_code(asked.mark))
"""
WIDTHS = (390, 1366)
STATES = (
    "\u6df7\u68c0\u5f85\u590d\u68c0", "\u9633\u6027", "\u5f85\u590d\u68c0", "\u7ed3\u679c\u65e0\u6548",
    "\u6ca1\u6709\u91c7\u6837\u8bb0\u5f55",
)  # fmt: skip


def told(site: Site, script: str, word: str) -> list[str]:
    lines = site.run("manage", "shell", "-c", script).splitlines()
    return [line.removeprefix(word).strip() for line in lines if line.startswith(word)]


@pytest.fixture
def look(axe: Axe, shot: Shot) -> Callable[[Page, str], None]:
    """Return what looks at a page on a telephone and on a desk."""

    def at(page: Page, name: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            axe(page)
            no_overflow(page)
            shot(page, f"own-{name}-{width}")

    return at


def test_somebody_sees_his_own_result(visit: Visit, site: Site, look: Callable[[Page, str], None]) -> None:
    lines = site.run("manage", "shell", "-c", SETUP).splitlines()
    keys = [line.split()[1] for line in lines if line.startswith("KEY")]
    ((number, name),) = [line.split()[1:] for line in lines if line.startswith("WHO")]
    page = visit(width=390, height=844)
    page.goto("/result/")
    look(page, "ask")
    send = page.get_by_role("button", name="\u83b7\u53d6\u9a8c\u8bc1\u7801")
    send.click()
    expect(page.locator(".field-error").first).to_be_visible()
    look(page, "ask-refused")
    page.locator("[name=number]").fill(number)
    page.locator("[name=name]").fill(name)
    send.click()
    page.wait_for_url(lambda url: url.endswith("/result/code/"))
    look(page, "code")
    (code,) = told(site, CODE, "CODE")
    see = page.get_by_role("button", name="\u67e5\u770b\u7ed3\u679c")
    page.locator("[name=code]").fill("000000" if code != "000000" else "111111")
    see.click()
    expect(page.locator(".field-error")).to_be_visible()
    look(page, "code-refused")
    page.locator("[name=code]").fill(code)
    see.click()
    page.wait_for_url(lambda url: url.endswith("/result/own/"))
    expect(page.locator("h1")).to_have_text("\u9634\u6027")
    look(page, "negative")
    page.get_by_role("link", name="\u751f\u6210\u6211\u7684\u67e5\u8be2\u7801").click()
    page.wait_for_url(lambda url: url.endswith("/result/mine/"))
    look(page, "carry")
    page.get_by_role("button", name="\u751f\u6210\u65b0\u7801").click()
    expect(page.get_by_role("img", name="\u672c\u4eba\u67e5\u8be2\u7801")).to_be_visible()
    look(page, "carried")
    page.get_by_role("link", name="\u6253\u5f00\u6211\u7684\u7ed3\u679c").click()
    expect(page.locator("h1")).to_have_text("\u9634\u6027")
    # Whoever carries a code gets no further code by it.
    expect(page.locator("a[href='/result/mine/']")).to_have_count(0)
    for key, state in zip(keys, STATES, strict=True):
        page.goto(key)
        expect(page.locator("h1")).to_have_text(state)
        look(page, f"answer-{STATES.index(state)}")
    page.goto(f"{keys[0]}?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    look(page, "english")
