"""Results as a spreadsheet: every bad cell named, what does not fit kept on record, corrections beside the first."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultFault, ResultSource, Verdict
from pingzhan.domain.screening.importers.results import RESULTS
from pingzhan.domain.screening.models import LatestResult, Result, ResultRefusal, SamplingTeam, Tube
from pingzhan.domain.screening.writings import ct_words, read_ct, read_moment
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.rights import Right
from pingzhan.foundation.access.roles import Permission, Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Invalid, NotFound
from tests.domain.people.crowd import Park, hire
from tests.domain.screening.phones import adopted_round, phone
from tests.factories import account

NEGATIVE, POSITIVE = "\u9634\u6027", "\u9633\u6027"
CODES = ("T-0001", "T-0002", "T-0003")


@pytest.fixture
def technician(park: Park, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Somebody of the testing group: the right comes from his seat."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    right = Right(frozenset({Permission.ENTER_RESULTS}), park.zone.path, "\u68c0\u6d4b\u7ec4")
    monkeypatch.setattr("pingzhan.foundation.access.actor.rights_of", lambda person: (right,))
    user = account(Role.SAMPLER, path=park.zone.path)
    return Actor(kind="user", user_id=user.pk, person_id=None, name=user.get_full_name(), rights=(right,))


@pytest.fixture
def tubes(park: Park, teams: list[SamplingTeam]) -> list[Employment]:
    """Three sealed tubes with a worker each, two of them received."""
    adopted_round(park, teams[0], [park.firms[0].unit])
    crew, one = [hire(park.firms[0], no=f"A{n}") for n in range(3)], phone(teams[0], park)
    for code, who in zip(CODES, crew, strict=True):
        one.send(one.swab(code, who), one.write("seal", tube=code))
    screening.receive_tubes(zone=park.zone, codes=CODES[:2], by=park.root)
    return crew


def said(moment: datetime | None = None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"


def sheet(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([str(column.title) for column in RESULTS.columns])
    for row in rows:
        page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(by: Actor, park: Park, data: bytes, name: str = "r.xlsx") -> ImportJob:
    """Upload and check."""
    job = upload(key="screening.results", scope_code=park.zone.code, name=name, chunks=[data], by=by)
    return again(job)


def again(job: ImportJob) -> ImportJob:
    drain()
    job.refresh_from_db()
    assert job.error == ""
    return job


def keep(by: Actor, job: ImportJob) -> ImportJob:
    confirm(job=job, new=True, changed=True, by=by)
    return again(job)


def test_a_file_is_stored_and_what_does_not_fit_is_on_record(
    park: Park, technician: Actor, tubes: list[Employment]
) -> None:
    job = send(
        technician, park,
        sheet(
            (CODES[0], NEGATIVE, said(), "ORF1ab 31.2\uff1bN 33"),
            (CODES[2], POSITIVE, said()),
            ("T-9999", POSITIVE, said()),
            (CODES[1], POSITIVE, said(timezone.now() + timedelta(days=1))),
        ),
    )  # fmt: skip
    assert (job.total, job.found_new, job.found_refused, job.keeps) == (4, 1, 3, 3)
    bad = [(one.row, one.title) for one in preview.bad_cells(job, 1)]
    assert bad == [(3, "\u7ba1\u7801"), (4, "\u7ba1\u7801"), (5, "\u68c0\u6d4b\u65f6\u95f4")]
    assert not ResultRefusal.objects.exists()
    job = keep(technician, job)
    assert (job.state, job.stored, job.refused, job.total) == (ImportState.DONE, 1, 3, 4)
    result = Result.objects.get()
    assert (result.tube.code, result.verdict, result.source) == (
        CODES[0],
        Verdict.NEGATIVE,
        ResultSource.XLSX,
    )
    assert (result.ct, result.by_name) == ({"ORF1ab": 31.2, "N": 33.0}, technician.name)
    kept = list(ResultRefusal.objects.order_by("row").values_list("row", "code", "fault", "source"))
    assert kept == [
        (3, CODES[2], ResultFault.NOT_RECEIVED, ResultSource.XLSX),
        (4, "T-9999", ResultFault.UNKNOWN_TUBE, ResultSource.XLSX),
        (5, CODES[1], ResultFault.TIME, ResultSource.XLSX),
    ]
    bodies = [one.body for one in AuditRecord.objects.filter(verb="screening.results").order_by("pk")]
    assert [(one["stored"], one["refused"]) for one in bodies] == [(1, 0), (0, 3)]


def test_every_bad_cell_is_named(park: Park, technician: Actor, tubes: list[Employment]) -> None:
    job = send(
        technician, park,
        sheet(
            ("T!", NEGATIVE, said()),
            (CODES[0], "\u9633", said()),
            (CODES[1], NEGATIVE, "2026-05-20"),
            (None, NEGATIVE, said(), "x"),
            (CODES[0], NEGATIVE, said(), "", "\u7535\u8bdd 13900001111"),
            (CODES[0], NEGATIVE, said()),
            (CODES[0], POSITIVE, said()),
        ),
    )  # fmt: skip
    found = [(one.row, one.title) for one in preview.bad_cells(job, 1)]
    code, verdict, moment, ct, reason = (str(one.title) for one in RESULTS.columns)
    assert found == [(2, code), (3, verdict), (4, moment), (5, code), (5, ct), (6, reason), (8, code)]
    assert (job.total, job.found_new, job.found_refused, job.keeps) == (7, 1, 6, 0)


def test_a_csv_corrects_with_a_reason_and_keeps_the_first(
    park: Park, technician: Actor, tubes: list[Employment]
) -> None:
    keep(technician, send(technician, park, sheet((CODES[0], POSITIVE, said()))))
    head = ",".join(str(one.title) for one in RESULTS.columns)
    bare = f"{head}\r\n{CODES[0]},{NEGATIVE},{said()},,\r\n".encode()
    job = send(technician, park, bare, "r.csv")
    assert [one.title for one in preview.bad_cells(job, 1)] == ["\u66f4\u6b63\u539f\u56e0"]
    job = keep(technician, job)
    assert (job.stored, job.refused) == (0, 1)
    assert ResultRefusal.objects.get().fault == ResultFault.OTHER_RESULT
    reason = "\u6837\u672c\u6c61\u67d3\u91cd\u68c0"
    why = f"{head}\r\n{CODES[0]},{NEGATIVE},{said()},,{reason}\r\n".encode("gb18030")
    job = send(technician, park, why, "r.csv")
    (change,) = preview.changes(job, 1)
    assert change.changes == [(str(RESULTS.columns[1].title), POSITIVE, NEGATIVE)]
    keep(technician, job)
    first, second = Result.objects.order_by("pk")
    assert (first.verdict, second.verdict) == (Verdict.POSITIVE, Verdict.NEGATIVE)
    assert (second.corrects, second.reason, second.source) == (first, reason, ResultSource.CSV)
    assert LatestResult.objects.get().verdict == Verdict.NEGATIVE
    # The same file once more changes nothing.
    assert send(technician, park, why, "r.csv").found_same == 1


def test_what_moved_between_preview_and_confirmation_is_told_and_kept_once(
    park: Park, technician: Actor, tubes: list[Employment]
) -> None:
    job = send(technician, park, sheet((CODES[0], NEGATIVE, said()), (CODES[1], NEGATIVE, said())))
    Tube.objects.filter(code=CODES[1]).update(held=True)
    job = keep(technician, job)
    assert (job.stored, job.refused) == (1, 1)
    assert ResultRefusal.objects.get().fault == ResultFault.HELD


def test_a_file_for_another_zone_is_not_taken(park: Park, technician: Actor, tubes: list[Employment]) -> None:
    stranger = Actor(
        kind="user", user_id=technician.user_id, person_id=None, name="",
        rights=(Right(frozenset({Permission.ENTER_RESULTS}), "/999/", "\u68c0\u6d4b\u7ec4"),),
    )  # fmt: skip
    for by in (stranger, Actor(kind="user", user_id=technician.user_id, person_id=None, name="")):
        with pytest.raises(NotFound):
            send(by, park, sheet((CODES[0], NEGATIVE, said())))


@pytest.mark.parametrize(
    "text", ["2026-05-20", "2026-13-01 10:00", "2026-05-20 25:00", "10:00", "x", "0000-01-01 00:00"]
)
def test_a_moment_has_day_and_time(text: str) -> None:
    with pytest.raises(Invalid):
        read_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-20 14:30",
        "2026/5/20 14:30:00",
        "2026\u5e745\u670820\u65e5 14\u65f630\u5206",
        "2026-05-20T14:30",
    ],
)
def test_moments_as_laboratories_write_them(text: str) -> None:
    assert read_moment(text).isoformat() == "2026-05-20T14:30:00+08:00"


@pytest.mark.parametrize(
    "text", ["0", "61", "N", "N 33;N 34", "-1", "31.2 33", "A 1;B 2;C 3;D 4;E 5;F 6;G 7;H 8;I 9"]
)
def test_a_ct_that_is_none(text: str) -> None:
    with pytest.raises(Invalid):
        read_ct(text)


def test_ct_values_read_back_as_they_are_written() -> None:
    for text in ("31.2", "ORF1ab 31.2\uff1bN 33", "N=33,E:12.5"):
        values = read_ct(text)
        assert read_ct(ct_words(values)) == values
    assert read_ct("N=33,E:12.5") == {"N": 33.0, "E": 12.5}
