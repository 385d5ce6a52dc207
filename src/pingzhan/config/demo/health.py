"""Temperatures and illness of the demo zone: the first enterprises have entered most teams, one worker is ill."""

from __future__ import annotations

from pingzhan.domain.health import api as health
from pingzhan.domain.health.enums import Result, Symptom
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

FIRMS = 6


def demo_health(zone: Unit, by: Actor) -> None:
    """Enter the slot of now for six enterprises, leaving one team of each open, and two workers who stopped work."""
    firms = list(
        Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code")[:FIRMS]
    )
    for n, unit in enumerate(firms):
        teams = [one for one in health.team_lines([unit.pk], health.slot_now(unit.pk)) if one.expected]
        for one in teams[1:]:
            who = health.members(unit.pk, one.team_id)
            special = {who[-1]: health.Special(Result.ON_LEAVE)} if len(who) > 1 else {}
            if n == 1 and one is teams[1]:
                special = {who[0]: health.Special(Result.MEASURED, 381)}
            health.record_team(enterprise=unit, team_id=one.team_id, exceptions=special, by=by)
    _ill(firms[0], by)


def _ill(unit: Unit, by: Actor) -> None:
    who = Employment.objects.filter(enterprise=unit, left__isnull=True).order_by("pk").last()
    if who is not None:
        case = health.report_symptoms(employment=who, symptoms=[Symptom.COUGH, Symptom.SORE_THROAT], by=by)
        health.go_to_clinic(case_id=case.pk, clinic="云岭区人民医院", by=by)
