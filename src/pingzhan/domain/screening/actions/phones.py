"""Phones of sampling teams: given to a team, and the roster that a phone takes along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening import rules
from pingzhan.domain.screening.actions.arriving import team_of
from pingzhan.domain.screening.enums import RoundState
from pingzhan.domain.screening.models import Exemption, Hold, Round, SamplingTeam, Slot, TeamDevice
from pingzhan.domain.screening.queries.heads import follows_positives
from pingzhan.foundation import clock
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.masks import mask_name
from pingzhan.kernel.errors import Conflict, Invalid

LAST = 4
"""Marks of the identity number that a sampler compares."""


@dataclass(frozen=True, slots=True)
class Stop:
    """When the team comes to an enterprise."""

    enterprise: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a phone's roster; ``ref`` is what the phone sends for him. ``due`` False: exempt today.

    ``held``: because of a pooled positive; he is swabbed alone.
    """

    ref: int
    no: str
    name_masked: str
    last4: str
    enterprise: str
    team: str
    due: bool
    held: bool = False


@dataclass(frozen=True, slots=True)
class RoundRoster:
    """A round of today as a phone takes it along."""

    round: Round
    stops: list[Stop]
    people: list[Listed]


@transaction.atomic
def assign_phone(*, device: Device, team: SamplingTeam, by: Actor) -> None:
    """Give a sampling phone to a team, taking it from the one that had it. Refused without PLAN_SCREENING.

    Invalid for a device that is not a sampling phone of the team's zone, Conflict for one that was stopped.
    """
    rules.require_plan(by, team.zone)
    _give(device, team, by)


def _give(device: Device, team: SamplingTeam, by: Actor) -> None:
    if device.kind != DeviceKind.SAMPLING or not device.unit_path.startswith(team.zone.path):
        raise Invalid(_("请选择本开发区的采样手机。"), place="device")
    if device.revoked_at is not None or not team.active:
        raise Conflict(_("这台手机或这个采样队已停用。"))
    TeamDevice.objects.update_or_create(device=device, defaults={"team": team})
    record(
        "screening.phone_assigned", by=by, subject=("device", device.pk), unit_path=team.zone.path,
        body={"team": team.pk},
    )  # fmt: skip


@transaction.atomic
def issue_phone(*, name: str, team: SamplingTeam, days: int, by: Actor) -> tuple[Device, str]:
    """Register a phone for a team and return it with the path of its one-time enrolment, valid ten minutes.

    Refused without MANAGE_DEVICES in the team's zone; Invalid for an empty name or a term outside 1 to 90 days;
    Conflict for a team that is not in use. Then nothing is left.
    """
    device, path = devices.issue_device(
        name=name, kind=DeviceKind.SAMPLING, unit_path=team.zone.path, days=days, by=by
    )
    _give(device, team, by)
    return device, path


@transaction.atomic
def take_roster(*, device: Device, by: Actor) -> list[RoundRoster]:
    """Return the rounds of today in which the phone's team samples, with the people of the enterprises it goes to.

    Names masked, of numbers the last four marks. The reading is recorded with how many people it was. Refused for
    a device of no sampling team.
    """
    team = team_of(device)
    today = business_clock().day_of(clock.now())
    slots = list(
        Slot.objects.filter(
            team_id=team,
            ended_by__isnull=True,
            round__day=today,
            round__state__in=[RoundState.ADOPTED, RoundState.RUNNING],
        ).select_related("round", "enterprise")
    )
    by_round: dict[int, list[Slot]] = {}
    for slot in slots:
        by_round.setdefault(slot.round_id, []).append(slot)
    listed = _listed({slot.enterprise_id for slot in slots}, today)
    found = []
    for of_round in by_round.values():
        firms = {slot.enterprise_id for slot in of_round}
        singly = follows_positives(of_round[0].round)
        stops = [Stop(slot.enterprise.name, slot.start, slot.end) for slot in of_round]
        listed_here = [one for firm, one in listed if firm in firms and (one.held or not singly)]
        found.append(RoundRoster(of_round[0].round, stops, listed_here))
    if listed:
        record(
            "screening.roster_read", by=by, subject=("device", device.pk), unit_path=device.unit_path,
            body={"persons": len(listed)},
        )  # fmt: skip
    return found


def _listed(enterprises: set[int], today: object) -> list[tuple[int, Listed]]:
    placed = list(
        Placement.objects.filter(
            enterprise_id__in=enterprises, t1__isnull=True, employment__left__isnull=True
        )
        .select_related("team", "enterprise", "employment__individual")
        .order_by("enterprise_id", "team_id", "employment_id")
    )
    exempt = set(
        Exemption.objects.filter(
            enterprise_id__in=enterprises, withdrawn_at__isnull=True, since__lte=today, until__gte=today
        ).values_list("employment_id", flat=True)
    )
    held = set(
        Hold.objects.filter(
            employment__in=[one.employment_id for one in placed], until__isnull=True
        ).values_list("employment_id", flat=True)
    )
    texts = people.opened([one.employment.individual for one in placed], fields=("name", "id"))
    found = []
    for one in placed:
        text = texts[one.employment.individual_id]
        found.append(
            (
                one.enterprise_id,
                Listed(
                    one.employment_id,
                    one.employment.employee_no,
                    mask_name(text.name or ""),
                    (text.number or "")[-LAST:],
                    one.enterprise.name,
                    one.team.name if one.team is not None else "",
                    one.employment_id not in exempt,
                    one.employment_id in held,
                ),
            )
        )
    return found
