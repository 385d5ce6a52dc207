"""The slots of a day are those of the measures in force; what was booked stays; all that asks agrees."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.health import api, slots
from pingzhan.domain.health.enums import Result
from pingzhan.domain.health.listing import MISSING, READINGS
from pingzhan.domain.health.models import Reading, TeamCount
from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations import program
from pingzhan.domain.obligations.actions.settling import settle
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Obligation, UnitDay
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.exports.listing import lines
from pingzhan.kernel.errors import Invalid
from tests.domain.obligations.conftest import rule, switch
from tests.domain.people.crowd import Firm, Park, hire
from tests.factories import small_zone

HERE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 25)
LINK = Actor(kind="link", user_id=None, person_id=None, name="")
DAWN, LAST = time(6), time(5, 59)
"""Single slots of a whole day, by the first and the last minute of the business day: true at any hour."""


def zone_clock(start: time = DAWN) -> obligations.Clock:
    return obligations.Clock(tz=HERE, day_start=start)


def local(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HERE)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    times=st.lists(st.integers(0, 1439), min_size=1, max_size=9, unique=True),
    start=st.integers(0, 1439),
    second=st.integers(0, 86_399),
)
def test_each_instant_of_a_business_day_belongs_to_one_slot(
    times: list[int], start: int, second: int
) -> None:
    zone = zone_clock(time(start // 60, start % 60))
    found = slots.slots_of([time(n // 60, n % 60) for n in times], DAY, zone)
    moment = zone.begins(DAY) + timedelta(seconds=second)
    first = found[0]
    owners = [one for one in found if one.t0 <= moment < one.t1 or (one is first and moment < one.t0)]
    assert owners == [slots.slot_at(found, moment)]
    assert {one.code for one in found} == set(times)
    assert [one.t1 for one in found] == [*(one.t0 for one in found[1:]), zone.begins(DAY + timedelta(days=1))]
    assert all(zone.day_of(one.t0) == DAY for one in found)
    order = [api.order_of(one.code, zone.day_start) for one in found]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("moment", "code", "late"),
    [
        (local(25, 6, 0), 450, False),
        (local(25, 7, 29), 450, False),
        (local(25, 13, 29), 450, False),
        (local(25, 13, 30), 810, False),
        (local(25, 19, 29), 810, False),
        (local(25, 19, 30), 1170, False),
        (local(26, 1, 29), 1170, False),
        (local(26, 1, 30), 1170, True),
        (local(26, 5, 59), 1170, True),
    ],
)
def test_three_checks_are_three_slots(moment: datetime, code: int, late: bool) -> None:
    found = slots.slots_of([time(7, 30), time(13, 30), time(19, 30)], DAY, zone_clock())
    one = slots.slot_at(found, moment)
    assert (one.code, one.is_late(moment)) == (code, late)


def test_without_a_measure_there_are_two_checks() -> None:
    assert [one.code for one in slots.slots_of([], DAY, zone_clock())] == [450, 810]


@pytest.mark.parametrize(
    ("code", "label"),
    [
        (450, "\u65e9\u95f4 07:30"),
        (719, "\u65e9\u95f4 11:59"),
        (720, "\u5348\u540e 12:00"),
        (810, "\u5348\u540e 13:30"),
        (1080, "\u665a\u95f4 18:00"),
        (120, "\u665a\u95f4 02:00"),
        (359, "\u665a\u95f4 05:59"),
        (360, "\u65e9\u95f4 06:00"),
    ],
)
def test_a_slot_is_called_by_the_time_of_day(code: int, label: str) -> None:
    assert api.label_of(code) == label


@pytest.mark.usefixtures("db")
def test_the_level_says_how_many_slots_a_day_has() -> None:
    park = small_zone()
    firm = park.firms[0].pk
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    for posture in ("routine", "emergency"):
        said = measures.ForceOrder(
            version=version, posture=posture, basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
        )
        measures.put_in_force(order=said, by=park.root)

    def codes() -> list[int]:
        table = api.Timetable([firm])
        return [one.code for one in table.of(firm, table.today)]

    assert codes() == [450, 810]
    switch(park, 2)
    assert codes() == [450, 810, 1170]
    switch(park, None)
    assert codes() == [450, 810]


@pytest.fixture
def asks(park: Park) -> Iterator[Callable[..., None]]:
    """Say at which times temperatures are asked for, of all enterprises or of one."""
    kept = list(program._sources)
    by_unit: dict[int, tuple[time, ...]] = {}
    common: list[tuple[time, ...]] = [()]

    def source(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        del at
        made = {
            times: Program(None, (rule("temperature", Cadence(CadenceKind.SLOTS, times=times)),))
            for times in {*by_unit.values(), *common}
        }
        return {unit: made[by_unit.get(unit, common[0])] for unit in unit_ids}

    program.register_source(source)
    yesterday = obligations.business_now()[1] - timedelta(days=1)
    for n, firm in enumerate(park.firms):
        UnitDay.objects.create(unit=firm.unit, day=yesterday, since=timezone.now() - timedelta(days=9))
        Enterprise.objects.get_or_create(
            unit=firm.unit, defaults={"credit_code": f"91371621MA3C00{n:02d}2A", "industry": "14"}
        )

    def say(*times: time, of: Firm | None = None) -> None:
        if of is None:
            common[0] = times
        else:
            by_unit[of.unit.pk] = times

    yield say
    program._sources[:] = kept


def tap(firm: Firm) -> int:
    return api.record_team(enterprise=firm.unit, team_id=firm.teams[0].pk, by=firm.contact)


def due(firm: Firm) -> dict[int, str]:
    """The slots of temperatures that are due, with their state; an overdue one that nobody swept is late."""
    return {one.slot: one.state for one in obligations.today(firm.unit.pk)}


def regenerated(firm: Firm) -> None:
    settle([firm.unit.pk], obligations.business_now()[1])


def test_a_switch_changes_the_slots_from_then_on(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(LAST)
    assert tap(mill) == len(crew)
    assert due(mill) == {359: "done"}
    asks(DAWN, LAST)
    regenerated(mill)
    asks(DAWN)
    assert api.slot_now(mill.unit.pk).code == 360
    assert tap(mill) == len(crew)
    assert tap(mill) == 0
    assert set(TeamCount.objects.values_list("slot", "done")) == {(359, 4), (360, 4)}
    assert set(Reading.objects.filter(employment_id=crew[0].pk).values_list("slot", flat=True)) == {359, 360}
    # What a switch adds is not demanded any more once its time is over.
    assert {359: "done"}.items() <= due(mill).items() <= {359: "done", 360: "done"}.items()


def test_what_is_booked_before_the_day_is_made_closes_it(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(LAST)
    tap(mill)
    assert not Obligation.objects.exists()
    assert due(mill) == {359: "done"}


def test_a_slot_that_a_switch_made_longer_is_closed_by_what_comes_in_it(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(DAWN, time(6, 1))
    assert set(due(mill)) == {360, 361}
    asks(DAWN)
    regenerated(mill)
    tap(mill)
    assert due(mill)[360] == "done"


def test_one_short_of_the_whole_crew_closes_nothing(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(DAWN)
    tap(mill)
    hire(mill, no="A9")
    other = due(mill)
    assert other.keys() == {360}
    assert other[360] in ("open", "late")
    [one] = obligations.today(mill.unit.pk)
    assert (one.expected, one.done) == (len(crew) + 1, len(crew))


def test_each_enterprise_has_its_own_slots(
    asks: Callable[..., None], park: Park, mill: Firm, crew: list[Employment]
) -> None:
    other = park.firms[1]
    hire(other, no="B1")
    asks(DAWN)
    asks(LAST, of=other)
    tap(mill)
    found, counts = api.lines_now([mill.unit.pk, other.unit.pk])
    assert (found[mill.unit.pk].code, found[other.unit.pk].code) == (360, 359)
    assert [(counts[one.unit.pk].expected, counts[one.unit.pk].done) for one in (mill, other)] == [
        (4, 4),
        (1, 0),
    ]
    out = list(lines(MISSING, MISSING.queryset(park.root, {}), whole=True))
    assert [row[2] for row in out] == ["B1"]


def test_a_batch_reads_the_slots_once_a_day(
    park: Park, mill: Firm, crew: list[Employment], gate: tuple[Device, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    hourly = Cadence(CadenceKind.SLOTS, times=tuple(time(hour) for hour in range(24)))

    def source(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        del at
        asked.append(len(unit_ids))
        return dict.fromkeys(unit_ids, Program(None, (rule("temperature", hourly),)))

    monkeypatch.setattr(program, "_sources", [source])
    now = clock.now()
    batch = [api.ReadingIn(uuid.uuid4(), crew[n % 4].pk, 36.5, now - timedelta(hours=n)) for n in range(40)]
    assert {one.status for one in api.record_readings(batch, gate[0], LINK)} == {"stored"}
    stored = list(Reading.objects.all())
    assert len(asked) == len({one.day for one in stored})
    for row in stored:
        local = timezone.localtime(row.measured_at)
        assert row.slot == local.hour * 60
        assert row.day == (local - timedelta(hours=6)).date()


def test_what_was_booked_before_a_switch_is_corrected_and_exported_by_its_slot(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(LAST)
    tap(mill)
    asks(DAWN)
    table = api.Timetable([mill.unit.pk])
    known = table.with_booked(mill.unit.pk, [table.today])[table.today]
    assert [one.code for one in known] == [360, 359]
    api.correct_reading(
        enterprise=mill.unit, employment_id=crew[0].pk, day=table.today, slot=359, value="36.9",
        reason="\u8bb0\u9519", by=mill.contact,
    )  # fmt: skip
    out = list(lines(READINGS, READINGS.queryset(mill.contact, {"slot": "359"}), whole=True))
    assert sorted(str(row[6]) for row in out) == ["36.9", *["\u6b63\u5e38"] * 3]
    assert {row[5] for row in out} == {"\u665a\u95f4 05:59"}
    assert [(slot, done) for _day, slot, done, _fevers in api.trend([mill.unit.pk], table.today)] == [
        (359, 4)
    ]


def test_a_slot_the_day_does_not_have_is_refused(
    asks: Callable[..., None], mill: Firm, crew: list[Employment]
) -> None:
    asks(DAWN)
    day = obligations.business_now()[1]
    said = api.Line(crew[0].pk, 0, day, 810, Result.MEASURED, 365)
    with pytest.raises(Invalid) as caught:
        api.record_sheet(enterprise=mill.unit, lines=[said], by=mill.contact)
    assert caught.value.place == "slot"
