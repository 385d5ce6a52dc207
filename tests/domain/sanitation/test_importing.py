"""Cleaning by spreadsheet: the same rules as the pages; what is known stays; what went out comes in again."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation.enums import Entered
from pingzhan.domain.sanitation.importers.records import COLUMNS
from pingzhan.domain.sanitation.listing import RECORD_LIST
from pingzhan.domain.sanitation.models import Record
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import NotFound, Refused
from tests.domain.people.crowd import Firm
from tests.domain.sanitation.conftest import area
from tests.factories.accounts import actor_with

KEYS = [column.key for column in COLUMNS]
CLEAN, AIR = "\u6d88\u6740", "\u901a\u98ce"


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def send(by: Actor, rows: list[dict[str, Any]]) -> ImportJob:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(column.title) for column in COLUMNS])
    for one in rows:
        sheet.append([one.get(key) for key in KEYS])
    file = io.BytesIO()
    book.save(file)
    job = upload(key="sanitation.records", scope_code="P1", name="a.xlsx", chunks=[file.getvalue()], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    if job.found_new:
        confirm(job=job, new=True, changed=True, by=by)
        drain()
        job.refresh_from_db()
    return job


def row(name: str, day: date, **cells: Any) -> dict[str, Any]:
    return {"area": name, "kind": CLEAN, "day": str(day), "time": "08:30", **cells}


def test_rows_are_judged_one_by_one(mill: Firm, clerk: Actor) -> None:
    area(mill, "A")
    area(mill, "B", is_key=False)
    day = business_now()[1] - timedelta(days=1)
    good = [
        row("A", day),
        row("A", day, kind=AIR, minutes="45"),
        row("B", day, agent="\u4e59\u9187", strength="75", note="x"),
    ]
    bad = [
        row("A", day, time="09:30"),
        row("C", day),
        row("B", day, time="10:00", strength="1"),
        row("B", day, kind=AIR, minutes="30", agent="\u4e59\u9187"),
        row("B", day, kind=AIR),
        row("B", day + timedelta(days=9)),
        row("B", day - timedelta(days=30)),
    ]
    job = send(clerk, good + bad)
    assert (job.found_new, job.found_refused) == (3, 7)
    assert set(Record.objects.values_list("area__name", "kind", "round", "entry__how")) == {
        ("A", "disinfection", "key-0600", Entered.IMPORT),
        ("A", "ventilation", "air-0600", Entered.IMPORT),
        ("B", "disinfection", "at-0830", Entered.IMPORT),
    }
    again = send(clerk, [*good, row("A", day, time="11:00")])
    assert (again.found_same, again.found_new, again.found_refused) == (3, 0, 1)
    assert Record.objects.count() == 3


def test_what_went_out_comes_in_again(mill: Firm, forge: Firm, clerk: Actor) -> None:
    area(mill, "A")
    day = business_now()[1] - timedelta(days=1)
    send(clerk, [row("A", day, agent="\u4e59\u9187", strength="75"), row("A", day, kind=AIR, minutes="30")])
    rows = list(RECORD_LIST.queryset(clerk, {}))
    out = [{column.key: column.value(one) for column in RECORD_LIST.columns} for one in rows]
    assert [column.key for column in RECORD_LIST.columns][: len(KEYS)] == KEYS
    again = send(clerk, [{key: str(one[key] or "") for key in KEYS} for one in out])
    assert (again.found_same, again.found_new, again.found_refused) == (2, 0, 0)
    assert list(RECORD_LIST.queryset(forge.contact, {"unit": str(mill.unit.pk)})) == []


def test_nobody_imports_into_another_enterprise(forge: Firm, clerk: Actor) -> None:
    other = actor_with(Role.COMPANY, path=forge.unit.path)
    guard = actor_with(Role.GATE_GUARD, path=forge.unit.path)
    for by in (other, guard):
        with pytest.raises((NotFound, Refused)):
            send(by, [row("A", date(2026, 1, 1))])
    assert not Record.objects.exists()
