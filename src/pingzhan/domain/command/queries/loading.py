"""Loads the plain rows that the assignment of one zone depends on: a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from pingzhan.domain.command import dutyset
from pingzhan.domain.command.assignment import OpenActivation, Plan, World
from pingzhan.domain.command.enums import AckState, Phase, Posture
from pingzhan.domain.command.models import Activation, Duty, Override, Seat
from pingzhan.domain.command.rows import PostLike
from pingzhan.domain.organisation.api import absent_ids, plan_rows, unreachable_ids
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.kernel.levels import ROUTINE_RANK

LOCK_SPACE = 0x5057
"""First key of the advisory lock of a world."""


def lock_world(world: int) -> datetime:
    """Serialise every change of seats of a world until commit; return the database time after the wait.

    The time is read in a statement of its own, so it is later than whatever the former holder wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, world])
    return clock.now()


class DutyPick(NamedTuple):
    """A duty as a seat gets it."""

    id: int
    code: str
    title: str
    phase: str
    due_offset_min: int | None
    evidence: str
    critical: bool


class DutyBook:
    """The duties of one duty version, looked up by post."""

    def __init__(self, version_id: int) -> None:
        self.version_id = version_id
        self._by_post: dict[tuple[str, str], list[tuple[int, DutyPick]]] = defaultdict(list)
        self._by_group: dict[tuple[str, str, str], list[tuple[int, DutyPick]]] = defaultdict(list)
        self._keys: dict[tuple[int, ...], str] = {}
        self._short: dict[tuple[str, str, str, int], str] = {}
        self.by_key: dict[str, tuple[DutyPick, ...]] = {}
        for row in Duty.objects.filter(version_id=version_id).values_list(
            "id",
            "code",
            "title",
            "phase",
            "due_offset_min",
            "evidence",
            "critical",
            "post_code",
            "group_code",
            "role",
            "posture",
            "level_at_least",
        ):
            pick = DutyPick(*row[:7])
            post_code, group_code, role, posture, level = row[7:]
            if post_code:
                self._by_post[post_code, posture].append((level, pick))
            else:
                self._by_group[group_code, role, posture].append((level, pick))

    def picks(self, post: PostLike, level: int) -> list[DutyPick]:
        """Return the duties of a post at a level (ROUTINE_RANK: the routine ones)."""
        posture = Posture.ROUTINE if level == ROUTINE_RANK else Posture.EMERGENCY
        rank = 1 if level == ROUTINE_RANK else level
        found = [
            *self._by_post.get((post.code, posture), ()),
            *self._by_group.get((post.group_code, "", posture), ()),
            *self._by_group.get((post.group_code, post.role, posture), ()),
        ]
        return [pick for at_least, pick in found if rank <= at_least]

    def key(self, post: PostLike, level: int) -> str:
        """Return the duty key of a post at a level and remember which duties it stands for."""
        short = ("" if not self._by_post else post.code, post.group_code, post.role, level)
        known = self._short.get(short)
        if known is not None:
            return known
        picks = sorted(self.picks(post, level))
        posture = Posture.ROUTINE if level == ROUTINE_RANK else Posture.EMERGENCY
        ids = (0 if level == ROUTINE_RANK else 1, *(pick.id for pick in picks))
        key = self._keys.get(ids)
        if key is None:
            key = dutyset.seat_duty_key(
                str(posture),
                [(p.code, p.title, p.phase, p.due_offset_min, p.evidence, p.critical) for p in picks],
            )
            self._keys[ids] = key
            self.by_key[key] = tuple(picks)
        self._short[short] = key
        return key

    def task_duties(self, key: str, *, stand_down: bool = False) -> list[DutyPick]:
        """Return the duties of a key that become tasks at opening, or at stand-down."""
        return [pick for pick in self.by_key.get(key, ()) if (pick.phase == Phase.STANDDOWN) == stand_down]


@lru_cache(maxsize=8)
def duty_book(version_id: int) -> DutyBook:
    """Return the duties of a published version, read once in the life of a process: they never change."""
    return DutyBook(version_id)


class OpenSeat(NamedTuple):
    """An open seat as it is in the table."""

    id: int
    post_code: str
    seat_no: int
    person: int
    duty_key: str
    posture: str
    acked: bool
    post_id: int | None
    unit_id: int
    duty_version: int | None
    regime: str
    unanswered: str = ""


