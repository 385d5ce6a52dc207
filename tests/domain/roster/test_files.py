"""Rosters, absences and holidays from spreadsheets, and out again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import DayClass
from pingzhan.domain.roster.models import Holiday, Shift, ShiftChange
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.exports.listing import lines, listing_for
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import import_of
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import NotFound
from tests.factories import SmallZone, actor_with
from tests.foundation.imports.files import send, store, xlsx

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"


def table(key: str, *rows: dict[str, Any]) -> bytes:
    columns = import_of(key).columns
    return xlsx(
        [[str(one.title) for one in columns], *[[row.get(one.key, "") for one in columns] for row in rows]]
    )


def sent(by: Actor, key: str, *rows: dict[str, Any]) -> ImportJob:
    return send(by, table(key, *rows), name="t.xlsx", key=key, scope="TZ")


def told(job: ImportJob) -> tuple[int, int, int, int]:
    return job.found_new, job.found_changed, job.found_same, job.found_refused


def day(n: int) -> str:
    return f"{timezone.localdate() + n * DAY:%Y-%m-%d}"


def test_a_roster_comes_in_is_in_force_and_goes_out_the_same(park: SmallZone, maker: Actor) -> None:
    rows: list[dict[str, Any]] = [
        {"day": day(3), "role": "带班领导", "name": "安若水"},
        {"day": day(3), "role": "值班员", "name": "梅映雪"},
        {"day": day(3), "role": "值班员", "name": "倪清和", "number": 2},
        {"day": day(4), "role": "值班员", "name": "欧阳 溪", "part": "夜班"},
    ]
    job = sent(maker, "roster.shifts", *rows)
    assert told(job) == (4, 0, 0, 0)
    store(maker, job)
    assert Shift.objects.filter(in_force=True).count() == 4
    assert Notice.objects.filter(kind="roster_changed").count() == 4
    night = Shift.objects.get(part="night")
    assert timezone.localtime(night.t0).strftime("%H:%M") == "17:30"
    listing = listing_for(maker, "roster.shifts")
    out = []
    # At the end of a month the two days are in two of them.
    for on in sorted({day(3)[:7], day(4)[:7]}):
        out += list(lines(listing, listing.queryset(maker, {"on": f"{on}-01"}), whole=False))
    assert [str(line[2]) for line in out] == ["安若水", "梅映雪", "倪清和", "欧阳溪"]
    columns = [str(column.title) for column in listing.columns]
    # A sheet knows no time zones; the columns of the period are not read back.
    plain = [
        [cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in line] for line in out
    ]
    again = send(maker, xlsx([columns, *plain]), name="t.xlsx", key="roster.shifts", scope="TZ")
    assert told(again) == (0, 0, 4, 0)


def test_another_name_changes_the_shift_and_both_are_told(park: SmallZone, maker: Actor) -> None:
    store(maker, sent(maker, "roster.shifts", {"day": day(3), "role": "值班员", "name": "梅映雪"}))
    job = sent(maker, "roster.shifts", {"day": day(3), "role": "值班员", "name": "倪清和"})
    assert told(job) == (0, 1, 0, 0)
    store(maker, job)
    (shift,) = Shift.objects.filter(in_force=True)
    assert shift.person == park.people["倪清和"]
    assert [one.after for one in ShiftChange.objects.order_by("pk")] == [
        park.people["梅映雪"], park.people["倪清和"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"name": "查无此人"}, "没有在职的"),
        ({"name": "梅映雪", "title": "局长"}, "没有职务是"),
        ({"name": "安若水"}, "有 2 名"),
        ({"name": "任知秋"}, "已登记离岗"),
        ({"name": "梅映雪", "day": "2026-01-05"}, "已经过去"),
        ({"name": "梅映雪", "role": "带班领导", "number": 2}, "只有一名带班领导"),
        ({"name": "祁连山"}, "已有值班"),
        ({"name": "梅映雪", "part": "白班", "day": 6}, "起止时间不同"),
    ],
)
def test_rows_that_are_refused_with_their_reason(
    park: SmallZone, maker: Actor, row: dict[str, Any], words: str
) -> None:
    organisation.add_person(home_unit=park.zone, name="安若水", title="科员", by=park.root)
    organisation.register_absence(
        person=park.people["任知秋"],
        kind=AbsenceKind.ILL,
        t0=timezone.now(),
        t1=timezone.now() + 20 * DAY,
        by=park.root,
    )
    for seat, n, name in ((2, 5, "祁连山"), (1, 6, "潘怀远")):
        start = clock.midnight(timezone.localdate() + n * DAY) + timedelta(hours=8, minutes=30)
        api.add_shift(
            zone=park.zone,
            seat=seat,
            t0=start,
            t1=start + DAY,
            person=park.people[name],
            reason="试验",
            by=maker,
        )
    given = {"day": day(5), "role": "值班员", **row}
    if isinstance(given["day"], int):
        given["day"] = day(given["day"])
    job = sent(maker, "roster.shifts", given)
    assert told(job) == (0, 0, 0, 1)
    assert words in _shown(job)


def _shown(job: ImportJob) -> str:
    return "".join(one.message for one in preview.bad_cells(job, 1))


def test_the_title_tells_two_of_one_name_apart(park: SmallZone, maker: Actor) -> None:
    second = organisation.add_person(home_unit=park.zone, name="安若水", title="科员", by=park.root)
    job = sent(maker, "roster.shifts", {"day": day(3), "role": "值班员", "name": "安若水", "title": "科员"})
    store(maker, job)
    assert Shift.objects.get().person == second


def test_the_same_person_twice_in_one_file(park: SmallZone, maker: Actor) -> None:
    job = sent(
        maker,
        "roster.shifts",
        {"day": day(3), "role": "带班领导", "name": "安若水"},
        {"day": day(3), "role": "值班员", "name": "安若水"},
    )
    assert told(job) == (1, 0, 0, 1)


def test_absences_are_checked_as_on_the_page(park: SmallZone, maker: Actor) -> None:
    """A and B of the leading group: in one file, and against what is registered already."""
    row = {"kind": "休假", "first": day(10), "last": day(12)}
    job = sent(
        maker,
        "roster.absences",
        {"name": "安若水", **row},
        {"name": "白景行", **row},
        {"name": "程与之", **row},
    )
    assert told(job) == (2, 0, 0, 1)
    assert "不能同时离岗" in _shown(job)
    store(maker, job)
    assert Absence.objects.count() == 2
    again = sent(
        maker,
        "roster.absences",
        {"name": "白景行", **row},
        {"name": "程与之", **row},
        {"name": "白景行", "kind": "病假", "first": day(11), "last": day(11)},
        {"name": "倪清和", "kind": "出差", "first": day(12), "last": day(11)},
    )
    assert told(again) == (1, 0, 1, 2)
    store(maker, again)
    (ill,) = Absence.objects.filter(kind="ill")
    assert (ill.t0, ill.t1) == tuple(clock.midnight(timezone.localdate() + n * DAY) for n in (11, 12))


def test_holidays_come_in_and_overrule_the_notice(park: SmallZone) -> None:
    admin = actor_with(Role.SYSTEM_ADMIN, path="/")
    job = sent(
        admin,
        "roster.holidays",
        {"day": "2027-01-01", "kind": "放假", "name": "元旦", "source": "试发〔2026〕1号"},
        {"day": "2026-10-07", "kind": "按平常计", "name": "国庆节", "source": "试发〔2026〕2号"},
    )
    assert told(job) == (2, 0, 0, 0)
    store(admin, job)
    own = api.own_days()
    assert api.day_class(date(2027, 1, 1), own) == DayClass.HOLIDAY
    assert api.day_class(date(2026, 10, 7), own) == DayClass.WORKDAY
    assert api.unknown_years(date(2026, 1, 1), date(2029, 1, 1), own) == [2028]
    row = Holiday.objects.get(day=date(2027, 1, 1))
    api.remove_holiday(holiday_id=row.pk, by=admin)
    assert api.unknown_years(date(2026, 1, 1), date(2028, 1, 1), api.own_days()) == [2027]


@pytest.mark.parametrize(
    ("key", "permission"),
    [
        ("roster.shifts", Permission.MANAGE_ROSTER),
        ("roster.absences", Permission.REGISTER_ABSENCE),
        ("roster.holidays", Permission.MANAGE_SETTINGS),
    ],
)
def test_roles_that_may_not_import(park: SmallZone, key: str, permission: Permission) -> None:
    for role in set(Role) - set(roles_with(permission)):
        with pytest.raises(NotFound):
            upload(
                key=key, scope_code="TZ", name="t.xlsx", chunks=[table(key)],
                by=actor_with(role, path=park.zone.path),
            )  # fmt: skip
