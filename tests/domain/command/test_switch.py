"""The switch on a small zone: one whole path, what each step leaves behind, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.domain.command import api
from pingzhan.domain.command.actions.switch import order_switch
from pingzhan.domain.command.enums import BasisKind, GapKind, TaskDecisionKind
from pingzhan.domain.command.models import (
    Activation,
    Broadcast,
    CommandTenure,
    Gap,
    ScopeState,
    Seat,
    SeatCause,
    Task,
    TaskEvent,
)
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Holding, Person
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone, actor_with

Sound = Callable[[], None]


def seats(**more: Any) -> dict[str, str]:
    """Open seats: post code and seat to name of person."""
    return {
        f"{seat.post_code}/{seat.seat_no}" if seat.post_id else f"pool/{seat.person.name}": seat.person.name
        for seat in Seat.objects.filter(closed_at=None, **more).select_related("person")
    }


def test_goal_G2_everything_is_there_at_commit_and_back_again(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    preview = api.preview_switch(order=order(park), by=duty)
    assert Seat.objects.count() == 0
    assert Activation.objects.count() == 0
    outcome = api.order_switch(
        order=order(park, preview_sha=preview.sha, expect_epoch=preview.epoch), by=duty
    )
    sound()
    assert outcome.counts["opened"] == len(preview.opened) == Seat.objects.filter(closed_at=None).count()
    assert Task.objects.count() == outcome.counts["tasks"] > len(preview.opened)
    assert Notice.objects.filter(kind="order").count() == len(preview.opened)
    assert Broadcast.objects.get().total == 120
    assert set(Gap.objects.values_list("kind", flat=True)) == {GapKind.PERSON_IN_POOL}
    assert "pool/桑晓风" in seats()
    assert "pool/谈云起" in seats()
    record = AuditRecord.objects.get(verb="command.order_switch")
    assert record.body["counts"] == outcome.counts
    assert record.body["structure"] == park.version.sha256
    shown = api.preview_stand_down(order=ending(park), by=duty)
    # The two in the pool need not report any more, so nobody is asked what becomes of that.
    assert sum(group.open for group in shown.task_groups) == outcome.counts["tasks"] - 2
    assert Activation.objects.get().ended_at is None
    ended = api.stand_down(order=ending(park, preview_sha=shown.sha, expect_epoch=shown.epoch), by=duty)
    sound()
    assert (outcome.epoch, ended.epoch) == (1, 2)
    assert Seat.objects.filter(closed_at=None, posture="emergency").count() == 0
    assert SeatCause.objects.filter(seat__posture="routine").count() == 0
    assert CommandTenure.objects.filter(ended_at=None).count() == 0


def test_case_26_every_role_but_those_who_command_is_refused(park: SmallZone) -> None:
    for role in Role:
        if role in (Role.DUTY_OFFICER, Role.LEADER):
            continue
        actor = actor_with(role)
        for act in (
            lambda actor=actor: api.order_switch(order=order(park), by=actor),
            lambda actor=actor: api.preview_switch(order=order(park), by=actor),
            lambda actor=actor: api.stand_down(order=ending(park), by=actor),
            lambda actor=actor: api.preview_stand_down(order=ending(park), by=actor),
        ):
            with pytest.raises(Refused):
                act()
    assert Activation.objects.count() == 0


def test_officer_of_one_firm_may_not_switch_the_zone(park: SmallZone, sound: Sound) -> None:
    mine = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    with pytest.raises(Refused):
        api.order_switch(order=order(park), by=mine)
    with pytest.raises(Refused):
        api.order_switch(order=order(park, unit=park.firms[1]), by=mine)
    api.order_switch(order=order(park, unit=park.firms[0]), by=mine)
    sound()


@pytest.mark.parametrize("wrong", [{"level": 5}, {"level": 0}, {"key": " "}, {"reason": ""}, {"basis": " "}])
def test_incomplete_order(park: SmallZone, duty: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        api.order_switch(order=order(park, **wrong), by=duty)


def test_no_structure(duty: Actor) -> None:
    from tests.factories import small_zone

    park = small_zone(publish=False)
    with pytest.raises(Invalid) as error:
        api.order_switch(order=order(park), by=duty)
    assert error.value.code == "no_structure"


def test_same_key_again(park: SmallZone, duty: Actor, sound: Sound) -> None:
    first = api.order_switch(order=order(park), by=duty)
    again = api.order_switch(order=order(park, expect_epoch=0), by=duty)
    assert (again.activation_id, again.replayed) == (first.activation_id, True)
    for other in ({"level": 1}, {"reason": "另有原因"}, {"unit": park.firms[0]}, {"basis": "别的"}):
        with pytest.raises(Conflict) as error:
            api.order_switch(order=order(park, **other), by=duty)
        assert error.value.code == "key_used"
        assert "值班甲" in error.value.message
    api.stand_down(order=ending(park), by=duty)
    assert api.stand_down(order=ending(park), by=duty).replayed
    with pytest.raises(Conflict):
        api.stand_down(order=ending(park, reason="别的"), by=duty)
    with pytest.raises(Conflict):
        api.order_switch(order=order(park, key="e1"), by=duty)
    with pytest.raises(Conflict):
        api.stand_down(order=ending(park, key="k1"), by=duty)
    assert Activation.objects.count() == 1
    sound()


def test_fence_names_who_switched_and_what_is_in_force(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park, expect_epoch=0), by=duty)
    other = actor_with(Role.LEADER, name="领导乙")
    with pytest.raises(Conflict) as error:
        api.order_switch(order=order(park, key="k2", level=1, expect_epoch=0), by=other)
    assert error.value.code == "epoch"
    assert "值班甲" in error.value.message
    assert "战时\u2161级" in error.value.message


def test_stand_down_raises_the_epoch(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park, expect_epoch=0), by=duty)
    api.stand_down(order=ending(park, expect_epoch=1), by=duty)
    for stale in (0, 1):
        with pytest.raises(Conflict):
            api.order_switch(order=order(park, key=f"k{stale}x", expect_epoch=stale), by=duty)
    assert api.scope_epoch(park.zone) == 2
    assert ScopeState.objects.get(unit=park.zone).activation_id is None


def test_same_level_twice_and_stand_down_without_emergency(park: SmallZone, duty: Actor) -> None:
    with pytest.raises(Conflict) as error:
        api.stand_down(order=ending(park), by=duty)
    assert error.value.code == "not_active"
    api.order_switch(order=order(park), by=duty)
    with pytest.raises(Conflict) as error:
        api.order_switch(order=order(park, key="k2"), by=duty)
    assert error.value.code == "already"


def test_stale_preview_says_what_changed(park: SmallZone, duty: Actor) -> None:
    preview = api.preview_switch(order=order(park), by=duty)
    organisation.register_absence(
        person=park.people["戴望舒"], **absence_now(), by=actor_with(Role.DUTY_OFFICER)
    )
    with pytest.raises(Conflict) as error:
        api.order_switch(order=order(park, preview_sha=preview.sha), by=duty)
    assert error.value.code == "preview_stale"
    assert "戴望舒" in error.value.message
    with pytest.raises(Conflict):
        api.order_switch(order=order(park, preview_sha="f" * 64), by=duty)
    assert Activation.objects.count() == 0


def absence_now() -> dict[str, Any]:
    from datetime import timedelta

    from django.utils import timezone

    now = timezone.now()
    return {
        "kind": AbsenceKind.LEAVE,
        "t0": now - timedelta(hours=1),
        "t1": now + timedelta(days=2),
        "basis": "假条",
    }


def test_level_change_keeps_confirmed_seats_with_equal_duties(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park, level=3), by=duty)
    before = set(Seat.objects.filter(closed_at=None).values_list("id", flat=True))
    told = Notice.objects.count()
    api.order_switch(order=order(park, key="k2", level=1, expect_epoch=1), by=duty)
    sound()
    after = set(Seat.objects.filter(closed_at=None).values_list("id", flat=True))
    changed = set(Seat.objects.filter(pk__in=after - before).values_list("post__group__code", flat=True))
    assert changed <= {"response"}
    assert Notice.objects.count() - told == len(after - before)
    assert Activation.objects.get(key="k2").run_id == Activation.objects.get(key="k1").pk
    assert Activation.objects.get(key="k1").end_kind == "replaced"


def test_case_22_zone_stands_down_and_enterprise_stays(park: SmallZone, duty: Actor, sound: Sound) -> None:
    firm = park.firms[0]
    api.order_switch(order=order(park, key="f", unit=firm, level=3), by=duty)
    sound()
    api.order_switch(order=order(park, key="z", level=2), by=duty)
    sound()
    posture = api.posture_of([park.zone.pk, firm.pk, park.firms[1].pk])
    assert [posture[unit.pk].level for unit in (park.zone, firm, park.firms[1])] == [2, 2, 2]
    band = api.band_data(park.zone)
    assert (band.level, band.differing) == (2, ())
    inside = set(Seat.objects.filter(closed_at=None, unit=firm).values_list("id", flat=True))
    api.stand_down(order=ending(park), by=duty)
    sound()
    assert set(Seat.objects.filter(closed_at=None, unit=firm).values_list("id", flat=True)) == inside
    posture = api.posture_of([park.zone.pk, firm.pk])
    assert [posture[unit.pk].level for unit in (park.zone, firm)] == [None, 3]
    assert [scope.name for scope in api.band_data(park.zone).differing] == [firm.name]
    assert CommandTenure.objects.filter(ended_at=None).get().unit_id == firm.pk


def test_routine_tasks_are_parked_and_return(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    sound()
    mine = Task.objects.filter(owner_seat__post_code="testing.head").get()
    Task.objects.filter(pk=mine.pk).update(state="doing")
    routine = Task.objects.count()
    api.order_switch(order=order(park), by=duty)
    sound()
    mine.refresh_from_db()
    assert (mine.state, mine.parked_from) == ("parked", "doing")
    assert Task.objects.filter(state="parked").count() == routine
    api.stand_down(order=ending(park), by=duty)
    sound()
    mine.refresh_from_db()
    assert (mine.state, mine.parked_from) == ("doing", "")
    assert mine.owner_seat.closed_at is None
    assert Task.objects.filter(state="parked").count() == 0
    assert Task.objects.filter(phase="standing").count() == routine


def test_case_23_open_tasks_go_where_the_stand_down_says(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.order_switch(order=order(park), by=duty)
    with pytest.raises(Invalid):
        api.stand_down(
            order=ending(park, decisions=[api.TaskDecision("testing", TaskDecisionKind.CANCEL)]), by=duty
        )
    with pytest.raises(Invalid):
        api.stand_down(
            order=ending(
                park, decisions=[api.TaskDecision("testing", TaskDecisionKind.HAND_OVER, post_code="没有")]
            ),
            by=duty,
        )
    api.stand_down(
        order=ending(
            park,
            decisions=[
                api.TaskDecision("testing", TaskDecisionKind.DONE),
                api.TaskDecision("medical", TaskDecisionKind.CANCEL, reason="不再需要"),
                api.TaskDecision("response", TaskDecisionKind.HAND_OVER, post_code="coordination.head"),
            ],
        ),
        by=duty,
    )
    sound()

    def states(group: str) -> set[tuple[str, str]]:
        return set(
            Task.objects.filter(seat__post__group__code=group, seat__posture="emergency").values_list(
                "state", "owner_seat__post_code"
            )
        )

    assert {state for state, _post in states("testing")} == {"closed"}
    assert {state for state, _post in states("medical")} == {"cancelled"}
    assert states("response") == {("handed_over", "coordination.head")}
    assert {state for state, _post in states("inspection")} == {"handed_over"}
    assert TaskEvent.objects.filter(verb="cancel", note="不再需要").exists()


def test_case_23_an_end_that_leaves_tasks_to_nobody_is_no_end(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    organisation.register_absence(
        person=park.people["戴望舒"], **{**absence_now(), "kind": AbsenceKind.ILL}, by=duty
    )
    organisation.register_absence(
        person=park.people["方可行"], **{**absence_now(), "kind": AbsenceKind.ILL}, by=duty
    )
    before = set(Task.objects.values_list("pk", "state", "owner_seat"))
    empty = api.TaskDecision("response", TaskDecisionKind.HAND_OVER, post_code="coordination.head")
    with pytest.raises(Invalid) as error:
        api.stand_down(order=ending(park, decisions=[empty]), by=duty)
    assert "没有人" in error.value.message
    assert Activation.objects.get().ended_at is None
    assert set(Task.objects.values_list("pk", "state", "owner_seat")) == before
    api.stand_down(order=ending(park), by=duty)
    sound()
    owed = Task.objects.exclude(state__in=["closed", "cancelled", "parked"])
    assert owed.exists()
    assert not owed.filter(owner_seat__closed_at__isnull=False).exists()
    assert not Task.objects.filter(state="cancelled", reason="").exists()


def test_real_order_ends_a_drill(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    api.order_switch(order=order(park, key="d1", world=5), by=duty)
    sound()
    assert api.posture_of([park.zone.pk])[park.zone.pk].level is None
    assert Notice.objects.filter(world=5).count() == Seat.objects.filter(world=5).count() > 0
    assert not Notice.objects.filter(world=5).exclude(title__startswith="【演练】").exists()
    assert Broadcast.objects.count() == 0
    api.order_switch(order=order(park), by=duty)
    sound()
    drill = Activation.objects.get(key="d1")
    assert drill.end_kind == "real_order"
    assert Seat.objects.filter(world=5, closed_at=None, posture="emergency").count() == 0


def test_case_26_verbal_order_names_who_ordered(park: SmallZone, duty: Actor, sound: Sound) -> None:
    order_switch(
        order=order(park, basis="主任电话", basis_kind=BasisKind.VERBAL, on_behalf_of="管委会主任"), by=duty
    )
    sound()
    task = Task.objects.get(duty_code__startswith="basis.")
    assert task.owner_seat.post_code == "coordination.head"
    assert task.due_at is not None
    one = Activation.objects.get()
    assert (one.ordered_by_name, one.recorded_by_name, one.ordered_by_id) == ("管委会主任", "值班甲", None)


def test_case_10_all_holders_on_leave_is_a_gap_and_no_obstacle(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    for name in ("戴望舒", "方可行"):
        # Leave of both would be refused (AB 岗); illness is a fact.
        away = {**absence_now(), "kind": AbsenceKind.ILL}
        organisation.register_absence(person=park.people[name], **away, by=duty)
    api.order_switch(order=order(park), by=duty)
    sound()
    gap = Gap.objects.get(kind=GapKind.POST_EMPTY, post_code="coordination.head")
    assert gap.owner == park.people["安若水"]
    line = next(one for one in api.gap_lines(api.open_gaps(park.zone)) if one.post_code == gap.post_code)
    assert "请假或离岗" in line.sentence
    assert "安若水" in line.sentence
    assert "戴望舒" in line.sentence
    assert Gap.objects.filter(kind=GapKind.PERSON_ABSENT).count() == 2


def test_commander_acts_by_deputy_until_he_confirms(park: SmallZone, duty: Actor, sound: Sound) -> None:
    api.order_switch(order=order(park), by=duty)
    first = CommandTenure.objects.get(ended_at=None)
    assert (first.person.name, first.acting) == ("白景行", True)
    head = Seat.objects.get(post_code="leading.head", closed_at=None)
    api.acknowledge_by_phone(seat_id=head.pk, by=duty)
    sound()
    second = CommandTenure.objects.get(ended_at=None)
    assert (second.person.name, second.acting) == ("安若水", False)
    first.refresh_from_db()
    assert first.ended_at is not None


def test_case_13_commander_who_also_leads_a_group_is_listed(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    spare: Person = park.people["桑晓风"]
    draft = organisation.clone_version(version=park.version, by=park.root)
    codes = ("medical.head", "testing.head")
    draft.posts.filter(code__in=codes).update(critical=True)
    Holding.objects.filter(post__version=draft, post__code__in=codes).update(person=spare)
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    from pingzhan.domain.organisation.actions.common import recompute

    recompute(draft)
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)
    api.order_switch(order=order(park), by=duty)
    sound()
    assert Gap.objects.get(kind=GapKind.TWO_CRITICAL).person == spare
