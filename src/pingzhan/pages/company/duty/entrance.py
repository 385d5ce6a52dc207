"""Where the duties of duty, emergency team and drills are met, and where their evidence is shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import DutyDay, TeamMember
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def duty_kept(unit_id: int, by: Actor) -> int:
    """Say that duty is kept today as the sheet has it; refused while today has nobody."""
    return premises.confirm_duty(enterprise=Unit.objects.get(pk=unit_id), by=by)


def team_right(unit_id: int, by: Actor) -> int:
    """Say that the team is still as listed; refused while a task has nobody."""
    return premises.confirm_team(enterprise=Unit.objects.get(pk=unit_id), by=by)


def _duty(pk: int) -> str:
    row = DutyDay.objects.only("enterprise", "day").get(pk=pk)
    return f"{reverse('firm_duty:firm', args=[row.enterprise_id])}?week={row.day.isoformat()}"


def _member(pk: int) -> str:
    return reverse("firm_duty:team", args=[TeamMember.objects.only("enterprise").get(pk=pk).enterprise_id])


def register() -> None:
    """Tell the enterprise's day of these pages."""
    register_form(Evidence.DUTY_ROSTER, "firm_duty:firm", duty_kept)
    register_form(Evidence.EMERGENCY_TEAM, "firm_duty:team", team_right)
    register_form(Evidence.DRILL, "firm_duty:drills")
    register_viewer("premises_duty", _duty)
    register_viewer("premises_member", _member)
    register_viewer("premises_exercise", lambda pk: reverse("firm_duty:drill", args=[pk]))
