"""The main job in a browser: a notice is read, resolved, published; the switch is ordered, answered, ended."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import ROOT, Site

NOTICE = ROOT / "tests" / "fixtures" / "notice_invented.txt"
LEVEL_TWO = "\u2161\u7ea7"
SOON = 3_000
"""Milliseconds within which another open browser must show a change (goal G5)."""

Visit = Callable[..., Page]


def answer(page: Page, card: str, act: Callable[[object], None]) -> None:
    """Answer the first finding of a kind and wait until it is gone from the open ones."""
    box = page.locator("#work > .card").filter(has=page.get_by_role("heading", name=card)).first
    item = box.locator("li.finding").first
    identity = item.get_attribute("id")
    act(item)
    expect(page.locator(f"[id='{identity}']")).to_have_count(0)


def import_and_resolve(page: Page) -> None:
    """Read the invented notice in and answer its questions until it may be published."""
    page.goto("/structure/")
    page.get_by_role("link", name="读入通知").click()
    page.locator("input[type=file]").set_input_files(NOTICE)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/draft/")
    expect(page.locator(".draft-counts")).to_contain_text("读出名单条目 53 条、人员 42 名、职责 14 条")

    def same_name(item) -> None:  # type: ignore[no-untyped-def]
        choices = item.locator("select")
        choices.nth(0).select_option(index=1)  # the second title is another person
        choices.nth(1).select_option(index=2)  # the head of the medical group is the first one
        item.get_by_role("button", name="确定").click()

    def similar(item) -> None:  # type: ignore[no-untyped-def]
        item.get_by_label("不是同一人").check()
        item.get_by_role("button", name="确定").click()

    def by_rule(item) -> None:  # type: ignore[no-untyped-def]
        item.get_by_label(re.compile("各企业的包企责任人")).check()
        item.get_by_role("button", name="确定").click()

    def deputies(item) -> None:  # type: ignore[no-untyped-def]
        item.get_by_role("button", name="各组副组长按名单次序替补组长").click()

    answer(page, "同名未核实", same_name)
    answer(page, "姓名相近", similar)
    answer(page, "人员类别未明确到人", by_rule)
    answer(page, "未指定替补", deputies)


def waive_what_blocks(page: Page) -> int:
    """Waive by name each critical finding that is left; return how many."""
    waived = 0
    while page.get_by_text(re.compile("还有 .* 个严重问题")).count():
        item = page.locator("#work > .card.tone-bad li.finding").first
        identity = item.get_attribute("id")
        item.locator("summary", has_text="豁免").click()
        item.locator("textarea, input[type=text]").last.fill("暂无合适人选，先行发布")
        item.get_by_role("button", name="以我的名义豁免").click()
        expect(page.locator(f"[id='{identity}']")).to_have_count(0)
        waived += 1
        assert waived < 20
    return waived


def publish(page: Page) -> None:
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_role("button", name="确认发布").click()
    page.wait_for_url(lambda url: "/draft/" not in url)


def order(page: Page) -> int:
    """From the desk to an ordered switch; return how many screens lay between."""
    screens = 0
    page.goto("/duty/")
    page.get_by_role("link", name="平战转换", exact=True).first.click()
    page.wait_for_url("**/switch/")
    screens += 1
    page.locator(".level-pick", has_text=LEVEL_TWO).click()
    page.locator("[name=basis]").fill("明开管发\u30142026\u301512号")
    page.locator("[name=reason]").fill("企业报告聚集性病例")
    page.get_by_role("button", name="预演", exact=True).click()
    page.wait_for_url("**/preview/")
    screens += 1
    page.get_by_role("button", name="下令转换").click()
    page.get_by_role("button", name="确认下令").click()
    page.wait_for_url("**/duty/")
    return screens + 1


def links(console: Path) -> list[tuple[str, str]]:
    """Return (title, link) of each notice that the console channel printed."""
    found = []
    for line in console.read_text(encoding="utf-8").splitlines():
        parts = line.split(" | ")
        link = next((part for part in parts if "/a/" in part), None)
        if link:
            found.append((parts[3], link.strip()))
    return found


def printed(console: Path, skip: int, *words: str) -> tuple[str, str]:
    """Return the first notice with these words after the first ``skip`` of them, waiting until it is there."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for title, link in links(console)[skip:]:
            if all(word in title for word in words):
                return title, link
        time.sleep(0.2)
    raise AssertionError(f"no notice with {words}")


