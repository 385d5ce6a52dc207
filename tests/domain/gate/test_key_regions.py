"""Where somebody at the gate comes from is compared with the list of key regions, by the rules in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from pingzhan.domain.gate import api, protection
from pingzhan.domain.gate.enums import StarRule, VehiclePurpose
from pingzhan.domain.gate.models import Passage, VehicleEntry, Visit
from pingzhan.domain.measures import api as measures
from pingzhan.domain.returnees import api as returnees
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Invalid
from tests.domain.gate.conftest import Ruled
from tests.domain.gate.stock import visitor
from tests.domain.people.crowd import Firm, Park

# Invented: 云岭市 with its 西川区, in a province that exists.
CITY, COUNTY = (
    "\u5c71\u4e1c\u7701\u4e91\u5cad\u5e02",
    "\u5c71\u4e1c\u7701\u4e91\u5cad\u5e02\u897f\u5ddd\u533a",
)
WEST, ELSEWHERE = "\u897f\u5ddd", "\u6cb3\u5317\u7701\u4e1c\u6e2f\u5e02"
Listing = Callable[..., None]


@pytest.fixture
def today(db: None) -> date:
    return timezone.localdate()


@pytest.fixture
def listed(park: Park, today: date) -> Listing:
    """Return ``listed(level, begin, end)``: puts the county on the list, with the notice's set in force."""
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    measures.put_in_force(
        order=measures.ForceOrder(
            version=version,
            posture="routine",
            basis="\u901a\u77e5",
            document="1\u53f7",
            reason="\u8bd5\u9a8c",
        ),
        by=park.root,
    )

    def put(level: str = "high", begin: int = 3, end: int | None = None) -> None:
        returnees.add_region(
            zone=park.zone,
            spec=returnees.RegionSpec(
                code="370102",
                name=COUNTY,
                level=level,
                begin=today - timedelta(days=begin),
                end=None if end is None else today - timedelta(days=end),
            ),
            by=park.root,
        )

    return put


def truck(origin: str, *, told: bool = False) -> api.Truck:
    return api.Truck(
        plate="\u9c81M12345",
        driver="\u5188\u8fdc",
        origin=origin,
        purpose=VehiclePurpose.DELIVER,
        region_told=told,
    )


PLACES = [
    (COUNTY, True),
    (f"5\u67081\u65e5{COUNTY}", True),
    ("370102", True),
    (CITY, True),
    ("\u5c71\u4e1c", True),
    (WEST, True),
    (f"{ELSEWHERE}\uff1b5\u67083\u65e5\u81f35\u65e5{COUNTY}", True),
    (f"{CITY}\u3001\u897f\u5ddd\u533a", True),
    (f"\u6628\u5929\u7ecf{COUNTY}\u6765", True),
    (ELSEWHERE, False),
    (f"{ELSEWHERE}\u3001\u5e73\u5dde\u53bf", False),
    ("\u5c71\u4e1c\u7701\u5e73\u5dde\u5e02", False),
    ("\u672c\u53bf", False),
    ("", False),
]


@pytest.mark.parametrize(("origin", "asked"), PLACES)
def test_a_driver_from_a_listed_place_is_flagged(
    mill: Firm, guard: Actor, listed: Listing, origin: str, asked: bool
) -> None:
    listed()
    if asked:
        with pytest.raises(Invalid) as flagged:
            api.admit_vehicle(enterprise=mill.unit, truck=truck(origin), by=guard)
        assert (flagged.value.place, flagged.value.code) == ("region_told", "key_region")
        assert COUNTY in flagged.value.message
        assert "notice2022" in flagged.value.hint
        assert not VehicleEntry.objects.exists()
        assert not Passage.objects.exists()
    entry = api.admit_vehicle(enterprise=mill.unit, truck=truck(origin, told=asked), by=guard).entry
    assert entry is not None
    assert (entry.region_level, entry.region_rule) == (("high", "notice2022") if asked else ("", ""))
    assert bool(api.entries([entry])[0].region) is asked


@pytest.mark.parametrize(
    ("level", "begin", "end", "asked"),
    [("sealed", 0, None, True), ("low", 3, None, False), ("high", 40, 20, False), ("high", 40, 5, True)],
)
def test_the_list_counts_by_level_and_date(
    mill: Firm, listed: Listing, today: date, level: str, begin: int, end: int | None, asked: bool
) -> None:
    listed(level, begin, end)
    found = measures.judge_origin(mill.unit, COUNTY, today)
    assert (found is not None) is asked
    if found is not None:
        assert (found.level, found.version, found.coarse) == (level, "notice2022", False)


def test_a_place_that_names_only_the_city_says_so(mill: Firm, listed: Listing, today: date) -> None:
    listed()
    found = measures.judge_origin(mill.unit, CITY, today)
    assert found is not None
    assert found.coarse


def test_without_rules_that_ask_nothing_is_flagged(mill: Firm, park: Park, guard: Actor, today: date) -> None:
    spec = returnees.RegionSpec(code="370102", name=COUNTY, level="high", begin=today)
    returnees.add_region(zone=park.zone, spec=spec, by=park.root)
    assert api.admit_vehicle(enterprise=mill.unit, truck=truck(COUNTY), by=guard).entry is not None


def test_another_zone_s_list_does_not_count(forge: Firm, mill: Firm, listed: Listing, today: date) -> None:
    assert measures.judge_origin(mill.unit, COUNTY, today) is None
    listed()
    assert measures.judge_origin(forge.unit, COUNTY, today) is not None


def test_a_visitor_whose_places_are_listed_comes_in_only_when_the_enterprise_knows(
    mill: Firm, guard: Actor, listed: Listing, ruled: Ruled, today: date
) -> None:
    listed()
    ruled(health_checks=True, star=StarRule.ASK)
    who = visitor(temperature=Decimal("36.5"), health_code="green", travel_code="star", whereabouts=COUNTY)
    with pytest.raises(Invalid) as flagged:
        api.admit_visitor(enterprise=mill.unit, arrival=who, by=guard)
    assert flagged.value.place == "region_told"
    assert not Visit.objects.exists()
    visit = api.admit_visitor(enterprise=mill.unit, arrival=replace(who, region_told=True), by=guard).visit
    assert visit is not None
    assert (visit.region_level, visit.region_rule) == ("high", "notice2022")
    plain = replace(who, whereabouts=ELSEWHERE)
    other = api.admit_visitor(enterprise=mill.unit, arrival=plain, by=guard).visit
    assert other is not None
    assert other.region_level == ""
    protection._scrub(Visit, protection._EMPTY_VISIT)([visit.subject_id])
    visit.refresh_from_db()
    assert (visit.region_level, visit.region_rule) == ("", "")
