"""What plans, training, duty, drills and figures hold already when obligations are made.

Incidents have no reader: they bring about what is due of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Case, F, Q, When
from django.db.models.functions import Least, TruncDate

from pingzhan.domain.measures.api import in_force_many
from pingzhan.domain.measures.enums import Evidence, Subject
from pingzhan.domain.obligations.api import Asked, Rows, business_clock, latest, noon_of, register_held
from pingzhan.domain.obligations.api import Evidence as Piece
from pingzhan.domain.premises.duties import CHECK, DUTY, FIGURES, MEMBER, PLAN, STOP, TRAINING
from pingzhan.domain.premises.enums import CheckKind, Period, PlanKind, PlanState
from pingzhan.domain.premises.models import DutyDay, Exercise, Figures, Plan, SelfCheck, TeamMember, Training
from pingzhan.domain.premises.protection import EXERCISE_PHOTOS
from pingzhan.domain.premises.queries.zone import duty_of_firms, training_of_firms
from pingzhan.foundation import clock

NO_OUTPUT = "no_output"
"""Told apart while it is read; as evidence both are figures."""


def _checks(kind: CheckKind) -> Rows:
    return Rows(SelfCheck.objects.filter(kind=kind), CHECK, "at", "at")


def _plans(kind: PlanKind) -> Callable[[Asked], Sequence[Piece]]:
    approved = Plan.objects.filter(kind=kind, state__in=[PlanState.APPROVED, PlanState.SUPERSEDED])
    rows = Rows(approved.filter(decided_at__isnull=False), PLAN, "decided_at", "decided_at")
    return lambda asked: latest(asked, rows, _checks(CheckKind(kind.value)))


def _duty(asked: Asked) -> Sequence[Piece]:
    """Return days of the sheet; a business day that was over when it was written down is no evidence."""
    start = business_clock().day_start
    written = TruncDate(F("at") - timedelta(hours=start.hour, minutes=start.minute))
    days = Rows(DutyDay.objects.filter(day__gte=written), DUTY, noon_of("day"), "at")
    return latest(asked, days, _checks(CheckKind.DUTY))


def _team(asked: Asked) -> Sequence[Piece]:
    """Return what was said of the team, and who joined it, where it is complete now."""
    joined = Rows(TeamMember.objects.filter(ended_at__isnull=True), MEMBER, "created_at", "created_at")
    found = latest(asked, joined, _checks(CheckKind.TEAM))
    members = {one.unit_id for one in found if one.ref[0] == MEMBER}
    firms = duty_of_firms(sorted(members), clock.today()) if members else {}
    short = {pk for pk, one in firms.items() if one.short}
    return [one for one in found if one.ref[0] == CHECK or one.unit_id not in short]


def _drills(asked: Asked) -> Sequence[Piece]:
    held = Exercise.objects.filter(voided_at__isnull=True)
    at = Least(noon_of("held_on"), F("created_at"))
    return latest(asked, Rows(held, EXERCISE_PHOTOS, at, "created_at"))


def _trainings(asked: Asked) -> Sequence[Piece]:
    """Return sessions; what is asked for each person only where so many were told as the measures ask for."""
    held = Training.objects.filter(voided_at__isnull=True)
    at = Least(noon_of("held_on"), F("created_at"))
    found = latest(asked, Rows(held, TRAINING, at, "created_at"))
    if not found:
        return []
    units = sorted({one.unit_id for one in found})
    firms, pieces = training_of_firms(units), []
    for unit, now in in_force_many(units).items():
        told = firms[unit].expected > 0 and not firms[unit].short
        keys = tuple(
            one.key
            for one in now.measures
            if one.evidence == Evidence.TRAINING.value and (told or one.subject != Subject.PERSON_GROUP.value)
        )
        pieces += [replace(one, measures=keys) for one in found if one.unit_id == unit and keys]
    return pieces


def _figures(asked: Asked) -> Sequence[Piece]:
    """Return figures; an order to stop is met only by those that say there was no output."""
    soon = Q(period=Period.DAY, day__gte=TruncDate("at") - timedelta(days=1))
    soon |= Q(period=Period.WEEK, day__gte=TruncDate("at") - timedelta(days=13))
    at = Case(When(soon, then=F("at")), default=noon_of("day"))
    some, none = Figures.objects.filter(output__gt=0), Figures.objects.filter(output=0)
    found = latest(asked, Rows(some, FIGURES, at, "at"), Rows(none, NO_OUTPUT, at, "at"))
    units = sorted({one.unit_id for one in found if one.ref[0] == FIGURES})
    now = in_force_many(units) if units else {}
    keys = {
        unit: tuple(
            row.key for row in one.measures if row.evidence == Evidence.PRODUCTION.value and row.key != STOP
        )
        for unit, one in now.items()
    }
    pieces = [replace(one, ref=(FIGURES, one.ref[1])) for one in found if one.ref[0] == NO_OUTPUT]
    return pieces + [
        replace(one, measures=keys[one.unit_id])
        for one in found
        if one.ref[0] == FIGURES and keys[one.unit_id]
    ]


def register() -> None:
    """Let obligations that are made after it ask for what is written already."""
    register_held(Evidence.PLAN_REVIEW.value, _plans(PlanKind.PREVENTION))
    register_held(Evidence.EMERGENCY_PLAN.value, _plans(PlanKind.EMERGENCY))
    register_held(Evidence.DUTY_ROSTER.value, _duty)
    register_held(Evidence.EMERGENCY_TEAM.value, _team)
    register_held(Evidence.DRILL.value, _drills)
    register_held(Evidence.TRAINING.value, _trainings)
    register_held(Evidence.PRODUCTION.value, _figures)
