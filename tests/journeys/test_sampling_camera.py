"""A tube's code held before the camera opens the tube: QR codes and the bar codes of laboratories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import chromium
from tests.journeys.conftest import ARGUMENTS
from tests.journeys.site import Site
from tests.journeys.test_sampling import TODAY, enrol
from tests.journeys.test_today import facts

WIDTH, HEIGHT = 640, 480
DARK, LIGHT = 16, 235
SETUP = """
from pingzhan.domain.screening import api
from pingzhan.domain.screening.models import Slot
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
zone = Unit.objects.get(kind='zone')
slots = Slot.objects.filter(ended_by__isnull=True, round__state__in=('running', 'adopted'))
slot = slots.order_by('-round__state', 'round__day', 'team_id').first()
duty = actor_of(RoleGrant.objects.filter(role=Role.DUTY_OFFICER).first().user)
head = actor_of(RoleGrant.objects.filter(role=Role.ORGANISER).first().user)
device, path = devices.issue_device(name='camera', kind='sampling', unit_path=zone.path, days=2, by=duty)
api.assign_phone(device=device, team=slot.team, by=head)
print('ENROL', slot.round_id, path)
"""
# ISO/IEC 15417: the widths of bars and gaps of each of the values 0 to 105, and of the stop.
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222"
    " 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321"
    " 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121"
    " 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224"
    " 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111"
    " 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113"
    " 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)
WIDTHS = _WIDTHS.split()
START_B, STOP = 104, "2331112"


def qr(text: str) -> list[list[bool]]:
    return [
        [bool(dark) for dark in row] for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)
    ]


def code128(text: str) -> list[list[bool]]:
    values = [START_B, *(ord(mark) - 32 for mark in text)]
    check = (values[0] + sum(n * value for n, value in enumerate(values[1:], start=1))) % 103
    widths = "".join(WIDTHS[value] for value in (*values, check)) + STOP
    line = [False] * 10
    for n, width in enumerate(widths):
        line += [n % 2 == 0] * int(width)
    return [line + [False] * 10] * 50


def film(picture: Sequence[Sequence[bool]], path: Path) -> Path:
    """Write a picture as an uncompressed film of a second, in its middle."""
    scale = min(WIDTH // len(picture[0]), HEIGHT // len(picture))
    rows = [b"".join(bytes([DARK if dark else LIGHT]) * scale for dark in row) for row in picture]
    left = (WIDTH - len(rows[0])) // 2
    edge = bytes([LIGHT])
    lines = [edge * left + row + edge * (WIDTH - left - len(row)) for row in rows for _n in range(scale)]
    top = (HEIGHT - len(lines)) // 2
    bright = edge * (WIDTH * top) + b"".join(lines) + edge * (WIDTH * (HEIGHT - top - len(lines)))
    frame = b"FRAME\n" + bright + bytes([128]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return path


@pytest.fixture
def filmed(playwright_driver: Playwright) -> Iterator[Callable[[Path], Browser]]:
    """Return a maker of browsers whose camera sees a film."""
    opened: list[Browser] = []

    def make(path: Path) -> Browser:
        browser = playwright_driver.chromium.launch(
            executable_path=chromium(),
            args=[
                *ARGUMENTS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={path}",
            ],
        )  # fmt: skip
        opened.append(browser)
        return browser

    yield make
    for one in opened:
        one.close()


# Each code needs a browser of its own, whose camera it is.
@pytest.mark.long
@pytest.mark.parametrize(("draw", "code"), [(qr, "T900001"), (code128, "T900002")])
def test_a_tube_before_the_camera_opens(
    draw: Callable[[str], list[list[bool]]],
    code: str,
    site: Site,
    filmed: Callable[[Path], Browser],
    tmp_path: Path,
) -> None:
    said = site.run("manage", "shell", "-c", SETUP).splitlines()
    (round_id, path) = next(line.split()[1:] for line in said if line.startswith("ENROL"))
    facts(site, f"UPDATE screening_round SET day = {TODAY} WHERE id = {int(round_id)} RETURNING id")
    context = filmed(film(draw(code), tmp_path / "camera.y4m")).new_context(
        base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai",
        viewport={"width": 390, "height": 844}, has_touch=True,
    )  # fmt: skip
    errors: list[str] = []
    page: Page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    enrol(page, path)
    page.locator("#screen-swab [data-scan]").first.click()
    expect(page.locator("#tube-code")).to_have_text(code, timeout=20_000)
    expect(page.locator("#tube-n")).to_contain_text("0/")
    expect(page.locator("#camera")).to_be_hidden()
    assert errors == []
