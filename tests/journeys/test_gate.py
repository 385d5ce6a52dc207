"""The gate, in a browser: a visitor and a lorry on the guard's telephone, an invited one under closed management."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]


def fill_health(page: Page) -> None:
    """Answer what only some measures ask for."""
    if page.locator("[name=temperature]").count():
        page.locator("[name=temperature]").fill("36.5")
        page.get_by_label("绿码").check()
        page.get_by_label("正常").check()


def send(page: Page) -> None:
    page.get_by_role("button", name="登记并放行").click()


def no_wider(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_visitor_and_a_lorry_on_the_telephone(visit: Visit, axe: Axe, shot: Shot) -> None:
    phone = visit("guard", width=390, height=844, has_touch=True)
    expect(phone.locator("h1")).to_have_text("门岗")
    no_wider(phone)
    shot(phone, "gate-390")
    phone.get_by_role("link", name="来访登记").click()
    phone.locator("[name=name]").fill("谷雨生7")
    phone.locator("[name=host]").fill("采购部")
    send(phone)
    expect(phone.locator(".field-error").first).to_be_visible()
    phone.locator("[name=name]").fill("谷雨生")
    phone.locator("[name=phone]").fill("12345")
    fill_health(phone)
    send(phone)
    expect(phone.locator(".field-error").first).to_be_visible()
    expect(phone.locator("[name=name]")).to_have_value("谷雨生")
    expect(phone.locator("[name=host]")).to_have_value("采购部")
    axe(phone)
    no_wider(phone)
    shot(phone, "gate-visitor-390")
    phone.locator("[name=phone]").fill("13900002222")
    # A code that was not shown was not checked; a star is asked about, and only then the field is there.
    expect(phone.locator("[name=whereabouts]")).to_be_hidden()
    phone.locator("[name=travel_code][value=missing]").check()
    send(phone)
    expect(phone.locator(".gate-refused")).to_contain_text("没有出示行程码，不能入厂。")
    axe(phone)
    shot(phone, "gate-code-refused-390")
    phone.locator("[name=health_code][value=written]").check()
    expect(phone.locator("[name=written]")).to_be_visible()
    phone.locator("[name=health_code][value=green]").check()
    expect(phone.locator("[name=written]")).to_be_hidden()
    phone.locator("[name=travel_code][value=star]").check()
    send(phone)
    expect(phone.locator(".ask-whereabouts .field-error")).to_contain_text("最近 14 天到过的地方")
    axe(phone)
    no_wider(phone)
    shot(phone, "gate-star-390")
    phone.locator("[name=whereabouts]").fill("11月20日起在青溪县")
    send(phone)
    expect(phone.get_by_text("已登记进入，请放行。")).to_be_visible()
    row = phone.locator(".gate-list li").filter(has_text="谷雨生")
    axe(phone)
    row.get_by_role("button", name="离开").click()
    expect(phone.locator(".gate-list li").filter(has_text="谷雨生")).to_have_count(0)

    phone.get_by_role("link", name="车辆登记").click()
    for key in "鲁M7":
        phone.locator(f"[data-plate-key='{key}']").click()
    phone.locator("[name=driver]").fill("殷立言")
    send(phone)
    expect(phone.locator(".field-error").first).to_contain_text("车牌号应为 7 位，新能源车为 8 位。")
    for key in "6543":
        phone.locator(f"[data-plate-key='{key}']").click()
    expect(phone.locator("[name=plate]")).to_have_value("鲁M76543")
    axe(phone)
    no_wider(phone)
    shot(phone, "gate-vehicle-390")
    send(phone)
    truck = phone.locator(".gate-list li").filter(has_text="鲁M76543")
    truck.get_by_role("button", name="已消毒").click()
    phone.locator(".gate-list li").filter(has_text="鲁M76543").get_by_role("button", name="离开").click()
    phone.get_by_role("link", name="进出簿").click()
    expect(phone.locator("main")).to_contain_text("鲁M76543")
    no_wider(phone)
    axe(phone)


def test_only_the_invited_enter_a_closed_enterprise(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk, phone = visit("company"), visit("guard", width=390, height=844)
    desk.goto("/day/gate/6/closing/")
    desk.get_by_role("button", name="实行封闭管理").click()
    expect(desk.locator(".field-error").first).to_contain_text("请写明依据")
    desk.locator("[name=basis]").fill("试发〔2026〕9号")
    desk.locator("[name=decided_by]").fill("县疫情防控指挥部")
    desk.get_by_role("button", name="实行封闭管理").click()
    expect(desk.locator(".pagehead")).to_contain_text("封闭管理中")
    desk.locator("[name=plate]").fill("鲁M10099")
    desk.locator("[name=purpose]").fill("运送餐食")
    desk.get_by_role("button", name="列入", exact=True).click()
    expect(desk.locator("main")).to_contain_text("鲁M10099")
    axe(desk)
    shot(desk, "gate-closing")

    phone.goto("/day/gate/6/visitor/")
    phone.locator("[name=name]").fill("叶皓然")
    phone.locator("[name=phone]").fill("13900002222")
    phone.locator("[name=host]").fill("采购部")
    fill_health(phone)
    send(phone)
    expect(phone.locator(".gate-refused")).to_contain_text("没有批准的预约不能入厂")
    axe(phone)
    shot(phone, "gate-refused-390")

    desk.goto("/day/gate/6/appointments/")
    desk.locator("[name=name]").fill("叶皓然")
    desk.locator("[name=host]").fill("采购部")
    desk.get_by_role("button", name="预约并批准").click()
    expect(desk.locator(".gate-pass")).to_be_visible()
    axe(desk)
    shot(desk, "gate-pass")
    link = desk.locator(".gate-link").inner_text()
    code = desk.locator(".gate-code").inner_text()

    stranger = visit(width=390, height=844)
    address = reverse("visitor_pass", args=[link.rpartition("/")[2]])
    stranger.goto(address)
    expect(stranger.locator(".gate-code")).to_have_text(code)
    expect(stranger.get_by_role("link", name="登记进入")).to_have_count(0)
    axe(stranger)
    phone.goto(address)
    phone.get_by_role("link", name="登记进入").click()
    phone.locator("[name=name]").fill("叶皓然")
    phone.locator("[name=phone]").fill("13900002222")
    phone.locator("[name=host]").fill("采购部")
    fill_health(phone)
    send(phone)
    expect(phone.get_by_text("已登记进入，请放行。")).to_be_visible()

    desk.goto("/day/gate/6/closing/")
    desk.get_by_role("button", name="解除封闭管理").click()
    desk.get_by_role("button", name="解除", exact=True).click()
    expect(desk.locator(".pagehead")).to_contain_text("未封闭")


def test_a_meeting_is_registered(visit: Visit, axe: Axe) -> None:
    desk = visit("company")
    desk.goto("/day/gate/6/meetings/")
    desk.get_by_role("button", name="登记", exact=True).click()
    expect(desk.locator(".field-error").first).to_contain_text("请填写会议名称。")
    desk.locator("[name=topic]").fill("早调度")
    desk.locator("[name=persons]").fill("4")
    desk.get_by_role("button", name="登记", exact=True).click()
    expect(desk.locator("main")).to_contain_text("早调度")
    axe(desk)
