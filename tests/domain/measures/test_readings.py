"""Any history of sets, orders and decisions is read as a reader with pencil and paper would read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import Posture
from pingzhan.domain.command.models import Activation
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.content import at_phase
from pingzhan.domain.measures.models import Force, Measure, Parameter, Restriction, SetVersion, Slot
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict
from tests.domain.measures.conftest import COUNTY
from tests.factories import SmallZone, actor_with

KEYS = ("covid19-2022-05", "norovirus", "influenza")
SLOTS = [(key, posture) for key in KEYS for posture in Posture.values]
LEVELS = {None: "routine", 4: "IV", 3: "III", 2: "II", 1: "I"}
HOURS = st.integers(-5, 5)
SPAN = st.tuples(HOURS, HOURS | st.none()).filter(lambda span: span[1] is None or span[0] < span[1])
CALM = [HealthCheck.function_scoped_fixture]


class _UndoError(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Take back everything done inside."""
    try:
        with transaction.atomic():
            yield
            raise _UndoError
    except _UndoError:
        pass


@dataclass(frozen=True)
class Stage:
    """The zone with two versions of each set, and the moment from which hours are counted."""

    park: SmallZone
    versions: dict[str, tuple[SetVersion, SetVersion]]
    order: Activation
    start: datetime

    def hour(self, n: int) -> datetime:
        """Return the moment that many hours after the start."""
        return self.start + timedelta(hours=n)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Return zone, area and enterprises."""
        return (self.park.zone, self.park.area, *self.park.firms)


@pytest.fixture
def stage(park: SmallZone) -> Stage:
    drafter, publisher = actor_with(Role.ORGANISER, name="编制甲"), actor_with(Role.LEADER, name="领导甲")
    versions = {}
    for key in KEYS:
        first = measures.load_shipped(zone=park.zone, key=key, by=park.root)
        draft = measures.start_draft(version=first, by=drafter)
        lightest = draft.measures.order_by("sort").first()
        assert lightest is not None
        measures.remove_measure(version=draft, key=lightest.key, by=drafter)
        versions[key] = (first, measures.publish(version=draft, by=publisher))
    order = command.SwitchOrder(key="x", unit=park.zone, level=2, reason="测试", basis="测试")
    command.order_switch(order=order, by=park.root)
    command.stand_down(order=command.StandDown(key="y", unit=park.zone, reason="测试"), by=park.root)
    made = Activation.objects.get()
    return Stage(park, versions, made, timezone.now().replace(minute=0, second=0, microsecond=0))


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Any]:
    """Times in force by slot, one after the other, orders of any level, and decided restrictions."""
    forces = []
    for slot in draw(st.lists(st.sampled_from(SLOTS), unique=True, min_size=4, max_size=6)):
        cuts = sorted(draw(st.lists(HOURS, unique=True, min_size=2, max_size=6)))
        spans: list[tuple[int, int | None]] = list(zip(cuts[::2], cuts[1::2], strict=False))
        if draw(st.booleans()):
            spans.append((cuts[-1], None))
        forces += [(slot, span, draw(st.integers(0, 1)), draw(st.booleans())) for span in spans]
    order = st.tuples(
        st.sampled_from((0, 0, 1, 2, 3)),
        st.integers(1, 4),
        st.sampled_from(("norovirus", "influenza", "", "covid19", "rabies")),
        SPAN,
    )
    decision = st.tuples(
        st.integers(0, 40), st.integers(0, 40), SPAN, st.sampled_from(("in_force", "ended", "refused"))
    )
    return {
        "forces": forces,
        "orders": draw(st.lists(order, min_size=1, max_size=4)),
        "decisions": draw(st.lists(decision, max_size=12)),
    }


def write(stage: Stage, history: dict[str, Any]) -> None:
    """Lay the history down in the tables, past and future alike."""
    said = {"basis": "x", "document": "x", "reason": "x", "put_by_name": "x"}
    for (key, posture), (begin, end), which, as_term in history["forces"]:
        version = stage.versions[key][which]
        slot, _new = Slot.objects.get_or_create(
            zone=stage.park.zone, hazard=version.set.hazard, posture=posture
        )
        over = None if end is None else stage.hour(end)
        given = {"ends_at": over} if as_term else {"ended_at": over}
        if over is not None and not as_term:
            given |= {"end_kind": "withdrawn", "ended_by_name": "x"}  # type: ignore[dict-item]
        Force.objects.create(slot=slot, version=version, starts_at=stage.hour(begin), **said, **given)
    forces = list(Force.objects.order_by("pk"))
    for n, m, (begin, end), state in history["decisions"]:
        rows = [one for force in forces[n : n + 1] for one in force.version.measures.filter(restricts=True)]
        for one in rows[m % max(len(rows), 1) :][:1]:
            if Restriction.objects.filter(force=forces[n], measure=one).exists():
                continue
            Restriction.objects.create(
                force=forces[n], measure=one, state=state, decider="county", law="x", body="x", document="x",
                scope="x", reason="x", class_decision="x", starts_at=stage.hour(begin),
                ends_at=stage.hour(6 if end is None else end),
            )  # fmt: skip
    for n, (unit, level, hazard, (begin, end)) in enumerate(history["orders"]):
        # Open orders of one unit are at most one; one that ends far away is as good.
        row = Activation.objects.get(pk=stage.order.pk)
        row.pk, row.key, row.end_key, row.epoch, row.run = None, f"h{n}", None, 100 + n, None
        row.unit, row.level, row.hazard, row.at = stage.units[unit], level, hazard, stage.hour(begin)
        row.ended_at = stage.hour(999 if end is None else end)
        row.save(force_insert=True)


def read(stage: Stage, unit: Unit, at: datetime) -> dict[str, Any]:
    """Read the tables by hand: what does this unit have to do at this moment?"""

    def holds(begin: datetime | None, end: datetime | None) -> bool:
        return begin is not None and begin <= at and (end is None or at < end)

    above = [
        (one.level, one.hazard or "covid19")
        for one in Activation.objects.select_related("unit")
        if unit.path.startswith(one.unit.path) and holds(one.at, one.ended_at)
    ]
    gravest = min(above, default=None)
    forces = [
        one
        for one in Force.objects.select_related("slot", "version")
        if holds(one.starts_at, one.ended_at or one.ends_at)
    ]
    here = {(one.slot.hazard, one.slot.posture): one for one in forces}
    assert len(here) == len(forces)
    hazards = sorted({hazard for hazard, _posture in here})
    if "covid19" in hazards:
        hazards = ["covid19", *(one for one in hazards if one != "covid19")]
    if gravest and gravest[1] in hazards:
        hazards = [gravest[1], *(one for one in hazards if one != gravest[1])]
    found: dict[str, tuple[int, str]] = {}
    values: dict[str, Any] = {}
    versions = []
    for hazard in hazards:
        ordered = min((level for level, about in above if about == hazard), default=None)
        force = here.get((hazard, "emergency")) if ordered else None
        phase = LEVELS[ordered] if force else "routine"
        force = force or here.get((hazard, "routine"))
        if force is None:
            continue
        versions.append((force.version_id, phase))
        for measure in Measure.objects.filter(version=force.version):
            decided = [
                one
                for one in Restriction.objects.filter(force=force, measure=measure)
                if one.state in ("in_force", "ended") and holds(one.starts_at, one.ends_at)
            ]
            if phase in measure.phases and (decided or not measure.restricts):
                found.setdefault(measure.key, (force.version_id, phase))
        for one in Parameter.objects.filter(version=force.version).order_by("sort", "id"):
            day = (at + timedelta(hours=8)).date()
            if (one.valid_from is None or day >= one.valid_from) and (
                one.valid_until is None or day < one.valid_until
            ):
                values.setdefault(f"{hazard}/{one.key}", at_phase(one.value, one.at, phase))
    shown: dict[str, Any] = {}
    for name, value in values.items():
        shown.setdefault(name.split("/", 1)[1], value)
    return {
        "posture": "emergency" if gravest else "routine",
        "level": gravest[0] if gravest else None,
        "hazard": gravest[1] if gravest else "",
        "versions": versions,
        "measures": found,
        "values": shown,
    }


def told(now: measures.InForce) -> dict[str, Any]:
    """Return an answer of the product in the same words."""
    return {
        "posture": now.posture,
        "level": now.level,
        "hazard": now.hazard,
        "versions": [(one.version_id, one.phase) for one in now.set_versions],
        "measures": {one.key: (one.version_id, one.phase) for one in now.measures},
        "values": {key: one.value for key, one in now.parameters.items()},
    }


@settings(max_examples=30, deadline=None, suppress_health_check=CALM)
@given(history=histories(), hours=st.lists(HOURS, min_size=1, max_size=4), edge=st.sampled_from((-1, 0, 1)))
def test_every_moment_reads_as_by_hand(
    stage: Stage, history: dict[str, Any], hours: list[int], edge: int
) -> None:
    with undone():
        write(stage, history)
        for hour in hours:
            # A moment on an edge belongs to what begins, the one before it to what ends.
            at = stage.hour(hour) + timedelta(microseconds=edge)
            many = measures.in_force_many([one.pk for one in stage.units], at)
            for unit in stage.units:
                assert told(many[unit.pk]) == read(stage, unit, at)
                assert measures.in_force(unit, at) == many[unit.pk]


STEP = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(SLOTS), st.integers(0, 1), st.integers(0, 40), SPAN),
    st.tuples(st.just("withdraw"), st.integers(0, 20)),
    st.tuples(st.just("decide"), st.integers(0, 40)),
    st.tuples(st.just("lift"), st.integers(0, 40)),
    st.tuples(st.just("switch"), st.integers(1, 4), st.sampled_from(("covid19", "norovirus"))),
    st.tuples(st.just("expire")),
)


class History:
    """Does what people do, and says from which moment on it may change anything."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.n = 0

    def do(self, step: tuple[Any, ...]) -> datetime:
        """Do one step; return the first moment whose answer may differ."""
        now = timezone.now()
        verb, *rest = step
        changed: datetime = getattr(self, f"_{verb}")(now, *rest)
        return changed

    def _put(
        self, now: datetime, slot: tuple[str, str], which: int, ahead: int, span: tuple[int, int | None]
    ) -> datetime:
        starts = now + timedelta(hours=ahead) if ahead > 5 else None
        term = None if span[1] is None else (starts or now) + timedelta(hours=span[1] + 6)
        order = measures.ForceOrder(
            self.stage.versions[slot[0]][which], slot[1], "x", "x", "x", starts, term,
            dict.fromkeys(("test.everyone", "test.key-groups", "gatherings.stop"), COUNTY),
        )  # fmt: skip
        measures.put_in_force(order=order, by=self.stage.park.root)
        return starts or now

    def _withdraw(self, now: datetime, n: int) -> datetime:
        rows = list(Force.objects.order_by("-pk"))[n : n + 1]
        for one in rows:
            measures.withdraw(force=one, reason="x", by=self.stage.park.root)
            return max(now, one.starts_at)
        return now

    def _decide(self, now: datetime, n: int) -> datetime:
        for one in Restriction.objects.filter(state="held").order_by("pk")[n : n + 1]:
            decision = replace(COUNTY, class_decision="x", decider="county")
            measures.record_decision(restriction=one, decision=decision, by=self.stage.park.root)
        return now

    def _lift(self, now: datetime, n: int) -> datetime:
        for one in Restriction.objects.filter(state="in_force").order_by("pk")[n : n + 1]:
            measures.lift_restriction(restriction=one, notice="x", by=self.stage.park.root)
        return now

    def _switch(self, now: datetime, level: int, hazard: str) -> datetime:
        self.n += 1
        order = command.SwitchOrder(
            key=f"s{self.n}",
            unit=self.stage.park.zone,
            level=level,
            reason="x",
            basis="x",
            hazard=hazard,
        )
        command.order_switch(order=order, by=self.stage.park.root)
        return now

    def _expire(self, now: datetime) -> datetime:
        measures.expire_terms()
        return now + timedelta(days=999)


