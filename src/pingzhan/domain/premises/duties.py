"""What this module's ledgers close of the obligations of an enterprise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pingzhan.domain.measures.api import in_force
from pingzhan.domain.measures.enums import Evidence, Subject
from pingzhan.domain.obligations.api import raise_event, satisfy, unsatisfy
from pingzhan.domain.premises.enums import CheckKind, PlanKind
from pingzhan.domain.premises.models import Figures, Incident, Plan, SelfCheck, Training
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor

PLAN, TRAINING, DUTY, CHECK = "premises_plan", "premises_training", "premises_duty", "premises_check"
INCIDENT, FIGURES, MEMBER = "premises_incident", "premises_figures", "premises_member"
"""Kinds of evidence rows, as obligations name them."""
_OF_PLAN = {PlanKind.PREVENTION: Evidence.PLAN_REVIEW, PlanKind.EMERGENCY: Evidence.EMERGENCY_PLAN}
_OF_CHECK = {
    CheckKind.PREVENTION: Evidence.PLAN_REVIEW,
    CheckKind.EMERGENCY: Evidence.EMERGENCY_PLAN,
    CheckKind.DUTY: Evidence.DUTY_ROSTER,
    CheckKind.TEAM: Evidence.EMERGENCY_TEAM,
}


REPORT, STOP = "incident.report", "production.stop"
"""Measures that share their evidence with others and are met by other facts than those."""


def _note(
    unit: int,
    evidence: Evidence,
    ref: tuple[str, int],
    by: Actor,
    *,
    at: datetime | None = None,
    measures: tuple[str, ...] = (),
) -> int:
    return satisfy(unit_id=unit, evidence=evidence.value, at=at, ref=ref, measures=measures, by=by)


def approved(plan: Plan, by: Actor) -> int:
    """A plan was approved; return how many duties it closed."""
    return _note(plan.enterprise_id, _OF_PLAN[PlanKind(plan.kind)], (PLAN, plan.pk), by)


def checked(row: SelfCheck, by: Actor) -> int:
    """Something was looked through and found right; return how many duties it closed."""
    return _note(row.enterprise_id, _OF_CHECK[CheckKind(row.kind)], (CHECK, row.pk), by)


def trained(unit: Unit, rows: Iterable[Training], by: Actor, *, everybody: int = 0) -> int:
    """Sessions were held; return how many duties they closed, each in the period of its day.

    What the measures ask for each person is closed only when everybody was told in time: then ``everybody`` is
    the session to name for it, else 0.
    """
    asked = [one for one in in_force(unit).measures if one.evidence == Evidence.TRAINING.value]
    general = tuple(one.key for one in asked if one.subject != Subject.PERSON_GROUP.value)
    personal = tuple(one.key for one in asked if one.subject == Subject.PERSON_GROUP.value)
    kind, now = Evidence.TRAINING, clock.now()
    closed = 0
    if general:
        for row in rows:
            at = min(clock.noon(row.held_on), now)
            closed += _note(unit.pk, kind, (TRAINING, row.pk), by, at=at, measures=general)
    if personal and everybody:
        closed += _note(unit.pk, kind, (TRAINING, everybody), by, at=now, measures=personal)
    return closed


def training_voided(training_id: int) -> None:
    """A session was a mistake."""
    unsatisfy((TRAINING, training_id))


def on_duty(unit_id: int, row_id: int, at: datetime, by: Actor) -> int:
    """A day has its leader and officer; return how many duties it closed."""
    return _note(unit_id, Evidence.DUTY_ROSTER, (DUTY, row_id), by, at=at)


def team_complete(unit_id: int, member_id: int, by: Actor) -> int:
    """The emergency team has somebody for each task; return how many duties it closed."""
    return _note(unit_id, Evidence.EMERGENCY_TEAM, (MEMBER, member_id), by)


def team_short(member_id: int) -> None:
    """Somebody whose joining completed the team has left."""
    unsatisfy((MEMBER, member_id))


def reported(incident: Incident, by: Actor) -> int:
    """An incident was reported: what its discovery asks for arises, and the report is met; return how many closed.

    Isolation and whatever else the measures ask for waits for ``isolated`` or ``ended``.
    """
    raise_event(
        unit_id=incident.enterprise_id,
        evidence=Evidence.INCIDENT.value,
        at=incident.found_at,
        subject_id=incident.pk,
    )
    return _of_incident(incident, by, (REPORT,))


def isolated(incident: Incident, by: Actor) -> int:
    """Persons were isolated and moved as instructed; return how many duties it closed."""
    asked = [
        one.key for one in in_force(incident.enterprise).measures if one.evidence == Evidence.INCIDENT.value
    ]
    keys = tuple(key for key in asked if key != REPORT)
    return _of_incident(incident, by, keys) if keys else 0


def ended(incident: Incident, by: Actor) -> int:
    """The command ended the incident, and with it whatever it still asked for; return how many duties it closed."""
    return _of_incident(incident, by, ())


def _of_incident(incident: Incident, by: Actor, measures: tuple[str, ...]) -> int:
    return satisfy(
        unit_id=incident.enterprise_id,
        evidence=Evidence.INCIDENT.value,
        subject_id=incident.pk,
        ref=(INCIDENT, incident.pk),
        measures=measures,
        by=by,
    )


def produced(unit: Unit, figures: Figures, at: datetime, by: Actor) -> int:
    """Figures were given; return how many duties they closed. An order to stop is met only by no output."""
    keys: tuple[str, ...] = ()
    if figures.output:
        asked = [one.key for one in in_force(unit).measures if one.evidence == Evidence.PRODUCTION.value]
        keys = tuple(key for key in asked if key != STOP)
        if not keys:
            return 0
    return _note(unit.pk, Evidence.PRODUCTION, (FIGURES, figures.pk), by, at=at, measures=keys)


def not_stopped(figures: Figures) -> None:
    """Figures that said there was no output are corrected: what they closed is open until it is met again."""
    unsatisfy((FIGURES, figures.pk))
