"""The posture of a unit selects its measures and parameters, in the same few queries for any number of units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.command import api as command
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.models import Force
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Invalid
from tests.domain.measures.conftest import COVID, put
from tests.factories import SmallZone


def switch(park: SmallZone, unit: Unit, level: int, hazard: str = "") -> None:
    order = command.SwitchOrder(
        key=f"{unit.pk}-{level}-{hazard}", unit=unit, level=level, reason="测试", basis="测试", hazard=hazard
    )
    command.order_switch(order=order, by=park.root)


def value(unit: Unit, key: str) -> object:
    return measures.parameter(unit, key).value


def test_nothing_is_in_force_before_a_set_is_put_in_force(park: SmallZone) -> None:
    now = measures.in_force(park.firms[0])
    assert (now.posture, now.level, now.hazard, now.measures, now.set_versions) == (
        "routine",
        None,
        "",
        (),
        (),
    )
    assert measures.parameter(park.firms[0], "fever_line", 37.5).value == 37.5


def test_routine_measures_come_from_the_set_with_their_parameters(guarded: SmallZone) -> None:
    now = measures.in_force(guarded.firms[0])
    by_key = {one.key: one for one in now.measures}
    temperature = by_key["health.temperature"]
    assert isinstance(temperature.cadence, measures.Slots)
    assert [f"{one:%H:%M}" for one in temperature.cadence.times] == ["07:30", "13:30"]
    assert temperature.parameters["fever_line"].value == 37.3
    assert temperature.parameters["fever_line"].verified is True
    assert temperature.version_id == now.set_versions[0].version_id
    assert "report.daily" not in by_key
    assert [one.item for one in now.measures] == sorted(one.item for one in now.measures)


def test_a_level_changes_cadence_visitors_tests_and_canteen_and_back(guarded: SmallZone) -> None:
    firm = guarded.firms[0]
    before = measures.in_force(firm)
    switch(guarded, guarded.zone, 2)
    now = measures.in_force(firm)
    assert (now.posture, now.level, now.hazard) == ("emergency", 2, "covid19")
    by_key = {one.key: one for one in now.measures}
    cadence = by_key["health.temperature"].cadence
    assert isinstance(cadence, measures.Slots)
    assert len(cadence.times) == 3
    assert by_key["test.everyone"].cadence == measures.PerWeek(4)
    assert value(firm, "visitor_mode") == "none"
    assert value(firm, "visitor_star") == "refuse"
    assert value(firm, "canteen_occupancy") == 30
    assert "report.daily" in by_key
    assert "production.stop" not in by_key
    command.stand_down(order=command.StandDown(key="e", unit=guarded.zone, reason="测试"), by=guarded.root)
    assert measures.in_force(firm) == before


def test_an_emergency_of_one_enterprise_leaves_its_neighbour_in_routine(guarded: SmallZone) -> None:
    switch(guarded, guarded.firms[0], 1)
    found = measures.in_force_many([one.pk for one in guarded.firms])
    assert [found[one.pk].level for one in guarded.firms] == [1, None]


def test_another_hazard_keeps_the_routine_of_the_first(guarded: SmallZone) -> None:
    switch(guarded, guarded.firms[0], 1, hazard="norovirus")
    now = measures.in_force(guarded.firms[0])
    assert (now.hazard, now.level) == ("norovirus", 1)
    assert [(one.hazard, one.phase) for one in now.set_versions] == [("covid19", "routine")]
    assert value(guarded.firms[0], "visitor_mode") == "register"
    assert value(guarded.firms[0], "visitor_star") == "ask"


def test_an_unknown_hazard_is_refused_with_the_known_ones(guarded: SmallZone) -> None:
    with pytest.raises(Invalid) as caught:
        switch(guarded, guarded.firms[0], 1, hazard="plague-of-frogs")
    assert "covid19" in caught.value.hint


def test_any_number_of_units_takes_three_queries(guarded: SmallZone) -> None:
    switch(guarded, guarded.firms[0], 3)
    measures.in_force(guarded.zone)
    for units in ([guarded.zone], [guarded.zone, guarded.area, *guarded.firms]):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            found = measures.in_force_many([one.pk for one in units], at=None)
        assert len(found) == len(units)
        assert len(taken) <= 4, [one["sql"] for one in taken]


def test_a_moment_in_the_past_shows_what_held_then(guarded: SmallZone) -> None:
    start = Force.objects.order_by("starts_at").values_list("starts_at", flat=True)[0]
    assert measures.in_force(guarded.zone, start - timedelta(hours=1)).measures == ()
    assert measures.in_force(guarded.zone, start + timedelta(microseconds=1)).measures != ()


def test_what_only_the_county_decides_does_not_hold_without_its_decision(park: SmallZone) -> None:
    put(park.zone, COVID, "routine", park.root)
    keys = {one.key for one in measures.in_force(park.zone).measures}
    assert "health.temperature" in keys
    assert "health.stop-work" in keys
    assert "test.everyone" not in keys
    assert "incident.isolate" not in keys
