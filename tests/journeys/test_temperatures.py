"""Temperatures in a browser: a team in two taps, a wrong value, a fever, a spreadsheet, a correction."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.journeys.site import Site
from tests.journeys.test_import import filled
from tests.journeys.test_today import facts

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def no_wider(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


EXCEPTIONS = re.compile("\u9664\u2026|\u4f8b\u5916")
"""The way to the team's exceptions: while it waits, and once it is complete."""
NUMBERED = re.compile(r"\w+-\d{5}")


def numbered(page: Page) -> Locator:
    """Return the lines of the workers who have an employee number; those taken on for a return have none."""
    return page.locator(".day-members li").filter(has_text=NUMBERED)


def opened(page: Page) -> Locator:
    """Open the exceptions of one team after the other, until one has workers with a number; return their lines.

    Which team stands first is for the other journeys to change: one of them takes on someone for a return.
    """
    ways = page.get_by_role("link", name=EXCEPTIONS)
    expect(ways.first).to_be_visible()
    for href in [way.get_attribute("href") for way in ways.all()]:
        assert href
        page.goto(href)
        expect(page.get_by_role("button", name="\u767b\u8bb0\u5168\u73ed")).to_be_visible()
        if numbered(page).count():
            return numbered(page)
    raise AssertionError("no team has a worker with an employee number")


def number_of(line: Locator) -> str:
    return line.locator(".muted").inner_text().split()[0]


def test_a_team_and_a_fever(visit: Visit, site: Site, axe: Axe, shot: Shot) -> None:
    phone = visit("company", width=390, height=844, has_touch=True)
    phone.goto(reverse("health:index"))
    expect(phone.locator("h1")).to_have_text("\u4f53\u6e29\u4e0e\u75c7\u72b6")
    home = phone.url
    axe(phone)
    no_wider(phone)
    shot(phone, "health-390")
    open_teams = phone.get_by_role("button", name="\u5168\u73ed\u6b63\u5e38")
    waiting = open_teams.count()
    assert waiting
    open_teams.first.click()
    expect(open_teams).to_have_count(waiting - 1)

    line = opened(phone).first
    number = number_of(line)
    line.locator("input").fill("365")
    phone.get_by_role("button", name="\u767b\u8bb0\u5168\u73ed").click()
    expect(phone.locator(".field-error").first).to_contain_text("36.5")
    axe(phone)
    no_wider(phone)
    shot(phone, "health-team-refused-390")
    numbered(phone).first.locator("input").fill("38.2")
    phone.get_by_role("button", name="\u767b\u8bb0\u5168\u73ed").click()
    expect(phone.get_by_text("38.2 \u2103")).to_be_visible()

    phone.goto(home + "cases/")
    phone.locator("li").filter(has_text=number).get_by_role("link").click()
    expect(phone.locator("h1")).to_have_text("\u505c\u5de5\u8bb0\u5f55")
    phone.locator("[name=clinic]").fill("\u533a\u4eba\u6c11\u533b\u9662")
    phone.get_by_role("button", name="\u5df2\u5230\u53d1\u70ed\u95e8\u8bca").click()
    phone.get_by_role("button", name="\u533b\u9662\u5df2\u6392\u9664\u75ab\u60c5").click()
    day = phone.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)")
    phone.locator("[name=free_from]").fill("2020-01-01")
    phone.get_by_role("button", name="\u51c6\u4e88\u8fd4\u5c97").click()
    expect(phone.get_by_role("alert").first).to_contain_text("\u75c7\u72b6\u6d88\u5931\u65e5\u671f")
    phone.locator("[name=free_from]").fill(day)
    phone.get_by_role("button", name="\u51c6\u4e88\u8fd4\u5c97").click()
    expect(phone.get_by_role("alert").first).to_contain_text("\u8d77\u53ef\u4ee5\u8fd4\u5c97")
    expect(
        phone.locator("[data-source=fever-curve-data] canvas, [data-source=fever-curve-data] svg").first
    ).to_be_visible()
    axe(phone)
    no_wider(phone)
    shot(phone, "health-case-390")
    _comes_back(phone, site, number, home, axe, shot)


def _comes_back(phone: Page, site: Site, number: str, home: str, axe: Axe, shot: Shot) -> None:
    """Go on a week later, when he may return: the hospital's word is shown, he works, and nothing is due of it."""
    case = int(phone.url.rstrip("/").rpartition("/")[2])
    due = (
        "SELECT DISTINCT o.state FROM obligations_obligation o JOIN obligations_demand d ON d.id = o.demand_id"
        f" WHERE d.evidence = 'symptoms' AND o.subject_id = {case} ORDER BY 1"
    )
    assert facts(site, due) == [("done",), ("open",)]
    # The clock of the site is the real one, so the case is made older instead.
    facts(
        site,
        "UPDATE health_case SET stopped_at = stopped_at - interval '7 days', clinic_at = clinic_at - interval"
        " '7 days', concluded_at = concluded_at - interval '7 days'"
        f" WHERE id = {case} RETURNING free_days",
    )
    gone = timezone.localdate() - timedelta(days=6)
    phone.locator("[name=free_from]").fill(f"{gone}")
    phone.get_by_role("button", name="\u51c6\u4e88\u8fd4\u5c97").click()
    expect(phone.locator(".pagehead")).to_contain_text("\u5df2\u8fd4\u5c97")
    shown = phone.locator(".card", has_text="\u533b\u9662\u7ed3\u8bba")
    expect(shown).to_contain_text(f"{timezone.localdate() - timedelta(days=7)}")
    expect(shown).to_contain_text(f"{gone}")
    expect(phone.get_by_role("button", name="\u51c6\u4e88\u8fd4\u5c97")).to_have_count(0)
    axe(phone)
    no_wider(phone)
    shot(phone, "health-returned-390")
    assert facts(site, due) == [("done",)]
    phone.goto(home.replace("/health/", "/gate/"))
    expect(phone.locator("h1")).to_have_text("\u95e8\u5c97")
    expect(phone.locator("li").filter(has_text=number)).to_have_count(0)


