"""Tables of the premises module."""

from pingzhan.domain.premises.models.duty import DutyDay, SelfCheck, TeamMember
from pingzhan.domain.premises.models.exercises import Exercise
from pingzhan.domain.premises.models.incidents import Incident, IncidentStep
from pingzhan.domain.premises.models.plans import Plan, PlanPost
from pingzhan.domain.premises.models.production import Figures
from pingzhan.domain.premises.models.training import Attendance, Training

__all__ = [
    "Attendance",
    "DutyDay",
    "Exercise",
    "Figures",
    "Incident",
    "IncidentStep",
    "Plan",
    "PlanPost",
    "SelfCheck",
    "TeamMember",
    "Training",
]
