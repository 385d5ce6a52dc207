"""What follows from all that phones said of a tube, in whatever order it came in: the same facts, the same tube."""

from __future__ import annotations

import uuid as uuids
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pingzhan.domain.screening.enums import (
    IN_FIELD,
    ConflictKind,
    SampleFlag,
    SampleRefusal,
    StepKind,
    TubeState,
)


@dataclass(frozen=True, slots=True)
class Swab:
    """A stored sample; ``at`` is the phone's time put right."""

    id: uuids.UUID
    tube_id: int
    person: int
    enterprise_id: int
    team_id: int
    device_id: int
    seq: int
    at: datetime
    flag: int
    refused: int

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Return what it is sorted by."""
        return self.at, self.device_id, self.seq


@dataclass(frozen=True, slots=True)
class Step:
    """A stored step that a phone took with a tube."""

    tube_id: int
    step: str
    box_id: int | None
    device_id: int
    seq: int
    at: datetime
    to_device: int | None

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Return what it is sorted by."""
        return self.at, self.device_id, self.seq


Key = tuple[str, int, int]
"""A conflict: kind, tube (0: none) and person (0: none)."""


@dataclass(slots=True)
class Folded:
    """A tube as it stands after all that was said of it. ``late`` are samples that turn out not to count."""

    state: TubeState
    heads: int
    enterprise_id: int | None
    first_at: datetime | None
    box_id: int | None
    sealed_by: tuple[int, int] | None
    handed: bool
    late: list[uuids.UUID] = field(default_factory=list)
    conflicts: dict[Key, tuple[int, int]] = field(default_factory=dict)


def seals(steps: Iterable[Step]) -> dict[int, int]:
    """Return by phone the number of the first record with which it sealed the tube."""
    found: dict[int, int] = {}
    for one in steps:
        if one.step == StepKind.SEAL:
            found[one.device_id] = min(one.seq, found.get(one.device_id, one.seq))
    return found


def fold(  # noqa: PLR0917 - what a tube follows from
    tube_id: int,
    state: TubeState,
    capacity: int,
    swabs: Collection[Swab],
    steps: Collection[Step],
    handed_boxes: Collection[int],
) -> Folded:
    """Return the tube that follows from the facts. Once the laboratory has it, its state is no longer the phones'."""
    sealed = seals(steps)
    counting = [one for one in swabs if one.refused == SampleRefusal.COUNTS]
    late = [one.id for one in counting if one.seq > sealed.get(one.device_id, one.seq)]
    out = set(late)
    live = sorted((one for one in counting if one.id not in out), key=lambda one: one.order)
    boxed = sorted((one for one in steps if one.step == StepKind.BOX), key=lambda one: one.order)
    boxes = list(dict.fromkeys(one.box_id for one in boxed))
    seal = min((one for one in steps if one.step == StepKind.SEAL), key=lambda one: one.order, default=None)
    handed = any(one in handed_boxes for one in boxes)
    persons = {one.person for one in live}
    found = Folded(
        state=state,
        heads=len(persons),
        enterprise_id=next((one.enterprise_id for one in live if one.enterprise_id), None),
        first_at=live[0].at if live else None,
        box_id=boxes[0] if boxes else None,
        sealed_by=(seal.device_id, seal.seq) if seal is not None else None,
        handed=handed,
        late=late,
    )
    if state in IN_FIELD:
        found.state = _state(
            void=any(one.step == StepKind.VOID for one in steps),
            sealed=seal is not None,
            boxed=bool(boxes),
            handed=handed,
        )
    if found.state != TubeState.VOID:
        found.conflicts = _conflicts(tube_id, capacity, live, steps, len(boxes), found.enterprise_id or 0)
    return found


def _state(*, void: bool, sealed: bool, boxed: bool, handed: bool) -> TubeState:
    if void:
        return TubeState.VOID
    if not sealed:
        return TubeState.COLLECTING
    if not boxed:
        return TubeState.SEALED
    return TubeState.HANDED if handed else TubeState.BOXED


def _conflicts(  # noqa: PLR0917 - private, called once
    tube_id: int, capacity: int, live: list[Swab], steps: Collection[Step], boxes: int, enterprise_id: int
) -> dict[Key, tuple[int, int]]:
    found: dict[Key, tuple[int, int]] = {}
    here = (enterprise_id, 0)
    times: dict[int, int] = defaultdict(int)
    for one in live:
        times[one.person] += 1
        if times[one.person] > 1:
            found[ConflictKind.TWICE_IN_TUBE, tube_id, one.person] = (one.enterprise_id, one.team_id)
    explained = {one.person for one in live if one.flag & SampleFlag.OVER_CAPACITY}
    if len(times) - len(explained) > capacity:
        found[ConflictKind.OVER_CAPACITY, tube_id, 0] = here
    if boxes > 1:
        found[ConflictKind.TWO_BOXES, tube_id, 0] = here
    phones = {one.device_id for one in live}
    # Who began is not asked of their clocks: two phones that swab within a second may be put in either order.
    if len(phones) > 1 and not any(phones <= _entitled(one, steps) for one in phones):
        found[ConflictKind.TWO_DEVICES, tube_id, 0] = here
    return found


def _entitled(first: int, steps: Collection[Step]) -> set[int]:
    """Return who may write into a tube that this phone began: it, and whom it was passed on to one after the other."""
    passed = [(one.device_id, one.to_device) for one in steps if one.step == StepKind.PASS_ON]
    reached = {first}
    for _again in passed:
        reached |= {after for before, after in passed if before in reached and after is not None}
    return reached
