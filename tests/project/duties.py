"""One of everything of the duty roster, for the doors: the shifts are the owner's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import HolidayKind, ShiftRole, SwapState
from pingzhan.domain.roster.models import SwapRequest
from pingzhan.foundation.access.actor import actor_of
from tests.factories import SmallZone


def duties(small: SmallZone, person: Person) -> dict[str, Any]:
    """Return a shift of the owner, a draft, an agreed swap, a member of the pool, a hand-over, a holiday, a feed."""
    person.refresh_from_db()
    assert person.account is not None
    owner = actor_of(person.account)
    other = small.people["\u6851\u6653\u98ce"]
    now = timezone.now()
    shifts = [
        api.add_shift(
            zone=small.zone, seat=1, t0=now + timedelta(hours=start), t1=now + timedelta(hours=start + 24),
            person=person, reason="\u8bd5\u9a8c", by=small.root,
        )
        for start in (50, 100)
    ]  # fmt: skip
    swap = api.ask_swap(shift_id=shifts[1].pk, asked=other, reason="\u8bd5\u9a8c", by=owner)
    SwapRequest.objects.filter(pk=swap.pk).update(state=SwapState.ACCEPTED)
    members = [api.add_member(zone=small.zone, role=role, person=other, by=small.root) for role in ShiftRole]
    first = timezone.localdate() + timedelta(days=9)
    draft = api.generate(zone=small.zone, first=first, until=first + timedelta(days=1), by=small.root)
    holiday = api.set_holiday(
        day=date(2027, 1, 1), kind=HolidayKind.OFF, name="\u5143\u65e6", source="\u8bd5\u9a8c", by=small.root
    )
    return {
        "shift": shifts[0].pk,
        "swap": swap.pk,
        "member": members[0].pk,
        "roster": draft.pk,
        "handover": api.open_handover(zone=small.zone, at=now, by=small.root).pk,
        "holiday": holiday.pk,
        "feed": api.make_feed(by=owner),
    }
