"""What other modules add to a change of seats: called in its transaction, in previews undone, never in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from pingzhan.domain.command import api
from pingzhan.domain.command.actions.followers import unregister_follower
from pingzhan.domain.command.models import Activation, LogLine, Seat
from pingzhan.foundation.access.actor import Actor
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone

Sound = Callable[[], None]


@pytest.fixture
def seen() -> Iterator[list[tuple[int, int | None, bool, datetime]]]:
    """What a follower was called with: seats opened, the order, whether it is over, when."""
    calls: list[tuple[int, int | None, bool, datetime]] = []

    def follower(result: api.Reconciled, activation: Activation | None, at: datetime) -> None:
        over = activation is not None and activation.ended_at is not None
        calls.append((len(result.opened), activation.pk if activation else None, over, at))

    api.register_follower(follower)
    api.register_follower(follower)
    yield calls
    unregister_follower(follower)


def test_called_once_for_each_change_of_seats(park: SmallZone, duty: Actor, seen: list[Any]) -> None:
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    assert [(opened > 0, activation, over) for opened, activation, over, _at in seen] == [(True, None, False)]
    api.reconcile_zone(zone=park.zone, cause="再次", by=park.root)
    assert len(seen) == 1
    outcome = api.order_switch(order=order(park), by=duty)
    one = Activation.objects.get(pk=outcome.activation_id)
    assert seen[1] == (outcome.counts["opened"], one.pk, False, one.at)
    api.stand_down(order=ending(park), by=duty)
    one.refresh_from_db()
    assert seen[2][1:] == (one.pk, True, one.ended_at)


def test_follower_that_fails_is_undone_alone(park: SmallZone, duty: Actor, sound: Sound) -> None:
    def follower(result: api.Reconciled, _activation: Activation | None, _at: datetime) -> None:
        LogLine.objects.create(zone=result.state.zone, text="随后", by_name="某")
        raise ValueError("not today")

    api.register_follower(follower)
    try:
        outcome = api.order_switch(order=order(park), by=duty)
    finally:
        unregister_follower(follower)
    assert outcome.counts["followers_failed"] == 1
    assert not LogLine.objects.exists()
    assert Seat.objects.filter(posture="emergency", closed_at=None).exists()
    sound()


def test_preview_undoes_what_followers_wrote(park: SmallZone, duty: Actor) -> None:
    def follower(result: api.Reconciled, _activation: Activation | None, _at: datetime) -> None:
        LogLine.objects.create(zone=result.state.zone, text="随后", by_name="某")

    api.register_follower(follower)
    try:
        api.preview_switch(order=order(park), by=duty)
        assert not LogLine.objects.exists()
        api.order_switch(order=order(park), by=duty)
        assert LogLine.objects.count() == 1
    finally:
        unregister_follower(follower)
