"""The words of notices about drills, made when they are sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse

from pingzhan.domain.drills.models import Drill
from pingzhan.foundation.messages import Rendered
from pingzhan.foundation.messages.models import Notice


def render_drills(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about drills. One query for any number of them."""
    drills = Drill.objects.select_related("unit").in_bulk({one.subject_id for one in notices})
    return {
        one.pk: Rendered(one.title, drills[one.subject_id].unit.name, page_of(one.subject_id))
        for one in notices
        if one.subject_id in drills
    }


def page_of(drill_id: int) -> str:
    """Return the path of a drill's page."""
    try:
        return reverse("drills:detail", args=[drill_id])
    except NoReverseMatch:
        return f"/drills/{drill_id}/"