@dataclass
class ZoneState:
    """A zone in one world: the input of the assignment, the frozen versions, the open seats."""

    world_no: int
    zone: Unit
    at: datetime
    world: World
    activations: list[Activation]
    routine_duties: int | None
    books: dict[int, DutyBook] = field(default_factory=dict)
    seats: list[OpenSeat] = field(default_factory=list)
    _paths: Mapping[int, str] = field(default_factory=dict)

    def unit_path(self, unit_id: int) -> str:
        """Return the path of a unit of the zone."""
        return self._paths[unit_id]

    def duty_version(self, activation_id: int | None) -> int | None:
        """Return the duty version of a regime: the activation's own, or that of the routine structure."""
        if activation_id is None:
            return self.routine_duties
        return next(one.duty_version_id for one in self.activations if one.pk == activation_id)

    def book(self, duty_version: int) -> DutyBook:
        """Return the duties of a version, loaded once."""
        if duty_version not in self.books:
            self.books[duty_version] = duty_book(duty_version)
        return self.books[duty_version]


def open_activations(world: int, zone: Unit) -> list[Activation]:
    """Return the activations in force in a zone, oldest first, with their units."""
    return list(
        Activation.objects.filter(world=world, zone=zone, ended_at__isnull=True)
        .select_related("unit")
        .order_by("id")
    )


def as_ruling(activations: Sequence[Activation]) -> list[OpenActivation]:
    """Return activations as the assignment sees them."""
    return [
        OpenActivation(one.pk, one.unit.path, one.level, one.pk, one.run_key, one.structure_version_id)
        for one in activations
    ]


def load_zone(
    world: int,
    zone: Unit,
    at: datetime,
    *,
    routine_structure: int | None,
    routine_duties: int | None,
    activations: list[Activation] | None = None,
) -> ZoneState:
    """Load all that decides who sits where in a zone. About a dozen queries whatever its size.

    ``activations`` replaces those in force (readiness asks what would be if ...).
    """
    active = open_activations(world, zone) if activations is None else activations
    versions = {one.structure_version_id for one in active}
    if routine_structure is not None:
        versions.add(routine_structure)
    people = list(
        Person.objects.filter(active=True)
        .order_by("sort_key", "name", "id")
        .values_list("id", "kind", "home_unit__path")
    )
    refused = {
        (regime, code, seat_no, person)
        for code, seat_no, person, regimes in Seat.objects.filter(
            world=world, zone=zone, ack_state__in=[AckState.DECLINED, AckState.PASSED]
        ).values_list("post_code", "seat_no", "person_id", "refused_in")
        for regime in regimes
    }
    runs = {one.run_key for one in active}
    paths = dict(Unit.objects.filter(path__startswith=zone.path).values_list("id", "path"))
    overrides = {
        (run_key, code, seat_no): person
        for run, activation, code, seat_no, person in Override.objects.filter(
            activation__world=world, activation__zone=zone, ended_at__isnull=True
        )
        .annotate(run=F("activation__run_id"))
        .values_list("run", "activation_id", "post_code", "seat_no", "person_id")
        if (run_key := f"a{run or activation}") in runs
    }
    state = World(
        now=at,
        activations=as_ruling(active),
        routine=routine_structure,
        plans={version: Plan(*plan_rows(version, paths)) for version in sorted(versions)},
        in_service=frozenset(row[0] for row in people),
        absent=frozenset(absent_ids(at)),
        unreachable=frozenset(unreachable_ids()),
        refused=frozenset(refused),
        overrides=overrides,
        officials=[
            (id_, path)
            for id_, kind, path in people
            if kind == PersonKind.OFFICIAL and path.startswith(zone.path)
        ],
    )
    return ZoneState(
        world, zone, at, state, active, routine_duties, seats=open_seats(world, zone), _paths=paths
    )


def open_seats(world: int, zone: Unit) -> list[OpenSeat]:
    """Return the open seats of a zone in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, post_code, seat_no, person_id, duty_key, posture, acked_at IS NOT NULL, post_id, unit_id,"
            " duty_version_id, regime, unanswered FROM command_seat"
            " WHERE world = %s AND zone_id = %s AND closed_at IS NULL ORDER BY id",
            [world, zone.pk],
        )
        return [OpenSeat(*row) for row in cursor.fetchall()]
