"""Nested scopes, levels and versions: the written rule of ADR 0037 on the database (failure cases 6, 22, 24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pingzhan.domain.command import api
from pingzhan.domain.command.models import Activation, Seat, SeatCause
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Group, Holding, Post
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone

Sound = Callable[[], None]
GATE = {2: "桑晓风", 3: "谈云起"}
"""Who keeps the gate of the first enterprise in the second and the third version."""


def publish_with_gate(park: SmallZone, person: str, *, level: int = 4, role: str = "member") -> int:
    """Publish a version in which the first enterprise has a gate post held by this person."""
    current = organisation.published_version(park.zone.pk)
    assert current is not None
    draft = organisation.clone_version(version=current, by=park.root)
    Post.objects.filter(version=draft, code="response.gate").delete()
    post = Post.objects.create(
        version=draft,
        group=Group.objects.get(version=draft, code="response"),
        code="response.gate",
        name="门岗",
        role=role,
        unit=park.firms[0],
        posture="emergency",
        level_at_least=level,
        sort=90,
    )
    Holding.objects.create(post=post, person=park.people[person])
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return draft.pk


def gate() -> str:
    seat = Seat.objects.filter(closed_at=None, post_code="response.gate").select_related("person").first()
    return seat.person.name if seat is not None else ""


def inside(unit: Unit) -> set[int]:
    return set(Seat.objects.filter(closed_at=None, unit=unit).values_list("id", flat=True))


@pytest.fixture
def nested(park: SmallZone, duty: Actor) -> dict[str, int]:
    """Enterprise III on version 2, then zone II on version 3: the zone rules the enterprise too."""
    versions = {"firm": publish_with_gate(park, GATE[2])}
    api.order_switch(order=order(park, key="f", unit=park.firms[0], level=3), by=duty)
    assert gate() == GATE[2]
    versions["zone"] = publish_with_gate(park, GATE[3])
    assert gate() == GATE[2]
    api.order_switch(order=order(park, key="z", level=2), by=duty)
    return versions


def test_case_22_gravest_version_rules_and_the_zone_stands_down_first(
    park: SmallZone, duty: Actor, nested: dict[str, int], sound: Sound
) -> None:
    assert gate() == GATE[3]
    frozen = dict(Activation.objects.filter(ended_at=None).values_list("key", "structure_version"))
    assert frozen == {"f": nested["firm"], "z": nested["zone"]}
    sound()
    api.stand_down(order=ending(park), by=duty)
    sound()
    assert gate() == GATE[2]
    assert api.posture_of([park.firms[0].pk])[park.firms[0].pk].level == 3
    api.stand_down(order=ending(park, key="e2", unit=park.firms[0]), by=duty)
    sound()
    assert gate() == ""


def test_case_22_the_enterprise_stands_down_first(
    park: SmallZone, duty: Actor, nested: dict[str, int], sound: Sound
) -> None:
    before, told = inside(park.firms[0]), Notice.objects.count()
    api.stand_down(order=ending(park, key="e1", unit=park.firms[0]), by=duty)
    sound()
    assert gate() == GATE[3]
    assert inside(park.firms[0]) == before
    assert Notice.objects.count() == told
    causes = SeatCause.objects.filter(seat__in=before, activation__ended_at=None)
    assert {cause.activation.key for cause in causes.select_related("activation")} == {"z"}
    api.stand_down(order=ending(park, key="e2"), by=duty)
    sound()
    assert gate() == ""


def test_case_22_equal_seats_stay_whoever_stands_down_and_nobody_is_told_twice(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    publish_with_gate(park, GATE[2])
    firm = park.firms[0]
    api.order_switch(order=order(park, key="f", unit=firm, level=3), by=duty)
    seat = Seat.objects.get(closed_at=None, post_code="response.gate")
    api.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    publish_with_gate(park, GATE[2], level=3)
    mine = Notice.objects.filter(recipient=seat.person_id)
    told = mine.count()
    api.order_switch(order=order(park, key="z", level=2), by=duty)
    sound()
    seat.refresh_from_db()
    assert (seat.closed_at, mine.count()) == (None, told)
    for key, unit in (("e1", park.zone), ("e2", firm)):
        api.stand_down(order=ending(park, key=key, unit=unit), by=duty)
        sound()
    seat.refresh_from_db()
    assert seat.closed_at is not None
    assert mine.filter(kind="order").count() == 1


def test_tie_is_ruled_by_the_newest(park: SmallZone, duty: Actor, sound: Sound) -> None:
    publish_with_gate(park, GATE[2])
    api.order_switch(order=order(park, key="z", level=2), by=duty)
    publish_with_gate(park, GATE[3])
    api.order_switch(order=order(park, key="f", unit=park.firms[0], level=2), by=duty)
    sound()
    assert gate() == GATE[3]
    api.stand_down(order=ending(park, unit=park.firms[0]), by=duty)
    sound()
    assert gate() == GATE[2]


@pytest.mark.parametrize(("first", "then", "moves"), [(2, 1, False), (3, 1, True), (3, 2, True)])
def test_case_24_level_changed_keeps_equal_duties_confirmed_and_tells_only_the_changed(
    park: SmallZone, duty: Actor, sound: Sound, first: int, then: int, *, moves: bool
) -> None:
    # The deputy of the response group has a duty more at levels I and II.
    publish_with_gate(park, GATE[2], role="deputy")
    api.order_switch(order=order(park, level=first), by=duty)
    for seat in Seat.objects.filter(closed_at=None):
        api.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    before = {seat.pk: seat for seat in Seat.objects.filter(closed_at=None)}
    told = Notice.objects.count()
    outcome = api.order_switch(order=order(park, key="k2", level=then, expect_epoch=1), by=duty)
    sound()
    after = {seat.pk: seat for seat in Seat.objects.filter(closed_at=None)}
    for pk in before.keys() & after.keys():
        assert (after[pk].acked_at, after[pk].ack_state) == (before[pk].acked_at, before[pk].ack_state)
    changed = after.keys() - before.keys()
    assert bool(changed) == moves
    for pk in changed:
        old = next(one for one in before.values() if one.post_code == after[pk].post_code)
        assert old.duty_key != after[pk].duty_key
    assert Notice.objects.count() - told == len(changed)
    assert outcome.counts["kept"] == len(before.keys() & after.keys())
    back = api.order_switch(order=order(park, key="k3", level=first, expect_epoch=2), by=duty)
    sound()
    assert back.counts["opened"] == len(changed)
