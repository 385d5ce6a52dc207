"""A whole drill in two browsers: ordered, declined, left unanswered, confirmed by link, arrived, injected, ended.

The times in the report are compared with those the database kept. Nobody waits: an answer falls due by moving the
seat's next step back in the test's own database.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_notice_to_stand_down import links

Visit = Callable[..., Page]
TITLE = "\u51ac\u5b63\u5b9e\u6218\u5316\u6f14\u7ec3"
MARK = "\u3010\u6f14\u7ec3\u3011"


class Database:
    """The site's database, read and moved by the test."""

    def __init__(self, site: Site) -> None:
        self.url = site.environment["PINGZHAN_OWNER_DATABASE_URL"]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def one(self, sql: str, *values: Any) -> Any:
        (row,) = self.rows(sql, *values)
        return row[0]

    def wait(self, sql: str, *values: Any) -> Any:
        """Return the first value as soon as there is a row."""
        end = time.monotonic() + 40
        while time.monotonic() < end:
            found = self.rows(sql, *values)
            if found:
                return found[0][0]
            time.sleep(0.3)
        raise AssertionError(f"nothing came of: {sql} {values}")


def prepare(controller: Page, post: str, database: Database, axe: Callable[[Page], None]) -> None:
    """Write the drill and two situations: one at the start for a post, one far off for a group."""
    controller.goto("/drills/")
    controller.get_by_role("link", name="准备演练").click()
    controller.locator("[name=title]").fill(TITLE)
    controller.locator("[name=level]").select_option("2")
    controller.locator("[name=scenario]").fill("两家企业报告发热聚集，检验到岗和处置")
    controller.get_by_role("button", name="保存").click()
    expect(controller.locator("h1")).to_have_text(TITLE)
    for minute, to, text in (
        ("0", f"post:{post}", "请立即核对人员名单"),
        ("600", "group:medical", "请联系转运"),
    ):
        drill = database.one("SELECT id FROM drills_drill WHERE title = %s", TITLE)
        controller.goto(f"/drills/{drill}/inject/")
        axe(controller)
        controller.locator("[name=offset_min]").fill(minute)
        controller.locator("[name=to]").select_option(to)
        controller.locator("[name=text]").fill(text)
        controller.locator("[name=expected]").fill("反馈办理结果")
        controller.get_by_role("button", name="写入脚本").click()
        expect(controller.locator("h1")).to_have_text(TITLE)


def answer_links(
    site: Site, visit: Visit, earlier: int, database: Database, world: int, axe: Callable[[Page], None]
) -> tuple[Page, int, int]:
    """One declines and one confirms by his signed link, without sign-in; return the browser of the latter."""
    end = time.monotonic() + 40
    found: list[tuple[str, str]] = []
    while time.monotonic() < end and len(found) < 2:
        found = [one for one in links(site.console)[earlier:] if MARK in one[0] and "成员" in one[0]]
        time.sleep(0.3)
    decliner = visit(width=390, height=844)
    decliner.goto(found[0][1])
    expect(decliner.locator(".banner-drill")).to_be_visible()
    decliner.locator("summary", has_text="不能到岗").click()
    decliner.locator("[name=reason]").fill("在外地出差")
    decliner.get_by_role("button", name="不能到岗，请换人").click()
    expect(decliner.get_by_text("已通知替补")).to_be_visible()
    declined = database.one("SELECT id FROM command_seat WHERE world = %s AND ack_state = 'declined'", world)
    confirmer = visit(width=390, height=844)
    confirmer.goto(found[1][1])
    axe(confirmer)
    confirmer.get_by_role("button", name="确认到岗").click()
    expect(confirmer.get_by_text("确认到岗。")).to_be_visible()
    acked = database.one("SELECT id FROM command_seat WHERE world = %s AND ack_via = 'link'", world)
    return confirmer, declined, acked


