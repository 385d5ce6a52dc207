"""An officer issues a device and a phone enrols; an invitation goes through three hands to a new account."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
PASSWORD = "qingshan-lushui-26"


def test_a_phone_enrols_by_its_code(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("security")
    page.goto("/devices/")
    page.locator("[name=name]").fill("采样1")
    page.locator("[name=unit_path]").select_option(index=3)
    page.get_by_role("button", name="发放", exact=True).click()
    axe(page)
    shot(page, "device-code")
    token = page.locator("code.wrap").inner_text().rpartition("/")[2]
    phone = visit(width=390, height=844)
    phone.goto(f"/device/{token}")
    axe(phone)
    phone.get_by_role("button", name="登记这部手机").click()
    expect(phone.locator("[data-field-enrol][data-token]")).to_be_visible()
    axe(phone)
    shot(phone, "device-enrolled")
    page.goto("/devices/")
    expect(page.locator("tbody tr").first).to_contain_text("在用")
    page.get_by_role("button", name="停用", exact=True).first.click()
    expect(page.locator("tbody tr").first).to_contain_text("已停用")


def test_a_gate_phone_goes_to_the_other_gate(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("security", width=390, height=844)
    page.goto("/devices/")
    gates = page.locator("[name=gate]").first
    # The works with two gates: each is named with its enterprise, which is what they have in common.
    names = gates.locator("option").all_inner_texts()
    firm = next(one.partition(" \u00b7 ")[0] for one in names if "\u8d27\u8fd0\u95e8\u5c97" in one)
    page.locator("[name=name]").fill("\u95e8\u5c97\u673a\u4e5d")
    page.locator("[name=kind]").select_option("gate")
    unit = page.locator("[name=unit_path] option", has_text=firm).first.get_attribute("value")
    page.locator("[name=unit_path]").select_option(unit)
    gates.select_option(label=f"{firm} \u00b7 \u4e3b\u95e8\u5c97")
    page.get_by_role("button", name="\u53d1\u653e", exact=True).click()
    expect(page.get_by_role("img", name="\u8bbe\u5907\u767b\u8bb0\u4e8c\u7ef4\u7801")).to_be_visible()
    page.goto("/devices/")
    row = page.locator("tbody tr", has_text="\u95e8\u5c97\u673a\u4e5d")
    bound = row.locator("td[data-label='\u7ed1\u5b9a']")
    expect(bound).to_have_text("\u4e3b\u95e8\u5c97")
    axe(page)
    row.scroll_into_view_if_needed()
    shot(page, "devices-move-390")
    row.locator("select").select_option(label="\u8d27\u8fd0\u95e8\u5c97")
    with page.expect_response("**/gate/"):
        row.get_by_role("button", name="\u6362\u95e8\u5c97").click()
    expect(bound).to_have_text("\u8d27\u8fd0\u95e8\u5c97")
    expect(row.locator("select option")).to_have_text(["\u4e3b\u95e8\u5c97"])
    page.set_viewport_size({"width": 1366, "height": 900})
    axe(page)
    shot(page, "devices-move-1366")


def test_a_sampling_phone_is_handed_out_moved_and_stopped(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    duty, head = visit("duty"), visit("organiser")
    duty.goto("/rounds/phones/")
    duty.locator("[name=name]").fill("\u91c7\u6837\u673a\u516b")
    duty.locator("[name=team]").select_option(index=1)
    duty.get_by_role("button", name="\u53d1\u653e\u5e76\u663e\u793a\u767b\u8bb0\u7801").click()
    expect(duty.get_by_role("img", name="\u8bbe\u5907\u767b\u8bb0\u4e8c\u7ef4\u7801")).to_be_visible()
    axe(duty)
    head.goto("/rounds/phones/")
    row = head.locator("tbody tr", has_text="\u91c7\u6837\u673a\u516b")
    expect(row).to_contain_text("\u5f85\u767b\u8bb0")
    row.locator("select").select_option(index=1)
    second = row.locator("select option").nth(1).inner_text()
    row.get_by_role("button", name="\u5206\u7ed9").click()
    expect(row.locator("td").first).to_have_text(second)
    duty.goto("/rounds/phones/")
    for page, name in ((head, "head"), (duty, "duty")):
        for width in (390, 1366):
            page.set_viewport_size({"width": width, "height": 844})
            axe(page)
            shot(page, f"phones-{name}-{width}")
    row = duty.locator("tbody tr", has_text="\u91c7\u6837\u673a\u516b")
    row.get_by_role("button", name="\u505c\u7528").click()
    expect(row).to_contain_text("\u5df2\u505c\u7528")
    expect(row.get_by_role("button")).to_have_count(0)


def test_an_invitation_goes_through_three_hands(
    visit: Visit, axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    organiser, security, admin = visit("organiser"), visit("security"), visit("admin")
    organiser.goto("/staff/invitations/?role=official")
    organiser.locator("[name=people]").last.check()
    organiser.get_by_role("button", name="提出邀请").click()
    for page, button in ((security, "同意所选"), (admin, "发放所选的链接并打印")):
        page.goto("/staff/invitations/")
        page.locator("[name=ids]").first.check()
        page.get_by_role("button", name=button).click()
    axe(admin)
    shot(admin, "slips")
    token = admin.locator(".slip code").first.inner_text().rpartition("/")[2]
    guest = visit(width=390, height=844)
    guest.goto(f"/join/{token}")
    axe(guest)
    shot(guest, "join")
    guest.locator("[name=password]").fill(PASSWORD)
    guest.locator("[name=again]").fill(PASSWORD)
    guest.get_by_role("button", name="设置并登录").click()
    expect(guest.locator("nav").first).to_be_visible()
    guest.goto("/security/")
    axe(guest)
