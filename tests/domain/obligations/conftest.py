"""A small zone with measures of its own: what is in force comes from a table that a test can change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.command.api import posture_of
from pingzhan.domain.obligations import api, coverage, program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import UnitDay
from pingzhan.domain.obligations.program import Program, Rule
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Enterprise
from tests.factories import SmallZone, kept, small_zone

K = CadenceKind


def rule(key: str, cadence: Cadence, **changes: object) -> Rule:
    """A measure of the enterprise."""
    plain = Rule(
        key=key, version=1, set_version=1, set_name="set", title=key, item=3, clause="annex 2", party="employer",
        group="verification", subject="enterprise", evidence=key, severity=1, cadence=cadence,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


ROUTINE = Program(
    None,
    (
        rule("temperature", Cadence(K.SLOTS, times=(time(6), time(17)))),
        rule("canteen_hygiene", Cadence(K.SLOTS, times=(time(6),)), needs=("canteen",)),
        rule("training", Cadence(K.EVERY, n=7)),
        rule("test_round", Cadence(K.WEEK, n=1)),
        rule("goods", Cadence(K.EVENT, hours=24)),
        rule("plan_review", Cadence(K.ONCE, hours=72)),
        rule("inspection", Cadence(K.EVERY, n=1), on="zone", party="zone", subject="zone"),
    ),
)
EMERGENCY = Program(
    2,
    (
        rule("temperature", Cadence(K.SLOTS, times=(time(6), time(12), time(17))), version=2),
        rule("zero_report", Cadence(K.SLOTS, times=(time(16),)), version=2),
        rule("test_round", Cadence(K.WEEK, n=2), version=2),
        rule("disinfection", Cadence(K.SHIFT, before=60, after=60), version=2),
        rule("goods", Cadence(K.EVENT, hours=12), version=2),
        rule("plan_review", Cadence(K.ONCE, hours=72), version=2),
        rule("inspection", Cadence(K.EVERY, n=1), on="zone", party="zone", subject="zone", version=2),
    ),
)


@dataclass
class Table:
    """What is in force by level; None is routine."""

    by_level: dict[int | None, Program] = field(default_factory=lambda: {None: ROUTINE, 2: EMERGENCY})
    in_force: Callable[[], Program] | None = None
    """What is in force everywhere, when a test does not want to order it."""

    def __call__(self, unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        del at
        if self.in_force is not None:
            return dict.fromkeys(unit_ids, self.in_force())
        return {unit: self.by_level[one.level] for unit, one in posture_of(unit_ids).items()}


@pytest.fixture
def table() -> Iterator[Table]:
    """Measures that a test can change; coverage registered by a test goes with it."""
    before, counted = list(program._sources), dict(coverage._coverage)
    found = Table()
    program.register_source(found)
    coverage._coverage.clear()
    yield found
    program._sources[:] = before
    coverage._coverage.clear()
    coverage._coverage.update(counted)


@pytest.fixture
def park(db: None, table: Table) -> SmallZone:
    """A zone whose enterprises are in production."""
    park = kept(small_zone)
    yesterday = api.business_now()[1] - timedelta(days=1)
    before = timezone.now() - timedelta(days=99)
    UnitDay.objects.bulk_create(
        UnitDay(unit=one, day=yesterday, since=before) for one in (park.zone, *park.firms)
    )
    for n, firm in enumerate(park.firms):
        Enterprise.objects.get_or_create(
            unit=firm, defaults={"credit_code": f"91110000600037{n:02d}1L", "industry": "32"}
        )
    return park


@pytest.fixture
def quay(transactional_db: None, table: Table) -> SmallZone:
    """The small zone, committed, so that other processes see it."""
    park = small_zone()
    for n, firm in enumerate(park.firms):
        Enterprise.objects.create(unit=firm, credit_code=f"91110000600037{n:02d}1L", industry="32")
        Person.objects.create(name=f"c{n}", sort_key="c", home_unit=firm, kind="company")
    before = timezone.now() - timedelta(days=9)
    UnitDay.objects.bulk_create(
        UnitDay(unit=one, day=before.date(), since=before) for one in (park.zone, *park.firms)
    )
    command.reconcile_zone(zone=park.zone, cause="x", by=park.root)
    return park


def switch(park: SmallZone, level: int | None) -> None:
    """Order the level for the whole zone, or stand it down; what follows is left to the loop or the first look."""
    if level is None:
        command.stand_down(
            order=command.StandDown(key=uuid4().hex, unit=park.zone, reason="over"), by=park.root
        )
        return
    order = command.SwitchOrder(key=uuid4().hex, unit=park.zone, level=level, reason="cases", basis="doc 1")
    command.order_switch(order=order, by=park.root)