def answers(stage: Stage, moments: list[datetime]) -> dict[datetime, dict[str, Any]]:
    """Ask about a firm at each moment."""
    return {at: told(measures.in_force(stage.park.firms[0], at)) for at in moments}


@settings(max_examples=25, deadline=None, suppress_health_check=CALM)
@given(steps=st.lists(STEP, min_size=2, max_size=9))
def test_what_comes_later_never_changes_what_an_earlier_moment_answers(
    stage: Stage, steps: list[tuple[Any, ...]]
) -> None:
    with undone():
        history = History(stage)
        moments = [timezone.now() + timedelta(hours=n) for n in (-30, -1, 1, 7, 12, 20, 33, 50)]
        before = answers(stage, moments)
        for step in steps:
            moments.append(timezone.now())
            before[moments[-1]] = answers(stage, moments[-1:])[moments[-1]]
            try:
                with transaction.atomic():
                    changed = history.do(step)
            except Conflict:
                changed = timezone.now() + timedelta(days=999)
            after = answers(stage, moments)
            for at in moments:
                assert at >= changed or after[at] == before[at], (step, at)
            before = after


@pytest.mark.parametrize("ahead", [1, 30])
@pytest.mark.parametrize("term", [None, 20, 90])
def test_a_plan_withdrawn_leaves_everything_as_if_it_had_never_been(
    stage: Stage, ahead: int, term: int | None
) -> None:
    first, second = stage.versions["covid19-2022-05"]
    by = stage.park.root
    now = timezone.now()
    given: dict[str, Any] = {"posture": "routine", "basis": "x", "document": "x", "reason": "x"}
    ends = None if term is None else now + timedelta(days=term)
    kept = measures.ForceOrder(version=first, ends_at=ends, decisions={"test.everyone": COUNTY}, **given)
    force = measures.put_in_force(order=kept, by=by)
    moments = [now + timedelta(days=n, minutes=1) for n in (0, 2, 15, 25, 40, 100)]
    before = answers(stage, moments)
    assert "test.everyone" in before[moments[0]]["measures"]
    planned = replace(kept, version=second, starts_at=now + timedelta(days=ahead), ends_at=None)
    if term is not None and ahead > term:
        plan = measures.put_in_force(order=planned, by=by)
        force.refresh_from_db()
        assert force.end_kind == ""
    else:
        plan = measures.put_in_force(order=planned, by=by)
        later = replace(kept, starts_at=now + timedelta(days=ahead + 5), ends_at=None)
        third = measures.put_in_force(order=later, by=by)
        measures.withdraw(force=plan, reason="x", by=by)
        force.refresh_from_db()
        if term is None or term > ahead + 5:
            # What was to come after the plan is still to come.
            assert (force.end_kind, force.ended_at) == ("replaced", third.starts_at)
        measures.withdraw(force=third, reason="x", by=by)
    if plan.pk == Force.objects.latest("pk").pk:
        measures.withdraw(force=plan, reason="x", by=by)
    assert answers(stage, moments) == before
    force.refresh_from_db()
    assert (force.end_kind, force.ended_at, force.ends_at) == ("", None, ends)
    measures.withdraw(force=force, reason="x", by=by)
    assert answers(stage, moments[1:])[moments[1]]["measures"] == {}