SILENT = (
    "SELECT s.id FROM command_seat s JOIN organisation_post p ON p.id = s.post_id"
    " WHERE s.world = %s AND s.closed_at IS NULL AND s.acked_at IS NULL AND s.seen_at IS NULL AND p.role = %s"
    " AND s.replaces_id IS NULL"
    " AND EXISTS (SELECT 1 FROM organisation_holding h WHERE h.post_id = p.id AND h.seat_no = s.seat_no"
    " AND h.rank = 1) = %s ORDER BY s.id DESC LIMIT 1"
)


def run_out(database: Database, seat: int, sql: str) -> Any:
    """Let the ladder of a seat run out until ``sql`` has a row; the product's own loop does what it does."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if found := database.rows(sql, seat):
            return found[0][0]
        database.rows(
            "UPDATE command_seat SET next_at = now() - interval '1 second'"
            " WHERE id = %s AND next_at > now() AND closed_at IS NULL",
            seat,
        )
        time.sleep(0.5)
    stands = database.rows(
        "SELECT ack_state, step_no, next_at, unanswered, closed_at, closed_reason, person_id, post_code, seat_no,"
        " jsonb_array_length(policy_snapshot), now() FROM command_seat WHERE id = %s",
        seat,
    )
    raise AssertionError(f"nothing came of the ladder of seat {seat}: {sql} {stands}")


def never_answers(
    site: Site,
    visit: Visit,
    controller: Page,
    database: Database,
    world: int,
    shot: Callable[[Page, str], None],
) -> tuple[int, int, int]:
    """A group's head never answers: his B takes over, is told and confirms. A member has nobody behind him.

    Return the silent head's seat, the seat of his substitute, and the silent member's seat.
    """
    head = database.one(SILENT, world, "head", True)
    earlier = len(links(site.console))
    taken = run_out(database, head, "SELECT id FROM command_seat WHERE replaces_id = %s")
    state, kind, name = database.rows(
        "SELECT o.ack_state, n.chosen_by, p.name FROM command_seat o JOIN command_seat n ON n.replaces_id = o.id"
        " JOIN organisation_person p ON p.id = n.person_id WHERE o.id = %s",
        head,
    )[0]
    assert (state, kind) == ("passed", "substitute")
    controller.goto(f"/duty/seat/{taken}/")
    expect(controller.locator("main")).to_contain_text(name)
    expect(controller.locator("main")).to_contain_text("替补")
    shot(controller, "drill-substitute")
    end = time.monotonic() + 40
    found: list[tuple[str, str]] = []
    while time.monotonic() < end and not found:
        found = [one for one in links(site.console)[earlier:] if MARK in one[0] and "组长，请签收" in one[0]]
        time.sleep(0.3)
    substitute = visit(width=390, height=844)
    substitute.goto(found[-1][1])
    expect(substitute.locator("main")).to_contain_text(name)
    substitute.get_by_role("button", name="确认到岗").click()
    expect(substitute.get_by_text("确认到岗。")).to_be_visible()
    member = database.one(SILENT, world, "member", False)
    run_out(database, member, "SELECT id FROM command_seat WHERE id = %s AND unanswered = 'name_someone'")
    return int(head), int(taken), int(member)


def times_shown(page: Page, card: str, row: str) -> list[datetime]:
    """Return the moments in a row of a card's table."""
    cells = page.locator(f"section[aria-label='{card}'] tr", has=page.locator("th", has_text=row)).first
    return [
        datetime.fromisoformat(one.get_attribute("datetime") or "") for one in cells.locator("time").all()
    ]


