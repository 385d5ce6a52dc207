"""Files that are TOML and yet no set: refused in words, never an error of the machine or of a later day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.content import ParameterSpec
from pingzhan.domain.measures.hazards import Hazard, ManagedAsA
from pingzhan.domain.measures.sheet import check_content
from pingzhan.kernel.errors import Invalid
from tests.domain.measures.conftest import COVID
from tests.factories import SmallZone

TEXT = measures.write_sheet(measures.shipped(COVID))


@pytest.mark.parametrize(
    "text",
    [
        "parameter = 5\n" + TEXT[: TEXT.index("[[parameter]]")],
        "measure = 3\n" + TEXT[: TEXT.index("[[parameter]]")],
        TEXT.replace("item = 1", "item = [1]", 1),
        TEXT.replace("item = 1\n", "item = 1.0\n", 1),
        TEXT.replace('evidence = "plan_review"', 'parameters = [["x"]]\nevidence = "plan_review"', 1),
        TEXT.replace("every = 180", 'slots = ["08:00", "13:00+08:00"]', 1),
        TEXT.replace("every = 180", 'slots = ["08:00Z"]', 1),
        TEXT.replace("every = 180", 'slots = ["08:00:10", "08:00:20"]', 1),
        TEXT.replace('title = "', 'title = "\\u0000', 1),
        TEXT.replace("value = 37.3", "value = nan", 1),
        TEXT.replace("value = 37.3", "value = inf", 1),
        "a = " + "[" * 100_000,
        "a = " + "{b = " * 100_000,
        TEXT.replace('key = "plan.responsibility"', f'key = "{"plan" * 1000}"', 1),
    ],
)
def test_what_is_no_set_is_refused_in_words(text: str) -> None:
    assert text != TEXT
    with pytest.raises(measures.SheetFault):
        measures.read_sheet(text, "mine.toml")


def rounds(*rows: dict[str, Any]) -> measures.SetContent:
    """The shipped set with other rows of the parameter that the rounds of a week refer to."""
    shipped = measures.shipped(COVID)
    old = next(one for one in shipped.parameters if one.key == "test_rounds_per_week")
    made: list[ParameterSpec] = [replace(old, at={}, **row) for row in rows]
    kept = tuple(one for one in shipped.parameters if one.key != old.key)
    return replace(shipped, parameters=(*kept, *made))


DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    "rows",
    [
        [{"value": 1, "valid_until": DAY}],
        [{"value": 1, "valid_from": DAY}],
        [{"value": 1, "valid_until": DAY}, {"value": 2, "valid_from": DAY + timedelta(days=1)}],
        [{"value": 99, "valid_until": DAY}, {"value": 2, "valid_from": DAY}],
    ],
)
def test_a_cadence_has_a_sound_value_on_every_day(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(measures.SheetFault):
        check_content(rounds(*rows))


def test_values_that_follow_each_other_without_a_gap_are_taken() -> None:
    check_content(rounds({"value": 1, "valid_until": DAY}, {"value": 2, "valid_from": DAY}))


def test_every_shipped_measure_has_a_cadence_on_any_day() -> None:
    for key in measures.shipped_keys():
        check_content(measures.shipped(key))


@pytest.mark.parametrize("name", ["starts_at", "ends_at"])
def test_the_year_9999_is_refused(park: SmallZone, name: str) -> None:
    version = measures.load_shipped(zone=park.zone, key=COVID, by=park.root)
    far: dict[str, Any] = {name: datetime(9999, 12, 30, tzinfo=timezone.get_default_timezone())}
    order = measures.ForceOrder(
        version=version, posture="emergency", basis="b", document="d", reason="r", **far
    )
    with pytest.raises(Invalid) as caught:
        measures.put_in_force(order=order, by=park.root)
    assert caught.value.place == name


def test_the_class_of_a_disease_is_that_of_the_local_day(
    park: SmallZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From midnight on here, not from midnight in Greenwich, eight hours later."""
    version = measures.load_shipped(zone=park.zone, key=COVID, by=park.root)
    begins = datetime(2027, 3, 1, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    known = Hazard("covid19", "n", "n", "B", "s", as_a=(ManagedAsA(date(2027, 3, 1), None, "doc 9"),))
    monkeypatch.setattr("pingzhan.domain.measures.actions.forcing.hazards", lambda: {"covid19": known})
    force = measures.put_in_force(
        order=measures.ForceOrder(
            version=version, posture="emergency", basis="b", document="d", reason="r", starts_at=begins
        ),
        by=park.root,
    )
    assert set(force.restrictions.values_list("class_decision", flat=True)) == {"doc 9"}
