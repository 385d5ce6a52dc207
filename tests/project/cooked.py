"""The objects of the world that a canteen is made of: a meal, its plan with a line, a check."""

from __future__ import annotations

from datetime import time
from typing import Any

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import MealKind
from pingzhan.domain.sanitation.models import SittingLine
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor


def cooked(unit: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of one of each at an enterprise."""
    site = Site.objects.create(
        enterprise=unit, kind=SiteKind.CANTEEN, code="A9", name="\u4e5d\u98df\u5802", capacity=50
    )
    meal = sanitation.set_meal(
        enterprise=unit,
        site_id=site.pk,
        data=sanitation.MealData(MealKind.LUNCH, 50, time(11), time(13)),
        by=root,
    )
    line = SittingLine.objects.filter(plan__meal=meal).latest("pk")
    check = sanitation.check_kitchen(
        enterprise=unit,
        site_id=site.pk,
        data=sanitation.CheckData(day=business_now()[1], staff=4, samples=6),
        by=root,
    )
    return {
        "canteen_meal": meal.pk,
        "sitting_plan": line.plan_id,
        "sitting_line": line.pk,
        "kitchen_check": check.pk,
    }
