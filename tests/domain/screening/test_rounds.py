"""From the measures in force to the slots that the enterprises are told."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain import screening
from pingzhan.domain.measures.api import InForce, MeasureNow, ParameterNow, PerWeek
from pingzhan.domain.organisation.models import Absence, Person
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.actions import making
from pingzhan.domain.screening.enums import PlanState, PoolMode, RoundKind, RoundState
from pingzhan.domain.screening.models import (
    Demand,
    Exemption,
    Laboratory,
    PlanVersion,
    Round,
    RoundCount,
    Sample,
    SamplingTeam,
    Slot,
    TeamMember,
)
from pingzhan.domain.territory.models import Shift, Team
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.conftest import DAY

NOON = datetime(2026, 3, 9, 12, tzinfo=timezone.get_default_timezone())
FEW = 60
"""Iterations: enough for a plan of two enterprises."""


def measure(key: str) -> MeasureNow:
    return MeasureNow(
        key=key, version_id=41, measure_id=1, title=key, title_en=key, item=1, clause="\u9644\u4ef63",
        party="individual", watching_group="testing", subject="person_group", cadence=PerWeek(2),
        evidence="test_round", severity="critical", parameters={}, hazard="covid19", phase="routine", law="",
        restricts=True,
    )  # fmt: skip


def number(key: str, value: int) -> ParameterNow:
    return ParameterNow(key, key, value, "", "", True)


Ruled = Callable[..., None]


@pytest.fixture
def ruled(monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Return ``ruled(keys, rounds=2, ...)``: these measures are in force, today is the Monday ``DAY``."""

    def put(*keys: str, today: date = DAY, **values: int) -> None:
        known = {"test_rounds_per_week": 2, "test_interval_hours": 48, "key_group_test_days": 2, **values}
        now = InForce(
            set_versions=(), posture="routine", level=None, hazard="",
            measures=tuple(measure(key) for key in keys),
            parameters={key: number(key, value) for key, value in known.items()},
        )  # fmt: skip
        monkeypatch.setattr(making, "in_force", lambda unit: now)
        monkeypatch.setattr(making, "business_now", lambda: (NOON, today))

    return put


def week(park: Park, planner: Actor) -> list[tuple[date, str, list[int]]]:
    made = api.make_rounds(zone=park.zone, week=DAY + timedelta(days=2), by=planner)
    return [(one.day, one.kind, one.enterprise_ids) for one in made]


def days(*numbers: int) -> list[date]:
    return [DAY + timedelta(days=n) for n in numbers]


def test_a_week_has_two_rounds_for_everyone_on_balanced_pairs_of_days(
    park: Park, planner: Actor, ruled: Ruled
) -> None:
    ruled(making.EVERYONE)
    big, small = park.firms
    for _n in range(3):
        hire(big)
    hire(small)
    mon, tue, thu, fri = days(0, 1, 3, 4)
    a, b = [big.unit.pk], [small.unit.pk]
    regular = RoundKind.REGULAR
    assert week(park, planner) == [(mon, regular, a), (tue, regular, b), (thu, regular, a), (fri, regular, b)]
    assert week(park, planner) == []
    first = Round.objects.order_by("number").first()
    assert first is not None
    assert (first.number, first.set_version_id, first.rounds_per_week, first.interval_hours) == (1, 41, 2, 48)
    assert (first.pool_size, first.mode, first.state) == (10, PoolMode.SWAB, RoundState.DRAFT)
    assert AuditRecord.objects.filter(verb="screening.rounds_made").count() == 1


def test_days_that_are_over_are_left_out_and_a_cancelled_round_is_made_again(
    park: Park, planner: Actor, ruled: Ruled
) -> None:
    ruled(making.EVERYONE, today=DAY + timedelta(days=3))
    assert [day for day, _kind, _firms in week(park, planner)] == days(3, 4)
    api.cancel_round(round_=Round.objects.get(day=DAY + timedelta(days=4)), reason="\u66b4\u96e8", by=planner)
    assert [day for day, _kind, _firms in week(park, planner)] == days(4)


