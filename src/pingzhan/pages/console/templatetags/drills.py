"""Words for the pages of drills."""

from __future__ import annotations

from django import template

from pingzhan.pages.console.drills import wording

register = template.Library()


@register.filter
def minutes(value: float | None) -> str:
    """Return minutes as people say them; a dash for none."""
    return wording.minutes(value)
