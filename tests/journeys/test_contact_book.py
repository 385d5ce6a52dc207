"""The telephone book in a browser: whole for the duty room and written to the trail, masked for others, refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

from docx import Document
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]
Axe = Callable[[Page], None]

WHOLE = re.compile(r"\d{11}")
MASKED = re.compile(r"\d{3}\*{4}\d{4}")
BOOK = "\u901a\u8baf\u5f55"


def book(page: Page, form: str) -> bytes:
    """Take the book by its button and return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=f"{BOOK} {form}").click()
    assert waiting.value.suggested_filename == f"{BOOK}.{'docx' if form == 'Word' else 'pdf'}"
    return Path(waiting.value.path()).read_bytes()


def numbers(data: bytes) -> str:
    """Return what stands in the columns of telephones."""
    found = []
    for table in Document(io.BytesIO(data)).tables:
        column = [cell.text for cell in table.rows[0].cells].index("电话")
        found += [row.cells[column].text for row in table.rows[1:]]
    return "\n".join(found)


def test_the_duty_room_takes_it_whole_and_the_trail_says_so(visit: Visit, axe: Axe, shot: Shot) -> None:
    desk = visit("duty")
    desk.goto("/duty/sheet/")
    expect(desk.get_by_role("link", name=f"{BOOK} PDF")).to_be_visible()
    desk.goto("/structure/")
    axe(desk)
    shot(desk, "contact-book")
    whole = numbers(book(desk, "Word"))
    assert WHOLE.search(whole)
    assert not MASKED.search(whole)
    assert book(desk, "PDF").startswith(b"%PDF")

    trail = visit("auditor")
    trail.goto("/audit/")
    expect(trail.get_by_role("main")).to_contain_text("下载了应急通讯录")


def test_others_read_masked_numbers_also_on_a_telephone(visit: Visit, axe: Axe, shot: Shot) -> None:
    official = visit("official", width=390, height=844)
    official.goto("/structure/")
    axe(official)
    shot(official, "contact-book-390")
    masked = numbers(book(official, "Word"))
    assert MASKED.search(masked)
    assert not WHOLE.search(masked)


def test_an_enterprise_is_refused(visit: Visit) -> None:
    desk = visit("duty")
    desk.goto("/structure/")
    address = desk.get_by_role("link", name=f"{BOOK} PDF").get_attribute("href")
    assert address
    firm = visit("company")
    assert firm.request.get(address).status == 403