def test_key_groups_are_tested_singly_on_the_days_between(park: Park, planner: Actor, ruled: Ruled) -> None:
    ruled(making.EVERYONE, making.KEY_GROUPS)
    worker = hire(park.firms[0])
    worker.groups = ["cold_chain"]
    worker.save()
    hire(park.firms[1])
    found = [(day, firms) for day, kind, firms in week(park, planner) if kind == RoundKind.KEY_GROUPS]
    assert found == [(day, [park.firms[0].unit.pk]) for day in days(2, 5)]
    assert set(Round.objects.filter(kind=RoundKind.KEY_GROUPS).values_list("mode", "pool_size")) == {
        ("single", 1)
    }


def test_nobody_is_tested_without_a_measure_in_force(park: Park, planner: Actor, ruled: Ruled) -> None:
    ruled()
    with pytest.raises(Conflict) as caught:
        week(park, planner)
    assert caught.value.code == "not_in_force"
    ruled(making.EVERYONE, test_rounds_per_week=7, test_interval_hours=48)
    with pytest.raises(Conflict) as caught:
        week(park, planner)
    assert caught.value.code == "rounds_and_interval"


def test_an_ordered_round_needs_a_paper_and_a_day_to_come(park: Park, planner: Actor, ruled: Ruled) -> None:
    ruled()
    common: dict[str, Any] = {"zone": park.zone, "day": DAY, "by": planner}
    for wrong, place in (
        ({"basis": " "}, "basis"),
        ({"basis": "x", "day": DAY - timedelta(days=1)}, "day"),
        ({"basis": "x", "pool_size": 21}, "pool_size"),
        ({"basis": "x", "firms": [park.zone.pk]}, "firms"),
    ):
        with pytest.raises(Invalid) as caught:
            api.open_round(**{**common, **wrong})
        assert caught.value.place == place
    made = api.open_round(**common, basis="\u529e\u53d1 12 \u53f7", pool_size=1)
    assert (made.kind, made.mode, made.enterprise_ids) == (RoundKind.EXTRA, PoolMode.SINGLE, [])


@pytest.fixture
def crowd(park: Park) -> list[int]:
    """Four at the first enterprise (one in a night shift, one without a team), two at the second."""
    mill, forge = park.firms
    night = Shift.objects.create(enterprise=mill.unit, name="\u591c\u73ed", start=time(20), end=time(8))
    late = Team.objects.create(enterprise=mill.unit, name="\u4e19\u73ed", shift=night)
    workers = [hire(mill) for _n in range(4)]
    workers[2].placements.update(team=late)
    workers[3].placements.update(team=None)
    return [one.pk for one in [*workers, hire(forge), hire(forge)]]


def test_demand_is_counted_by_enterprise_and_shift(
    park: Park, planner: Actor, crowd: list[int], round_: Round, teams: list[SamplingTeam]
) -> None:
    mill, forge = (firm.unit.pk for firm in park.firms)
    Exemption.objects.create(employment_id=crowd[0], enterprise_id=mill, reason="leave", since=DAY, until=DAY)
    rows = api.compute_demand(round_=round_, by=planner)
    found = {
        (one.enterprise_id, one.shift and one.shift.name): (one.heads, one.exempt, one.due) for one in rows
    }
    assert found == {
        (mill, None): (1, 0, 1),
        (mill, "\u767d\u73ed"): (2, 1, 1),
        (mill, "\u591c\u73ed"): (1, 0, 1),
        (forge, "\u767d\u73ed"): (2, 0, 2),
    }
    assert len(api.compute_demand(round_=round_, by=planner)) == Demand.objects.count() == 4


