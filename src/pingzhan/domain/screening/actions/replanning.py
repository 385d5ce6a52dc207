"""Planning again when the plan in force cannot be kept: a team lost or late, a gate shut, a slow laboratory."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.screening import settings
from pingzhan.domain.screening.actions.counting import locked
from pingzhan.domain.screening.actions.planning import start_computing
from pingzhan.domain.screening.enums import Patience, PlanState, RoundState
from pingzhan.domain.screening.models import PlanVersion, Round
from pingzhan.domain.screening.queries.happened import Happened, moment_of, stored
from pingzhan.domain.screening.rules import require_plan
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict


@transaction.atomic
def replan_round(
    *,
    round_: Round,
    what: Happened,
    patience: Patience,
    by: Actor,
    iterations: int | None = None,
    reason: str = "",
) -> PlanVersion:
    """Ask for a new version of the plan in force from now on; a background job computes it.

    What has begun stays as it is; what was said in an earlier planning again still holds. Nothing changes for
    anybody until the version is adopted. Raises Refused; Invalid for what cannot have happened; Conflict when no
    plan is in force or another version is being computed.
    """
    require_plan(by, round_.zone)
    held = locked(round_, RoundState.ADOPTED, RoundState.RUNNING)
    base = held.versions.filter(state=PlanState.ADOPTED).first()
    if base is None:
        raise Conflict(_("这一轮还没有采用计划，不能重新编排。"), code="no_plan")
    base.round = held
    happened = stored(base, what, patience, at=moment_of(base))
    return start_computing(
        held,
        by=by,
        instance=base.instance,
        iterations=settings.iterations() if iterations is None else iterations,
        seed=base.seed,
        base=base,
        happened=happened,
        reason=reason,
    )
