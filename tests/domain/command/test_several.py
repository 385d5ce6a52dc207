"""One order for a chosen list of enterprises: all or none, one record, each its own activation (goal G7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.command import api
from pingzhan.domain.command.enums import TaskDecisionKind
from pingzhan.domain.command.models import (
    Activation,
    Broadcast,
    CommandTenure,
    ScopeState,
    Seat,
    SeatCause,
    Task,
)
from pingzhan.domain.organisation.models import Responsibility
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.command.conftest import order
from tests.domain.command.park import GroupSpec, PostSpec, make_persons, make_unit, make_version
from tests.factories import SmallZone, actor_with, small_zone

Sound = Callable[[], None]
FIRMS = 6


class Many:
    """A zone of some enterprises with an officer, a contact and a team each."""

    def __init__(self, count: int, mark: str = "S") -> None:
        self.zone = make_unit("zone", f"{mark}Z")
        areas = [make_unit("area", f"{mark}A{n}", self.zone) for n in range(2)]
        self.firms = [
            make_unit("enterprise", f"{mark}E{n:03d}", areas[n % 2], headcount=10) for n in range(count)
        ]
        officials = make_persons(self.zone, count + 4)
        company = make_persons(self.zone, count * 2, kind="company", prefix="企")
        Responsibility.objects.bulk_create(
            Responsibility(unit=firm, person=officials[n], kind="enterprise", rank=0)
            for n, firm in enumerate(self.firms)
        )
        posts = [
            PostSpec(f"leading.{role}", "leading", role, holders=[(1, 0, officials[count + n].pk)])
            for n, role in enumerate(("head", "deputy"))
        ]
        workers = iter(company)
        for firm in self.firms:
            holders: list[tuple[str, Any, str]] = [
                ("officer", "responsible:enterprise", "both"),
                ("contact", next(workers).pk, "both"),
                ("team", next(workers).pk, "emergency"),
            ]
            posts.extend(
                PostSpec(
                    f"enterprise.{firm.code}.{role}",
                    "enterprise",
                    f"firm_{role}",
                    firm,
                    posture=posture,
                    holders=[(1, 0, who)],
                )
                for role, who, posture in holders
            )
        make_version(self.zone, [GroupSpec("leading", "leading"), GroupSpec("enterprise")], posts)
        self.actor = system_actor("试验")
        api.reconcile_zone(zone=self.zone, cause="试验", by=self.actor)


@pytest.fixture
def many(db: None) -> Many:
    return Many(FIRMS)


def several(units: Any, key: str = "s1", **more: Any) -> api.SwitchSeveral:
    """An order for these units at level III unless told otherwise."""
    values: dict[str, Any] = {"level": 3, "reason": "多点散发", "basis": "测〔2026〕7号", **more}
    return api.SwitchSeveral(key=key, units=tuple(units), **values)


def ending(units: Any, key: str = "se1", **more: Any) -> api.StandDownSeveral:
    return api.StandDownSeveral(key=key, units=tuple(units), **{"reason": "处置完毕", **more})


def postures(many: Many) -> list[int | None]:
    found = api.posture_of([firm.pk for firm in many.firms])
    return [found[firm.pk].level for firm in many.firms]


def test_goal_G7_several_enterprises_in_one_order(many: Many, sound: Sound) -> None:
    chosen = [many.firms[4], many.firms[0], many.firms[2], many.firms[0]]
    shown = api.preview_switch_several(order=several(chosen), by=many.actor)
    assert Activation.objects.count() == 0
    assert [one.unit_id for one in shown.scopes] == [many.firms[n].pk for n in (0, 2, 4)]
    before = AuditRecord.objects.count()
    done = api.order_switch_several(
        order=several(chosen, expect=shown.expect, preview_sha=shown.sha), by=many.actor
    )
    sound()
    assert postures(many) == [3, None, 3, None, 3, None]
    made = list(Activation.objects.order_by("pk"))
    assert tuple(one.pk for one in made) == done.activation_ids
    assert {one.unit_id for one in made} == {firm.pk for firm in chosen}
    assert [made[0].key, *sorted(one.key for one in made[1:])] == [
        "s1",
        *sorted(f"s1/{one.unit_id}" for one in made[1:]),
    ]
    line = AuditRecord.objects.order_by("-id")[0]
    assert AuditRecord.objects.count() == before + 1
    assert (line.verb, line.body["n"]) == ("command.order_several", 3)
    assert sorted(line.body["units"]) == sorted(firm.pk for firm in set(chosen))
    # All three lie in the first area.
    assert line.unit_path == many.firms[0].path.rsplit("/", 2)[0] + "/"
    opened = Seat.objects.filter(closed_at=None, posture="emergency", post__isnull=False)
    for one in made:
        mine = opened.filter(unit_id=one.unit_id)
        assert mine.count() == 3
        assert set(mine.values_list("opened_by_activation", flat=True)) == {one.pk}
        assert SeatCause.objects.filter(activation=one, seat__in=mine).count() == 3
        assert Broadcast.objects.get(activation=one).total == 10
        assert CommandTenure.objects.filter(activation=one, ended_at=None).count() == 1
    assert Notice.objects.filter(subject_id__in=opened.values("pk"), kind="order").count() == opened.count()


def test_goal_G7_queries_do_not_grow_with_the_number_of_enterprises(db: None) -> None:
    counted = []
    for number in (2, 24):
        many = Many(number, f"Q{number}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            api.order_switch_several(order=several(many.firms, key=f"q{number}"), by=many.actor)
        counted.append(len(seen))
        with CaptureQueriesContext(connection) as seen:
            api.stand_down_several(order=ending(many.firms, key=f"qe{number}"), by=many.actor)
        counted.append(len(seen))
    assert counted[2] - counted[0] <= 2
    assert counted[3] - counted[1] <= 2


def test_the_same_order_twice_changes_nothing(many: Many) -> None:
    first = api.order_switch_several(order=several(many.firms), by=many.actor)
    again = api.order_switch_several(order=several(reversed(many.firms)), by=many.actor)
    assert (again.activation_ids, again.replayed) == (first.activation_ids, True)
    with pytest.raises(Conflict) as caught:
        api.order_switch_several(order=several(many.firms[:2]), by=many.actor)
    assert caught.value.code == "key_used"
    over = api.stand_down_several(order=ending(many.firms), by=many.actor)
    once = api.stand_down_several(order=ending(many.firms), by=many.actor)
    assert (once.activation_ids, once.replayed) == (over.activation_ids, True)
    with pytest.raises(Conflict):
        api.stand_down_several(order=ending(many.firms, reason="另一道"), by=many.actor)
    assert Activation.objects.count() == FIRMS


def test_all_or_none(many: Many, sound: Sound) -> None:
    shown = api.preview_switch_several(order=several(many.firms), by=many.actor)
    alone = api.SwitchOrder(key="one", unit=many.firms[3], level=2, reason="先行", basis="测〔2026〕8号")
    api.order_switch(order=alone, by=many.actor)
    for tied in ({"expect": shown.expect}, {"preview_sha": shown.sha}, {"expect": shown.expect[:-1]}):
        with pytest.raises(Conflict):
            api.order_switch_several(order=several(many.firms, **tied), by=many.actor)
        assert Activation.objects.count() == 1
    assert postures(many) == [None, None, None, 2, None, None]
    sound()


def test_units_that_stand_there_already_are_left(many: Many, sound: Sound) -> None:
    api.order_switch_several(order=several(many.firms[:2], key="a"), by=many.actor)
    api.order_switch_several(order=several(many.firms[2:3], key="b", level=2), by=many.actor)
    told = Notice.objects.filter(kind="order").count()
    shown = api.preview_switch_several(order=several(many.firms[:4]), by=many.actor)
    assert (len(shown.scopes), len(shown.already)) == (2, 2)
    done = api.order_switch_several(
        order=several(many.firms[:4], expect=shown.expect, preview_sha=shown.sha), by=many.actor
    )
    sound()
    assert (len(done.activation_ids), done.already) == (2, 2)
    assert postures(many) == [3, 3, 3, 3, None, None]
    lowered = Activation.objects.get(unit=many.firms[2], ended_at=None)
    assert (lowered.level_from, lowered.epoch) == (2, 2)
    # The firm that changed its level keeps its seats where the duties are the same; the new one has three.
    assert Notice.objects.filter(kind="order").count() - told >= 3
    with pytest.raises(Conflict) as caught:
        api.order_switch_several(order=several(many.firms[:4], key="again"), by=many.actor)
    assert caught.value.code == "already"


def test_stand_down_of_the_chosen_ones(many: Many, sound: Sound) -> None:
    api.order_switch_several(order=several(many.firms), by=many.actor)
    chosen = many.firms[:4]
    shown = api.preview_stand_down_several(order=ending(chosen), by=many.actor)
    assert [one.group_code for one in shown.preview.task_groups] == ["enterprise"]
    assert Activation.objects.filter(ended_at=None).count() == FIRMS
    done = api.stand_down_several(
        order=ending(
            chosen,
            expect=shown.expect,
            preview_sha=shown.sha,
            decisions=(api.TaskDecision("enterprise", TaskDecisionKind.CANCEL, "已无必要"),),
        ),
        by=many.actor,
    )
    sound()
    assert postures(many) == [None, None, None, None, 3, 3]
    assert len(done.activation_ids) == 4
    scopes = ScopeState.objects.filter(unit__in=chosen)
    assert {(one.epoch, one.activation) for one in scopes} == {(2, None)}
    assert not Task.objects.filter(
        seat__unit__in=chosen, seat__posture="emergency", state__in=["open", "doing"]
    ).exists()
    line = AuditRecord.objects.order_by("-id")[0]
    assert (line.verb, line.body["n"]) == ("command.stand_down_several", 4)
    with pytest.raises(Conflict) as caught:
        api.stand_down_several(order=ending(many.firms, key="se2"), by=many.actor)
    assert caught.value.code == "not_active"
    assert Activation.objects.filter(ended_at=None).count() == 2


def test_each_goes_on_alone_afterwards(many: Many, sound: Sound) -> None:
    api.order_switch_several(order=several(many.firms), by=many.actor)
    one = many.firms[1]
    api.order_switch(
        order=api.SwitchOrder(key="alone", unit=one, level=1, reason="加重", basis="测〔2026〕9号"),
        by=many.actor,
    )
    api.stand_down(order=api.StandDown(key="alone-e", unit=many.firms[0], reason="解除"), by=many.actor)
    sound()
    assert postures(many) == [None, 1, 3, 3, 3, 3]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.LEADER)])
def test_who_is_refused(park: SmallZone, role: Role) -> None:
    with pytest.raises(Refused):
        api.order_switch_several(order=several(park.firms), by=actor_with(role))
    with pytest.raises(Refused):
        api.preview_switch_several(order=several(park.firms), by=actor_with(role))
    with pytest.raises(Refused):
        api.stand_down_several(order=ending(park.firms), by=actor_with(role))
    with pytest.raises(Refused):
        api.preview_stand_down_several(order=ending(park.firms), by=actor_with(role))


def test_one_unit_outside_the_grant_refuses_all(park: SmallZone) -> None:
    only = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    with pytest.raises(Refused):
        api.order_switch_several(order=several(park.firms), by=only)
    assert Activation.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"units": ()}, {"reason": " "}, {"basis": ""}, {"key": " "}, {"level": 5}])
def test_incomplete_orders_are_refused(park: SmallZone, duty: Actor, wrong: dict[str, Any]) -> None:
    values = {"units": park.firms, **wrong}
    with pytest.raises(Invalid):
        api.order_switch_several(order=several(**values), by=duty)


def test_a_real_order_ends_the_drills_of_the_chosen_units_only(park: SmallZone, duty: Actor) -> None:
    for n, firm in enumerate(park.firms):
        drill = order(park, key=f"d{n}", unit=firm, world=n + 1)
        api.order_switch(order=drill, by=duty)
    api.order_switch_several(order=several(park.firms[:1]), by=duty)
    assert [
        (one.world, one.end_kind) for one in Activation.objects.filter(world__gt=0).order_by("world")
    ] == [(1, "real_order"), (2, "")]


def test_verbal_orders_of_two_scopes_each_ask_for_their_document(park: SmallZone, duty: Actor) -> None:
    for n, firm in enumerate(park.firms):
        api.order_switch(order=order(park, key=f"v{n}", unit=firm, basis_kind="verbal"), by=duty)
    assert Task.objects.filter(duty_code__startswith="basis.").count() == 2


def test_two_zones_are_two_orders(many: Many) -> None:
    other = small_zone()
    with pytest.raises(Invalid) as caught:
        api.order_switch_several(order=several([many.firms[0], other.firms[0]]), by=many.actor)
    assert caught.value.code == "several_zones"


def test_what_one_order_switched_is_one_line_of_the_band(many: Many) -> None:
    api.order_switch_several(order=several(many.firms[:4]), by=many.actor)
    alone = api.SwitchOrder(key="one", unit=many.firms[4], level=2, reason="加重", basis="测〔2026〕8号")
    api.order_switch(order=alone, by=many.actor)
    lines = api.band_data(many.zone).differing
    assert [(one.name, one.level, one.units, one.basis) for one in lines] == [
        ("SE004单位", 2, 1, "测〔2026〕8号"),
        ("SE000单位等 4 个单位", 3, 4, "测〔2026〕7号"),
    ]


def test_many_separate_orders_are_gathered_by_level(many: Many) -> None:
    for n, firm in enumerate(many.firms):
        one = api.SwitchOrder(
            key=f"o{n}", unit=firm, level=3 - n % 2, reason="分别", basis=f"测〔2026〕{n}号"
        )
        api.order_switch(order=one, by=many.actor)
    lines = api.by_order(api.in_force(many.zone), 4)
    assert sum(one.units for one in lines) == FIRMS
    assert len(lines) <= 4
    assert [one.by == "" for one in lines] == [one.units > 1 for one in lines]
    assert [one.level for one in lines] == sorted(one.level for one in lines)


def test_tasks_of_several_enterprises_go_each_to_their_own(many: Many) -> None:
    api.order_switch_several(order=several(many.firms), by=many.actor)
    both = api.preview_stand_down_several(order=ending(many.firms[:2]), by=many.actor)
    assert [one.default_post_code for one in both.preview.task_groups] == [""]