def test_from_notice_to_stand_down(
    visit: Visit, site: Site, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    organiser = visit("organiser")
    import_and_resolve(organiser)
    shot(organiser, "draft")
    axe(organiser)
    waive_what_blocks(organiser)
    publish(organiser)
    shot(organiser, "published")

    duty, leader = visit("duty"), visit("leader")
    leader.goto("/duty/")
    expect(leader.locator("header")).to_contain_text("平时")
    earlier = len(links(site.console))
    assert order(duty) <= 3
    expect(leader.locator("header")).to_contain_text("战时", timeout=SOON)
    expect(duty.locator("header")).to_contain_text(LEVEL_TWO)
    expect(duty.locator("#board")).to_contain_text("待确认")
    shot(duty, "duty-emergency")
    axe(duty)

    def invariants() -> None:
        report = json.loads(site.run("invariants", "--json"))
        assert report["ok"], report

    invariants()

    # An official with an account: his post and tasks, confirmed with one tap on the page.
    official = visit("official", width=390, height=844)
    official.goto("/tasks/")
    expect(official.locator("#my-posts")).to_contain_text("待确认")
    assert official.locator("#my-tasks .task").count() > 0
    shot(official, "tasks-phone")
    axe(official)
    taps = 0
    official.get_by_role("button", name="确认到岗：我已在岗").first.click()
    taps += 1
    expect(official.locator("#my-posts")).not_to_contain_text("待确认")
    assert taps <= 2

    # Somebody without any account: the link in his message, opened without sign-in, and one button.
    title, link = printed(site.console, earlier, "转入战时", "组长")
    stranger = visit(width=390, height=844)
    stranger.goto(link)  # first tap
    expect(stranger.locator(".ack-button")).to_be_visible()
    shot(stranger, "ack-phone")
    axe(stranger)
    stranger.get_by_role("button", name="确认到岗").click()  # second tap
    expect(stranger.get_by_text(re.compile("已于 .* 确认到岗"))).to_be_visible()
    assert title

    # The altered link is refused, in words.
    stranger.goto(link[:-3] + ("abc" if not link.endswith("abc") else "abd"))
    expect(stranger.locator(".ack-button")).to_have_count(0)

    # The desk of another person shows the confirmations without being touched.
    group_total = leader.locator("tr", has_text="合计")
    expect(group_total).to_contain_text("2", timeout=SOON)
    shot(leader, "duty-confirmed")

    # Stand-down: open tasks are handed over, everybody is back in his routine post.
    duty.goto("/duty/")
    duty.get_by_role("link", name="解除战时", exact=True).first.click()
    duty.locator("[name=reason]").fill("连续十四天无新增，经研判解除")
    shot(duty, "stand-down")
    axe(duty)
    duty.get_by_role("button", name="下令解除").click()
    duty.get_by_role("button", name="确认解除").click()
    duty.wait_for_url("**/duty/")
    expect(duty.locator("header")).to_contain_text("平时")
    expect(leader.locator("header")).to_contain_text("平时", timeout=SOON)
    official.reload()
    expect(official.locator("header")).to_contain_text("平时")
    invariants()
    site.run("manage", "check")


@pytest.mark.parametrize("key", ["A1", "E03"])
def test_a_single_scope_differs_from_the_zone(visit: Visit, site: Site, key: str) -> None:
    """An enterprise or an area goes to emergency while the zone stays in routine, by the command line."""
    site.run(
        "switch", "order", "--unit", key, "--level", "III", "--reason", "聚集性病例", "--basis", "口头",
        "--key", f"journey-{key}", "--by", "duty", "--json",
    )  # fmt: skip
    try:
        page = visit("duty")
        page.goto("/duty/")
        expect(page.locator("header").first).to_contain_text("平时")
        expect(page.locator("body")).to_contain_text("\u2162\u7ea7")
    finally:
        site.run(
            "switch", "stand-down", "--unit", key, "--reason", "解除", "--basis", "口头",
            "--key", f"journey-{key}-end", "--by", "duty", "--json",
        )  # fmt: skip
