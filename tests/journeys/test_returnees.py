"""A worker comes back, in a browser: entered by the contact, asked for by link on a telephone, decided, on post."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_today import facts

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]
DAY = timedelta(days=1)


def test_entered_refused_corrected_decided_and_on_post(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto("/day/returnees/6/")
    page.get_by_role("link", name="登记返岗", exact=True).click()
    today = timezone.localdate()
    page.locator("[name=worker]").fill("E01-00020")
    page.locator("[name=place_0]").fill("无名镇")
    page.locator("[name=begin_0]").fill(f"{today - 6 * DAY}")
    page.locator("[name=end_0]").fill(f"{today - DAY}")
    page.get_by_role("button", name="保存并判定").click()
    expect(page.locator(".field-error")).to_contain_text("看不出“无名镇”在哪个省。请从省份写起")
    axe(page)
    page.locator("[name=place_0]").fill("浙江省梅湾县")
    page.get_by_role("button", name="保存并判定").click()
    expect(page.locator(".returnee-verdict")).to_contain_text("可以返岗")
    expect(page.locator(".returnee-reasons")).to_contain_text("乙类乙管总体方案")
    axe(page)
    page.locator("[name=temperature]").fill("3.65")
    page.get_by_role("button", name="复核", exact=True).click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.locator("[name=temperature]").fill("36.5")
    page.get_by_role("button", name="复核", exact=True).click()
    page.get_by_role("button", name="登记上岗").click()
    expect(page.locator(".pagehead")).to_contain_text("已上岗")
    shot(page, "returnee-on-post")


def test_the_picture_opens_at_today_on_a_telephone(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company", width=390, height=844)
    page.goto("/day/returnees/one/2/")
    frame = page.locator("[data-opens-at-mark]")
    frame.scroll_into_view_if_needed()
    seen = frame.evaluate(
        """frame => {
          const edge = frame.getBoundingClientRect()
          const at = one => one.getBoundingClientRect().left - edge.left
          return [frame.scrollWidth - frame.clientWidth, frame.scrollLeft, frame.clientWidth,
            at(frame.querySelector('[data-mark]')), ...Array.from(frame.querySelectorAll('.tl-label'), at)]
        }"""
    )
    spare, left, wide, mark, *labels = seen
    assert spare > 100, "on a telephone the picture is wider than its frame, or this tests nothing"
    assert left > 0
    assert 0 < mark < wide, "today is in sight"
    assert labels
    assert all(0 <= one < 40 for one in labels), "the names of the lanes stay at the edge"
    axe(page)
    shot(page, "returnee-timeline-390")
    frame.evaluate("frame => { frame.scrollLeft = 0 }")
    expect(frame.locator("[data-stays]")).to_have_attribute("transform", "translate(0 0)")


def test_the_worker_declares_on_his_telephone(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk = visit("company")
    desk.goto("/day/returnees/6/invite/")
    today = timezone.localdate()
    desk.locator("[name=worker]").fill("E01-00021")
    desk.locator("[name=return_on]").fill(f"{today + 2 * DAY}")
    desk.get_by_role("button", name="生成链接").click()
    address = desk.locator("#returnee-link").input_value()
    token = address.rpartition("/")[2]

    phone = visit(width=390, height=844)
    phone.goto(reverse("returning", args=[token]))
    expect(phone.locator("body")).to_contain_text("返岗前如实填写")
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator(".field-error").first).to_be_visible()
    axe(phone)
    phone.locator("[name=place_0]").fill("浙江省梅湾县")
    phone.locator("[name=begin_0]").fill(f"{today - 6 * DAY}")
    phone.locator("[name=end_0]").fill(f"{today - DAY}")
    phone.get_by_text("有发热、咳嗽、呕吐、腹泻等症状").click()
    phone.get_by_label("腹泻").check()
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator(".field-error").first).to_contain_text("请填写症状开始日期")
    phone.locator("[name=since]").fill(f"{today - DAY}")
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    shot(phone, "returnee-declare-390")
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator(".returnee-verdict")).to_contain_text("暂缓上岗")
    axe(phone)
    shot(phone, "returnee-declared-390")

    desk.goto("/day/returnees/6/?outcome=hold")
    expect(desk.locator("tbody")).to_contain_text("E01-00021")
    desk.get_by_role("row").filter(has_text="E01-00021").get_by_role("link").click()
    expect(desk.locator(".pagehead")).to_contain_text("暂缓上岗")
    expect(desk.get_by_role("button", name="登记上岗")).to_have_count(0)
    axe(desk)
    shot(desk, "returnee-hold")


def test_a_fever_is_refused_cleared_by_a_hospital_and_ends_on_post(
    visit: Visit, site: Site, axe: Axe, shot: Shot
) -> None:
    page = visit("company", width=390, height=844, has_touch=True)
    page.goto("/day/returnees/6/new/")
    today = timezone.localdate()
    page.locator("[name=worker]").fill("E01-00023")
    page.locator("[name=place_0]").fill("浙江省梅湾县")
    page.locator("[name=begin_0]").fill(f"{today - 9 * DAY}")
    page.locator("[name=end_0]").fill(f"{today - DAY}")
    page.get_by_text("有发热、咳嗽、呕吐、腹泻等症状").click()
    page.get_by_label("发热", exact=True).check()
    page.locator("[name=since]").fill(f"{today - 8 * DAY}")
    page.get_by_role("button", name="保存并判定").click()
    verdict = page.locator(".returnee-verdict")
    expect(verdict).to_contain_text("暂缓上岗")
    number = int(page.url.rstrip("/").rpartition("/")[2])

    # A normal temperature on the day is not enough while the fever has no end.
    page.locator("[name=temperature]").fill("36.5")
    page.get_by_role("button", name="复核", exact=True).click()
    expect(verdict).to_contain_text("暂缓上岗")
    expect(page.get_by_role("button", name="登记上岗")).to_have_count(0)
    axe(page)
    shot(page, "returnee-fever-refused-390")

    page.locator("summary", has_text="记录观察情况").click()
    page.locator("[name=gone]").fill(f"{today - 5 * DAY}T08:00")
    page.locator("[name=cleared]").fill(f"{today - 4 * DAY}")
    page.get_by_role("button", name="记录并重新判定").click()
    expect(verdict).to_contain_text("可以返岗")
    clearance = page.get_by_role("row").filter(has_text="医院确认排除")
    expect(clearance).to_contain_text(f"{today - 4 * DAY}")
    page.locator("[name=temperature]").fill("36.5")
    page.get_by_role("button", name="复核", exact=True).click()
    page.get_by_role("button", name="登记上岗").click()
    expect(page.locator(".pagehead")).to_contain_text("已上岗")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "returnee-fever-on-post-390")
    closed = facts(
        site,
        "SELECT o.state, o.ref_kind, o.ref_id FROM obligations_obligation o"
        " JOIN obligations_demand d ON d.id = o.demand_id"
        f" WHERE d.evidence = 'returnees' AND o.unit_id = 6 AND o.subject_id = {number}",
    )
    assert closed
    assert set(closed) == {("done", "returnee", number)}


def test_the_list_of_regions_is_kept(visit: Visit, axe: Axe) -> None:
    page = visit("duty")
    page.goto("/regions/")
    page.get_by_text("列入名单", exact=True).click()
    # A county of its own: whoever comes from a listed one waits, in the other journeys too.
    page.locator("[name=code]").fill("99")
    page.locator("[name=name]").fill("沙洲县")
    page.get_by_role("button", name="列入并重新判定").click()
    expect(page.locator(".field-error, .form-errors").first).to_be_visible()
    page.locator("form[action='/regions/add/'] [name=code]").fill("339917")
    page.get_by_role("button", name="列入并重新判定").click()
    expect(page.locator("tbody")).to_contain_text("339917")
    axe(page)
