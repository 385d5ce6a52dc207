"""The photographs of a feedback: who opens them and how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.orders import rules
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

KIND = "order_event"
PHOTO_DAYS = 730


def may_read(actor: Actor, event_id: int) -> bool:
    """Return whether somebody may read the order that an event belongs to."""
    return rules.visible_to(actor).filter(events=event_id).exists()


def register() -> None:
    """Tell the photographs of them; called once when the application is ready."""
    register_owner(
        PhotoOwner(
            kind=KIND,
            label=_("交办反馈的照片"),
            may_read=may_read,
            purpose=_("证明交办事项已经办结，供核实和复盘。"),
            days=PHOTO_DAYS,
            least=30,
        )
    )
