"""Plans of sittings: proposed under the rule in force, edited by hand, published, outdated by a switch."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import Error, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import MealKind, MealMode, PlanState
from pingzhan.domain.sanitation.models import CanteenMeal, SittingDay, SittingLine, SittingPlan
from pingzhan.domain.territory.models import Team
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tests.domain.dawn import dawn
from tests.domain.people.crowd import Firm, Park, acting, build_firm, build_park, hire
from tests.domain.sanitation.canteens import (
    crew,
    draft_of,
    full,
    line,
    lunch,
    published,
    sets_in_force,
    switch,
)
from tests.factories import kept, small_zone

WALK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def zone(db: None) -> Park:
    """A zone in which a level can be ordered, with one enterprise that has a canteen."""
    world = kept(small_zone)
    return Park(world.zone, world.area, [build_firm(world.area, 7, world.root)], world.root)


def waiting(firm: Firm) -> list[obligations.Due]:
    """What is due of sittings."""
    return [
        due
        for due in obligations.today(firm.unit.pk)
        if str(due.evidence) == "canteen_plan" and due.state in ("open", "late")
    ]


def test_a_meal_is_planned_at_once_within_its_seats_and_published(mill: Firm) -> None:
    crew(mill, [12, 9, 7, 5])
    meal = lunch(mill, seats=20)
    plan = draft_of(meal)
    assert (plan.room, plan.places, plan.percent, plan.mode) == (20, 4, 100, MealMode.STAGGERED)
    assert sum(full(plan).values()) == 33
    assert max(full(plan).values()) <= 20
    made = published(meal, mill)
    assert (made.state, made.published_by) == (PlanState.PUBLISHED, mill.contact.name)
    rule = api.rules_of([mill.unit.pk])[mill.unit.pk]
    (board,) = api.boards(mill.unit.pk, rule)
    assert board.used is not None
    assert board.draft is None
    assert [one.people for one in board.used.sittings] == [full(made)[n] for n in sorted(full(made))]
    place = board.used.sittings[0].places[0]
    assert "11:00" in place.told
    assert "11:20" in place.told


def test_a_move_that_does_not_fit_is_told_by_how_much_and_where_there_is_room(mill: Firm) -> None:
    big, small = crew(mill, [12, 9])
    meal = lunch(mill, seats=20)
    plan = draft_of(meal)
    wanted = line(plan, big).sitting
    assert wanted is not None
    with pytest.raises(Invalid) as refused:
        api.move_team(line_id=line(plan, small).pk, sitting=wanted, by=mill.contact)
    assert refused.value.code == "canteen_full"
    assert "12 \u4eba" in refused.value.message
    assert "\u8d85\u51fa 1 \u4eba" in refused.value.message
    assert "11:30" in refused.value.hint
    with pytest.raises(Invalid, match="4 \u573a"):
        api.move_team(line_id=line(plan, small).pk, sitting=9, by=mill.contact)
    moved = api.move_team(line_id=line(plan, small).pk, sitting=3, by=mill.contact)
    assert (moved.sitting, full(plan)) == (3, {wanted: 12, 3: 9})
    api.move_team(line_id=moved.pk, sitting=None, by=mill.contact)
    assert full(plan) == {wanted: 12}


def test_what_was_set_by_hand_stays_when_planned_anew(mill: Firm) -> None:
    one, _two = crew(mill, [6, 5])
    meal = lunch(mill, seats=20)
    api.move_team(line_id=line(draft_of(meal), one).pk, sitting=2, by=mill.contact)
    again = api.propose(meal_id=meal.pk, by=mill.contact)
    assert (line(again, one).sitting, line(again, one).moved, again.n) == (2, True, 2)
    published(meal, mill)
    # From the published plan: nobody's sitting changes.
    kept = api.propose(meal_id=meal.pk, by=mill.contact)
    assert line(kept, one).sitting == 2
    assert list(kept.lines.filter(moved=True)) == [line(kept, one)]
    fresh = api.propose(meal_id=meal.pk, keep_hands=False, by=mill.contact)
    assert line(fresh, one).sitting == 0
    assert SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT).count() == 1


def test_grown_teams_are_not_published_over_the_seats(mill: Firm) -> None:
    meal_team = mill.teams[0]
    crew(mill, [3])
    hire(mill)
    meal = lunch(mill, seats=4, closes=time(11, 20))
    assert line(draft_of(meal), meal_team).people == 1
    hire(mill)
    with pytest.raises(Conflict, match="\u8d85\u51fa 1 \u4eba"):
        api.publish_plan(plan_id=draft_of(meal).pk, by=mill.contact)
    api.propose(meal_id=meal.pk, by=mill.contact)
    made = published(meal, mill)
    assert full(made) in ({0: 3}, {0: 2})


def test_those_off_shift_do_not_eat_and_those_without_a_team_do(mill: Firm) -> None:
    (team,) = crew(mill, [3])
    night = Team.objects.create(enterprise=mill.unit, name="\u591c", shift=None)
    hire(mill)
    meal = lunch(mill)
    plan = api.propose(meal_id=meal.pk, by=mill.contact)
    assert {one.team_id for one in plan.lines.all()} == {team.pk, mill.teams[0].pk}
    late = api.MealData(MealKind.NIGHT, 20, time(23), time(23, 50))
    empty = api.set_meal(enterprise=mill.unit, site_id=mill.canteen.pk, data=late, by=mill.contact)
    assert not draft_of(empty).lines.exists()
    with pytest.raises(Conflict):
        api.propose(meal_id=empty.pk, by=mill.contact)
    with pytest.raises(Conflict):
        published(empty, mill)
    assert night.shift is None


def test_a_meal_of_the_night_ends_after_midnight(mill: Firm) -> None:
    night = api.MealData(MealKind.NIGHT, 20, time(23, 20), time(0, 40))
    meal = api.set_meal(enterprise=mill.unit, site_id=mill.canteen.pk, data=night, by=mill.contact)
    plan = draft_of(meal)
    assert plan.places == 3
    assert [api.hours_of(plan, n) for n in range(3)] == [
        (time(23, 20), time(23, 40)),
        (time(23, 50), time(0, 10)),
        (time(0, 20), time(0, 40)),
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"seats": 0}, ""),
        ({"closes": time(10)}, ""),
        ({"closes": time(1)}, ""),
        ({"opens": time(17, 50), "closes": time(1)}, ""),
        ({"opens": time(23), "closes": time(6, 10)}, ""),
        ({"closes": time(11)}, ""),
        ({"closes": time(11, 10)}, "closes"),
        ({"minutes": 3}, ""),
        ({"seats": 31}, "seats"),
    ],
)
def test_a_meal_that_cannot_be_is_refused(mill: Firm, data: dict[str, object], place: str) -> None:
    mill.canteen.capacity = 30
    mill.canteen.save()
    words: dict[str, object] = {"kind": MealKind.LUNCH, "seats": 20, "opens": time(11), "closes": time(13)}
    with pytest.raises(Invalid) as refused:
        api.set_meal(
            enterprise=mill.unit,
            site_id=mill.canteen.pk,
            data=api.MealData(**{**words, **data}),  # type: ignore[arg-type]
            by=mill.contact,
        )
    assert refused.value.place == place


def test_a_changed_or_ended_meal_takes_its_plan_with_it(mill: Firm) -> None:
    crew(mill, [5])
    meal = lunch(mill)
    plan = published(meal, mill)
    data = api.MealData(MealKind.LUNCH, 10, time(11), time(13))
    api.set_meal(enterprise=mill.unit, site_id=mill.canteen.pk, data=data, by=mill.contact, meal_id=meal.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.OUTDATED
    assert draft_of(meal).room == 10
    api.end_meal(meal_id=meal.pk, by=mill.contact)
    assert not SittingPlan.objects.filter(meal=meal, state__in=("draft", "published")).exists()
    with pytest.raises(Conflict):
        api.end_meal(meal_id=meal.pk, by=mill.contact)
    with pytest.raises(Conflict):
        api.propose(meal_id=meal.pk, by=mill.contact)


def test_a_switch_outdates_the_plan_and_proposes_another_at_once(zone: Park) -> None:
    park, mill = zone, zone.firms[0]
    sets_in_force(park, mill)
    crew(mill, [14, 13, 12])
    meal = lunch(mill, seats=40)
    assert draft_of(meal).room == 30
    obligations.generate(obligations.business_now()[1], by=park.root)
    assert len(waiting(mill)) == 1
    routine = published(meal, mill)
    assert waiting(mill) == []

    switch(park, 4)
    assert api.follow_rules(by=park.root) == 1
    routine.refresh_from_db()
    assert routine.state == PlanState.OUTDATED
    lighter = draft_of(meal)
    assert (lighter.percent, lighter.room, lighter.level, lighter.posture) == (50, 20, 4, "emergency")
    assert max(full(lighter).values()) <= 20
    assert waiting(mill)
    with pytest.raises(Conflict):
        api.keep_plans(enterprise=mill.unit, by=mill.contact)
    published(meal, mill)
    assert waiting(mill) == []
    assert api.follow_rules(by=park.root) == 0

    switch(park, 1)
    api.follow_rules(by=park.root)
    packed = draft_of(meal)
    assert (packed.mode, full(packed), packed.places) == (MealMode.TAKEAWAY, {}, 0)
    with pytest.raises(Invalid, match="\u6253\u5305"):
        api.move_team(line_id=packed.lines.all()[0].pk, sitting=0, by=mill.contact)
    published(meal, mill)

    switch(park, None)
    assert api.follow_rules(by=park.root, unit_ids=[mill.unit.pk]) == 1
    back = draft_of(meal)
    assert (back.room, back.level) == (30, None)
    assert waiting(mill)
    published(meal, mill)
    assert waiting(mill) == []


def test_a_plan_made_before_a_switch_is_not_published_after_it(zone: Park) -> None:
    park, mill = zone, zone.firms[0]
    sets_in_force(park, mill)
    crew(mill, [14])
    meal = lunch(mill, seats=40)
    switch(park, 2)
    with pytest.raises(Conflict) as refused:
        api.publish_plan(plan_id=draft_of(meal).pk, by=mill.contact)
    assert refused.value.code == "outdated"


def test_one_word_holds_to_the_published_plan_and_only_while_it_holds(park: Park, mill: Firm) -> None:
    sets_in_force(park, mill)
    with pytest.raises(Conflict):
        api.keep_plans(enterprise=mill.unit, by=mill.contact)
    crew(mill, [14])
    meal = lunch(mill, seats=40)
    with pytest.raises(Conflict):
        api.keep_plans(enterprise=mill.unit, by=mill.contact)
    plan = published(meal, mill)
    assert api.keep_plans(enterprise=mill.unit, by=mill.contact) == 0
    assert SittingDay.objects.filter(plan=plan).count() == 1
    # What is demanded only after it was published is met by what was published.
    obligations.generate(obligations.business_now()[1], by=park.root)
    assert waiting(mill) == []


def test_what_was_said_before_a_switch_meets_nothing_that_it_demands(zone: Park) -> None:
    park, mill = zone, zone.firms[0]
    sets_in_force(park, mill)
    crew(mill, [14])
    meal = lunch(mill, seats=40)
    published(meal, mill)
    obligations.today(mill.unit.pk)
    api.keep_plans(enterprise=mill.unit, by=mill.contact)
    assert waiting(mill) == []
    switch(park, 2)
    obligations.today(mill.unit.pk)
    assert waiting(mill)
    api.follow_rules(by=park.root)
    published(meal, mill)
    assert waiting(mill) == []


def test_what_was_said_in_the_night_is_said_again_for_the_day_after(
    park: Park, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets_in_force(park, mill)
    crew(mill, [14])
    published(lunch(mill, seats=40), mill)
    night = dawn(monkeypatch, obligations.business_now()[0])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        SittingDay.objects.update(at=night)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert api.keep_plans(enterprise=mill.unit, by=mill.contact) == 1
    assert api.keep_plans(enterprise=mill.unit, by=mill.contact) == 0


def test_every_meal_needs_its_plan_before_anything_is_met(park: Park, mill: Firm) -> None:
    sets_in_force(park, mill)
    crew(mill, [6])
    first = lunch(mill, seats=40)
    dinner = api.MealData(MealKind.DINNER, 40, time(17), time(18))
    second = api.set_meal(enterprise=mill.unit, site_id=mill.canteen.pk, data=dinner, by=mill.contact)
    obligations.generate(obligations.business_now()[1], by=park.root)
    published(first, mill)
    assert len(waiting(mill)) == 1
    published(second, mill)
    assert waiting(mill) == []


def test_who_may_not_plan(park: Park, mill: Firm) -> None:
    team, _other = crew(mill, [5, 4])
    meal = lunch(mill)
    plan = draft_of(meal)
    zone = park.zone.path
    for role, path, error in (
        (Role.OFFICIAL, zone, Refused),
        (Role.DUTY_OFFICER, zone, Refused),
        (Role.GATE_GUARD, mill.unit.path, NotFound),
        (Role.COMPANY, park.firms[1].unit.path, NotFound),
        (Role.AUDITOR, "/", NotFound),
    ):
        actor = acting(role, path)
        for call in (
            lambda by: api.publish_plan(plan_id=plan.pk, by=by),
            lambda by: api.move_team(line_id=line(plan, team).pk, sitting=1, by=by),
            lambda by: api.propose(meal_id=meal.pk, by=by),
            lambda by: api.end_meal(meal_id=meal.pk, by=by),
        ):
            with pytest.raises((error, NotFound)):
                call(actor)
        with pytest.raises(Refused):
            api.set_meal(
                enterprise=mill.unit,
                site_id=mill.canteen.pk,
                data=api.MealData(MealKind.DINNER, 5, time(17), time(18)),
                by=actor,
            )
        with pytest.raises(Refused):
            api.keep_plans(enterprise=mill.unit, by=actor)
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT


ATTACKS = (
    "UPDATE sanitation_sittingline SET sitting = 0",
    "UPDATE sanitation_sittingline SET people = people + 1",
    "DELETE FROM sanitation_sittingline",
    "INSERT INTO sanitation_sittingline (plan_id, team_id, people, sitting, moved)"
    " SELECT plan_id, NULL, 1, 0, false FROM sanitation_sittingline LIMIT 1",
    "UPDATE sanitation_sittingplan SET room = 1000, seats = 1000",
    "UPDATE sanitation_sittingplan SET mode = 'closed', places = 0",
    "UPDATE sanitation_sittingplan SET state = 'draft'",
    "UPDATE sanitation_sittingplan SET published_at = now()",
    "DELETE FROM sanitation_sittingplan",
    "UPDATE sanitation_sittingday SET by_name = 'x'",
    "DELETE FROM sanitation_sittingday",
    "INSERT INTO sanitation_sittingplan (enterprise_id, meal_id, n, state, seats, percent, room, opens, minutes,"
    " gap, places, mode, posture, source, verified, proven, made_by, published_by)"
    " SELECT enterprise_id, meal_id, 99, 'published', seats, percent, room, opens, minutes, gap, places, mode,"
    " posture, source, verified, proven, made_by, published_by FROM sanitation_sittingplan LIMIT 1",
)


@pytest.mark.parametrize("statement", ATTACKS)
def test_plain_sql_does_not_change_a_published_plan(mill: Firm, statement: str) -> None:
    crew(mill, [12, 12])
    published(lunch(mill, seats=20), mill)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_plain_sql_overfills_no_draft_either(park: Park, mill: Firm) -> None:
    first, second = crew(mill, [12, 12])
    plan = draft_of(lunch(mill, seats=20))
    other = park.firms[1].teams[0]
    for statement in (
        "UPDATE sanitation_sittingline SET sitting = 0",
        "UPDATE sanitation_sittingline SET sitting = 4",
        "INSERT INTO sanitation_sittingline (plan_id, team_id, people, moved)"
        f" VALUES ({plan.pk}, {other.pk}, 1, false)",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert {line(plan, first).sitting, line(plan, second).sitting} == {0, 1}
    foreign = CanteenMeal.objects.get()
    with pytest.raises(Error), transaction.atomic():
        SittingPlan.objects.create(
            enterprise=park.firms[1].unit, meal=foreign, n=50, seats=1, percent=100, room=1,
            opens=time(11), minutes=20, gap=10, places=1,
        )  # fmt: skip


@WALK
@given(
    numbers=st.lists(st.integers(1, 14), min_size=1, max_size=6),
    seats=st.integers(4, 24),
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 4)), st.integers(0, 9)), max_size=12
    ),
)
def test_no_published_plan_exceeds_its_seats_whatever_the_edits(
    transactional_world: None, numbers: list[int], seats: int, steps: list[tuple[int, int | None, int]]
) -> None:
    del transactional_world
    with transaction.atomic():
        mill = build_park().firms[0]
        teams = crew(mill, numbers)
        meal = lunch(mill, seats=seats)
        for who, where, act in steps:
            plan = SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT).first()
            try:
                if plan is None or act == 9:
                    api.propose(meal_id=meal.pk, keep_hands=act % 2 == 1, by=mill.contact)
                elif act == 8:
                    api.publish_plan(plan_id=plan.pk, by=mill.contact)
                else:
                    api.move_team(
                        line_id=line(plan, teams[who % len(teams)]).pk, sitting=where, by=mill.contact
                    )
            except DomainError as error:
                assert error.code == "canteen_full" or error.place == "sitting"  # noqa: PT017
        for plan in SittingPlan.objects.filter(meal=meal).exclude(state=PlanState.DISCARDED):
            assert all(people <= plan.room <= seats for people in full(plan).values())
            assert plan.lines.count() == len(teams)
        if SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT).exists():
            assert max(full(published(meal, mill)).values(), default=0) <= seats
        assert SittingLine.objects.filter(plan__meal=meal).exists()
        transaction.set_rollback(True)


@pytest.fixture
def transactional_world(db: None) -> None:
    """The database for examples that each build and leave a world of their own."""
