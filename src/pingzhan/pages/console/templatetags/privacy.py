"""Masked personal values on any page of the console, with the way to open them on the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()


@dataclass(frozen=True)
class Masked:
    """A masked value; its field's label stands on the page already."""

    text: str
    label: str = ""


@register.inclusion_tag("console/privacy/_masked.html")
def revealable(kind: str, pk: int, masked: str, may_reveal: bool = False) -> dict[str, Any]:
    """Show a masked text and, for those who may, the button that opens the object's values in its place.

    ``kind`` is what the module registered with privacy.reveal.register_revealable.
    """
    return {"kind": kind, "pk": pk, "masked": [Masked(masked)] if masked else [], "may_reveal": may_reveal}
