"""What the measures in force ask of training, reports and reviews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pingzhan.domain.measures.api import Every, InForce, ParameterNow, in_force, in_force_many
from pingzhan.domain.measures.enums import Evidence, Subject
from pingzhan.domain.territory.models import Unit

LEGAL_HOURS = 2
"""No later than this (2 小时内报告) whatever the measures allow."""
REVIEW_DAYS = 3
"""A submitted plan is decided within so many days unless the parameter ``plan_review_days`` says otherwise."""
TRAINING_DAYS = 90
"""Every worker is told within so many days when no measure in force says how often."""
SHARE = 100


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """Everybody counts as told who attended in the last ``days``; ``share`` per cent of them are needed."""

    days: int
    share: Decimal


def _number(found: dict[str, ParameterNow], key: str, default: Any) -> Decimal:
    one = found.get(key)
    return Decimal(str(one.value if one is not None else default))


def training_rule(unit: Unit) -> TrainingRule:
    """Return how often everybody is told: the cadence of the measure for persons, or ``training_period_days``."""
    return _training_rule(in_force(unit))


def training_rules(unit_ids: Iterable[int]) -> dict[int, TrainingRule]:
    """Return how often everybody is told at each enterprise. Three queries however many there are."""
    return {pk: _training_rule(now) for pk, now in in_force_many(unit_ids).items()}


def _training_rule(now: InForce) -> TrainingRule:
    found = dict(now.parameters)
    days = TRAINING_DAYS
    for one in now.measures:
        if (
            one.evidence == Evidence.TRAINING.value
            and one.subject == Subject.PERSON_GROUP.value
            and isinstance(one.cadence, Every)
        ):
            days = one.cadence.days
    return TrainingRule(
        int(_number(found, "training_period_days", days)), _number(found, "training_coverage", SHARE)
    )


def report_within(unit: Unit) -> timedelta:
    """Return how long after its discovery an incident has to be reported, never more than the legal two hours."""
    hours = _number(dict(in_force(unit).parameters), "incident_report_hours", LEGAL_HOURS)
    return timedelta(hours=float(min(hours, Decimal(LEGAL_HOURS))))


def review_within(unit: Unit) -> timedelta:
    """Return within what time a submitted plan is to be decided."""
    return timedelta(days=float(_number(dict(in_force(unit).parameters), "plan_review_days", REVIEW_DAYS)))
