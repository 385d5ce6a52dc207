"""Workers from a spreadsheet: outcomes, twelve kinds of bad rows, repetition, changes, leavers, two enterprises."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.importers.judging import prepare
from pingzhan.domain.people.importers.spec import COLUMNS
from pingzhan.domain.people.listing import ROSTER
from pingzhan.domain.people.models import Employment, Individual, Placement, SearchTokens
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.exports.listing import lines
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.spec import Context, Outcome, Row, Scope
from pingzhan.kernel.errors import NotFound, Refused
from tests.domain.people.crowd import DAY, Firm, Park, hire, id_number, person, texts_of
from tests.domain.people.sheets import KEYS, found, keep, row, send, workbook
from tests.factories.accounts import actor_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(park: Park, mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


@pytest.fixture
def zone_clerk(clerk: Actor, park: Park) -> Actor:
    return actor_with(Role.COMPANY, path=park.zone.path)


def test_rows_are_stored_whole(clerk: Actor, mill: Firm) -> None:
    full = row(
        1, room="\u4e00\u53f7\u697c 101", canteen="\u804c\u5de5\u98df\u5802", sitting=2,
        groups="\u98df\u5802\u3001\u4fdd\u6d01", kind="\u52b3\u52a1\u6d3e\u9063",
    )  # fmt: skip
    job = send(clerk, workbook([full, row(2)]), "P1")
    assert found(job) == (2, 0, 0, 0)
    assert not Individual.objects.exists()
    keep(clerk, job)
    one = Employment.objects.select_related("individual").get(employee_no="A1")
    assert texts_of(one.individual) == api.Opened(
        "\u8c37\u4e00\u9e23", id_number(1), "15400000001", "\u6c11\u5b89\u8857 7 \u53f7"
    )
    assert (one.kind, one.groups, one.joined, one.left) == ("dispatched", ["canteen", "cleaner"], DAY, None)
    place = Placement.objects.get(employment=one)
    assert (place.team, place.room, place.canteen, place.sitting) == (
        mill.teams[0], mill.room, mill.canteen, 2,
    )  # fmt: skip
    everyone = Employment.objects.all()
    assert list(api.roster(everyone, api.RosterFilter(words=id_number(1)[-4:]))) == [one]


def test_the_second_import_changes_nothing(clerk: Actor, mill: Firm) -> None:
    data = workbook([row(1), row(2, room="D1-101", left="2026-04-01", left_reason="\u8f9e\u804c")])
    keep(clerk, send(clerk, data, "P1"))
    before = list(Placement.objects.values_list())
    assert found(send(clerk, data, "P1")) == (0, 0, 2, 0)
    assert list(Placement.objects.values_list()) == before


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no name": ({"name": None}, "name", "不能为空"),
    "digits in the name": ({"name": "谷1"}, "name", "数字"),
    "short number": ({"number": "3716211880"}, "number", "18 位"),
    "old number": ({"number": "371621800101001"}, "number", "15 位"),
    "check digit": ({"number": id_number(1)[:17] + "A"}, "number", "最后一位"),
    "birth date": ({"number": "371621188013310017"}, "number", "出生日期"),
    "phone": ({"phone": "12345"}, "phone", "11 位"),
    "team": ({"team": "丙班"}, "team", "班组"),
    "room": ({"room": "九号楼 1"}, "room", "宿舍"),
    "canteen": ({"canteen": "二食堂"}, "canteen", "食堂"),
    "sitting": ({"sitting": 2}, "sitting", "食堂"),
    "group": ({"groups": "食堂、飞行员"}, "groups", "飞行员"),
    "kind": ({"kind": "临时"}, "kind", "只能填"),
    "no date": ({"joined": None}, "joined", "不能为空"),
    "far ahead": ({"joined": "2099-01-01"}, "joined", "六十天"),
    "left before joined": ({"left": "2026-03-01"}, "left", "早于"),
    "left ahead": ({"left": "2099-01-01"}, "left", "晚于"),
    "reason without date": ({"left_reason": "辞职"}, "left", "离职日期"),
    "enterprise": ({"enterprise": "试验2厂"}, "enterprise", "试验2厂"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_refused_with_its_cell(clerk: Actor, case: str) -> None:
    cells, column, words = BAD[case]
    job = send(clerk, workbook([row(1), row(2, **cells)]), "P1")
    assert found(job) == (1, 0, 0, 1)
    (bad,) = preview.bad_cells(job, 1)
    title = str(next(one.title for one in COLUMNS if one.key == column))
    assert (bad.title, words in bad.message) == (title, True), bad.message


def test_rows_that_contradict_each_other(clerk: Actor) -> None:
    rows = [
        row(1),
        row(2, employee_no="A1"),
        row(1, joined="2026-05-01", employee_no="A9"),
        row(3, left="2026-04-01"),
        row(3, joined="2026-04-01"),
    ]
    job = send(clerk, workbook(rows), "P1")
    assert found(job) == (3, 0, 0, 2)
    assert [bad.place for bad in preview.bad_cells(job, 1)] == ["G3", "C4"]
    keep(clerk, job)
    assert Employment.objects.filter(individual__id_digest__isnull=False).count() == 3
    assert Individual.objects.count() == 2


def test_what_changes_is_shown_and_written_with_history(clerk: Actor, mill: Firm) -> None:
    keep(clerk, send(clerk, workbook([row(1), row(2), row(3)]), "P1"))
    rows = [
        row(1, phone="15400009999", team="\u4e59\u73ed", job="\u7ec4\u957f"),
        row(2, left="2026-04-01", left_reason="\u8f9e\u804c"),
        row(3, joined="2026-02-02"),
    ]
    job = send(clerk, workbook(rows), "P1")
    assert found(job) == (0, 3, 0, 0)
    keep(clerk, job)
    first = Employment.objects.get(employee_no="A1")
    assert first.job == "\u7ec4\u957f"
    assert texts_of(first.individual).phone == "15400009999"
    assert [place.team for place in Placement.objects.filter(employment=first)] == mill.teams
    second = Employment.objects.get(employee_no="A2")
    assert (second.left, second.left_reason) == (date(2026, 4, 1), LeaveReason.RESIGNED)
    assert Placement.objects.filter(employment=second, t1=None).count() == 0
    third = Employment.objects.get(employee_no="A3")
    assert third.joined == date(2026, 2, 2)
    assert Placement.objects.get(employment=third).t0.date() == date(2026, 2, 1)  # midnight in Shanghai
    everyone = Employment.objects.all()
    assert list(api.roster(everyone, api.RosterFilter(words="9999"))) == [first]
    assert found(send(clerk, workbook(rows), "P1")) == (0, 0, 3, 0)


def test_a_column_that_is_not_there_says_nothing(clerk: Actor, mill: Firm) -> None:
    keep(clerk, send(clerk, workbook([row(1)]), "P1"))
    keys = [key for key in KEYS if key not in ("phone", "address", "team", "job", "employee_no")]
    assert found(send(clerk, workbook([row(1)], keys), "P1")) == (0, 0, 1, 0)
    empty = send(clerk, workbook([row(1, phone=None, team=None)]), "P1")
    assert found(empty) == (0, 1, 0, 0)
    keep(clerk, empty)
    job = Employment.objects.get()
    assert texts_of(job.individual).phone is None
    assert Placement.objects.get(t1=None).team is None


def test_another_name_for_a_known_number_is_refused(clerk: Actor, mill: Firm) -> None:
    hire(mill, person("\u989c\u5c11\u5e73", id_number(1)))
    job = send(clerk, workbook([row(1)]), "P1")
    assert found(job) == (0, 0, 0, 1)
    (bad,) = preview.bad_cells(job, 1)
    assert "\u989c" not in bad.message


def test_an_ended_employment_is_left_alone(clerk: Actor, mill: Firm) -> None:
    known = hire(mill, person(number=id_number(1)), no="A1")
    api.leave(employment=known, on=DAY + timedelta(days=9), reason=LeaveReason.RESIGNED, by=mill.contact)
    assert found(send(clerk, workbook([row(1)]), "P1")) == (0, 0, 0, 1)
    again = send(clerk, workbook([row(1, joined="2026-03-20")]), "P1")
    assert found(again) == (1, 0, 0, 0)
    keep(clerk, again)
    assert Individual.objects.count() == 1
    assert Employment.objects.count() == 2


def test_a_whole_zone_in_one_file(zone_clerk: Actor, park: Park) -> None:
    rows = [
        row(1, enterprise="P1"),
        row(1, enterprise="\u8bd5\u9a8c2\u5382"),
        row(2),
        row(3, enterprise="P9"),
    ]
    job = send(zone_clerk, workbook(rows), "PZ")
    assert found(job) == (2, 0, 0, 2)
    keep(zone_clerk, job)
    assert Individual.objects.count() == SearchTokens.objects.count() == 1
    assert Employment.objects.filter(left=None).count() == 2


def test_who_may_not_import(park: Park, clerk: Actor) -> None:
    data = workbook([row(1)])
    strangers = [
        actor_with(role, path=park.zone.path)
        for role in Role
        if role not in (Role.COMPANY, Role.SYSTEM_ADMIN)
    ]
    for by in strangers:
        with pytest.raises((NotFound, Refused)):
            send(by, data, "P1")
    with pytest.raises(NotFound):
        send(clerk, data, "P2")


def test_a_person_stored_meanwhile_is_judged_again(clerk: Actor, mill: Firm) -> None:
    job = send(clerk, workbook([row(1), row(2)]), "P1")
    hire(mill, person("\u989c\u5c11\u5e73", id_number(1)))
    keep(clerk, job)
    assert (job.stored_new, job.refused) == (1, 1)
    assert Individual.objects.count() == 2


@pytest.mark.parametrize("known", [0, 40])
def test_the_number_of_queries_does_not_grow_with_the_rows(mill: Firm, park: Park, known: int) -> None:
    for n in range(1, known + 1, 20):
        hire(mill, person(number=id_number(n)))
    scope = Scope("P1", mill.unit.path, "x")

    def count(rows: int) -> int:
        context = Context(scope=scope, by=mill.contact, job_id=1)
        batch = [Row(n, "x", dict.fromkeys(KEYS) | row(n) | {"joined": DAY}) for n in range(1, rows + 1)]
        with CaptureQueriesContext(connection) as seen:
            verdicts = prepare(batch, context)
        assert {one.outcome for one in verdicts} <= {Outcome.NEW, Outcome.CHANGED, Outcome.SAME}
        return len(seen)

    count(1)  # the first use of keys in a transaction takes a lock
    assert count(1) == count(40)


def test_what_goes_out_comes_in_unchanged(zone_clerk: Actor, park: Park) -> None:
    """Template, fill, import, export, import: the identity, leavers and second employments included."""
    rows = [
        row(
            1,
            enterprise="P1",
            room="D1-101",
            canteen="C1",
            sitting=2,
            groups="\u98df\u5802\u3001\u4fdd\u6d01",
        ),
        row(1, enterprise="P2", kind="\u5b9e\u4e60", employee_no=None, phone="15400000001"),
        row(2, enterprise="P1", left="2026-04-01", left_reason="\u8f9e\u804c"),
        row(2, enterprise="P1", joined="2026-05-01", employee_no="A3", address=None),
        row(4, enterprise="P2", doc_kind="\u62a4\u7167", number="E1234567", phone=None, team=None, job=None),
    ]
    job = send(zone_clerk, workbook(rows), "PZ")
    assert found(job) == (5, 0, 0, 0)
    keep(zone_clerk, job)
    jobs = ROSTER.queryset(park.root, {"status": "all"})
    out = [dict(zip(KEYS, line, strict=True)) for line in lines(ROSTER, jobs, whole=True)]
    assert len(out) == 5
    assert found(send(zone_clerk, workbook(out), "PZ")) == (0, 0, 5, 0)
    masked = [dict(zip(KEYS, line, strict=True)) for line in lines(ROSTER, jobs, whole=False)]
    assert id_number(1) not in str(masked)
    assert found(send(zone_clerk, workbook(masked), "PZ")) == (0, 0, 0, 5)


def test_the_export_has_what_the_page_shows(park: Park, mill: Firm, forge: Firm) -> None:
    hire(mill, no="1")
    hire(forge, no="2")

    def numbers(by: Actor, **params: str) -> list[str]:
        return [one.employee_no for one in ROSTER.queryset(by, params)]

    assert numbers(mill.contact) == ["1"]
    assert numbers(mill.contact, unit="P2") == []
    assert numbers(park.root, unit="P2") == ["2"]
    assert numbers(park.root, unit="nowhere") == []
    assert numbers(park.root, q="1") == ["1"]
    assert not ROSTER.may(actor_with(Role.OFFICIAL))
