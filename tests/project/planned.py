"""The objects of the world that plans and incidents are made of: a version that waits for a review, an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import SECTIONS, IncidentKind, PlanKind, PostDuty
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def planned(unit: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of one of each at an enterprise."""
    words = "\u7532\u4e59\u4e19"
    plan = premises.save_plan(
        enterprise=unit,
        kind=PlanKind.PREVENTION,
        data=premises.PlanData(
            valid_until=clock.today() + timedelta(days=90),
            sections={key: words for key, _label in SECTIONS[PlanKind.PREVENTION]},
            posts=dict.fromkeys(PostDuty.values, words),
        ),
        by=root,
    )
    premises.submit_plan(plan_id=plan.pk, by=root)
    incident = premises.report_incident(
        enterprise=unit,
        data=premises.IncidentData(
            kind=IncidentKind.OTHER,
            found_at=clock.now(),
            place=words,
            persons=1,
            phone="13900001111",
            done=words,
        ),
        by=root,
    )
    return {"firm_plan": plan.pk, "incident": incident.pk}
