"""Records on paper: when phones fail, a tube's people are written on the rack's sheet and entered later.

They go the same way as what a phone sends, under the same codes, so that nobody is counted twice and what does not fit
is told: a register on paper is a device that never holds a token.
"""

from __future__ import annotations

import uuid as uuids
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.arriving import TAKING, rounds_of
from pingzhan.domain.screening.actions.intake import (
    MOST_IN_TUBE,
    SAMPLE,
    Answer,
    Item,
    read_code,
    read_plain,
    read_reason,
)
from pingzhan.domain.screening.actions.syncing import record_batch
from pingzhan.domain.screening.enums import StepKind
from pingzhan.domain.screening.models import CustodyStep, Round, Sample, SamplingTeam, TeamDevice, Tube
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid

PAPER_LOCK = 0x5A43
"""First half of the advisory lock of a team's register on paper."""
AHEAD = timedelta(minutes=10)
"""How far a clock on the wall may be ahead."""
_NAMES = uuids.UUID("9d4f8f2e-6e0b-4a0e-9a52-0a5c5d0f7b51")


@dataclass(frozen=True, slots=True)
class PaperTube:
    """One tube as it stands on paper: whose work numbers in their order, when the first was swabbed, by whom.

    ``over`` is the reason for more people than a tube of the round holds, ``box`` the box it went into, if written.
    """

    tube: str
    numbers: Sequence[str]
    at: datetime
    sampler: str
    over: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class PaperAnswer:
    """What became of a tube on paper, in people: in = stored + same + refused."""

    stored: int = 0
    same: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def paper_slots(round_: Round, team: SamplingTeam) -> list[Unit]:
    """Return the enterprises that a team goes to in a round, by name."""
    _rounds, enterprises = rounds_of(team.pk)
    return list(Unit.objects.filter(pk__in=enterprises.get(round_.pk, ())).order_by("name", "pk"))


@transaction.atomic
def enter_paper(
    *, round_: Round, team: SamplingTeam, enterprise: Unit, sheet: PaperTube, by: Actor
) -> PaperAnswer:
    """Enter a tube written on paper. The same sheet again changes nothing; a longer one adds who was left out.

    Nothing is stored while one work number is not of the enterprise, or stands twice: the sheet has to be right
    first. Refused without KEEP_SAMPLING, Invalid naming the number or the field, Conflict for a round that takes no
    samples.
    """
    zone = round_.zone
    require(by, Permission.KEEP_SAMPLING, zone.path)
    if round_.state not in TAKING:
        raise Conflict(_("这一轮还没有通知企业，或已取消，不能登记采样。"), code="round_state")
    if enterprise not in paper_slots(round_, team):
        raise Invalid(_("这个采样队在这一轮不到这家企业。"), place="enterprise")
    tube = read_code(sheet.tube, place="tube")
    box = read_code(sheet.box, place="box") if sheet.box.strip() else ""
    sampler = read_reason(sheet.sampler, place="sampler")
    if not 2 <= len(sampler) <= 40:
        raise Invalid(_("请填写采样人。"), place="sampler")
    over = read_reason(sheet.over, place="over")
    if sheet.at > clock.now() + AHEAD:
        raise Invalid(_("采样时间还没有到。"), place="at")
    people = _people(enterprise, sheet.numbers)
    # The register's numbers go up by one: two clerks must not take the same one.
    storing.lock(PAPER_LOCK, [team.pk])
    device = _register(team, by)
    items = _items(round_, tube, box, people, sheet.at, over, sampler, device)
    writer = Actor(kind="link", user_id=None, person_id=None, name=device.name, device_id=device.pk)
    answers = record_batch(items=items, sent_at=clock.now(), device=device, by=writer)
    told = _told(items, answers, {one.employment_id: number for number, one in people.items()})
    record(
        "screening.paper", by=by, subject=("testing_round", round_.pk), unit_path=enterprise.path,
        body={"stored": told.stored, "same": told.same, "refused": len(told.refused), "team": team.pk},
    )  # fmt: skip
    return told


