"""Returns and the list of key regions from spreadsheets: the decision in the preview, bad rows, repetition."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.enums import DecidedBy, Outcome
from pingzhan.domain.returnees.importers import REGIONS, RETURNS
from pingzhan.domain.returnees.listing import REGIONS as REGION_LIST
from pingzhan.domain.returnees.listing import RETURNS as RETURN_LIST
from pingzhan.domain.returnees.models import Application, Decision, Region
from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.exports.listing import Listing, lines
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import ImportSpec
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import NotFound
from tests.domain.people.crowd import Firm, Park, hire
from tests.domain.returnees.test_workflow import force_version
from tests.factories.accounts import actor_with

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


@pytest.fixture
def clerk(mill: Firm) -> Actor:
    return actor_with(Role.COMPANY, path=mill.unit.path)


@pytest.fixture
def officer(park: Park) -> Actor:
    return actor_with(Role.DUTY_OFFICER, path=park.zone.path)


def book(spec: ImportSpec, rows: list[dict[str, Any]]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append([str(one.title) for one in spec.columns])
    for row in rows:
        sheet.append([row.get(one.key) for one in spec.columns])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def send(spec: ImportSpec, by: Actor, scope: str, rows: list[dict[str, Any]]) -> ImportJob:
    job = upload(key=spec.key, scope_code=scope, name="a.xlsx", chunks=[book(spec, rows)], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    return job


def keep(by: Actor, job: ImportJob) -> ImportJob:
    confirm(job=job, new=True, changed=True, by=by)
    drain()
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    return job


def back(no: str, today: date, **cells: Any) -> dict[str, Any]:
    return {
        "employee_no": no,
        "return_on": today,
        "place": "370102 \u4e91\u5cad",
        "begin": today - 6 * DAY,
        "left": today - DAY,
        **cells,
    }


def test_the_preview_shows_the_decision_of_each_row(clerk: Actor, mill: Firm, today: date) -> None:
    for n in range(3):
        hire(mill, no=f"A{n}")
    rows = [
        back("A0", today),
        back("A1", today, symptom="\u54b3\u55fd", symptom_since=today - DAY),
        back("A2", today, contact="\u5bc6\u63a5\u4eba\u5458", contact_on=today - DAY),
    ]
    job = send(RETURNS, clerk, "P1", rows)
    words = [after for one in preview.changes(job, 0) for _name, _was, after in one.changes]
    admit, hold = str(Outcome.ADMIT.label), str(Outcome.HOLD.label)
    assert [one.partition("\uff1a")[0] for one in words] == [admit, hold, admit]
    assert "\u54b3\u55fd" in words[1]
    assert not Application.objects.exists()
    keep(clerk, job)
    made = {one.employment.employee_no: one for one in Application.objects.select_related("employment")}
    assert [made[no].outcome for no in ("A0", "A1", "A2")] == [Outcome.ADMIT, Outcome.HOLD, Outcome.ADMIT]
    assert Decision.objects.filter(by_rule=DecidedBy.RULE).count() == 3
    assert all(len(api.decisions_of(one)[0].reasons) > 0 for one in made.values())
    again = send(RETURNS, clerk, "P1", rows)
    assert (again.found_changed, again.found_refused) == (0, 3)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"employee_no": "Z"}, "employee_no"),
        ({"place": "\u65e0\u540d\u9547"}, "place"),
        ({"left": date(2020, 1, 1)}, "left"),
        ({"return_on": date(2020, 1, 1)}, "return_on"),
        ({"contact": "\u5bc6\u63a5\u4eba\u5458"}, "contact_on"),
        ({"symptom": "\u54b3\u55fd"}, "symptom_since"),
        ({"test_result": "\u9634\u6027"}, "test_on"),
        ({"symptom": "\u5931\u7720"}, "symptom"),
    ],
)
def test_bad_rows_are_refused_at_their_column(
    clerk: Actor, mill: Firm, today: date, cells: dict[str, Any], column: str
) -> None:
    hire(mill, no="A0")
    job = send(RETURNS, clerk, "P1", [{**back("A0", today), **cells}])
    assert job.found_refused == 1
    title = str(next(one.title for one in RETURNS.columns if one.key == column))
    assert [one[0] for one in job.summary["reasons"]] == [title]


def test_nobody_imports_into_another_enterprise(clerk: Actor, mill: Firm, today: date) -> None:
    with pytest.raises(NotFound):
        upload(key=RETURNS.key, scope_code="P2", name="a.xlsx", chunks=[book(RETURNS, [])], by=clerk)
    with pytest.raises(NotFound):
        upload(key=REGIONS.key, scope_code="PZ", name="a.xlsx", chunks=[book(REGIONS, [])], by=clerk)


def region(code: str, level: str, begin: date, **cells: Any) -> dict[str, Any]:
    return {"code": code, "name": f"X{code}", "level": level, "begin": begin, **cells}


HIGH, LOW = "\u9ad8\u98ce\u9669\u533a", "\u4f4e\u98ce\u9669\u533a"


def test_the_list_comes_in_and_decides_open_returns_anew_once(
    officer: Actor, mill: Firm, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    force_version(monkeypatch, "plan9")
    row = api.apply_return(
        employment=hire(mill, no="A0"),
        journey=api.Journey(today, "370102"),
        declared=api.Declared(api.Facts(stays=(api.Stay("370102", "", today - 6 * DAY, today - DAY),))),
        by=mill.contact,
    )
    rows = [region("370102", HIGH, today - 9 * DAY), region("370103", LOW, today - 9 * DAY)]
    job = keep(officer, send(REGIONS, officer, "PZ", rows))
    assert (job.stored_new, Region.objects.count()) == (2, 2)
    row.refresh_from_db()
    assert row.outcome == Outcome.ISOLATE
    assert Decision.objects.filter(application=row).count() == 2
    # The same file again changes nothing; with an end it is a change, and milder is proposed.
    assert send(REGIONS, officer, "PZ", rows).found_same == 2
    rows[0]["end"] = today - 8 * DAY
    job = keep(officer, send(REGIONS, officer, "PZ", rows))
    assert job.stored_changed == 1
    row.refresh_from_db()
    made = Decision.objects.filter(application=row).latest("pk")
    assert (row.outcome, made.by_rule, made.ruled) == (Outcome.ISOLATE, DecidedBy.KEPT, Outcome.ADMIT)


def test_bad_entries_of_the_list_are_refused(officer: Actor, park: Park, today: date) -> None:
    keep(officer, send(REGIONS, officer, "PZ", [region("370102", HIGH, today - 9 * DAY)]))
    job = send(
        REGIONS,
        officer,
        "PZ",
        [
            region("3701", HIGH, today),
            region("990102", HIGH, today),
            region("370103", HIGH, today, end=today),
            region("370102", LOW, today),
            region("370104", LOW, today),
            region("370104", HIGH, today + DAY),
        ],
    )
    assert (job.found_new, job.found_refused) == (1, 5)


def test_what_goes_out_can_be_read(officer: Actor, clerk: Actor, mill: Firm, park: Park, today: date) -> None:
    hire(mill, no="A0")
    keep(clerk, send(RETURNS, clerk, "P1", [back("A0", today)]))
    keep(officer, send(REGIONS, officer, "PZ", [region("370102", HIGH, today)]))

    def out(listing: Listing, **params: str) -> list[list[Any]]:
        return list(lines(listing, listing.queryset(clerk, params), whole=False))

    (line,) = out(RETURN_LIST)
    assert "A0" in line
    assert "\u8c37\u4e00\u9e23" not in line
    (line,) = out(REGION_LIST, on=f"{today}")
    assert line[0] == "370102"
    assert out(REGION_LIST, on=f"{today - DAY}") == []


def test_an_enterprise_that_was_closed_takes_no_import(mill: Firm, clerk: Actor) -> None:
    assert [one.path for one in RETURNS.scopes(clerk)] == [mill.unit.path]
    assert RETURNS.may(clerk, mill.unit.path)
    Enterprise.objects.create(
        unit=mill.unit, credit_code="9111000060003700ML", industry="32", status=EnterpriseStatus.CLOSED
    )
    assert not RETURNS.scopes(clerk)
    assert not RETURNS.may(clerk, mill.unit.path)
