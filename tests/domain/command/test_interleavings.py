"""Whatever people and the sweep do in whatever order, the invariants of seats hold (command.md section 13)."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pingzhan.domain.command import api
from pingzhan.domain.command.models import Gap, Seat, Task
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.foundation.access.actor import link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.command.conftest import offending, order
from tests.domain.command.loop_driver import SWEEP_POINTS
from tests.domain.command.test_escalation import older, settle, substitutes
from tests.domain.command.test_fanout import run
from tests.factories import SmallZone, actor_with, small_zone

POSTS = ("medical.head", "testing.head", "leading.head", "medical.member")
ACTS = ("ack", "decline", "sweep", "leave", "return", "back", "replace", "level")
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, len(POSTS) - 1), st.integers(0, 1200)),
    min_size=2,
    max_size=9,
)


def zone() -> SmallZone:
    """The small zone at level III with substitutes on three posts; only POSTS are still unconfirmed."""
    park = small_zone()
    substitutes(
        park,
        medical__head=("桑晓风", "谈云起"),
        testing__head=("桑晓风", "潘怀远"),
        medical__member=("谈云起",),
    )
    api.order_switch(order=order(park, level=3), by=park.root)
    settle(list(POSTS))
    return park


class TestInterleavings(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def test_any_order_of_answers_and_sweeps(self, steps: list[tuple[str, int, int]]) -> None:
        park = zone()
        for n, (act, which, number) in enumerate(steps):
            try:
                one_step(park, n, act, POSTS[which], number)
            except (Conflict, Invalid, Refused):
                continue
        assert offending() == {}


def one_step(park: SmallZone, n: int, act: str, post: str, number: int) -> None:
    if act == "sweep":
        older(number)
        api.sweep()
        return
    if act == "level":
        api.order_switch(order=order(park, key=f"level{n}", level=1 + number % 3), by=park.root)
        return
    seat = Seat.objects.select_related("person").filter(post_code=post).order_by("-pk")[number % 2 :].first()
    if seat is None:
        return
    me = link_actor(seat.person_id, seat.person.name)
    if act == "ack":
        api.acknowledge(seat_id=seat.pk, by=me, eta_minutes=number % 60)
    elif act == "decline":
        api.decline(seat_id=seat.pk, reason="不能到岗", by=me)
    elif act == "leave":
        now = timezone.now()
        organisation.register_absence(
            person=seat.person,
            kind=AbsenceKind.ILL,
            t0=now - timedelta(hours=1),
            t1=now + timedelta(days=1),
            basis="急诊",
            by=park.root,
        )
        api.reconcile_zone(zone=park.zone, cause="请假", by=park.root)
    elif act == "return":
        for absence in Absence.objects.filter(person=seat.person_id):
            organisation.cancel_absence(absence=absence, by=park.root)
        api.reconcile_zone(zone=park.zone, cause="销假", by=park.root)
    elif act == "back":
        api.put_back(seat_id=seat.pk, reason="恢复", by=park.root)
    else:
        person = park.people[("桑晓风", "谈云起", "潘怀远")[number % 3]]
        api.replace_person(
            zone=park.zone, post_code=post, seat_no=seat.seat_no, person=person, reason="指定", by=park.root
        )


@pytest.mark.crash
@pytest.mark.parametrize("point", SWEEP_POINTS)
def test_goal_G9_a_sweep_that_is_killed_leaves_nothing_half_done(transactional_db: None, point: str) -> None:
    park = small_zone()
    substitutes(park, medical__head=("桑晓风",))
    api.order_switch(order=order(park), by=actor_with(Role.DUTY_OFFICER))
    settle(["medical.head", "medical.member"])
    older(301)
    before = (Seat.objects.count(), Notice.objects.count(), Gap.objects.count(), Task.objects.count())
    killed = run("sweep", kill_after=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (Seat.objects.count(), Notice.objects.count(), Gap.objects.count(), Task.objects.count()) == before
    assert offending() == {}
    assert api.sweep() == api.SweepResult(passed=1, unfilled=1)
    assert offending() == {}
    assert api.sweep() == api.SweepResult()
