"""What temperatures and symptoms mean for the obligations of an enterprise (annex 2 (3))."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pingzhan.domain.health.models import Case
from pingzhan.domain.health.slots import Slot
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Evidence as Piece
from pingzhan.domain.obligations.api import raise_event, satisfy, satisfy_many
from pingzhan.foundation.access.actor import Actor

CASE, TEMPERATURES = "health_case", "health_temperatures"
"""Kinds of evidence rows, as obligations name them."""


def measured(booked: Collection[tuple[int, Slot, datetime]], ref: int, by: Actor) -> None:
    """Temperatures of these enterprises came in; their slot is closed once everybody is accounted for.

    What was measured before the first slot counts at its beginning. A slot that a switch in the course of the day has
    made longer is told of at its beginning too, since what is due of it ended earlier.
    """
    latest: dict[tuple[int, Slot], datetime] = {}
    for unit, slot, at in booked:
        latest[unit, slot] = max(at, latest.get((unit, slot), slot.t0))
    satisfy_many(
        [
            Piece(unit, Evidence.TEMPERATURE.value, (TEMPERATURES, ref), moment, 0)
            for (unit, slot), at in sorted(latest.items(), key=lambda one: (one[0][0], one[0][1].t0))
            for moment in sorted({at, slot.t0})
        ],
        by=by,
    )


REPORTED, STOPPED, CLINIC = "health.symptoms", "health.stop-work", "health.fever-clinic"
"""Keys of the measures that a case meets before its end; the shipped sets share them."""


def stopped(case: Case, by: Actor) -> None:
    """Somebody has symptoms: what is due after that begins, and that he is reported is done.

    That he has stopped work is done when a person says so; a device only measures.
    """
    raise_event(unit_id=case.enterprise_id, evidence=Evidence.SYMPTOMS.value, subject_id=case.pk)
    _met(case, by, REPORTED, *([STOPPED] if by.kind == "user" else []))


def at_clinic(case: Case, by: Actor) -> None:
    """He is at the hospital, so he has stopped work as well."""
    _met(case, by, REPORTED, STOPPED, CLINIC)


def closed(case: Case, by: Actor) -> None:
    """He is back, or the case was a mistake: nothing of it is due any more."""
    _met(case, by)


def _met(case: Case, by: Actor, *measures: str) -> None:
    satisfy(
        unit_id=case.enterprise_id,
        evidence=Evidence.SYMPTOMS.value,
        subject_id=case.pk,
        ref=(CASE, case.pk),
        measures=measures,
        by=by,
    )