# Two minutes of real waiting: with the long tests. Each part of it has its own tests in domain/drills.
@pytest.mark.long
def test_a_whole_drill_in_two_browsers(
    visit: Visit, site: Site, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    database = Database(site)
    controller, official = visit("duty"), visit("official", width=390, height=844)
    official.goto("/tasks/")
    name = database.one("SELECT name FROM accounts_user WHERE username = 'official'")
    post = database.one(
        "SELECT post_code FROM command_seat s JOIN organisation_person p ON p.id = s.person_id"
        " WHERE p.name = %s AND s.world = 0 AND s.closed_at IS NULL ORDER BY s.id LIMIT 1",
        name,
    )
    prepare(controller, post, database, axe)
    number = database.one("SELECT id FROM drills_drill WHERE title = %s", TITLE)
    controller.goto(f"/drills/{number}/edit/")
    axe(controller)
    controller.get_by_role("button", name="保存").click()
    shot(controller, "drill-prepared")
    axe(controller)
    assert database.rows("SELECT id FROM command_seat WHERE world > 0 AND closed_at IS NULL") == []

    # The controller orders it; the real posture stays as it is, in both browsers.
    earlier = len(links(site.console))
    controller.get_by_role("button", name="启动演练").click()
    controller.get_by_role("button", name="确认启动").click()
    expect(controller.locator(".banner-drill")).to_be_visible()
    expect(controller.locator("header").first).to_contain_text("平时")
    world = database.one("SELECT world FROM drills_drill WHERE title = %s", TITLE)
    # On a slow machine the first five minutes pass before the test has come to who never answers: by then every
    # silent seat would have a substitute of its own accord. Only the seats that the test chooses climb.
    database.rows(
        "UPDATE command_seat SET next_at = now() + interval '1 day'"
        " WHERE world = %s AND closed_at IS NULL AND next_at IS NOT NULL",
        world,
    )
    shot(controller, "drill-running")

    official.goto("/tasks/")
    mine = official.locator("#my-posts .mypost", has=official.locator(".status-drill"))
    here = "SELECT count(*) FROM command_seat s JOIN organisation_person p ON p.id = s.person_id"
    expect(mine).to_have_count(database.one(f"{here} WHERE s.world = %s AND p.name = %s", world, name))
    shot(official, "drill-tasks-phone")
    axe(official)
    mine.get_by_role("button", name="确认到岗：我已在岗").first.click()
    expect(mine.get_by_text("已到岗")).to_have_count(1)

    confirmer, declined, acked = answer_links(site, visit, earlier, database, world, axe)
    silent, taken, alone = never_answers(site, visit, controller, database, world, shot)
    controller.goto(f"/drills/{number}/")

    # Arrival by the sheet at the door, on the telephone that confirmed by link.
    sheet = site.run(
        "manage", "shell", "-v0", "-c",
        "from django.urls import reverse; from pingzhan.domain.command.api import check_in_token;"
        " from pingzhan.domain.territory.models import Unit;"
        " print(reverse('arrive', args=[check_in_token(Unit.objects.get(kind='zone'))]))",
    ).strip().splitlines()[-1]  # fmt: skip
    confirmer.goto(sheet)
    expect(confirmer.locator(".ack-tasks")).to_contain_text(MARK)
    confirmer.get_by_role("button", name="我已到岗").click()
    expect(confirmer.get_by_text("已记到岗")).to_be_visible()

    # The first situation falls due by itself and is answered by the official; the second is handed out by hand.
    order = database.wait(
        "SELECT i.order_id FROM drills_inject i JOIN drills_drill d ON d.id = i.drill_id"
        " WHERE d.world = %s AND i.offset_min = 0 AND i.order_id IS NOT NULL",
        world,
    )
    official.goto(f"/orders/{order}/feedback/")
    official.locator("[name=note]").fill("名单已核对，共 46 人")
    official.get_by_role("button", name="提交反馈").click()
    database.wait("SELECT id FROM orders_order WHERE id = %s AND fed_back_at IS NOT NULL", order)
    controller.reload()
    controller.get_by_role("button", name="立即注入 T+600").click()
    expect(controller.get_by_text("情况已注入")).to_be_visible()
    controller.get_by_role("link", name="评分 T+0", exact=True).click()
    controller.locator("[name=score]").fill("9")
    axe(controller)
    controller.get_by_role("button", name="提交评分").click()
    expect(controller.get_by_text("已评分")).to_be_visible()

    controller.get_by_role("button", name="结束演练").click()
    controller.get_by_role("button", name="确认结束").click()
    expect(controller.get_by_text("评估报告和复盘草稿已生成")).to_be_visible()
    assert database.rows("SELECT id FROM command_seat WHERE world = %s AND closed_at IS NULL", world) == []
    official.goto("/tasks/")
    expect(official.locator("#my-posts .status-drill")).to_have_count(0)

    check_report(controller, database, world, order, declined=declined, acked=acked, alone=alone)
    check_hand_over(controller, database, silent, taken)
    shot(controller, "drill-report")
    axe(controller)
    with controller.expect_download() as download:
        controller.get_by_role("link", name="下载 Word").click()
    paper = ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert MARK in paper.read("word/document.xml").decode()
    report = json.loads(site.run("invariants", "--json"))
    assert report["ok"], report


def check_report(
    page: Page, database: Database, world: int, order: int, *, declined: int, acked: int, alone: int
) -> None:
    """Hold the moments that the report shows against those in the database."""
    page.get_by_role("link", name="评估报告").click()
    expect(page.locator("h1")).to_have_text("评估报告")
    begun, ended = database.rows("SELECT at, ended_at FROM command_activation WHERE world = %s", world)[0]
    first_acked, first_arrived, first_seen = database.rows(
        "SELECT min(acked_at) FILTER (WHERE post_id IS NOT NULL),"
        " min(arrived_at) FILTER (WHERE post_id IS NOT NULL), min(seen_at) FROM command_seat"
        " WHERE world = %s AND posture = 'emergency'",
        world,
    )[0]
    for row, happened in (
        ("下令", begun),
        ("第一人查看", first_seen),
        ("第一人签收", first_acked),
        ("第一人到岗", first_arrived),
        ("结束", ended),
    ):
        assert times_shown(page, "实际用时", row) == [happened], row
    losses = page.locator("section[aria-label='减员和替补'] tbody time")
    shown = {datetime.fromisoformat(one.get_attribute("datetime") or "") for one in losses.all()}
    assert database.one("SELECT closed_at FROM command_seat WHERE id = %s", declined) in shown
    opened = database.one(
        "SELECT g.opened_at FROM command_gap g JOIN command_seat s ON s.post_code = g.post_code"
        " AND s.world = g.world AND s.seat_no = g.seat_no WHERE s.id = %s AND g.kind = 'name_someone'",
        alone,
    )
    assert opened in times_shown(page, "缺口", "须由组长指定人员")
    fired, done, fed = database.rows(
        "SELECT i.fired_at, i.done_at, o.fed_back_at FROM drills_inject i JOIN orders_order o ON o.id = i.order_id"
        " WHERE o.id = %s",
        order,
    )[0]
    assert done == fed
    assert times_shown(page, "情况处置", "T+0")[:2] == [fired, done]
    page.locator("summary", has_text="谁在什么时候签收、到岗").click()
    by_link = database.rows("SELECT acked_at, arrived_at FROM command_seat WHERE id = %s", acked)[0]
    who = page.locator("details time")
    moments = {datetime.fromisoformat(one.get_attribute("datetime") or "") for one in who.all()}
    assert set(by_link) <= moments
    assert page.locator("section[aria-label='逾期催办'] tbody tr").count() > 0


def check_hand_over(page: Page, database: Database, silent: int, taken: int) -> None:
    """The report names who took over from the head who never answered, and when that one confirmed."""
    closed, acked, name = database.rows(
        "SELECT o.closed_at, n.acked_at, p.name FROM command_seat o JOIN command_seat n ON n.id = %s"
        " JOIN organisation_person p ON p.id = n.person_id WHERE o.id = %s",
        taken,
        silent,
    )[0]
    assert acked is not None
    row = page.locator("section[aria-label='减员和替补'] tr", has_text="逾期未签收")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(f"{name}")
    expect(row).to_contain_text("签收")
    (shown,) = [
        datetime.fromisoformat(one.get_attribute("datetime") or "") for one in row.locator("time").all()
    ]
    assert shown == closed
