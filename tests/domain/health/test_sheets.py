"""Temperatures as a spreadsheet: in with every wrong row named, out with names masked as the rights demand."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from pingzhan.domain.health import api
from pingzhan.domain.health.enums import Result, Source, Symptom
from pingzhan.domain.health.importers.temperatures import TEMPERATURES
from pingzhan.domain.health.listing import MISSING, READINGS
from pingzhan.domain.health.models import Case, Reading
from pingzhan.domain.obligations import program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import lines
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Invalid, NotFound, Refused
from tests.domain.obligations.conftest import rule
from tests.domain.people.crowd import Firm, Park, acting, hire
from tests.factories import actor_with

NAME = "\u8c37\u4e00\u9e23"
MORNING = 7 * 60 + 30
"""The first slot of a day where no set is in force."""
YESTERDAY_OFFSET = timedelta(days=1)


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def yesterday() -> date:
    return timezone.localdate() - YESTERDAY_OFFSET


def row(no: str, value: Any, **cells: Any) -> dict[str, Any]:
    return {"employee_no": no, "day": yesterday(), "slot": "\u65e9\u95f4", "value": value, **cells}


def send(by: Actor, scope: str, *rows: dict[str, Any]) -> ImportJob:
    """Upload and check."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(column.title) for column in TEMPERATURES.columns])
    for one in rows:
        sheet.append([one.get(column.key) for column in TEMPERATURES.columns])
    file = io.BytesIO()
    book.save(file)
    job = upload(key="health.temperatures", scope_code=scope, name="t.xlsx", chunks=[file.getvalue()], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    return job


def keep(by: Actor, job: ImportJob) -> None:
    confirm(job=job, new=True, changed=True, by=by)
    drain()


def held(who: Employment) -> list[tuple[int, int | None, bool]]:
    found = Reading.objects.filter(employment_id=who.pk).order_by("pk")
    return [(one.result, one.tenths, one.corrects is not None) for one in found]


def test_a_sheet_is_entered_and_sent_again_changes_nothing(
    clerk: Actor, mill: Firm, crew: list[Employment]
) -> None:
    rows = [
        row("A0", 36.5, name=NAME), row("A1", "38.4"), row("A2", "\u672a\u5230\u5c97"), row("A3", "\u6b63\u5e38"),
    ]  # fmt: skip
    job = send(clerk, mill.unit.code, *rows)
    assert not Reading.objects.exists()
    keep(clerk, job)
    assert [held(one) for one in crew] == [
        [(Result.MEASURED, 365, False)],
        [(Result.MEASURED, 384, False)],
        [(Result.ABSENT, None, False)],
        [(Result.NORMAL, None, False)],
    ]
    assert set(Reading.objects.values_list("source", "late")) == {(Source.SHEET, True)}
    assert Case.objects.get().employment_id == crew[1].pk
    assert send(clerk, mill.unit.code, *rows).found_same == 4
    assert Reading.objects.count() == 4
    keep(clerk, send(clerk, mill.unit.code, row("A0", "36.8")))
    assert held(crew[0]) == [(Result.MEASURED, 365, False), (Result.MEASURED, 368, True)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"employee_no": "A9"}, "\u672c\u4f01\u4e1a\u6ca1\u6709\u8fd9\u4e2a\u5de5\u53f7"),
        ({"employee_no": "B0"}, "\u672c\u4f01\u4e1a\u6ca1\u6709\u8fd9\u4e2a\u5de5\u53f7"),
        ({"name": "\u4e91\u5c71"}, "\u59d3\u540d\u4e0e\u82b1\u540d\u518c"),
        ({"value": "365"}, "\u4e0d\u5408\u7406"),
        ({"value": "\u8fd8\u597d"}, "\u4f53\u6e29\u5e94\u5199\u6210\u6570\u5b57"),
        ({"day": date(2026, 1, 5)}, "\u53ea\u63a5\u6536\u6700\u8fd1 7 \u5929"),
        ({"day": timezone.localdate() + timedelta(days=2)}, "\u8fd8\u6ca1\u6709\u5230"),
    ],
)
def test_a_wrong_row_is_named(
    park: Park, clerk: Actor, mill: Firm, crew: list[Employment], cells: dict[str, Any], words: str
) -> None:
    hire(park.firms[1], no="B0")
    job = send(clerk, mill.unit.code, {**row("A0", "36.5"), **cells}, row("A1", "36.6"))
    assert job.found_refused == 1
    (bad,) = preview.bad_cells(job, 1)
    assert words in bad.message
    keep(clerk, job)
    assert set(Reading.objects.values_list("employment_id", flat=True)) == {crew[1].pk}


def asked(*times: str) -> Callable[[Sequence[int], datetime], Mapping[int, Program]]:
    """Temperatures are asked for at these times."""
    cadence = Cadence(CadenceKind.SLOTS, times=tuple(time.fromisoformat(one) for one in times))
    one = Program(None, (rule("temperature", cadence),))
    return lambda unit_ids, at: dict.fromkeys(unit_ids, one)