def test_who_was_tested_within_the_interval_is_not_due_in_a_round_for_everyone(
    park: Park, planner: Actor, crowd: list[int], round_: Round
) -> None:
    """The first was tested a day before, the second too but belongs to a key group, the third four days before."""
    Round.objects.filter(pk=round_.pk).update(interval_hours=48)
    workers = [Employment.objects.get(pk=pk) for pk in crowd[:3]]
    Employment.objects.filter(pk=workers[1].pk).update(groups=["cold_chain"])
    for n, (worker, hours) in enumerate(zip(workers, (24, 24, 96), strict=True), 1):
        Sample.objects.create(
            round_id=round_.pk + 900,
            tube_id=n,
            person=worker.individual_id,
            employment_id=worker.pk,
            device_id=1,
            seq=n,
            taken_at=NOON - timedelta(hours=hours),
            place=1,
        )
    rows = api.compute_demand(round_=round_, by=planner)
    assert (sum(one.heads for one in rows), sum(one.recent for one in rows)) == (6, 1)
    assert sum(one.due for one in rows) == 5
    Round.objects.filter(pk=round_.pk).update(kind=RoundKind.EXTRA)
    assert sum(one.due for one in api.compute_demand(round_=Round.objects.get(), by=planner)) == 6


def test_who_left_or_has_not_begun_is_not_due(
    park: Park, planner: Actor, crowd: list[int], round_: Round
) -> None:
    Employment.objects.filter(pk=crowd[0]).update(left=DAY, left_reason="resigned")
    Employment.objects.filter(pk=crowd[1]).update(joined=DAY + timedelta(days=1))
    rows = api.compute_demand(round_=round_, by=planner)
    assert sum(one.heads for one in rows) == 4


@pytest.fixture
def ready(
    planner: Actor, crowd: list[int], round_: Round, teams: list[SamplingTeam], laboratory: Laboratory
) -> PlanVersion:
    """A version that was computed and can be adopted."""
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    assert drain() == ["done"]
    return PlanVersion.objects.get(pk=made.pk)


def test_a_plan_is_computed_checked_and_adopted(park: Park, planner: Actor, ready: PlanVersion) -> None:
    assert (ready.state, ready.faults, ready.progress) == (PlanState.READY, [], 100)
    for found in (ready.score, ready.greedy):
        assert found is not None
        assert found["persons"] == 6
    ready.round.refresh_from_db()
    assert ready.round.state == RoundState.PLANNED
    contact = Person.objects.create(name="\u6c88\u767d", home_unit=park.firms[0].unit, kind="company")
    slots = api.adopt_plan(version=ready, by=planner)
    assert sum(one.heads for one in slots) == 6
    firms = {firm.unit.pk for firm in park.firms}
    assert {one.enterprise_id for one in slots} == firms
    for one in Slot.objects.all():
        assert timezone.localtime(one.start).date() == DAY
        assert one.start < one.end
    due = {(one.enterprise_id, one.due) for one in RoundCount.objects.filter(due__gt=0)}
    assert sum(n for _firm, n in due) >= 4
    assert sum(RoundCount.objects.values_list("due", flat=True)) == 6
    notice = Notice.objects.get(kind="testing_slots")
    assert notice.recipient == contact.pk
    ready.refresh_from_db()
    assert ready.state == PlanState.ADOPTED
    with pytest.raises(Conflict):
        api.adopt_plan(version=ready, by=planner)


def test_a_new_version_replaces_the_slots_and_tells_only_those_it_changes(
    park: Park, planner: Actor, ready: PlanVersion
) -> None:
    for firm in park.firms:
        Person.objects.create(name="\u6c88\u767d", home_unit=firm.unit, kind="company")
    api.adopt_plan(version=ready, by=planner)
    again = api.plan_round(round_=ready.round, iterations=FEW, by=planner)
    drain()
    assert Notice.objects.count() == 2
    api.adopt_plan(version=PlanVersion.objects.get(pk=again.pk), by=planner)
    assert Notice.objects.count() == 2, "the same seed gives the same plan, so nobody is told again"
    ready.refresh_from_db()
    assert ready.state == PlanState.REPLACED
    assert set(Slot.objects.filter(version=ready).values_list("ended_by", flat=True)) == {again.pk}
    assert Slot.objects.filter(ended_by__isnull=True).count() == Slot.objects.filter(version=again).count()


