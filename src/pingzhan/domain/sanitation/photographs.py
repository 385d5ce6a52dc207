"""The photographs of a cleaning: who opens them and how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.sanitation import rules
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

KIND = "sanitation_entry"
PHOTO_DAYS = 180


def may_read(actor: Actor, entry_id: int) -> bool:
    """Return whether somebody may read the entry that a photograph belongs to."""
    return rules.entries_visible_to(actor).filter(pk=entry_id).exists()


def register() -> None:
    """Tell the photographs of them; called once when the application is ready."""
    register_owner(
        PhotoOwner(
            kind=KIND,
            label=_("消杀通风的照片"),
            may_read=may_read,
            purpose=_("证明重点区域已经消杀、通风，供核实和复盘。"),
            days=PHOTO_DAYS,
            least=30,
        )
    )
