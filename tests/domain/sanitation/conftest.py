"""A park whose enterprises clean key areas and air rooms in one round of the whole business day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.measures.api import Cadence, InForce, MeasureNow, ParameterNow, Slots
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations import program
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.obligations.calendar import Cadence as Due
from pingzhan.domain.obligations.calendar import CadenceKind
from pingzhan.domain.obligations.models import Obligation, UnitDay
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import AreaKind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.sanitation.queries import days
from pingzhan.domain.territory.models import Enterprise
from tests.domain.obligations.conftest import rule
from tests.domain.people.crowd import Firm, Park, build_park
from tests.factories import kept

DAWN = time(6)
"""The business day begins then: a slot that begins with it runs the whole day."""
Asked = Callable[..., None]


def measure(evidence: str, cadence: Cadence) -> MeasureNow:
    """A measure as it holds now."""
    return MeasureNow(
        key=f"t.{evidence}.{cadence}", version_id=1, measure_id=1, title=evidence, title_en="", item=4,
        clause="annex 2 (4)", party="employer", watching_group="verification", subject="site", cadence=cadence,
        evidence=evidence, severity="major", parameters={}, hazard="covid19", phase="routine", law="",
        restricts=False,
    )  # fmt: skip


def held(*measures: MeasureNow, minutes: int = 30) -> InForce:
    """What is in force on every unit."""
    parameter = ParameterNow("ventilation_minutes", "", minutes, "", "", False)
    return InForce((), "routine", None, "", measures, {parameter.key: parameter})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Return ``asked(*measures, minutes=30)``: from then on these hold everywhere."""

    def put(*measures: MeasureNow, minutes: int = 30) -> None:
        now = held(*measures, minutes=minutes)
        monkeypatch.setattr(days, "in_force", lambda unit, at=None: now)

    return put


@pytest.fixture(autouse=True)
def _all_day(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames or "park" in request.fixturenames:
        put = request.getfixturevalue("asked")
        put(measure("disinfection", Slots((DAWN,))), measure("ventilation", Slots((DAWN,))))


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def forge(park: Park) -> Firm:
    return park.firms[1]


def area(firm: Firm, name: str, **changes: Any) -> Area:
    """A key area of an enterprise that was there before today."""
    data = api.AreaData(
        name, changes.pop("kind", AreaKind.TOILET), is_key=changes.pop("is_key", True), **changes
    )
    made = api.add_area(enterprise=firm.unit, data=data, by=firm.contact)
    Area.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=30))
    made.refresh_from_db()
    return made


def round_data(*areas: Area, key: str = "key-0600", **changes: Any) -> api.RoundData:
    """A round of today, done now."""
    return api.RoundData(key, business_now()[1], tuple(one.pk for one in areas), **changes)


@pytest.fixture
def owed(park: Park) -> Iterator[None]:
    """The same demanded as obligations: one of each kind for the whole day, and one of seven days."""
    yesterday = obligations.business_now()[1] - timedelta(days=1)
    for n, firm in enumerate(park.firms):
        UnitDay.objects.create(unit=firm.unit, day=yesterday, since=timezone.now() - timedelta(days=9))
        Enterprise.objects.create(unit=firm.unit, credit_code=f"91110000600037{n:02d}1L", industry="32")
    slot = Due(CadenceKind.SLOTS, times=(DAWN,))
    rules = (
        rule("disinfection", slot),
        rule("ventilation", slot),
        rule("full", Due(CadenceKind.EVERY, n=7), evidence="disinfection"),
    )

    def source(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        return dict.fromkeys(unit_ids, Program(None, rules))

    before = list(program._sources)
    program.register_source(source)
    yield
    program._sources[:] = before


def states(firm: Firm) -> dict[str, str]:
    """The state of each measure's obligation of an enterprise; what is late by the hour of the test is open too."""
    rows = Obligation.objects.filter(unit=firm.unit).values_list("duty__key", "state")
    return {key: "open" if state == "late" else state for key, state in rows}