def test_a_sheet_comes_in_and_one_line_is_corrected(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("company")
    page.goto(reverse("health:index"))
    home = page.url
    number = number_of(opened(page).first)
    page.goto(home)
    page.get_by_role("link", name="\u5bfc\u5165", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="\u4e0b\u8f7d\u6a21\u677f").click()
    day = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    row = {"\u65e5\u671f": day, "\u65f6\u6bb5": "\u65e9\u95f4"}
    rows = [
        {**row, "\u5de5\u53f7": number, "\u4f53\u6e29": "36.5"},
        {**row, "\u5de5\u53f7": "ZZ-404", "\u4f53\u6e29": "36.6"},
    ]
    data = filled(Path(download.value.path()).read_bytes(), rows)
    page.locator("[name=file]").set_input_files(
        {"name": "t.xlsx", "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="\u4e0a\u4f20\u5e76\u68c0\u67e5").click()
    expect(page.locator("#confirm")).to_be_visible(timeout=30_000)
    expect(page.locator("#errors tbody tr")).to_have_count(1)
    expect(page.locator("#errors")).to_contain_text("\u672c\u4f01\u4e1a\u6ca1\u6709\u8fd9\u4e2a\u5de5\u53f7")
    axe(page)
    shot(page, "health-import-1366")
    page.get_by_role("button", name="\u786e\u8ba4\u5b58\u5165").click()
    expect(page.get_by_text("\u5bfc\u5165\u5b8c\u6210\uff0c\u5b58\u5165 1 \u884c\u3002")).to_be_visible(
        timeout=30_000
    )

    page.goto(f"{home}correct/?number={number}")
    page.locator("[name=day]").fill(day)
    page.locator("[name=slot]").select_option(label="\u65e9\u95f4 07:30")
    page.locator("[name=value]").fill("36.8")
    send = page.get_by_role("button", name="\u66f4\u6b63", exact=True)
    send.click()
    expect(page.locator(".field-error").first).to_contain_text(
        "\u8bf7\u5199\u660e\u66f4\u6b63\u7684\u539f\u56e0\u3002"
    )
    axe(page)
    page.locator("[name=reason]").fill("\u8bb0\u9519\u4e00\u4f4d")
    send.click()
    expect(page.get_by_text("\u5df2\u66f4\u6b63\uff0c\u539f\u8bb0\u5f55\u4fdd\u7559\u3002")).to_be_visible()
    expect(
        page.locator("[data-source=health-trend-data] canvas, [data-source=health-trend-data] svg").first
    ).to_be_visible()
    axe(page)
    shot(page, "health-1366")
    # The sheet of the day that was corrected: between two clicks a new business day may have begun.
    sheet_of = page.get_by_role("link", name="\u5f53\u65e5\u4f53\u6e29").get_attribute("href") or ""
    page.goto(re.sub(r"day=[\d-]+", f"day={day}", sheet_of))
    with page.expect_download() as out:
        page.get_by_role("button", name="\u5bfc\u51fa").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(out.value.path()).read_bytes())).worksheets[0]
    assert any("36.8" in str(cell.value) for line in sheet.iter_rows() for cell in line)


def test_a_worker_reports_himself_without_an_account(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk = visit("company")
    desk.goto(reverse("health:index"))
    home = desk.url
    number = number_of(opened(desk).last)
    desk.goto(home + "link/")
    axe(desk)
    desk.get_by_role("button", name="\u751f\u6210\u94fe\u63a5").click()
    address = desk.locator("#feeling-link").input_value()
    axe(desk)
    shot(desk, "health-link-1366")

    phone = visit(width=390, height=844, has_touch=True)
    phone.goto(reverse("feeling", args=[address.rpartition("/")[2]]))
    axe(phone)
    no_wider(phone)
    phone.locator("[name=number]").fill("15400001234")
    phone.locator("[name=symptoms][value=cough]").check()
    send = phone.get_by_role("button", name="\u63d0\u4ea4")
    send.click()
    expect(phone.locator(".field-error").first).to_contain_text("\u4e0d\u8981\u586b\u7535\u8bdd")
    axe(phone)
    no_wider(phone)
    shot(phone, "health-feeling-390")
    phone.locator("[name=number]").fill(number)
    send.click()
    expect(phone.locator(".card-body[role=status]")).to_contain_text("\u5df2\u6536\u5230")
    axe(phone)
    shot(phone, "health-feeling-sent-390")

    contact = visit("company", width=390, height=844, has_touch=True)
    contact.goto(home + "cases/")
    axe(contact)
    no_wider(contact)
    shot(contact, "health-reports-390")
    contact.get_by_role("button", name="\u6838\u5b9e\uff0c\u505c\u5de5").click()
    expect(contact.locator("h1")).to_have_text("\u505c\u5de5\u8bb0\u5f55")


def test_the_desk_sees_counts(visit: Visit, axe: Axe, shot: Shot) -> None:
    page = visit("duty")
    page.goto(reverse("health:index"))
    expect(page.locator(".tile").first).to_be_visible()
    axe(page)
    shot(page, "health-zone-1366")
