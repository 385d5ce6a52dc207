"""What phones and the laboratory said of a round of the demo zone that is over, from its plan to its results.

Written as rows, in the order in which they would have come: see tested.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import BoxState, ResultSource, StepKind, TubeKind, TubeState, Verdict
from pingzhan.domain.screening.models import (
    Box,
    CustodyStep,
    Handover,
    LatestResult,
    Result,
    Round,
    RoundCount,
    Sample,
    Tube,
)
from pingzhan.foundation import clock
from pingzhan.foundation.access.models import Device

CT = {"ORF1ab": 38.2, "N": 37.6}
LABORATORY, TAKES = "检测室报告岗", "检测室收样岗"

Cohort = tuple[int, str]
"""An enterprise and those of it who come together."""


@dataclass
class Load:
    """A tube and who is in it, in their order, with the moment of each swab."""

    tube: Tube
    people: list[Placement]
    at: list[datetime]


@dataclass
class Trace:
    """What the phones and the laboratory said of a round. ``numbers`` are the last numbers that phones gave."""

    round: Round
    phones: Mapping[int, Device]
    numbers: Counter[int]
    rng: Random
    made: int = 0
    boxed: int = 0
    loads: list[Load] = field(default_factory=list)
    steps: list[CustodyStep] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    signed: list[Handover] = field(default_factory=list)

    @property
    def began(self) -> datetime:
        """Return when the first was swabbed."""
        return min(one.at[0] for one in self.loads)

    @property
    def ended(self) -> datetime:
        """Return when the last result came in."""
        return max(one.tube.resulted_at for one in self.loads if one.tube.resulted_at is not None)

    def swab(
        self,
        plan: Mapping[str, Any],
        people: Mapping[Cohort, Sequence[Placement]],
        missed: Collection[int] = (),
    ) -> None:
        """Swab as planned whoever is not missed, and bring every trip to the laboratory in a box of its own."""
        waiting = {cohort: list(rows) for cohort, rows in people.items()}
        for team in plan["teams"]:
            for trip in team["trips"]:
                loads: list[Load] = []
                self.boxed += 1
                box = Box(code=f"MH{self.round.number:02d}-X{self.boxed}", round=self.round)
                for visit in trip["visits"]:
                    rows = waiting[int(visit["site"]), visit["cohort"]]
                    here, rows[:] = rows[: visit["persons"]], rows[visit["persons"] :]
                    there = [one for one in here if one.pk not in missed]
                    loads += self._visit(visit, there, int(team["id"]), box)
                self._trip(loads, box, self.phones[int(team["id"])], self._moment(trip["lab_arrive"]))
                self.loads += loads
        Sample.objects.bulk_create(self.samples)
        CustodyStep.objects.bulk_create(self.steps)
        Handover.objects.bulk_create(self.signed)
        self.steps.clear()
        self._stand([
            "state", "sealed_device", "sealed_seq", "sealed_at", "box", "boxed_at", "handed_at", "received_at",
        ])  # fmt: skip
        self._count()

    def _moment(self, seconds: int) -> datetime:
        return clock.midnight(self.round.day) + timedelta(seconds=seconds)

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def _soon(self, at: datetime) -> datetime:
        return at + timedelta(seconds=self.rng.randint(2, 9))

    def _visit(
        self, visit: Mapping[str, Any], people: Sequence[Placement], team: int, box: Box
    ) -> list[Load]:
        begin, size = self._moment(visit["start"]), self.round.pool_size
        each = timedelta(seconds=(visit["end"] - visit["start"]) // (len(people) + 1))
        phone, loads = self.phones[team], []
        for n in range(0, len(people), size):
            inside = people[n : n + size]
            at = [begin + each * (n + place) for place in range(1, len(inside) + 1)]
            self.made += 1
            tube = Tube.objects.create(
                code=f"MH{self.round.number:02d}{self.made:04d}",
                round=self.round, kind=TubeKind.SINGLE if size == 1 else TubeKind.POOL, capacity=size,
                enterprise_id=inside[0].enterprise_id, team_id=team, heads=len(inside), first_taken_at=at[0],
                opened_at=self._soon(at[0]),
            )  # fmt: skip
            for place, (one, moment) in enumerate(zip(inside, at, strict=True), 1):
                self.numbers[phone.pk] += 1
                self.samples.append(
                    Sample(
                        id=self._id(), round_id=self.round.pk, tube_id=tube.pk, device_id=phone.pk,
                        person=one.employment.individual_id, employment_id=one.employment_id,
                        enterprise_id=one.enterprise_id, team_id=one.team_id or 0,
                        seq=self.numbers[phone.pk], taken_at=moment, received_at=self._soon(moment),
                        place=place,
                    )
                )  # fmt: skip
            loads.append(Load(tube, list(inside), at))
            self._step(phone, StepKind.SEAL, at[-1] + timedelta(seconds=3), tube=tube)
            tube.sealed_device, tube.sealed_seq = phone.pk, self.numbers[phone.pk]
            tube.sealed_at = self.steps[-1].at
            packed = at[-1] + timedelta(seconds=11)
            if box.pk is None:
                box.opened_at = self._soon(packed)
                box.save(force_insert=True)
            self._step(phone, StepKind.BOX, packed, tube=tube, box=box)
            tube.box, tube.boxed_at = box, self.steps[-1].at
        return loads

    def _step(
        self,
        phone: Device | None,
        step: StepKind,
        at: datetime,
        *,
        by_name: str = "",
        ref: str = "",
        **of: Any,
    ) -> None:
        """Note a step of a tube or a box: a phone's, told of at once, or one at the laboratory."""
        if phone is not None:
            self.numbers[phone.pk] += 1
        self.steps.append(
            CustodyStep(
                id=self._id(), step=step, tube_id=of["tube"].pk if "tube" in of else None,
                box_id=of["box"].pk if "box" in of else None, ref=ref,
                by_name=phone.name if phone is not None else by_name,
                **(
                    {"device_id": phone.pk, "seq": self.numbers[phone.pk], "device_at": at}
                    if phone is not None
                    else {}
                ),
                at=self._soon(at) if phone is not None else at,
            )
        )  # fmt: skip

    def _trip(self, loads: Sequence[Load], box: Box, phone: Device, back: datetime) -> None:
        """Seal the box of a trip, hand it over at the laboratory and have it signed for, and its tubes received."""
        if not loads:
            return
        last = max(one.at[-1] for one in loads) + timedelta(seconds=50)
        self._step(phone, StepKind.BOX_SEAL, last, box=box)
        sealed = self.steps[-1].at
        self._step(phone, StepKind.HANDOVER, back, box=box, ref=TAKES)
        given = self.steps[-1]
        came = back + timedelta(minutes=7)
        for one in loads:
            self._step(None, StepKind.RECEIVE, came, by_name=LABORATORY, tube=one.tube)
            one.tube.state, one.tube.handed_at, one.tube.received_at = TubeState.RECEIVED, given.at, came
        cold = Decimal(self.rng.randint(32, 68)) / 10
        self.signed.append(
            Handover(
                box=box, step_id=given.pk, receiver=TAKES, signed_at=back + timedelta(minutes=3),
                at=back + timedelta(minutes=4), temperature=cold, by_name=LABORATORY,
            )
        )  # fmt: skip
        Box.objects.filter(pk=box.pk).update(
            state=BoxState.RECEIVED, sealed_at=sealed, handed_at=given.at, received_at=came, temperature=cold
        )

    def _stand(self, names: Sequence[str]) -> None:
        Tube.objects.bulk_update([one.tube for one in self.loads], names)

    def _count(self) -> None:
        """Add who was swabbed to the counts of the round, as is done with every sample."""
        swabbed = Counter((one.enterprise_id, one.team_id) for one in self.samples)
        for (firm, team), n in swabbed.items():
            RoundCount.objects.filter(round_id=self.round.pk, enterprise_id=firm, team_id=team).update(
                tested=n
            )

    def tell(self, found: Mapping[int, Verdict]) -> None:
        """Have every tube tested, by number ``found`` and else negative, and say where everybody stands."""
        laboratory = screening.laboratory_of(self.round)
        assert laboratory is not None
        runs = timedelta(minutes=laboratory.run_minutes)
        results, latest = [], {}
        for one in self.loads:
            tube = one.tube
            assert tube.received_at is not None
            verdict = found.get(tube.pk, Verdict.NEGATIVE)
            tested, told = tube.received_at + runs, tube.received_at + runs + timedelta(minutes=14)
            tube.state, tube.verdict, tube.tested_at, tube.resulted_at = (
                TubeState.RESULTED, verdict, tested, told,
            )  # fmt: skip
            results.append(
                Result(
                    tube=tube, verdict=verdict, ct=CT if verdict == Verdict.GREY else {}, tested_at=tested,
                    reported_at=told, source=ResultSource.XLSX, by_name=LABORATORY,
                )
            )  # fmt: skip
            self._step(None, StepKind.RESULT, told, by_name=LABORATORY, tube=tube)
            for who, at in zip(one.people, one.at, strict=True):
                latest[who.employment.individual_id] = LatestResult(
                    individual_id=who.employment.individual_id, round=self.round, verdict=verdict,
                    pooled=len(one.people) > 1, sampled_at=at, at=told,
                )  # fmt: skip
        Result.objects.bulk_create(results)
        CustodyStep.objects.bulk_create(self.steps)
        self.steps.clear()
        self._stand(["state", "verdict", "tested_at", "resulted_at"])
        LatestResult.objects.bulk_create(
            latest.values(),
            update_conflicts=True,
            unique_fields=["individual"],
            update_fields=["round", "verdict", "pooled", "sampled_at", "at"],
        )
