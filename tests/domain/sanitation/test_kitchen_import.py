"""Checks of canteens from a spreadsheet: what is new is registered, what stands is not overwritten."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.importers.kitchen import COLUMNS
from pingzhan.domain.sanitation.models import KitchenCheck
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Firm, Park, build_park
from tests.domain.sanitation.canteens import check_data
from tests.factories import kept
from tests.factories.accounts import actor_with

KEYS = [column.key for column in COLUMNS]


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def row(ago: int, **cells: Any) -> dict[str, Any]:
    day = timezone.localdate() - timedelta(days=ago)
    return {"site": "C1", "day": str(day), "staff": 6, "samples": 8, **cells}


def send(by: Actor, rows: list[dict[str, Any]], *, keep: bool = True) -> ImportJob:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(column.title) for column in COLUMNS])
    for one in rows:
        sheet.append([one.get(key) for key in KEYS])
    file = io.BytesIO()
    book.save(file)
    job = upload(key="canteen.checks", scope_code="P1", name="a.xlsx", chunks=[file.getvalue()], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    if keep:
        confirm(job=job, new=True, changed=True, by=by)
        drain()
        job.refresh_from_db()
    return job


def test_new_days_are_registered_and_the_rest_is_refused(mill: Firm, clerk: Actor) -> None:
    stored = api.check_kitchen(
        enterprise=mill.unit,
        site_id=mill.canteen.pk,
        data=check_data(day=timezone.localdate() - timedelta(days=1)),
        by=mill.contact,
    )
    tableware = "\u9910\u5177\u6d88\u6bd2\u4fdd\u7ba1"
    job = send(
        clerk,
        [
            row(1),
            row(2, problems=tableware, note="\u5df2\u62a5\u4fee"),
            row(3, problems=tableware),
            row(4, problems="\u522b\u7684"),
            row(5, feverish=9),
            row(6, samples=None),
            row(7, site="C9"),
            row(40),
            row(-2),
            row(8),
        ],
    )
    assert (job.found_new, job.found_same, job.found_refused) == (2, 1, 7)
    made = KitchenCheck.objects.exclude(pk=stored.pk)
    assert {(timezone.localdate() - one.day).days for one in made} == {2, 8}
    problem = made.get(day=timezone.localdate() - timedelta(days=2)).steps.get(result="problem")
    assert (problem.task, problem.note) == ("tableware", "\u5df2\u62a5\u4fee")
    again = send(clerk, [row(8, staff=5)], keep=False)
    assert again.found_refused == 1


def test_what_is_in_order_in_the_book_is_not_the_same_as_a_problem(mill: Firm, clerk: Actor) -> None:
    tableware = "\u9910\u5177\u6d88\u6bd2\u4fdd\u7ba1"
    send(clerk, [row(2), row(3, feverish=2, removed=1), row(4, problems=tableware, note="A")])
    again = send(
        clerk,
        [
            row(2, problems=tableware, note="A"),
            row(3, feverish=2, removed=1),
            row(4, problems=tableware, note="A"),
        ],
        keep=False,
    )
    assert (again.found_same, again.found_refused) == (2, 1)


@pytest.mark.parametrize("cells", [{"staff": 10**10}, {"samples": 10**10}, {"samples": 100_001}])
def test_numbers_out_of_reach_are_refused_in_the_preview(
    mill: Firm, clerk: Actor, cells: dict[str, int]
) -> None:
    job = send(clerk, [row(2, **cells), row(3)])
    assert (job.found_new, job.found_refused) == (1, 1)
    assert KitchenCheck.objects.count() == 1
