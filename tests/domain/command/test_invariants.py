"""Each invariant finds what offends against it, and the database itself refuses the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from pingzhan.domain.command import api
from pingzhan.domain.command.models import (
    Activation,
    CommandTenure,
    ScopeState,
    Seat,
    SeatCause,
    Task,
)
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.messages.models import Notice
from tests.domain.command.conftest import offending, order
from tests.factories import SmallZone


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    api.order_switch(order=order(park), by=duty)
    return park


def _unguarded(query: str) -> None:
    """Change a row as somebody with full access to the server could, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(query)
        cursor.execute("SET LOCAL session_replication_role = origin")


BREAK: dict[str, Callable[[], object]] = {
    "I2": lambda: ScopeState.objects.update(epoch=F("epoch") + 1),
    "I4": lambda: _unguarded(
        "UPDATE command_seat SET closed_at = opened_at, closed_reason = 'post_gone', ack_state = 'released',"
        " next_at = NULL WHERE post_code = 'testing.member'"
    ),
    "I5": lambda: SeatCause.objects.all().delete(),
    "I8": lambda: _unguarded(
        "UPDATE command_seat SET closed_at = opened_at, closed_reason = 'post_gone', ack_state = 'released',"
        " next_at = NULL WHERE post_code = 'pool'; UPDATE command_gap SET resolved_at = opened_at"
    ),
    "I9": lambda: _unguarded(
        "UPDATE command_task SET owner_seat_id = (SELECT id FROM command_seat WHERE post_code = 'testing.head');"
        "UPDATE command_seat SET closed_at = opened_at, closed_reason = 'post_gone', ack_state = 'released',"
        " next_at = NULL WHERE post_code = 'testing.head'"
    ),
    "I11": lambda: Task.objects.update(world=4),
    "I12": lambda: CommandTenure.objects.update(ended_at=timezone.now()),
    "I13": lambda: _unguarded(
        "UPDATE organisation_post SET segregated_from = '{leading.head}' WHERE code = 'medical.head';"
        "UPDATE command_seat SET person_id = (SELECT person_id FROM command_seat WHERE post_code = 'leading.head')"
        " WHERE post_code = 'medical.head'"
    ),
    "I14": lambda: Notice.objects.filter(kind="order").delete(),
    "I15": lambda: _unguarded("UPDATE organisation_post SET name = 'x' WHERE code = 'medical.head'"),
    "I16": lambda: _unguarded("UPDATE command_seat SET duty_key = 'x' WHERE post_code = 'medical.head'"),
}


@pytest.mark.parametrize("number", sorted(BREAK))
def test_invariant_finds_what_offends(live: SmallZone, number: str) -> None:
    assert offending() == {}
    BREAK[number]()
    assert number in offending()


def test_drill_notice_without_its_mark(live: SmallZone) -> None:
    Notice.objects.update(world=3)
    assert "I11" in offending()


def refused(change: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_the_database_refuses_the_rest(live: SmallZone) -> None:
    seat = Seat.objects.filter(closed_at=None, post_code="medical.head").get()
    one = Activation.objects.get()
    everything = Seat.objects.filter(pk=seat.pk)
    refused(lambda: everything.update(next_at=None))  # I7
    refused(lambda: everything.update(acked_at=timezone.now()))
    refused(lambda: everything.update(closed_at=timezone.now()))
    refused(lambda: everything.update(ack_state="passed"))
    refused(lambda: everything.update(person=live.people["桑晓风"]))
    refused(everything.delete)
    refused(lambda: Activation.objects.filter(pk=one.pk).update(level=1))
    refused(lambda: Activation.objects.filter(pk=one.pk).delete())
    refused(lambda: Task.objects.update(state="cancelled"))
    refused(lambda: Task.objects.update(state="parked"))

    def copied() -> None:
        one.pk, one.key, one.epoch = None, "other", 9
        one.save()

    refused(copied)  # I1

    def doubled() -> None:
        seat.pk = None
        seat.person = live.people["桑晓风"]
        seat.save()

    refused(doubled)  # I3


def test_ended_and_closed_stay_so(live: SmallZone, duty: Actor) -> None:
    api.stand_down(order=api.StandDown(key="e", unit=live.zone, reason="完"), by=duty)
    refused(lambda: Activation.objects.update(ended_at=None, end_kind="", ended_by_name=""))
    closed = Seat.objects.filter(closed_at__isnull=False)
    refused(
        lambda: closed.update(closed_at=None, closed_reason="", ack_state="given", next_at=timezone.now())
    )
