"""What of a batch is new and sound, and for which round: before anything is stored."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.screening.actions.intake import Answer, Clock, Item, Read, read_item
from pingzhan.domain.screening.enums import RoundState, SampleRefusal
from pingzhan.domain.screening.models import CustodyStep, Round, Sample, Slot, TeamDevice
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.kernel.errors import DomainError, Refused

TAKING = (RoundState.ADOPTED, RoundState.RUNNING, RoundState.CLOSED)
"""States of a round whose records are taken: what was swabbed is kept, however late the phone finds a network."""
FAR = timedelta(days=60)
"""A time of a phone farther from now than this is no time of a swab; within it, a wrong clock is put right."""


@dataclass(slots=True)
class Batch:
    """A batch on its way: what is still to be stored, and the answers so far."""

    device: Device
    team_id: int
    clock: Clock
    now: datetime
    answers: dict[uuids.UUID, Answer] = field(default_factory=dict)
    live: list[tuple[Read, Round]] = field(default_factory=list)

    def refuse(self, item: Item, code: str, why: str) -> None:
        """Answer an item that is not stored."""
        self.answers[item.id] = Answer(item.id, "rejected", code, why)


def team_of(device: Device) -> int:
    """Return the sampling team of a phone. Refused for another kind of device and for one of no team."""
    if device.kind != DeviceKind.SAMPLING:
        raise Refused(_("这个设备不是采样手机。"), code="device_kind")
    found = TeamDevice.objects.filter(device_id=device.pk, team__active=True).values_list("team_id").first()
    if found is None:
        raise Refused(
            _("这台手机没有分给采样队。"), code="device_team", hint=_("请核酸检测组把手机分给采样队。")
        )
    return int(found[0])


def rounds_of(team_id: int) -> tuple[dict[int, Round], dict[int, set[int]]]:
    """Return the rounds a team samples in, by id, and the enterprises it goes to in each."""
    rounds: dict[int, Round] = {}
    enterprises: dict[int, set[int]] = {}
    for slot in Slot.objects.filter(
        team_id=team_id, ended_by__isnull=True, round__state__in=TAKING
    ).select_related("round"):
        rounds[slot.round_id] = slot.round
        enterprises.setdefault(slot.round_id, set()).add(slot.enterprise_id)
    return rounds, enterprises


def refusal_of(pk: uuids.UUID, refused: SampleRefusal) -> Answer:
    """Return the answer to a sample that is kept and does not count."""
    code = SampleRefusal(refused).name.lower()
    return Answer(
        pk, "rejected", code, _("这条采样记录不计：%(why)s。") % {"why": SampleRefusal(refused).label}
    )


def without_known(items: Sequence[Item], batch: Batch) -> list[Item]:
    """Answer what was sent before, and return the rest, each once."""
    ids, seqs = [one.id for one in items], [one.seq for one in items]
    known: dict[uuids.UUID, tuple[int, int]] = {}
    taken: set[int] = set()
    for model, refused in ((Sample, True), (CustodyStep, False)):
        columns = ("id", "device_id", "seq", *(("refused",) if refused else ()))
        for row in (
            model.objects.filter(pk__in=ids)
            .values_list(*columns)
            .union(
                model.objects.filter(device_id=batch.device.pk, seq__in=seqs).values_list(*columns), all=True
            )
        ):
            known[row[0]] = (row[1], row[3] if refused else 0)
            if row[1] == batch.device.pk:
                taken.add(row[2])
    fresh: list[Item] = []
    seen: set[uuids.UUID] = set()
    for one in items:
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.id in known:
            owner, refused_code = known[one.id]
            if owner != batch.device.pk:
                batch.refuse(one, "id_taken", _("这条记录的编号已被另一台手机使用。"))
            elif refused_code:
                batch.answers[one.id] = refusal_of(one.id, SampleRefusal(refused_code))
            else:
                batch.answers[one.id] = Answer(one.id, "duplicate", "same", _("这条记录已经收到。"))
        elif one.seq in taken:
            batch.refuse(one, "seq_taken", _("这台手机已用同一序号发过另一条记录。"))
        else:
            taken.add(one.seq)
            fresh.append(one)
    return fresh


def read_all(items: Sequence[Item], rounds: Mapping[int, Round], batch: Batch) -> None:
    """Put sound items with their round into the batch and answer the others; see Item.round."""
    days: dict[date, Round] = {}
    for one in sorted(rounds.values(), key=lambda found: found.pk):
        days.setdefault(one.day, one)
    calendar = business_clock()
    for item in items:
        try:
            read = read_item(item)
        except DomainError as error:
            batch.refuse(item, error.code, f"{error.message}{error.hint}")
            continue
        if abs(item.at - batch.now) > FAR or abs(batch.clock.ahead) > FAR:
            batch.refuse(item, "at", _("采样时间不对，请校准手机的时钟。"))
            continue
        day = calendar.day_of(item.at - batch.clock.ahead)
        found = rounds.get(item.round) if item.round is not None else days.get(day)
        if found is None:
            batch.refuse(item, "round", _("采样队在这一轮没有采样任务。"))
        else:
            batch.live.append((read, found))
