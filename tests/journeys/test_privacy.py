"""What is held of a person is destroyed on his request: proposed, approved by another, done, and proven."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


def test_from_a_request_to_the_protocol(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    officer, leader = visit("privacy"), visit("leader")
    officer.goto("/privacy/held/contact/2/")
    officer.locator("[name=basis]").fill("本人书面申请")
    officer.get_by_role("button", name="拟订销毁").click()
    officer.wait_for_url("**/privacy/erasures/*/")
    order = officer.url.rstrip("/").rpartition("/")[2]
    axe(officer)
    shot(officer, "erasure-proposed")
    leader.goto(f"/privacy/erasures/{order}/")
    axe(leader)
    leader.get_by_role("button", name="批准", exact=True).click()
    leader.locator("dialog[open]").get_by_role("button", name="批准", exact=True).click()
    expect(leader.locator("#erasure-progress")).to_be_visible()
    officer.reload()
    officer.get_by_role("button", name="执行销毁").click()
    officer.get_by_role("button", name="执行\uff0c不能撤回").click()
    expect(officer.get_by_role("link", name="查看记录书")).to_be_visible(timeout=30_000)
    officer.goto(f"/privacy/erasures/{order}/protocol/")
    expect(officer.locator("body")).to_contain_text("个人信息销毁记录书")
    axe(officer)
    shot(officer, "protocol")