def test_a_plan_made_before_people_were_counted_anew_is_not_adopted(
    planner: Actor, ready: PlanVersion
) -> None:
    api.compute_demand(round_=ready.round, by=planner)
    with pytest.raises(Conflict) as caught:
        api.adopt_plan(version=ready, by=planner)
    assert caught.value.code in {"plan_outdated", "round_state"}


def test_an_assumption_is_compared_and_never_adopted(
    planner: Actor, ready: PlanVersion, teams: list[SamplingTeam]
) -> None:
    made = api.plan_round(
        round_=ready.round,
        iterations=FEW,
        assumed=api.Assumed(without=[teams[0].pk], pool_size=5),
        by=planner,
    )
    assert made.what_if == {"without": [teams[0].pk], "pool_size": 5}
    assert [one["id"] for one in made.instance["teams"]] == [str(teams[1].pk)]
    drain()
    made.refresh_from_db()
    assert made.state == PlanState.READY
    assert made.score is not None
    assert ready.score is not None
    assert made.score["tubes"] >= ready.score["tubes"]
    with pytest.raises(Conflict) as caught:
        api.adopt_plan(version=made, by=planner)
    assert caught.value.code == "what_if"


def test_a_plan_that_breaks_a_rule_is_not_to_be_adopted(
    planner: Actor, crowd: list[int], round_: Round, teams: list[SamplingTeam], laboratory: Laboratory
) -> None:
    Laboratory.objects.filter(pk=laboratory.pk).update(opens=time(0), closes=time(7, 35))
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    drain()
    made.refresh_from_db()
    assert made.state == PlanState.FAILED
    assert made.faults == ["\u5b9e\u9a8c\u5ba4\u5df2\u505c\u6b62\u6536\u6837"]
    round_.refresh_from_db()
    assert round_.state == RoundState.DRAFT
    with pytest.raises(Conflict):
        api.adopt_plan(version=made, by=planner)


def test_what_is_missing_is_said(planner: Actor, crowd: list[int], round_: Round) -> None:
    def code() -> str:
        with pytest.raises(Conflict) as caught:
            api.plan_round(round_=round_, iterations=FEW, by=planner)
        return caught.value.code

    assert code() == "no_demand"
    api.compute_demand(round_=round_, by=planner)
    assert code() == "no_laboratory"
    Laboratory.objects.create(zone=round_.zone, name="\u7532", code="L1")
    assert code() == "no_team"
    SamplingTeam.objects.create(zone=round_.zone, name="\u4e00\u961f")
    api.plan_round(round_=round_, iterations=FEW, by=planner)
    assert code() == "plan_working"
    with pytest.raises(Invalid):
        api.plan_round(round_=round_, iterations=0, by=planner)


def test_a_plan_is_cancelled_before_it_is_computed(
    planner: Actor, crowd: list[int], round_: Round, teams: list[SamplingTeam], laboratory: Laboratory
) -> None:
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    with pytest.raises(Conflict):
        api.cancel_round(round_=round_, reason="\u96e8", by=planner)
    api.cancel_plan(version=made, by=planner)
    made.refresh_from_db()
    assert made.state == PlanState.CANCELLED
    assert drain() == []
    with pytest.raises(Conflict):
        api.cancel_plan(version=made, by=planner)


def test_absent_samplers_are_taken_off(
    park: Park,
    planner: Actor,
    crowd: list[int],
    round_: Round,
    teams: list[SamplingTeam],
    laboratory: Laboratory,
) -> None:
    away = Person.objects.create(name="\u6c88\u767d", home_unit=park.zone)
    TeamMember.objects.create(team=teams[1], kind="official", person=away, t0=NOON - timedelta(days=9))
    Absence.objects.create(person=away, kind="leave", t0=NOON - timedelta(hours=2), t1=NOON)
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    assert [one["samplers"] for one in made.instance["teams"]] == [2, 2]


