"""撤岗交接: who headed a group in an emergency, and which notes he still owes (command.md section 10 c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from pingzhan.domain.command.enums import AckState
from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills.enums import ReviewState
from pingzhan.domain.drills.models import HandoverNote
from pingzhan.domain.organisation import api as organisation

SHOWN = 20


@dataclass(frozen=True)
class Owed:
    """A hand-over note that a head has still to write; ``world`` is 0 for a real emergency."""

    review_id: int
    world: int
    unit_name: str
    ended_at: datetime
    group_code: str
    group_name: str


def headed(person_id: int) -> QuerySet[Seat]:
    """Return the head's seats of a person in any emergency, without those he declined or was passed over in."""
    return Seat.objects.filter(person_id=person_id, posture="emergency", post__role="head").exclude(
        ack_state__in=[AckState.DECLINED, AckState.PASSED]
    )


def owed(person_id: int) -> list[Owed]:
    """Return the notes a person owes: of groups he headed to the end, until written or the review is filed.

    The latest emergency first, at most 20. One query for the seats, one for the notes.
    """
    rows = (
        headed(person_id)
        .filter(causes__activation__review__isnull=False)
        .exclude(causes__activation__review__state=ReviewState.FILED)
        .filter(closed_at__gte=F("causes__activation__review__ended_at"))
        .order_by("-causes__activation__review__ended_at", "post__group__code")
        .values_list(
            "causes__activation__review",
            "world",
            "causes__activation__review__unit__name",
            "causes__activation__review__ended_at",
            "post__group__code",
            "post__group__name",
        )
        .distinct()[:SHOWN]
    )
    found = [Owed(*row[:5], organisation.short_group(row[5])) for row in rows]
    written = set(
        HandoverNote.objects.filter(review__in={one.review_id for one in found}).values_list(
            "review", "group_code"
        )
    )
    return [one for one in found if (one.review_id, one.group_code) not in written]