@pytest.mark.parametrize(
    ("times", "said", "code"),
    [
        ("07:30 13:30", "\u5348\u540e", 810),
        ("07:30 13:30", "13:30", 810),
        ("07:30 13:30 19:30", "\u665a\u95f4", 1170),
        ("07:30 13:30 19:30", "\u665a\u95f4 19:30", 1170),
        ("07:30 10:00", "10\uff1a00", 600),
        ("09:00", "9:00", 540),
    ],
)
def test_a_slot_is_named_by_part_of_the_day_or_time(
    clerk: Actor, mill: Firm, crew: list[Employment], monkeypatch: pytest.MonkeyPatch, times: str, said: str,
    code: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(program, "_sources", [asked(*times.split())])
    keep(clerk, send(clerk, mill.unit.code, row("A0", "36.5", slot=said)))
    assert [one.slot for one in Reading.objects.all()] == [code]


@pytest.mark.parametrize(
    ("times", "said", "words"),
    [
        ("07:30 13:30", "\u665a\u95f4", "\u5348\u540e 13:30"),
        ("07:30 13:30", "19:30", "\u5348\u540e 13:30"),
        ("07:30 10:00", "\u65e9\u95f4", "\u65e9\u95f4 10:00"),
        ("07:30 13:30", "\u4e2d\u5348", "\u665a\u95f4"),
        ("07:30 13:30", "25:00", "\u665a\u95f4"),
    ],
)
def test_a_slot_the_day_does_not_have_is_refused_with_those_it_has(
    clerk: Actor, mill: Firm, crew: list[Employment], monkeypatch: pytest.MonkeyPatch, times: str, said: str,
    words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(program, "_sources", [asked(*times.split())])
    job = send(clerk, mill.unit.code, row("A0", "36.5", slot=said))
    (bad,) = preview.bad_cells(job, 1)
    assert words in bad.message


def test_one_slot_said_in_two_ways_is_taken_once(clerk: Actor, mill: Firm, crew: list[Employment]) -> None:
    job = send(clerk, mill.unit.code, row("A0", "36.5"), row("A0", "36.6", slot="07:30"))
    (bad,) = preview.bad_cells(job, 1)
    assert "\u540c\u4e00\u65f6\u6bb5" in bad.message
    keep(clerk, job)
    assert held(crew[0]) == [(Result.MEASURED, 365, False)]


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
def test_roles_that_are_refused(park: Park, mill: Firm, crew: list[Employment], role: Role) -> None:
    by = acting(role, park.zone.path)
    with pytest.raises(NotFound):
        TEMPERATURES.scope_of(by, mill.unit.code)
    line = api.Line(crew[0].pk, 0, yesterday(), MORNING, Result.MEASURED, 365)
    with pytest.raises(Refused):
        api.record_sheet(enterprise=mill.unit, lines=[line], by=by)


def test_an_old_fever_opens_no_case_after_a_newer_one(mill: Firm, crew: list[Employment]) -> None:
    case = api.report_symptoms(employment=crew[0], symptoms=[Symptom.COUGH], by=mill.contact)
    api.withdraw(case_id=case.pk, by=mill.contact)
    line = api.Line(crew[0].pk, 0, yesterday(), MORNING, Result.MEASURED, 390)
    assert api.record_sheet(enterprise=mill.unit, lines=[line], by=mill.contact) == 1
    assert Case.objects.count() == 1


def out(listing: Any, actor: Actor, *, whole: bool, **params: str) -> list[list[Any]]:
    return list(lines(listing, listing.queryset(actor, params), whole=whole))


def test_lists_of_a_day(park: Park, mill: Firm, crew: list[Employment]) -> None:
    tell = [
        api.Line(crew[n].pk, mill.teams[0].pk, yesterday(), MORNING, Result.MEASURED, 360 + n) for n in (0, 1)
    ]
    api.record_sheet(enterprise=mill.unit, lines=tell, by=mill.contact)
    api.correct_reading(
        enterprise=mill.unit, employment_id=crew[0].pk, day=yesterday(), slot=MORNING, value="36.9",
        reason="\u8bb0\u9519", by=mill.contact,
    )  # fmt: skip
    asked = {"unit": str(mill.unit.pk), "day": yesterday().isoformat(), "slot": str(MORNING)}
    rows = out(READINGS, mill.contact, whole=False, **asked)
    assert [(one[2], one[6]) for one in rows] == [("A0", "36.9"), ("A1", "36.1")]
    assert {one[3] for one in rows} == {"\u8c37**"}
    assert {one[3] for one in out(READINGS, mill.contact, whole=True, **asked)} == {NAME}
    assert [one[2] for one in out(MISSING, mill.contact, whole=False, **asked)] == ["A2", "A3"]
    other = park.firms[1].contact
    assert out(READINGS, other, whole=True, **asked) == out(MISSING, other, whole=True, **asked) == []
    assert not READINGS.may(acting(Role.GATE_GUARD, mill.unit.path))


def test_a_correction_says_why(mill: Firm, crew: list[Employment]) -> None:
    line = api.Line(crew[0].pk, 0, yesterday(), MORNING, Result.MEASURED, 390)
    api.record_sheet(enterprise=mill.unit, lines=[line], by=mill.contact)
    for reason in ("", "x", "15400001234"):
        with pytest.raises(Invalid) as caught:
            api.correct_reading(
                enterprise=mill.unit, employment_id=crew[0].pk, day=yesterday(), slot=MORNING,
                value="36.9", reason=reason, by=mill.contact,
            )  # fmt: skip
        assert caught.value.place == "reason"
    assert not AuditRecord.objects.filter(verb="health.corrected").exists()


def test_who_reads_names_is_on_record(park: Park, mill: Firm) -> None:
    def read(by: Actor, persons: int = 3) -> tuple[bool, int]:
        before = AuditRecord.objects.filter(verb="health.names_read").count()
        may = api.note_names_read(enterprise=mill.unit, persons=persons, by=by)
        return may, AuditRecord.objects.filter(verb="health.names_read").count() - before

    official = acting(Role.LEADER, park.zone.path)
    seer = next(
        one for one in roles_with(Permission.VIEW_HEALTH) if one not in roles_with(Permission.KEEP_LEDGERS)
    )
    assert read(mill.contact) == (True, 0)
    assert read(acting(seer, park.zone.path)) == (True, 1)
    assert read(acting(seer, park.zone.path), persons=0) == (True, 0)
    assert read(official) == (False, 0)
