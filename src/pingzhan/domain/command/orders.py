"""What is ordered and what comes of it: plain values passed between pages, command line and actions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pingzhan.domain.command.enums import BasisKind, TaskDecisionKind
from pingzhan.domain.organisation.api import Change
from pingzhan.domain.territory.models import Unit


def content_sha(*parts: object) -> str:
    """Return the hash that tells whether two orders under one key say the same."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class SwitchOrder:
    """An order to put a unit and all below it into the emergency posture at a level (1 gravest .. 4).

    ``key`` is chosen by the caller once per intention: the same order sent again under it changes nothing.
    ``expect_epoch`` is the number of the last change the caller has seen; ``preview_sha`` ties the order to a
    preview. ``on_behalf_of`` names who ordered by word of mouth what the actor records. ``hazard`` is the key
    of what the emergency is about (hazards.py); empty keeps that of the order before, else the default.
    """

    key: str
    unit: Unit
    level: int
    reason: str
    basis: str
    basis_kind: BasisKind = BasisKind.DOCUMENT
    world: int = 0
    expect_epoch: int | None = None
    preview_sha: str = ""
    on_behalf_of: str = ""
    signal_ids: tuple[int, ...] = ()
    hazard: str = ""

    def sha(self) -> str:
        """Return the hash of what is ordered, without fence, preview and key."""
        return content_sha(
            "order",
            self.world,
            self.unit.pk,
            int(self.level),
            self.reason.strip(),
            str(self.basis_kind),
            self.basis.strip(),
            self.on_behalf_of.strip(),
            *([self.hazard] if self.hazard else []),
        )


@dataclass(frozen=True)
class TaskDecision:
    """What becomes of the open tasks of a group at a stand-down; without one they go to the routine posts.

    ``reason`` is required to cancel; ``post_code`` names the routine post to hand over to, empty for the default.
    """

    group_code: str
    kind: TaskDecisionKind
    reason: str = ""
    post_code: str = ""


@dataclass(frozen=True)
class StandDown:
    """An order to end the emergency that was ordered for exactly this unit."""

    key: str
    unit: Unit
    reason: str
    world: int = 0
    expect_epoch: int | None = None
    preview_sha: str = ""
    decisions: Sequence[TaskDecision] = ()

    def sha(self) -> str:
        """Return the hash of what is ordered."""
        return content_sha(
            "stand_down",
            self.world,
            self.unit.pk,
            self.reason.strip(),
            [[one.group_code, str(one.kind), one.reason.strip(), one.post_code] for one in self.decisions],
        )


@dataclass(frozen=True)
class SwitchSeveral:
    """One order that puts a chosen list of units of one zone into the emergency posture at one level.

    Each unit gets an activation of its own; all of them or none. Units that stand at the level already by an
    order of their own are left as they are. ``expect`` are (unit id, epoch) as the preview showed them.
    """

    key: str
    units: tuple[Unit, ...]
    level: int
    reason: str
    basis: str
    basis_kind: BasisKind = BasisKind.DOCUMENT
    world: int = 0
    expect: tuple[tuple[int, int], ...] = ()
    preview_sha: str = ""
    on_behalf_of: str = ""
    signal_ids: tuple[int, ...] = ()
    hazard: str = ""

    def sha(self) -> str:
        """Return the hash of what is ordered, without fence, preview and key."""
        return content_sha(
            "several",
            self.world,
            sorted({unit.pk for unit in self.units}),
            int(self.level),
            self.reason.strip(),
            str(self.basis_kind),
            self.basis.strip(),
            self.on_behalf_of.strip(),
            *([self.hazard] if self.hazard else []),
        )


@dataclass(frozen=True)
class StandDownSeveral:
    """One order that ends the emergencies ordered for each of a chosen list of units of one zone."""

    key: str
    units: tuple[Unit, ...]
    reason: str
    world: int = 0
    expect: tuple[tuple[int, int], ...] = ()
    preview_sha: str = ""
    decisions: Sequence[TaskDecision] = ()

    def sha(self) -> str:
        """Return the hash of what is ordered."""
        return content_sha(
            "stand_down_several",
            self.world,
            sorted({unit.pk for unit in self.units}),
            self.reason.strip(),
            [[one.group_code, str(one.kind), one.reason.strip(), one.post_code] for one in self.decisions],
        )


