"""The report of a drill: the facts of its emergency with what was injected and scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pingzhan.domain.drills.models import Drill, Inject, Review
from pingzhan.domain.drills.queries.facts import facts_of


@dataclass(frozen=True)
class Report:
    """A drill measured: ``facts`` as of facts_of; ``score`` of ``points`` over the situations that were scored."""

    drill: Drill
    facts: dict[str, Any]
    injects: tuple[Inject, ...]
    score: int
    points: int


def report(drill: Drill) -> Report | None:
    """Return the report of a drill that has begun, as it stands now or at its end; None before it begins."""
    if drill.activation is None:
        return None
    facts = facts_of(drill.activation, until=drill.ended_at)
    injects = tuple(drill.injects.select_related("order").order_by("offset_min", "pk"))
    scored = [one for one in injects if one.score is not None]
    return Report(
        drill, facts, injects, sum(one.score or 0 for one in scored), sum(one.points for one in scored)
    )


def review(found: Review) -> dict[str, Any]:
    """Return the facts of a review: as frozen at filing, else as the log says now."""
    if found.facts is not None:
        frozen: dict[str, Any] = found.facts
        return frozen
    return facts_of(found.activation)
