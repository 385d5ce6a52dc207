"""When a response has ended, for the periods that are bound to it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pingzhan.domain.command import api
from pingzhan.domain.command.models import Activation
from pingzhan.domain.command.queries.responses import last_response_end
from pingzhan.foundation.access.actor import Actor
from tests.factories import SmallZone

from .conftest import ending, order


def test_only_real_responses_that_are_over_count(park: SmallZone, duty: Actor) -> None:
    later = timezone.now() + timedelta(days=1)
    assert last_response_end(later) is None
    api.order_switch(order=order(park), by=duty)
    assert last_response_end(later) is None
    api.stand_down(order=ending(park), by=duty)
    over = Activation.objects.get(ended_at__isnull=False).ended_at
    assert over is not None
    assert last_response_end(later) == over
    assert last_response_end(over - timedelta(microseconds=1)) is None
    api.order_switch(order=order(park, key="drill", world=7), by=duty)
    assert last_response_end(later) == over
    api.order_switch(order=order(park, key="again"), by=duty)
    assert last_response_end(later) is None
