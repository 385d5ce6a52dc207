"""What testing rounds mean for obligations: the plan that the notice asks the testing group for."""

from __future__ import annotations

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import satisfy
from pingzhan.domain.screening.models import PlanVersion
from pingzhan.foundation.access.actor import Actor

PLAN = "screening_plan"
"""Kind of evidence row, as obligations name it."""
MEASURE = "zone.test-plan"


def planned(version: PlanVersion, by: Actor) -> int:
    """The plan of a round is in force: what asks the zone for it is met."""
    return satisfy(
        unit_id=version.round.zone_id,
        evidence=Evidence.TEST_ROUND.value,
        ref=(PLAN, version.pk),
        measures=(MEASURE,),
        by=by,
    )
