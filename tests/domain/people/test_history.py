"""Whatever is done in whatever order, the placements of an employment cover its time without gap and overlap."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import LeaveReason, MergeReason
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import DAY, Firm, Park, build_park, hire, person

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hire", "ahead", "move", "many", "leave", "back", "merge", "cancel"]),
        st.integers(0, 3),
        st.integers(0, 60),
    ),
    max_size=12,
)


def check() -> None:
    """The rules that hold at any time."""
    for job in Employment.objects.all():
        places = list(Placement.objects.filter(employment=job).order_by("t0"))
        running = [place for place in places if place.t1 is None]
        if job.left is None:
            assert len(running) == 1
            assert timezone.localdate(places[0].t0) == job.joined
        else:
            assert running == []
        for before, after in pairwise(places):
            assert before.t1 == after.t0
        if job.left is not None and job.left > job.joined:
            assert places
            assert timezone.localdate(places[0].t0) == job.joined
            assert places[-1].t1 is not None
            assert timezone.localdate(places[-1].t1) == job.left
    assert not Individual.objects.filter(merged_into__merged_into__isnull=False).exists()
    assert not Employment.objects.filter(individual__merged_into__isnull=False).exists()


class TestHistory(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def test_any_order_of_acts(self, steps: list[tuple[str, int, int]]) -> None:
        park = build_park()
        for step, which, days in steps:
            try:
                act(park, step, which, days)
            except (Conflict, Invalid, NotFound, Refused):
                continue
        check()


def act(park: Park, step: str, which: int, days: int) -> None:
    firm = park.firms[which % 2]
    jobs = list(Employment.objects.select_related("enterprise", "individual").order_by("pk"))
    if step == "hire":
        hire(firm, joined=DAY + timedelta(days=days))
        return
    if step == "ahead":
        hire(firm, joined=timezone.localdate() + timedelta(days=days))
        return
    if not jobs:
        return
    job = jobs[which % len(jobs)]
    own = next(one for one in park.firms if one.unit == job.enterprise)
    day = DAY + timedelta(days=days + 30)
    if step == "move":
        place = api.Place(team=own.teams[days % 2], room=own.room if days % 3 else None)
        api.transfer(employment=job, place=place, by=park.root)
    elif step == "many":
        chosen = [one.pk for one in jobs if one.enterprise_id == own.unit.pk]
        api.transfer_many(employments=chosen, team=own.teams[days % 2], by=park.root)
    elif step == "leave":
        api.leave(employment=job, on=day, reason=LeaveReason.RESIGNED, by=park.root)
    elif step == "cancel":
        api.leave(employment=job, on=job.joined, reason=LeaveReason.MISTAKE, by=park.root)
    elif step == "back":
        api.rehire(employment=job, joined=day + timedelta(days=1), terms=api.Terms(), by=park.root)
    else:
        other = jobs[days % len(jobs)]
        api.merge(keep=job.individual, drop=other.individual, reason=MergeReason.TYPING, by=park.root)


def test_who_was_where_at_a_moment(mill: Firm) -> None:
    first, second = hire(mill), hire(mill)
    before = timezone.now()
    api.transfer(employment=first, place=api.Place(team=mill.teams[1], room=mill.room), by=mill.contact)
    after = timezone.now()
    team = [mill.teams[0].pk]

    def there(begin: object, end: object = None, **places: list[int]) -> set[int]:
        found = api.in_team_room_canteen(begin=begin, end=end, **places)  # type: ignore[arg-type]
        return {one.employment_id for one in found}

    assert there(before, teams=team) == {first.pk, second.pk}
    assert there(after, teams=team) == {second.pk}
    assert there(before, after, teams=team) == {first.pk, second.pk}
    assert there(after, rooms=[mill.room.pk]) == {first.pk}
    assert there(before, rooms=[mill.room.pk]) == set()
    assert there(after) == set()


def test_many_at_once_or_nobody(mill: Firm, forge: Firm) -> None:
    jobs = [hire(mill) for _n in range(3)]
    ids = [job.pk for job in jobs]
    assert api.transfer_many(employments=ids, team=mill.teams[1], by=mill.contact) == 3
    assert api.transfer_many(employments=ids, team=mill.teams[1], by=mill.contact) == 0
    stranger = hire(forge)
    for chosen, by in (([*ids, stranger.pk], mill.contact), ([*ids, 10**9], mill.contact)):
        with pytest.raises(NotFound):
            api.transfer_many(employments=chosen, team=mill.teams[0], by=by)
    api.leave(employment=jobs[0], on=DAY + timedelta(days=1), reason=LeaveReason.OTHER, by=mill.contact)
    with pytest.raises(Conflict):
        api.leave_many(employments=ids, on=DAY + timedelta(days=2), reason=LeaveReason.OTHER, by=mill.contact)
    assert Employment.objects.filter(left=None).count() == 3
    with pytest.raises(Invalid):
        api.leave_many(employments=[], on=DAY, reason=LeaveReason.OTHER, by=mill.contact)
    assert (
        api.leave_many(
            employments=ids[1:], on=DAY + timedelta(days=2), reason=LeaveReason.OTHER, by=mill.contact
        )
        == 2
    )


def test_a_person_of_two_enterprises_at_once_is_moved_within_his_own(mill: Firm, forge: Firm) -> None:
    who = person()
    hire(mill, who)
    job = hire(forge, who)
    with pytest.raises(Invalid):
        api.transfer(employment=job, place=api.Place(team=mill.teams[0]), by=forge.contact)
