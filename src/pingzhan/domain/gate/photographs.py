"""The photographs of what was done with a lot: who opens them and how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.gate import rules
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

KIND = "goods_step"
DAYS = 180


def may_read(actor: Actor, step_id: int) -> bool:
    """Return whether somebody may see the lot that a photographed step belongs to."""
    return rules.lots_visible_to(actor).filter(steps=step_id).exists()


def register() -> None:
    """Tell the photographs of them; called once when the application is ready."""
    register_owner(
        PhotoOwner(
            kind=KIND,
            label=_("货物静置和消毒的照片"),
            may_read=may_read,
            purpose=_("证明进口货物已经静置、消毒和检测，供核实和追溯。"),
            days=DAYS,
            least=30,
        )
    )