@dataclass(frozen=True)
class RebaseOrder:
    """An order to put emergencies in force onto the newest structure, duties and ladder, level unchanged.

    With ``whole_zone`` every open activation of the unit's zone, else the one ordered for exactly this unit.
    ``expect`` are (unit id, epoch) as the preview showed them; ``preview_sha`` ties the order to it.
    """

    key: str
    unit: Unit
    reason: str
    whole_zone: bool = True
    world: int = 0
    expect: tuple[tuple[int, int], ...] = ()
    preview_sha: str = ""

    def sha(self) -> str:
        """Return the hash of what is ordered."""
        return content_sha("rebase", self.world, self.unit.pk, self.whole_zone, self.reason.strip())


@dataclass(frozen=True)
class Newcomer:
    """Somebody of the level above who is not in the register yet."""

    name: str
    title: str = ""
    phone: str = ""


@dataclass(frozen=True)
class SeatLine:
    """A seat that a switch opens or closes, with names for people."""

    kind: str
    post_code: str
    post_name: str
    group_code: str
    group_name: str
    seat_no: int
    person_id: int
    person_name: str
    chosen_by: str
    reason: str


@dataclass(frozen=True)
class GapLine:
    """Something missing, with a sentence in the reader's language."""

    kind: str
    severity: str
    sentence: str
    post_code: str
    person_id: int | None
    owner_name: str


@dataclass(frozen=True)
class TaskGroup:
    """The open tasks of a group that a stand-down has to settle, and the post they go to by default."""

    group_code: str
    group_name: str
    open: int
    late: int
    default_post_code: str
    default_post_name: str


@dataclass(frozen=True)
class Preview:
    """What an order would do now. ``sha`` ties an order to it; ``epoch`` is the fence to send with it."""

    sha: str
    epoch: int
    unit_id: int
    unit_name: str
    level: int | None
    level_before: int | None
    at: datetime
    opened: tuple[SeatLine, ...]
    closed: tuple[SeatLine, ...]
    counts: dict[str, int]
    gaps: tuple[GapLine, ...]
    notices: dict[str, int]
    workers: int
    task_groups: tuple[TaskGroup, ...] = ()
    commander: str = ""
    commander_acting: bool = False


@dataclass(frozen=True)
class RebaseScope:
    """One emergency that a rebase moves: its unit, level, epoch and the version it stands on now."""

    unit_id: int
    unit_name: str
    level: int
    epoch: int
    version_n: int


@dataclass(frozen=True)
class RebasePreview:
    """What a rebase would do now: the new version, its differences in words, and the change of seats."""

    scopes: tuple[RebaseScope, ...]
    version_n: int
    version_title: str
    changes: tuple[Change, ...]
    preview: Preview

    @property
    def sha(self) -> str:
        """Return what ties the order to this preview."""
        return self.preview.sha

    @property
    def expect(self) -> tuple[tuple[int, int], ...]:
        """Return the fence to send with the order: the epoch of every scope."""
        return tuple((one.unit_id, one.epoch) for one in self.scopes)


@dataclass(frozen=True)
class ChosenScope:
    """One unit of a chosen list as it stands now: its epoch and the level of its own order, None without one."""

    unit_id: int
    unit_name: str
    epoch: int
    level: int | None


@dataclass(frozen=True)
class SeveralPreview:
    """What an order for a chosen list would do now; ``already`` are the units it leaves as they are."""

    scopes: tuple[ChosenScope, ...]
    already: tuple[ChosenScope, ...]
    preview: Preview

    @property
    def sha(self) -> str:
        """Return what ties the order to this preview."""
        return self.preview.sha

    @property
    def expect(self) -> tuple[tuple[int, int], ...]:
        """Return the fence to send with the order: the epoch of every unit chosen."""
        return tuple((one.unit_id, one.epoch) for one in (*self.scopes, *self.already))


@dataclass(frozen=True)
class SeveralOutcome:
    """What an order for a chosen list did: an activation for each unit it changed, and how many it left."""

    activation_ids: tuple[int, ...]
    level: int | None
    replayed: bool
    already: int = 0
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What an order did. ``replayed`` is true when the same key had already done it."""

    activation_id: int
    epoch: int
    level: int | None
    replayed: bool
    counts: dict[str, Any] = field(default_factory=dict)