def test_what_a_plan_is_to_replace_can_be_decided_on_and_withdrawn_until_then(stage: Stage) -> None:
    first, second = stage.versions["covid19-2022-05"]
    by = stage.park.root
    given: dict[str, Any] = {"posture": "routine", "basis": "x", "document": "x", "reason": "x"}
    force = measures.put_in_force(order=measures.ForceOrder(version=first, **given), by=by)
    starts = timezone.now() + timedelta(days=3)
    measures.put_in_force(order=measures.ForceOrder(version=second, starts_at=starts, **given), by=by)
    row = Restriction.objects.get(force=force, measure__key="test.everyone")
    measures.record_decision(restriction=row, decision=COUNTY, by=by)
    assert "test.everyone" in told(measures.in_force(stage.park.zone))["measures"]
    force.refresh_from_db()
    measures.withdraw(force=force, reason="x", by=by)
    assert told(measures.in_force(stage.park.zone))["measures"] == {}
    assert told(measures.in_force(stage.park.zone, starts))["versions"] == [(second.pk, "routine")]
    with pytest.raises(Conflict):
        measures.withdraw(force=force, reason="x", by=by)


def test_restrictions_of_what_a_plan_has_replaced_are_written_down_as_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = stage.versions["covid19-2022-05"]
    by = stage.park.root
    given: dict[str, Any] = {"posture": "routine", "basis": "x", "document": "x", "reason": "x"}
    old = measures.ForceOrder(version=first, decisions={"test.everyone": COUNTY}, **given)
    force = measures.put_in_force(order=old, by=by)
    starts = timezone.now() + timedelta(milliseconds=400)
    measures.put_in_force(order=measures.ForceOrder(version=second, starts_at=starts, **given), by=by)
    states = force.restrictions.filter(measure__key="test.everyone")
    assert states.get().state == "in_force"
    _until(lambda: timezone.now() > starts)
    measures.expire_terms()
    assert (states.get().state, states.get().ends_at) == ("ended", starts)


def _until(over: Callable[[], bool]) -> None:
    while not over():
        with transaction.atomic():
            Force.objects.exists()
