"""A plan that cannot be kept: what has happened, the version made again from it, and who is told when it is adopted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening import api, notices
from pingzhan.domain.screening.enums import Event, Patience, PlanState, RoundState
from pingzhan.domain.screening.models import Laboratory, PlanVersion, Round, RoundCount, SamplingTeam, Slot
from pingzhan.domain.screening.moments import moment
from pingzhan.domain.screening.queries import happened
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.conftest import DAY

FEW = 60
MORNING = 7 * 3600
"""Before any team has left."""
Told = Callable[[int], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return ``at(seconds)``: so many seconds of the round's day have passed; seven in the morning at first."""

    def put(seconds: int) -> None:
        fixed = moment(DAY, seconds)
        monkeypatch.setattr(happened, "clock", SimpleNamespace(now=lambda: fixed))

    put(MORNING)
    return put


@pytest.fixture
def planned(
    park: Park, planner: Actor, round_: Round, teams: list[SamplingTeam], laboratory: Laboratory, at: Told
) -> PlanVersion:
    """The plan in force: forty people at each of two enterprises, each with somebody to be told."""
    for firm in park.firms:
        Person.objects.create(name="\u6c88\u767d", home_unit=firm.unit, kind="company")
        for _n in range(40):
            hire(firm)
    api.compute_demand(round_=round_, by=planner)
    made = api.plan_round(round_=round_, iterations=FEW, by=planner)
    assert drain() == ["done"]
    api.adopt_plan(version=PlanVersion.objects.get(pk=made.pk), by=planner)
    return PlanVersion.objects.select_related("round__zone").get(pk=made.pk)


def visits(version: PlanVersion) -> dict[int, tuple[int, int, int]]:
    """Return team, begin of the drive and start of the visit to each enterprise."""
    return {
        int(visit["site"]): (int(team), leaves, int(visit["start"]))
        for team, visit, leaves in happened._drives(version)
    }


def again(
    base: PlanVersion, by: Actor, event: Event, patience: Patience = Patience.LEAST_CHANGE, **more: Any
) -> PlanVersion:
    """Say what has happened to a plan and have the new version computed."""
    made = api.replan_round(
        round_=base.round, what=api.Happened(event, **more), patience=patience, iterations=FEW, by=by
    )
    assert drain() == ["done"]
    found: PlanVersion = PlanVersion.objects.select_related("round__zone").get(pk=made.pk)
    return found


