"""Orders that an address can name: one of the owner's, one fed back with a photograph, a batch, a meeting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pingzhan.domain.orders import api
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import link_actor
from pingzhan.foundation.photos.models import Photo
from tests.factories import SmallZone
from tests.factories.pictures import png


def handed(small: SmallZone, person: Person) -> dict[str, Any]:
    """Return an open order of the owner, a photograph of another one, a batch, a meeting."""
    now = timezone.now()
    common: dict[str, Any] = {
        "zone": small.zone,
        "text": "\u8bd5\u9a8c",
        "due_at": now + timedelta(days=2),
        "by": small.root,
    }
    mine, fed = (api.issue_order(to=api.To.person(person.pk), **common) for _n in range(2))
    api.feed_back(order_id=fed.pk, text="\u597d", photos=[png()], by=link_actor(person.pk, person.name))
    meeting = api.record_meeting(
        zone=small.zone,
        data=api.MeetingData("\u7814\u5224\u4f1a", now, "\u8bd5\u9a8c"),
        by=small.root,
    )
    return {
        "work_order": mine.pk,
        "order_photo": Photo.objects.get().pk,
        "order_batch": api.issue_bulk(to=[api.To.enterprise(small.firms[0].pk)], **common).pk,
        "meeting": meeting.pk,
    }
