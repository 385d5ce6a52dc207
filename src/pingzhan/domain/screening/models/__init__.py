"""Tables of the screening module: laboratories and sampling teams, rounds with their plans and slots."""

from pingzhan.domain.screening.models.asking import OwnAsk, OwnKey, OwnRead
from pingzhan.domain.screening.models.following import Hold, Member, Pursuit, SwitchProposal
from pingzhan.domain.screening.models.handing import Handover
from pingzhan.domain.screening.models.results import LaboratoryDevice, LatestResult, Result, ResultRefusal
from pingzhan.domain.screening.models.rounds import Demand, PlanVersion, Round, RoundCount, Slot
from pingzhan.domain.screening.models.staff import Exemption, Laboratory, SamplingTeam, TeamMember
from pingzhan.domain.screening.models.tubes import (
    Box,
    Conflict,
    CustodyStep,
    Probe,
    Sample,
    TeamDevice,
    Tube,
    WalkIn,
)

__all__ = [
    "Box",
    "Conflict",
    "CustodyStep",
    "Demand",
    "Exemption",
    "Handover",
    "Hold",
    "Laboratory",
    "LaboratoryDevice",
    "LatestResult",
    "Member",
    "OwnAsk",
    "OwnKey",
    "OwnRead",
    "PlanVersion",
    "Probe",
    "Pursuit",
    "Result",
    "ResultRefusal",
    "Round",
    "RoundCount",
    "Sample",
    "SamplingTeam",
    "Slot",
    "SwitchProposal",
    "TeamDevice",
    "TeamMember",
    "Tube",
    "WalkIn",
]
