"""The objects of the world that a testing round is made of: the round, a version of its plan, a team, a laboratory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ConflictKind, ExemptReason, MemberKind, RoundState, Verdict
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    Exemption,
    Hold,
    Laboratory,
    Member,
    PlanVersion,
    Pursuit,
    Round,
    SamplingTeam,
    Slot,
    SwitchProposal,
    TeamDevice,
    TeamMember,
    Tube,
)
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.accounts.models import User


def swabbed(zone: Unit, worker: Employment, person: Person, issuer: User) -> dict[str, Any]:
    """Return the numbers of one of each in a zone."""
    round_ = Round.objects.create(zone=zone, number=1, day=timezone.localdate())
    team = SamplingTeam.objects.create(zone=zone, name="\u4e00\u961f")
    firm = Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE).order_by("pk")[0]
    told = _told(zone, firm, team)
    tube = Tube.objects.create(code="T-0001", round=told, capacity=10)
    return {
        "testing_round": round_.pk,
        "told_round": told.pk,
        "sampling_member": TeamMember.objects.create(team=team, kind=MemberKind.OFFICIAL, person=person).pk,
        "exemption": Exemption.objects.create(
            employment=worker,
            enterprise=worker.enterprise,
            reason=ExemptReason.LEAVE,
            since=timezone.localdate(),
            until=timezone.localdate(),
        ).pk,
        "tube": tube.pk,
        "sample_box": Box.objects.create(code="BOX-1", round=told).pk,
        "sampling_doubt": Conflict.objects.create(
            round=told, kind=ConflictKind.TWO_BOXES, tube_id=tube.pk, enterprise_id=firm.pk
        ).pk,
        "testing_plan": PlanVersion.objects.create(round=round_, number=1, instance={}, iterations=1).pk,
        "sampling_team": team.pk,
        "own_key": screening.issue_own_key(individual_id=worker.individual_id),
        "sampling_phone": _phone(zone, team, issuer),
        "laboratory": Laboratory.objects.create(zone=zone, name="\u68c0\u6d4b\u5ba4", code="L1").pk,
        **_followed(zone, round_),
    }


def _phone(zone: Unit, team: SamplingTeam, issuer: User) -> int:
    """A phone of the team, waiting to be enrolled."""
    now = timezone.now()
    made = Device.objects.create(
        name="\u91c7\u68372", kind=DeviceKind.SAMPLING, unit_path=zone.path, issued_by=issuer,
        expires_at=now + timedelta(days=1), enrol_until=now + timedelta(minutes=9),
    )  # fmt: skip
    TeamDevice.objects.create(device=made, team=team)
    return made.pk


def _followed(zone: Unit, round_: Round) -> dict[str, int]:
    """A tube that is followed, somebody held because of it, and the proposal that followed."""
    now = timezone.now()
    tube = Tube.objects.create(code="T-9001", round=round_, capacity=10)
    pursuit = Pursuit.objects.create(zone=zone, tube=tube, verdict=Verdict.POSITIVE, tested_at=now)
    hold = Hold.objects.create(person=-1)
    Member.objects.create(pursuit=pursuit, hold=hold, place=1, sampled_at=now)
    proposal = SwitchProposal.objects.create(zone=zone, unit=zone, pursuit=pursuit)
    return {"pursuit": pursuit.pk, "hold": hold.pk, "switch_proposal": proposal.pk}


def _told(zone: Unit, firm: Unit, team: SamplingTeam) -> Round:
    """A round of whose slot an enterprise was told."""
    made = Round.objects.create(zone=zone, number=2, day=timezone.localdate())
    for step in (RoundState.PLANNED, RoundState.ADOPTED):
        Round.objects.filter(pk=made.pk).update(state=step)
    Slot.objects.create(
        round=made,
        version=PlanVersion.objects.create(round=made, number=1, instance={}, iterations=1),
        enterprise=firm,
        cohort="shift:0",
        team=team,
        start=timezone.now(),
        end=timezone.now(),
        heads=1,
        tubes=1,
    )
    return made
