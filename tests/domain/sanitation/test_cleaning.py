"""Rounds and tables: what counts, what is refused, and that an area counts once in a round."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import Agent, AreaKind, Entered, Kind
from pingzhan.domain.sanitation.models import Area, Entry, Record
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.sanitation.conftest import Asked, area, round_data, states


def test_a_round_closes_its_duty_only_when_every_key_area_is_done(mill: Firm, owed: None) -> None:
    first, second = area(mill, "A"), area(mill, "B")
    plain = area(mill, "C", is_key=False)
    obligations.today(mill.unit.pk)
    done = api.enter_round(enterprise=mill.unit, data=round_data(first), by=mill.contact)
    assert (done.stored, done.known) == (1, 0)
    assert states(mill)["disinfection"] == "open"
    api.enter_round(enterprise=mill.unit, data=round_data(second), by=mill.contact)
    assert states(mill)["disinfection"] == "done"
    assert states(mill)["full"] == "open"
    with pytest.raises(Invalid) as wrong:
        api.enter_round(enterprise=mill.unit, data=round_data(plain), by=mill.contact)
    assert wrong.value.place == "areas"
    api.enter_lines(
        enterprise=mill.unit,
        kind=Kind.DISINFECTION,
        lines=[api.Line(plain.pk, clock.now())],
        by=mill.contact,
    )
    assert states(mill)["full"] == "done"


def test_the_same_round_twice_counts_once(mill: Firm) -> None:
    first, second = area(mill, "A"), area(mill, "B")
    api.enter_round(enterprise=mill.unit, data=round_data(first), by=mill.contact)
    again = api.enter_round(enterprise=mill.unit, data=round_data(first, second), by=mill.contact)
    assert (again.stored, again.known) == (1, 1)
    assert Record.objects.count() == 2
    assert Entry.objects.count() == 2
    copy = Record.objects.get(area=first)
    copy.pk = None
    with pytest.raises(IntegrityError, match="clean_record_once"), transaction.atomic():
        copy.save(force_insert=True)
    nothing = api.enter_round(enterprise=mill.unit, data=round_data(first), by=mill.contact)
    assert (nothing.entry, nothing.stored, nothing.known) == (None, 0, 1)


def test_what_is_demanded_later_is_closed_by_what_is_registered(mill: Firm, owed: None) -> None:
    only = area(mill, "A")
    api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact)
    obligations.today(mill.unit.pk)
    assert states(mill)["disinfection"] == "done"


def test_an_area_is_done_with_its_usual_agent_unless_said_otherwise(mill: Firm) -> None:
    first, second = area(mill, "A"), area(mill, "B", agent=Agent.ALCOHOL)
    api.enter_round(enterprise=mill.unit, data=round_data(first, second), by=mill.contact)
    facts = set(Record.objects.values_list("area__name", "agent", "strength"))
    assert facts == {("A", "chlorine", Decimal(500)), ("B", "alcohol", Decimal(75))}
    third = area(mill, "C")
    data = round_data(third, agent="chlorine", strength=Decimal(1000))
    api.enter_round(enterprise=mill.unit, data=data, by=mill.contact)
    assert Record.objects.get(area=third).strength == 1000


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"agent": "chlorine", "strength": Decimal(50)}, "strength"),
        ({"agent": "chlorine", "strength": Decimal(50_000)}, "strength"),
        ({"agent": "chlorine"}, "strength"),
        ({"agent": "alcohol", "strength": Decimal(500)}, "strength"),
        ({"agent": "vodka"}, "agent"),
        ({"note": "x" * 200}, "note"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 721}, "minutes"),
    ],
)
def test_wrong_facts_are_refused(mill: Firm, changes: dict[str, Any], place: str) -> None:
    only = area(mill, "A")
    with pytest.raises(Invalid) as wrong:
        api.enter_round(enterprise=mill.unit, data=round_data(only, **changes), by=mill.contact)
    assert wrong.value.place == place
    assert not Record.objects.exists()


def test_wrong_times_and_rounds_are_refused(mill: Firm) -> None:
    only, now = area(mill, "A"), clock.now()
    for at in (now + timedelta(minutes=5), now - timedelta(days=2), now - timedelta(days=9)):
        with pytest.raises(Invalid) as wrong:
            api.enter_round(enterprise=mill.unit, data=round_data(only, at=at), by=mill.contact)
        assert wrong.value.place == "at"
    with pytest.raises(Invalid) as none:
        api.enter_round(enterprise=mill.unit, data=round_data(), by=mill.contact)
    assert none.value.place == "areas"
    with pytest.raises(NotFound):
        api.enter_round(enterprise=mill.unit, data=round_data(only, key="key-0715"), by=mill.contact)


def test_who_may_not_write(park: Park, mill: Firm, forge: Firm) -> None:
    only = area(mill, "A")
    for role, path in (
        (Role.GATE_GUARD, mill.unit.path),
        (Role.OFFICIAL, park.zone.path),
        (Role.DUTY_OFFICER, park.zone.path),
        (Role.AUDITOR, "/"),
        (Role.COMPANY, forge.unit.path),
    ):
        by = acting(role, path)
        with pytest.raises(Refused):
            api.enter_round(enterprise=mill.unit, data=round_data(only), by=by)
        with pytest.raises(Refused):
            api.air_as_planned(enterprise=mill.unit, by=by)
        with pytest.raises(Refused):
            api.clean_as_usual(enterprise=mill.unit, by=by)
        with pytest.raises(Refused):
            api.propose_areas(enterprise=mill.unit, by=by)
        with pytest.raises((NotFound, Refused)):
            api.retire_area(area_id=only.pk, by=by)
    with pytest.raises(NotFound):
        api.enter_round(enterprise=forge.unit, data=round_data(only), by=forge.contact)
    assert not Record.objects.exists()


def test_airing_as_planned_is_said_only_once_it_is_over(
    mill: Firm, owed: None, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Conflict) as none:
        api.air_as_planned(enterprise=mill.unit, by=mill.contact)
    assert none.value.code == "no_areas"
    area(mill, "A", kind=AreaKind.WORKSHOP)
    area(mill, "B", kind=AreaKind.LIFT, airs=False)
    obligations.today(mill.unit.pk)
    dawn = business_clock().begins(business_now()[1])
    monkeypatch.setattr(clock, "now", lambda: dawn + timedelta(minutes=20))
    with pytest.raises(Conflict) as early:
        api.air_as_planned(enterprise=mill.unit, by=mill.contact)
    assert early.value.code == "not_over"
    monkeypatch.setattr(clock, "now", lambda: dawn + timedelta(minutes=31))
    assert api.air_as_planned(enterprise=mill.unit, by=mill.contact) == 1
    made = Record.objects.get()
    assert (made.at, made.minutes, made.least, made.entry.how) == (dawn, 30, 30, Entered.PLANNED)
    assert states(mill)["ventilation"] == "done"
    assert api.air_as_planned(enterprise=mill.unit, by=mill.contact) == 0
    assert Record.objects.count() == 1
    asked()
    with pytest.raises(Conflict) as nothing:
        api.air_as_planned(enterprise=mill.unit, by=mill.contact)
    assert nothing.value.code == "no_round"


def test_cleaning_as_usual_does_the_rounds_that_are_running(
    mill: Firm, owed: None, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Conflict) as none:
        api.clean_as_usual(enterprise=mill.unit, by=mill.contact)
    assert none.value.code == "no_areas"
    area(mill, "A")
    area(mill, "B")
    obligations.today(mill.unit.pk)
    plan = api.day_plan(mill.unit, business_now()[1], clock.now())
    rounds = [one.round for one in plan.rounds if one.round.kind == Kind.DISINFECTION]
    moment = rounds[0].t0 + timedelta(minutes=1)
    running = [one for one in rounds if one.t0 <= moment < one.t1]
    monkeypatch.setattr(clock, "now", lambda: moment)
    made = api.clean_as_usual(enterprise=mill.unit, by=mill.contact)
    assert made == Record.objects.count() > 0
    assert set(Record.objects.values_list("area__name", flat=True)) == {"A", "B"}
    assert {row.at for row in Record.objects.all()} == {moment}
    plan = api.day_plan(mill.unit, business_clock().day_of(moment), moment)
    for one in plan.rounds:
        if one.round.key in {each.key for each in running}:
            assert one.missing == []
    assert api.clean_as_usual(enterprise=mill.unit, by=mill.contact) == 0
    asked()
    with pytest.raises(Conflict) as nothing:
        api.clean_as_usual(enterprise=mill.unit, by=mill.contact)
    assert nothing.value.code == "no_round"


def test_a_plan_shorter_than_the_measures_ask_is_not_as_planned(mill: Firm) -> None:
    area(mill, "A", air_minutes=15)
    with pytest.raises(Conflict) as short:
        api.air_as_planned(enterprise=mill.unit, by=mill.contact)
    assert short.value.code == "plan_short"


def test_an_airing_that_was_too_short_does_not_count(mill: Firm, owed: None) -> None:
    only = area(mill, "A")
    obligations.today(mill.unit.pk)
    data = round_data(only, key="air-0600", minutes=10)
    api.enter_round(enterprise=mill.unit, data=data, by=mill.contact)
    assert states(mill)["ventilation"] == "open"
    made = Record.objects.get()
    assert not made.is_enough
    plan = api.day_plan(mill.unit, business_now()[1], clock.now())
    state = plan.state_of("air-0600")
    assert state is not None
    assert (state.missing, list(state.short)) == ([only], [only.pk])
    api.correct_record(record_id=made.pk, at=made.at, minutes=45, reason="x", by=mill.contact)
    assert states(mill)["ventilation"] == "done"


def test_areas_are_proposed_once_from_the_sites(mill: Firm) -> None:
    made = api.propose_areas(enterprise=mill.unit, by=mill.contact)
    kinds = set(Area.objects.values_list("kind", flat=True))
    assert made == 5
    assert kinds == {"workshop", "canteen", "dormitory", "toilet", "office"}
    assert api.propose_areas(enterprise=mill.unit, by=mill.contact) == 0


def test_the_area_of_a_record_is_one_of_its_enterprise(mill: Firm, forge: Firm) -> None:
    only = area(mill, "A")
    api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact)
    Record.objects.update(enterprise=forge.unit)
    with pytest.raises(IntegrityError, match="same_enterprise"):
        connection.check_constraints()