def test_a_called_off_round_tells_those_who_were_told(park: Park, planner: Actor, ready: PlanVersion) -> None:
    Person.objects.create(name="\u6c88\u767d", home_unit=park.firms[0].unit, kind="company")
    api.adopt_plan(version=ready, by=planner)
    with pytest.raises(Invalid):
        api.cancel_round(round_=ready.round, reason=" ", by=planner)
    api.cancel_round(round_=ready.round, reason="\u66b4\u96e8", by=planner)
    assert set(Notice.objects.values_list("kind", flat=True)) == {"testing_slots", "testing_off"}
    with pytest.raises(Conflict):
        api.cancel_round(round_=ready.round, reason="\u66b4\u96e8", by=planner)


def test_a_round_is_started_and_closed(planner: Actor, ready: PlanVersion) -> None:
    with pytest.raises(Conflict):
        api.start_round(round_=ready.round, by=planner)
    api.adopt_plan(version=ready, by=planner)
    api.start_round(round_=ready.round, by=planner)
    with pytest.raises(Conflict):
        api.cancel_round(round_=ready.round, reason="\u96e8", by=planner)
    api.close_round(round_=ready.round, by=planner)
    assert Round.objects.get(pk=ready.round_id).state == RoundState.CLOSED


REFUSED = (
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.DUTY_OFFICER, Role.LEADER, Role.OFFICIAL,
    Role.COMPANY, Role.CLERK, Role.PRIVACY_OFFICER, Role.GATE_GUARD, Role.SAMPLER,
)  # fmt: skip


@pytest.mark.parametrize("role", REFUSED)
def test_who_may_not_plan(park: Park, round_: Round, role: Role, ruled: Ruled) -> None:
    ruled(making.EVERYONE)
    actor = acting(role, park.zone.path)
    version = PlanVersion.objects.create(round=round_, number=1, instance={}, iterations=1)
    for call in (
        lambda: api.make_rounds(zone=park.zone, week=DAY, by=actor),
        lambda: api.open_round(zone=park.zone, day=DAY, basis="x", by=actor),
        lambda: api.compute_demand(round_=round_, by=actor),
        lambda: api.plan_round(round_=round_, by=actor),
        lambda: api.cancel_plan(version=version, by=actor),
        lambda: api.adopt_plan(version=version, by=actor),
        lambda: api.start_round(round_=round_, by=actor),
        lambda: api.close_round(round_=round_, by=actor),
        lambda: api.cancel_round(round_=round_, reason="x", by=actor),
    ):
        with pytest.raises(Refused):
            call()


def test_who_sees_what(park: Park, planner: Actor, ready: PlanVersion) -> None:
    api.adopt_plan(version=ready, by=planner)
    mill, _forge = park.firms

    def seen(actor: Actor) -> tuple[int, int]:
        return (
            api.rounds_visible_to(actor).count(),
            len({one.enterprise_id for one in api.slots_visible_to(actor)}),
        )

    assert seen(planner) == (1, 2)
    assert seen(acting(Role.DUTY_OFFICER, park.zone.path)) == (1, 2)
    assert seen(mill.contact) == (0, 1)
    assert seen(acting(Role.SAMPLER, park.zone.path)) == (0, 0)
    assert seen(acting(Role.ORGANISER, mill.unit.path)) == (0, 1)
    api.cancel_round(round_=ready.round, reason="\u96e8", by=planner)
    assert seen(mill.contact) == (0, 0)


def test_the_solver_is_only_imported_by_the_job() -> None:
    """NumPy and the router take half a second and 40 MB: the web process never needs them."""
    early = [
        f"{path.name}: {node.module}"
        for folder in ("domain/screening", "pages", "rest")
        for path in (Path(screening.__file__).parents[2] / folder).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("pingzhan.engines.plan", "numpy", "pyvrp"))
    ]
    assert not early
