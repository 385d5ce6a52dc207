"""The built front end in a real browser: messages, forms, dialogs, live changes, content policy."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import clear_url_caches
from playwright.sync_api import Browser, Page, Playwright, expect

from pingzhan.foundation.ui import context
from pingzhan.foundation.ui.assets import manifest_path
from tests.browser import chromium
from tests.foundation.ui.browser import site

CHROMIUM = chromium()
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]
AXE = Path(__file__).resolve().parents[4] / "web" / "node_modules" / "axe-core" / "axe.min.js"


pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium (make test installs it)")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not manifest_path().exists():
        pytest.skip("the front end is not built (make up, or npm run build in web)")
    middleware = [
        "pingzhan.foundation.ui.middleware.SecurityHeadersMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "pingzhan.foundation.ui.middleware.ErrorMiddleware",
    ]
    kept = dict(context._sources)
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [str(Path(__file__).parent / "templates")]
    changed = override_settings(
        ROOT_URLCONF="tests.foundation.ui.browser.site",
        MIDDLEWARE=middleware,
        TEMPLATES=templates,
        ALLOWED_HOSTS=["127.0.0.1"],
        DEMO=False,
        DEBUG_PROPAGATE_EXCEPTIONS=False,
    )
    with changed:
        clear_url_caches()
        context.register_band(site.band)
        context.register_nav(lambda request: [context.NavItem("试验", "/page/", "duty")])
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), Server, Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
    context._sources.clear()
    context._sources.update(kept)
    clear_url_caches()


@pytest.fixture(scope="module")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    opened = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    site.STATE.update(emergency=False, posts=0, events=[])
    faults: list[str] = []
    opened = browser.new_page(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 768}
    )
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console",
        lambda line: (
            faults.append(line.text)
            if line.type == "error" and "Failed to load resource" not in line.text
            else None
        ),
    )
    opened.goto(f"{address}/page/")
    yield opened
    opened.close()
    # htmx reports refused and failed requests on the console; those are what the tests provoke
    assert [f for f in faults if not f.startswith(("Response Status Error Code", "htmx:"))] == []


def test_refusal_is_told_and_the_page_left_alone(page: Page) -> None:
    page.get_by_role("button", name="无权", exact=True).click()
    expect(page.locator("#messages").get_by_role("alert")).to_contain_text("您不能下达转换命令。")
    expect(page.locator("#messages")).to_contain_text("请联系值班长。")
    expect(page.locator("#place")).to_have_text("原样")
    page.get_by_role("button", name="关闭").first.click()
    expect(page.locator("#messages").get_by_role("alert")).to_have_count(0)


def test_invalid_input_outside_a_form_goes_to_the_messages_too(page: Page) -> None:
    page.get_by_role("button", name="有误").click()
    expect(page.locator("#messages")).to_contain_text("第 3 行")
    expect(page.locator("#place")).to_have_text("原样")


def test_server_error_is_told(page: Page) -> None:
    page.get_by_role("button", name="出错").click()
    expect(page.locator("#messages").get_by_role("alert")).to_contain_text("没有保存")


def test_lost_connection_is_told(page: Page) -> None:
    page.route("**/refused/", lambda route: route.abort())
    page.get_by_role("button", name="无权", exact=True).click()
    expect(page.locator("#messages").get_by_role("alert")).to_contain_text("连不上服务器")


def test_redirect_loads_the_whole_page(page: Page, address: str) -> None:
    page.get_by_role("button", name="转走").click()
    expect(page).to_have_url(f"{address}/arrived/")
    expect(page.locator(".topbar")).to_have_count(1)


def test_message_is_seen_above_an_open_dialog(page: Page) -> None:
    page.get_by_role("button", name="开框").click()
    page.get_by_role("button", name="框内无权").click()
    expect(page.locator("#box").get_by_role("alert")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#box")).not_to_be_visible()


def test_fetched_dialog_opens_itself(page: Page) -> None:
    page.get_by_role("button", name="取框").click()
    expect(page.get_by_role("dialog", name="取来的框")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="关闭").click()
    expect(page.locator("#fetched")).not_to_be_visible()


def test_form_error_422_then_success(page: Page) -> None:
    page.get_by_label("人数").fill("abc")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".field-error")).to_be_visible()
    expect(page.get_by_label("人数")).to_have_value("abc")
    expect(page.get_by_label("人数")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("人数").fill("12")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#form-place")).to_have_text("已保存")


def test_impatient_clicks_post_once_and_keep_the_buttons_value(page: Page) -> None:
    page.get_by_role("button", name="慢").dblclick()
    expect(page.locator("body")).to_contain_text("收到 1 次 real")
    assert site.STATE["posts"] == 1


def test_live_event_refreshes_the_region_and_the_band(page: Page) -> None:
    expect(page.locator(".topbar")).to_have_attribute("data-posture", "routine")
    page.wait_for_timeout(300)
    site.STATE["emergency"] = True
    site.STATE["events"].append(1)
    expect(page.locator("#live")).to_have_text("第 1 次", timeout=3000)
    expect(page.locator(".topbar")).to_have_attribute("data-posture", "emergency", timeout=3000)
    expect(page.locator(".band")).to_contain_text("战时")


def test_refresh_keeps_folds_and_redraws_charts_with_new_data(page: Page) -> None:
    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    page.locator("#fold summary").click()
    before = page.locator("[data-chart] canvas").evaluate("canvas => canvas.toDataURL()")
    site.STATE["posts"] = 6
    page.locator("#region").evaluate("node => node.dispatchEvent(new Event('again'))")
    expect(page.locator("#bars-data")).to_contain_text("9")
    expect(page.locator("#fold")).to_have_attribute("open", "")
    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    page.wait_for_timeout(600)
    assert page.locator("[data-chart] canvas").evaluate("canvas => canvas.toDataURL()") != before


def test_menu_closes_on_escape_and_gives_focus_back(page: Page) -> None:
    menu = page.locator("details.menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("button", name="退出登录")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="退出登录")).not_to_be_visible()
    expect(menu.locator("summary")).to_be_focused()


def test_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("width", [360, 390, 768, 1366, 1920])
@pytest.mark.parametrize("emergency", [False, True])
def test_frame_fits_and_is_accessible(page: Page, width: int, emergency: bool) -> None:
    site.STATE["emergency"] = emergency
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        assert [violation["id"] for violation in found["violations"]] == []
