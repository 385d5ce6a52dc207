"""Sampling phones of an adopted round, and what they write down."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.db.models.functions import Now

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.screening.actions.intake import Answer, Guest, Item
from pingzhan.domain.screening.actions.syncing import record_batch
from pingzhan.domain.screening.enums import PlanState, RoundState
from pingzhan.domain.screening.models import PlanVersion, Round, SamplingTeam, Slot, TeamDevice
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Park
from tests.factories import account


def adopted_round(park: Park, team: SamplingTeam, firms: Iterable[Unit], **more: Any) -> Round:
    """A round of today with a slot of the team at each enterprise."""
    now = clock.now()
    made = Round.objects.create(
        zone=park.zone,
        number=(Round.objects.aggregate(n=Max("number"))["n"] or 0) + 1,
        day=business_clock().day_of(now),
        **({"pool_size": 3} | more),
    )
    version = PlanVersion.objects.create(round=made, number=1, instance={}, iterations=1)
    for state in (PlanState.COMPUTING, PlanState.READY, PlanState.ADOPTED):
        PlanVersion.objects.filter(pk=version.pk).update(state=state, plan={}, score={}, ready_at=Now())
    for step in (RoundState.PLANNED, RoundState.ADOPTED):
        Round.objects.filter(pk=made.pk).update(state=step)
    for firm in firms:
        Slot.objects.create(
            round=made, version=version, enterprise=firm, cohort="\u767d\u73ed", team=team, start=now,
            end=now + timedelta(hours=2), heads=9, tubes=3,
        )  # fmt: skip
    made.refresh_from_db()
    return made


@dataclass
class Phone:
    """A phone that numbers what it writes."""

    device: Device
    seq: int = 0
    ahead: timedelta = timedelta()

    @property
    def actor(self) -> Actor:
        return Actor(
            kind="link", user_id=None, person_id=None, name=self.device.name, device_id=self.device.pk
        )

    def write(self, kind: str, **more: Any) -> Item:
        """The next record of this phone."""
        self.seq += 1
        at = more.pop("at", None) or self.clock() + timedelta(seconds=self.seq)
        more.setdefault("round", self.round_now())
        return Item(id=uuid.uuid4(), seq=self.seq, kind=kind, at=at, **more)

    def swab(self, tube: str, who: Any, place: int = 1, **more: Any) -> Item:
        """A sample of an employment."""
        return self.write("sample", tube=tube, person=who.pk, place=place, **more)

    def guest(self, tube: str, name: str, number: str, place: int = 1) -> Item:
        """A sample of somebody who is on no list."""
        return self.write("sample", tube=tube, guest=Guest(name, number), place=place)

    def round_now(self) -> int | None:
        """The round adopted last for the phone's team: what was swabbed an hour ago may be of another day."""
        slots = Slot.objects.filter(team__devices__device=self.device)
        return slots.order_by("-pk").values_list("round_id", flat=True).first()

    def clock(self) -> datetime:
        """What the phone's clock shows."""
        return clock.now() + self.ahead - timedelta(hours=1)

    def send(self, *items: Item) -> list[Answer]:
        """Send records as they are."""
        return record_batch(items=items, sent_at=clock.now() + self.ahead, device=self.device, by=self.actor)

    def words(self, *items: Item) -> list[tuple[str, str]]:
        """Send records and return status and code of each answer."""
        return [(one.status, one.code) for one in self.send(*items)]


def phone(team: SamplingTeam | None, park: Park, **more: Any) -> Phone:
    """An enrolled phone, of a team where one is given."""
    values = {"name": "\u91c7\u6837\u624b\u673a", "kind": DeviceKind.SAMPLING, "unit_path": park.zone.path}
    device = Device.objects.create(
        **(values | more), issued_by=account(Role.SECURITY_ADMIN),
        expires_at=Now() + timedelta(days=9),
    )  # fmt: skip
    if team is not None:
        TeamDevice.objects.create(device=device, team=team)
    return Phone(device)