def clock_of(seconds: int) -> time:
    return time(seconds // 3600, seconds % 3600 // 60, seconds % 60)


def told(park: Park) -> list[int]:
    """Return how many notices of slots each enterprise has got."""
    counts = []
    for firm in park.firms:
        slots = Slot.objects.filter(enterprise=firm.unit).values_list("pk", flat=True)
        counts.append(Notice.objects.filter(kind=notices.SLOTS, subject_id__in=list(slots)).count())
    return counts


@pytest.mark.parametrize("patience", list(Patience))
def test_what_a_lost_team_had_goes_to_the_others_in_a_new_version(
    park: Park, planner: Actor, planned: PlanVersion, patience: Patience
) -> None:
    before = visits(planned)
    out = before[park.firms[0].unit.pk][0]
    version = again(planned, planner, Event.TEAM_OUT, patience, team=out)
    assert (version.state, version.faults, version.number) == (PlanState.READY, [], 2)
    assert (version.base_id, version.happened["mode"]) == (planned.pk, patience)
    after = visits(version)
    assert set(after) == set(before)
    assert out not in {team for team, _leaves, _start in after.values()}
    assert api.unserved_of(version) == []
    moved = {int(one.site) for one in api.changes_of(version)}
    assert park.firms[0].unit.pk in moved
    # Until it is adopted everybody goes by the plan before.
    assert set(Slot.objects.filter(ended_by__isnull=True).values_list("version", flat=True)) == {planned.pk}
    api.adopt_plan(version=version, by=planner)
    planned.refresh_from_db()
    assert planned.state == PlanState.REPLACED
    assert set(Slot.objects.filter(ended_by__isnull=True).values_list("version", flat=True)) == {version.pk}
    expected = [2 if firm.unit.pk in moved else 1 for firm in park.firms]
    assert told(park) == expected
    verbs = AuditRecord.objects.filter(verb="screening.plan_again").values_list("body", flat=True)
    assert [body["version"] for body in verbs] == [version.pk]


def test_least_change_leaves_the_enterprise_of_another_team_alone(
    park: Park, planner: Actor, planned: PlanVersion
) -> None:
    before = visits(planned)
    first, second = (firm.unit.pk for firm in park.firms)
    assert before[first][0] != before[second][0], "each has a team of its own"
    version = again(planned, planner, Event.TEAM_OUT, team=before[first][0])
    assert visits(version)[second][0] == before[second][0]
    api.adopt_plan(version=version, by=planner)
    assert told(park) == [2, 1]


def test_what_has_begun_stays_and_the_round_runs_on(
    park: Park, planner: Actor, planned: PlanVersion, at: Told
) -> None:
    before = visits(planned)
    api.start_round(round_=planned.round, by=planner)
    RoundCount.objects.filter(enterprise_id=park.firms[0].unit.pk, due__gt=0).update(tested=3)
    counts = list(RoundCount.objects.order_by("pk").values_list("enterprise_id", "due", "tested"))
    begun = min(before, key=lambda firm: before[firm][2])
    at(before[begun][2] + 1)
    team = before[begun][0]
    version = again(planned, planner, Event.TEAM_OUT, team=team)
    assert version.state == PlanState.READY
    assert visits(version)[begun] == before[begun]
    api.adopt_plan(version=version, by=planner)
    round_ = Round.objects.get()
    assert round_.state == RoundState.RUNNING
    assert list(RoundCount.objects.order_by("pk").values_list("enterprise_id", "due", "tested")) == counts
    slot = Slot.objects.get(enterprise_id=begun, ended_by__isnull=True)
    assert (slot.team_id, slot.start) == (team, moment(DAY, before[begun][2]))


def test_a_shut_enterprise_is_told_that_nobody_comes_and_told_again_when_somebody_does(
    park: Park, planner: Actor, planned: PlanVersion
) -> None:
    firm = park.firms[1].unit
    version = again(planned, planner, Event.SITE_CLOSED, enterprise=firm.pk)
    assert api.unserved_of(version) == [(str(firm.pk), 40, str(happened.UNSERVED["site_closed"]))]
    api.adopt_plan(version=version, by=planner)
    assert not Slot.objects.filter(enterprise=firm, ended_by__isnull=True).exists()
    assert told(park) == [1, 1]
    dropped = Notice.objects.get(kind=notices.DROPPED)
    body = notices.render_dropped([dropped])[dropped.pk].body
    assert firm.name in body
    # It opens again, at the time that was told first: silence would leave it with "nobody comes".
    opened = again(version, planner, Event.SITE_CLOSED, enterprise=firm.pk, until=clock_of(MORNING + 60))
    assert api.unserved_of(opened) == []
    api.adopt_plan(version=opened, by=planner)
    assert told(park) == [1, 2]


def test_several_small_delays_are_told_once_they_add_up(
    park: Park, planner: Actor, planned: PlanVersion
) -> None:
    firm = park.firms[0].unit.pk
    team, leaves, start = visits(planned)[firm]
    counts = []
    version = planned
    for minutes in (10, 20):
        version = again(version, planner, Event.TEAM_LATE, team=team, until=clock_of(leaves + 60 * minutes))
        assert abs(visits(version)[firm][2] - start - 60 * minutes) < 120
        assert api.changes_of(version) == [], "against the plan before it is a small one each time"
        api.adopt_plan(version=version, by=planner)
        counts.append(told(park)[0])
    assert counts == [1, 2]


def test_a_slow_laboratory_gives_later_results(planner: Actor, planned: PlanVersion) -> None:
    version = again(planned, planner, Event.LAB_SLOWER, tubes_per_hour=2)
    assert version.score is not None
    assert planned.score is not None
    assert version.score["last_result"] > planned.score["last_result"]


def test_a_version_that_was_overtaken_is_not_adopted(
    park: Park, planner: Actor, planned: PlanVersion, at: Told
) -> None:
    before = visits(planned)
    first = park.firms[0].unit.pk
    version = again(planned, planner, Event.SITE_CLOSED, enterprise=first)
    at(before[first][1] + 1)
    assert api.overtaken(version) == "", "whoever drives to a shut gate finds it shut"
    at(min(leaves for _team, leaves, _start in before.values()) + happened.GRACE + 1)
    with pytest.raises(Conflict) as caught:
        api.adopt_plan(version=version, by=planner)
    assert caught.value.code == "plan_outdated"
    at(MORNING)
    other = again(planned, planner, Event.LAB_SLOWER, tubes_per_hour=60)
    api.adopt_plan(version=other, by=planner)
    with pytest.raises(Conflict) as caught:
        api.adopt_plan(version=version, by=planner)
    assert caught.value.code == "plan_outdated"
    assert told(park) == [1, 1], "nothing changes for the enterprises"


def test_a_drive_that_has_begun_in_the_meantime_is_not_called_back(
    park: Park, planner: Actor, planned: PlanVersion, at: Told
) -> None:
    before = visits(planned)
    first, second = (firm.unit.pk for firm in park.firms)
    version = again(planned, planner, Event.TEAM_OUT, team=before[first][0])
    # As if the answer had moved the visit of the other team as well.
    chunk = next(
        visit["chunk"] for _t, visit, _l in happened._drives(planned) if visit["site"] == str(second)
    )
    version.plan["changes"].append({"chunk": chunk})  # type: ignore[index]
    at(before[second][1])
    assert api.overtaken(version) == ""
    at(before[second][1] + 1)
    assert api.overtaken(version) != ""


@pytest.mark.parametrize(
    ("event", "more", "place"),
    [
        (Event.TEAM_OUT, {"team": 0}, "team"),
        (Event.TEAM_OUT, {}, "team"),
        (Event.SITE_CLOSED, {"enterprise": 0}, "enterprise"),
        (Event.LAB_SLOWER, {}, "tubes_per_hour"),
        (Event.LAB_SLOWER, {"tubes_per_hour": 0}, "tubes_per_hour"),
        (Event.LAB_SLOWER, {"tubes_per_hour": 121}, "tubes_per_hour"),
        (Event.LAB_SLOWER, {"tubes_per_hour": 60, "until": time(7)}, "until"),
    ],
)
def test_what_cannot_have_happened_is_refused(
    planner: Actor, planned: PlanVersion, event: Event, more: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as caught:
        api.replan_round(
            round_=planned.round, what=api.Happened(event, **more), patience=Patience.LEAST_CHANGE, by=planner
        )
    assert caught.value.place == place
    assert PlanVersion.objects.count() == 1


def test_a_late_team_has_a_time_and_an_unknown_throughput_cannot_fall(
    planner: Actor, planned: PlanVersion
) -> None:
    team = int(planned.instance["teams"][0]["id"])
    with pytest.raises(Invalid) as caught:
        happened.stored(planned, api.Happened(Event.TEAM_LATE, team=team), Patience.LEAST_CHANGE, at=MORNING)
    assert caught.value.place == "until"
    del planned.instance["labs"][0]["tubes_per_h"]
    with pytest.raises(Invalid) as caught:
        happened.stored(
            planned, api.Happened(Event.LAB_SLOWER, tubes_per_hour=5), Patience.LEAST_CHANGE, at=MORNING
        )
    assert caught.value.place == "tubes_per_hour"


def test_only_a_plan_in_force_is_planned_again_and_only_on_its_day(
    planner: Actor, planned: PlanVersion, at: Told
) -> None:
    team = int(planned.instance["teams"][0]["id"])

    def ask() -> PlanVersion:
        return api.replan_round(
            round_=planned.round,
            what=api.Happened(Event.TEAM_OUT, team=team),
            patience=Patience.LEAST_CHANGE,
            by=planner,
        )

    at(2 * 86_400)
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code == "plan_outdated"
    at(MORNING)
    ask()
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code == "plan_working"
    api.start_round(round_=planned.round, by=planner)
    api.close_round(round_=planned.round, by=planner)
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code == "round_state"


def test_the_day_before_nothing_has_begun(planner: Actor, planned: PlanVersion, at: Told) -> None:
    at(-20_000)
    assert happened.moment_of(planned) == 0


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ORGANISER])
def test_who_may_not_plan_again(park: Park, round_: Round, role: Role) -> None:
    with pytest.raises(Refused):
        api.replan_round(
            round_=round_,
            what=api.Happened(Event.TEAM_OUT, team=1),
            patience=Patience.LEAST_CHANGE,
            by=acting(role, park.zone.path),
        )


def test_the_database_keeps_what_happened(planner: Actor, planned: PlanVersion) -> None:
    team = int(planned.instance["teams"][0]["id"])
    version = again(planned, planner, Event.TEAM_OUT, team=team)
    columns: dict[str, Any]
    for columns in ({"base": None, "happened": {}}, {"happened": {"at": 1}}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PlanVersion.objects.filter(pk=version.pk).update(**columns)
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.create(
            round=planned.round, number=9, instance={}, iterations=1, happened={"at": 1}
        )


def test_the_moment_is_the_databases(planned: PlanVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(Conflict):
        happened.moment_of(planned)