def _people(enterprise: Unit, numbers: Sequence[str]) -> dict[str, Placement]:
    wanted = [read_plain(one, place="numbers") for one in numbers if one.strip()]
    if not 1 <= len(wanted) <= MOST_IN_TUBE:
        raise Invalid(_("一管登记 1 至 %(n)d 人。") % {"n": MOST_IN_TUBE}, place="numbers")
    twice = [number for number, n in Counter(wanted).items() if n > 1]
    if twice:
        raise Invalid(_("工号重复：%(what)s。") % {"what": _("、").join(twice)}, place="numbers")
    found: dict[str, Placement] = {
        one.employment.employee_no: one
        for one in Placement.objects.filter(
            enterprise=enterprise,
            t1__isnull=True,
            employment__left__isnull=True,
            employment__employee_no__in=wanted,
        ).select_related("employment")
    }
    missing = [number for number in wanted if number not in found]
    if missing:
        raise Invalid(
            _("这家企业没有工号 %(what)s，请核对；不在名册的人用采样手机登记。")
            % {"what": _("、").join(missing)},
            place="numbers",
        )
    return {number: found[number] for number in wanted}


def _register(team: SamplingTeam, by: Actor) -> Device:
    """Return the team's register on paper, made when there is none."""
    known = (
        TeamDevice.objects.filter(team=team, device__token_sha__isnull=True, device__enrolled_at__isnull=True)
        .filter(device__name=_book(team))
        .select_related("device")
        .first()
    )
    if known is not None:
        return known.device
    device = devices.keep_book(name=_book(team), unit_path=team.zone.path, by=by)
    TeamDevice.objects.create(device=device, team=team)
    return device


def _book(team: SamplingTeam) -> str:
    return f"\u7eb8\u8d28\u767b\u8bb0\u8868 {team.pk}"


def _items(  # noqa: PLR0917 - private, called once
    round_: Round,
    tube: str,
    box: str,
    people: dict[str, Placement],
    at: datetime,
    over: str,
    sampler: str,
    device: Device,
) -> list[Item]:
    """Return the records of a tube. Their ids follow from what they say: the same sheet again is the same records.

    A seal leaves room for MOST_IN_TUBE numbers before it: whoever was left out of a sheet was swabbed before the
    seal, and his record says so.
    """
    free, seal = _numbers(tube, device)
    capacity = round_.pool_size

    def key(kind: str, what: object = "") -> uuids.UUID:
        return uuids.uuid5(_NAMES, f"{device.pk}/{round_.pk}/{tube}/{kind}/{what}")

    ids = [key(SAMPLE, one.employment_id) for one in people.values()]
    known = dict(Sample.objects.filter(pk__in=ids).values_list("pk", "seq"))
    found = [
        Item(
            id=ids[n],
            seq=known.get(ids[n]) or next(free),
            kind=SAMPLE,
            at=at + timedelta(seconds=n),
            round=round_.pk,
            tube=tube,
            person=one.employment_id,
            place=n + 1,
            override=over if n + 1 > capacity else "",
        )
        for n, one in enumerate(people.values())
    ]
    closed = at + timedelta(seconds=MOST_IN_TUBE)
    words = _("采样人%(who)s") % {"who": sampler}
    found.append(Item(key("seal"), seal, "seal", closed, round_.pk, tube, override=words))
    if box:
        at_box = closed + timedelta(seconds=1)
        found.append(Item(key("box", box), seal + 1, "box", at_box, round_.pk, tube, box=box))
    return found


def _numbers(tube: str, device: Device) -> tuple[Iterator[int], int]:
    """Return the register's free numbers before the seal of a tube, and the number of the seal."""
    sealed = (
        CustodyStep.objects.filter(
            device_id=device.pk, step=StepKind.SEAL, tube_id__in=Tube.objects.filter(code=tube).values("pk")
        )
        .values_list("seq", flat=True)
        .first()
    )
    if sealed is None:
        last = max(
            model.objects.filter(device_id=device.pk).aggregate(last=Max("seq"))["last"] or 0
            for model in (Sample, CustodyStep)
        )
        sealed = last + MOST_IN_TUBE + 1
    first = sealed - MOST_IN_TUBE
    used = set(
        Sample.objects.filter(device_id=device.pk, seq__range=(first, sealed)).values_list("seq", flat=True)
    )
    return (seq for seq in range(first, sealed) if seq not in used), sealed


def _told(items: Sequence[Item], answers: Sequence[Answer], numbers: dict[int, str]) -> PaperAnswer:
    of_person = {one.id: one for one in items if one.kind == SAMPLE}
    stored = same = 0
    refused: list[tuple[str, str]] = []
    doubts: list[str] = []
    for answer in answers:
        item = of_person.get(answer.id)
        if answer.status == "accepted_conflict" and answer.why not in doubts:
            doubts.append(answer.why)
        if item is None:
            continue
        if answer.status == "rejected":
            refused.append((numbers.get(item.person or 0, ""), answer.why))
        elif answer.status == "duplicate":
            same += 1
        else:
            stored += 1
    return PaperAnswer(stored, same, refused, doubts)
