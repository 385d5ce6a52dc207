"""The count sheet goes out, comes in again and changes the book by differences; photographs for those who may look."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import Batch, Entry
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.exports.listing import lines, listing_for
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.photos.keeping import open_photo, photos_of
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import DomainError, NotFound
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.supplies.shelf import days, out, put, slip, there
from tests.factories.accounts import actor_with
from tests.factories.pictures import jpeg

HEADS = ["\u7269\u8d44", "\u6279\u53f7", "\u6709\u6548\u671f\u81f3", "\u5b9e\u5b58\u6570"]
MASK, SUIT = "\u533b\u7528\u53e3\u7f69", "\u9632\u62a4\u670d"


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def send(by: Actor, rows: list[list[Any]], *, scope: str = "P1") -> ImportJob:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADS, *rows):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    job = upload(key="supplies.count", scope_code=scope, name="a.xlsx", chunks=[file.getvalue()], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    if job.found_new or job.found_changed:
        confirm(job=job, new=True, changed=True, by=by)
        drain()
        job.refresh_from_db()
    return job


def cells(by: Actor, key: str, **params: str) -> list[list[Any]]:
    """What a list gives as a file."""
    listing = listing_for(by, key)
    return [list(row) for row in lines(listing, listing.queryset(by, params), whole=False)]


def test_a_sheet_that_comes_back_changes_what_differs(mill: Firm, clerk: Actor) -> None:
    put(mill, "mask", 10, code="A", expires=40)
    put(mill, "suit", 3)
    rows = [row[:4] for row in cells(clerk, "supplies.count")]
    assert sorted(row[3] for row in rows) == [3, 10]
    job = send(clerk, rows)
    assert (job.found_new, job.found_changed, job.found_same) == (0, 0, 2)
    for row in rows:
        row[3] = 8 if row[0] == MASK else 0
    rows.append([SUIT, "n9", days(300), 6])
    job = send(clerk, rows)
    assert (job.found_new, job.found_changed) == (1, 2)
    assert there(mill, "mask") == {"A": 8}
    assert there(mill, "suit") == {"": 0, "N9": 6}
    again = send(clerk, rows)
    assert (again.found_new, again.found_changed) == (0, 0)
    assert Entry.objects.filter(kind="counted").count() == 1


def test_a_batch_number_is_the_same_however_it_is_spelt(mill: Firm, clerk: Actor) -> None:
    put(mill, "mask", 40, code="\uff2c\uff4f\uff54 12\uff0da")
    assert there(mill, "mask") == {"LOT12-A": 40}
    Batch.objects.create(enterprise=mill.unit, article="gloves", code="OLD 7")
    put(mill, "mask", 2, code="lot 12-a")
    (row,) = (row[:4] for row in cells(clerk, "supplies.count"))
    assert send(clerk, [row]).found_same == 1
    job = send(clerk, [[row[0], "lot 12-A", None, 40]])
    assert (job.found_new, job.found_changed) == (0, 1)
    assert there(mill, "mask") == {"LOT12-A": 40}
    send(clerk, [[api.articles()["gloves"].title, "old 7", None, 3]])
    assert there(mill, "gloves") == {"OLD 7": 3}


def test_rows_that_are_no_count(mill: Firm, clerk: Actor) -> None:
    put(mill, "mask", 10)
    job = send(
        clerk,
        [
            ["\u91d1\u5b50", None, None, 5],
            [MASK, "X", None, -1],
            [MASK, "Y", None, "\u4e09"],
            [MASK, "Z", date(2020, 1, 1), 5],
            [MASK, None, date(2090, 1, 1), 5],
            [MASK, None, None, None],
        ],
    )
    assert (job.found_new, job.found_changed, job.found_refused) == (0, 0, 6)
    assert there(mill, "mask") == {"": 10}


def test_no_count_for_another_enterprise(mill: Firm, clerk: Actor, forge: Firm) -> None:
    put(forge, "mask", 10)
    with pytest.raises(DomainError):
        send(clerk, [[MASK, None, None, 1]], scope="P2")
    assert there(forge, "mask") == {"": 10}


def test_files_hold_what_one_may_see(park: Park, mill: Firm, forge: Firm, clerk: Actor) -> None:
    put(mill, "mask", 10)
    out(mill, "mask", 4)
    put(forge, "suit", 3)
    api.draft(enterprise=forge.unit, by=forge.contact)
    assert len(cells(clerk, "supplies.book")) == 2
    assert len(cells(clerk, "supplies.book", kind="used", article="mask")) == 1
    assert len(cells(clerk, "supplies.book", article="suit", unit=str(forge.unit.pk))) == 0
    out(mill, "mask", 1, kind=MoveKind.LENT, party="\u90bb\u5382")
    assert len(cells(clerk, "supplies.book", q="\u90bb\u5382")) == 1
    assert cells(clerk, "supplies.purchase") == []
    duty = actor_with(Role.DUTY_OFFICER, path=park.zone.path)
    assert len(cells(duty, "supplies.book")) == 4
    assert len(cells(duty, "supplies.count", unit=str(forge.unit.pk))) == 1
    assert cells(duty, "supplies.purchase")
    for role in (Role.GATE_GUARD, Role.AUDITOR, Role.SYSTEM_ADMIN):
        with pytest.raises(NotFound):
            listing_for(acting(role, "/"), "supplies.book")


def test_photographs_are_for_those_who_read_the_book(park: Park, mill: Firm, clerk: Actor) -> None:
    entry = api.receive(
        enterprise=mill.unit,
        receipts=[api.Receipt("mask", 5)],
        slip=slip(photos=[jpeg()]),
        by=mill.contact,
    )
    (photo,) = photos_of(api.ENTRY, [entry.pk])[entry.pk]
    for by in (mill.contact, acting(Role.DUTY_OFFICER, park.zone.path)):
        assert open_photo(photo_id=photo.pk, by=by)[1] == "image/jpeg"
    for role, path in (
        (Role.COMPANY, park.firms[1].unit.path),
        (Role.GATE_GUARD, mill.unit.path),
        (Role.AUDITOR, "/"),
        (Role.SYSTEM_ADMIN, "/"),
    ):
        with pytest.raises(NotFound):
            open_photo(photo_id=photo.pk, by=acting(role, path))
