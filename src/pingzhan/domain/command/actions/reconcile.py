"""Bring the open seats of a zone in line with what should be: desired seats minus open seats (section 6).

Everything is set-based and every row is closed by its id. The caller holds the lock of the world
(queries.loading.lock_world), whatever brought him here: a switch, an absence, a refusal, a new structure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from pingzhan.domain.command import dutyset
from pingzhan.domain.command.actions import duties as duty_actions
from pingzhan.domain.command.assignment import POOL_CODE, Assignment, Ruling, assign, paths_above
from pingzhan.domain.command.enums import ChosenBy, ClosedReason, Posture
from pingzhan.domain.command.gaps import GapRow
from pingzhan.domain.command.models import Activation
from pingzhan.domain.command.queries.loading import OpenSeat, ZoneState, load_zone
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import ROUTINE_RANK


class Wanted(NamedTuple):
    """A seat as it should be."""

    post_code: str
    seat_no: int
    person: int
    duty_key: str
    rank: int
    chosen_by: str
    posture: str
    level: int
    regime: str
    activation: int | None
    duty_version: int | None
    post_id: int | None
    unit_id: int
    unit_path: str
    post_level: int


class Closed(NamedTuple):
    """A seat that was closed, and why."""

    seat: OpenSeat
    reason: str


class Opened(NamedTuple):
    """A seat that was opened; ``replaces`` is the closed seat on the same chair, if any."""

    id: int
    wanted: Wanted
    replaces: int | None
    same_posture: bool


@dataclass
class Reconciled:
    """What reconcile did: the seats closed, opened and kept, and the state it worked on.

    ``gaps`` is filled by follow.write_gaps.
    """

    state: ZoneState
    assignment: Assignment
    closed: list[Closed] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    kept: list[OpenSeat] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    gaps: list[GapRow] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether any seat was closed or opened."""
        return bool(self.closed or self.opened)

    def open_now(self) -> dict[tuple[str, int], tuple[int, int]]:
        """Return (seat id, person) of every open seat after the change, by post code and seat number."""
        found = {(seat.post_code, seat.seat_no): (seat.id, seat.person) for seat in self.kept}
        found.update(
            {(one.wanted.post_code, one.wanted.seat_no): (one.id, one.wanted.person) for one in self.opened}
        )
        return found


def load_state(world: int, zone: Unit, at: datetime) -> ZoneState:
    """Load a zone with its routine versions, publishing the duty set of a structure on its first use.

    A drill's world has no routine: nobody is called to a routine post of a drill, before it or after it.
    """
    structure = published_version(zone.pk) if world == 0 else None
    duties = duty_actions.ensure_duties(structure) if structure is not None else None
    return load_zone(
        world,
        zone,
        at,
        routine_structure=structure.pk if structure is not None else None,
        routine_duties=duties.pk if duties is not None else None,
    )


def desired(state: ZoneState, assignment: Assignment) -> dict[tuple[str, int], Wanted]:
    """Return the seats that should be open, by post code and seat number, with the pool."""
    found: dict[tuple[str, int], Wanted] = {}
    for key, filled in assignment.filled.items():
        chair = filled.chair
        duty_version = state.duty_version(chair.activation)
        assert duty_version is not None
        found[key] = Wanted(
            key.post_code,
            key.seat_no,
            filled.person,
            state.book(duty_version).key(chair.post, chair.level),
            filled.rank,
            filled.chosen_by,
            Posture.ROUTINE if chair.level == ROUTINE_RANK else Posture.EMERGENCY,
            chair.level,
            chair.regime,
            chair.activation,
            duty_version,
            chair.post.id,
            chair.post.unit_id,
            chair.post.unit_path,
            chair.post.level_at_least,
        )
    for place in assignment.pool:
        found[POOL_CODE, place.person] = Wanted(
            POOL_CODE,
            place.person,
            place.person,
            dutyset.POOL_DUTY_KEY,
            0,
            ChosenBy.POOL,
            Posture.EMERGENCY,
            place.level,
            place.regime,
            place.activation,
            None,
            None,
            state.zone.pk,
            state.zone.path,
            4,
        )
    return found


def reconcile_seats(
    state: ZoneState, *, opened_by: Sequence[Activation] = (), closed_before: Sequence[Closed] = ()
) -> Reconciled:
    """Close and open the seats of a zone; tasks, gaps and notices are the next steps (actions.follow).

    ``opened_by`` are the activations just ordered: a seat names the one that rules it, else the first of them.
    ``closed_before`` are seats the caller has closed himself (a refusal): what follows counts them in.
    """
    assignment = assign(state.world)
    target = desired(state, assignment)
    result = Reconciled(state, assignment)
    have: dict[tuple[str, int], OpenSeat] = {
        (one.seat.post_code, one.seat.seat_no): one.seat for one in closed_before
    }
    for seat in state.seats:
        key = (seat.post_code, seat.seat_no)
        have[key] = seat
        wanted = target.get(key)
        if wanted is not None and (wanted.person, wanted.duty_key) == (seat.person, seat.duty_key):
            result.kept.append(seat)
        else:
            result.closed.append(Closed(seat, _why_closed(state, seat, wanted)))
    kept = {(seat.post_code, seat.seat_no) for seat in result.kept}
    missing = [wanted for key, wanted in target.items() if key not in kept]
    close_seats(result.closed, state.at)
    _follow_plan(result.kept, target)
    open_seats(result, missing, have, opened_by)
    result.closed.extend(closed_before)
    write_causes(result, target)
    result.counts |= {
        "closed": len(result.closed),
        "opened": len(result.opened),
        "kept": len(result.kept),
    }
    return result


def _why_closed(state: ZoneState, seat: OpenSeat, wanted: Wanted | None) -> str:
    posture = wanted.posture if wanted is not None else _posture_at(state, seat)
    if seat.posture == Posture.ROUTINE and posture == Posture.EMERGENCY:
        return ClosedReason.SWITCHED
    if seat.posture == Posture.EMERGENCY and posture == Posture.ROUTINE:
        return ClosedReason.RELEASED
    if wanted is not None and wanted.person == seat.person:
        return ClosedReason.DUTIES
    if seat.person in state.world.absent:
        return ClosedReason.ABSENT
    return ClosedReason.REPLACED if wanted is not None else ClosedReason.POST_GONE


def _posture_at(state: ZoneState, seat: OpenSeat) -> str:
    path = state.unit_path(seat.unit_id)
    return Posture.ROUTINE if Ruling(state.world.activations).of(path) is None else Posture.EMERGENCY


def close_seats(closed: Sequence[Closed], at: datetime) -> None:
    """Close seats by id. Raises RuntimeError when one was closed by somebody without the lock."""
    if not closed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_seat s SET closed_at = GREATEST(%s, s.opened_at), closed_reason = c.reason,"
            " ack_state = 'released', next_at = NULL, unanswered = ''"
            " FROM unnest(%s::bigint[], %s::text[]) AS c(id, reason)"
            " WHERE s.id = c.id AND s.closed_at IS NULL",
            [at, [one.seat.id for one in closed], [str(one.reason) for one in closed]],
        )
        if cursor.rowcount != len(closed):
            raise RuntimeError(f"{len(closed)} seats to close, {cursor.rowcount} closed")


def _follow_plan(kept: Sequence[OpenSeat], target: Mapping[tuple[str, int], Wanted]) -> None:
    """Have kept seats name the post and place of the plan that rules them now: names and groups may differ."""
    moved = [
        (seat.id, wanted.post_id, wanted.unit_id)
        for seat in kept
        if (wanted := target[seat.post_code, seat.seat_no]).post_id != seat.post_id
        or wanted.unit_id != seat.unit_id
    ]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_seat s SET post_id = m.post, unit_id = m.unit"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS m(id, post, unit)"
            " WHERE s.id = m.id AND s.closed_at IS NULL",
            [list(column) for column in zip(*moved, strict=True)],
        )


class _Ladders:
    """The escalation ladder of each seat to open: of its activation's frozen policy, else the one in force."""

    def __init__(self, state: ZoneState) -> None:
        self._policy = {one.pk: one.policy_version_id for one in state.activations}
        self._known: dict[int, dict[str, list[dict[str, object]]]] = {}
        self._numbers: dict[tuple[int, str], int] = {}
        self.rows: list[tuple[str, datetime]] = []
        self._at = state.at
        self._current: int | None = None

    def number(self, one: Wanted) -> int:
        """Return the place in ``rows`` of the ladder for a seat."""
        policy = self._policy.get(one.activation) if one.activation is not None else None
        if policy is None:
            if self._current is None:
                self._current = duty_actions.ensure_policy().pk
            policy = self._current
        key = (policy, str(one.posture))
        if key not in self._numbers:
            if policy not in self._known:
                self._known[policy] = duty_actions.snapshot(policy)
            steps = self._known[policy][key[1]]
            self._numbers[key] = len(self.rows)
            self.rows.append((json.dumps(steps), _first_step(steps, self._at)))
        return self._numbers[key]


_SEAT_COLUMNS = (
    ("post_code", "text"),
    ("seat_no", "bigint"),
    ("person_id", "bigint"),
    ("duty_key", "text"),
    ("rank", "smallint"),
    ("chosen_by", "text"),
    ("posture", "text"),
    ("regime", "text"),
    ("duty_version_id", "bigint"),
    ("post_id", "bigint"),
    ("unit_id", "bigint"),
    ("replaces_id", "bigint"),
    ("opened_by_activation_id", "bigint"),
)


def open_seats(
    result: Reconciled,
    missing: Sequence[Wanted],
    have: Mapping[tuple[str, int], OpenSeat],
    opened_by: Sequence[Activation],
) -> None:
    """Open seats with one statement; the ladder is copied into each, its first step sets ``next_at``."""
    if not missing:
        return
    state = result.state
    ordered = {activation.pk for activation in opened_by}
    first = opened_by[0].pk if opened_by else None
    ladders = _Ladders(state)
    numbers = [ladders.number(one) for one in missing]
    before = [have.get((one.post_code, one.seat_no)) for one in missing]
    columns: list[list[object]] = [[] for _ in _SEAT_COLUMNS]
    for one, old in zip(missing, before, strict=True):
        values = (
            one.post_code,
            one.seat_no,
            one.person,
            one.duty_key,
            one.rank,
            str(one.chosen_by),
            str(one.posture),
            one.regime,
            one.duty_version,
            one.post_id,
            one.unit_id,
            old.id if old is not None else None,
            one.activation if one.activation in ordered else first,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    names = ", ".join(name for name, _kind in _SEAT_COLUMNS)
    selected = ", ".join(f"u.{name}" for name, _kind in _SEAT_COLUMNS)
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in _SEAT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO command_seat ({names}, world, zone_id, opened_at, closed_reason,"  # noqa: S608
            " ack_state, ack_by, ack_via, decline_reason, refused_in, step_no, policy_snapshot, next_at)"
            f" SELECT {selected}, %s, %s, %s, '', 'given', '', '', '', '{{}}', 0, l.steps, l.first"
            f" FROM unnest({arrays}, %s::int[]) AS u({names}, ladder)"
            " JOIN unnest(%s::jsonb[], %s::timestamptz[]) WITH ORDINALITY AS l(steps, first, n)"
            " ON l.n = u.ladder + 1 RETURNING id, post_code, seat_no",
            [
                state.world_no,
                state.zone.pk,
                state.at,
                *columns,
                numbers,
                [steps for steps, _first in ladders.rows],
                [first for _steps, first in ladders.rows],
            ],
        )
        ids = {(code, seat_no): id_ for id_, code, seat_no in cursor.fetchall()}
    result.opened = [
        Opened(
            ids[one.post_code, one.seat_no],
            one,
            old.id if old is not None else None,
            old is not None and old.posture == one.posture,
        )
        for one, old in zip(missing, before, strict=True)
    ]


def _first_step(ladder: Sequence[Mapping[str, object]], at: datetime) -> datetime:
    after = ladder[0]["after_sec"]
    assert isinstance(after, int)
    return at + timedelta(seconds=after)


def write_causes(result: Reconciled, target: Mapping[tuple[str, int], Wanted]) -> None:
    """Record which activations keep each emergency seat open: all that cover its unit at its level."""
    by_path: dict[str, list[tuple[int, int]]] = {}
    for one in result.state.world.activations:
        by_path.setdefault(one.path, []).append((one.id, one.level))
    with connection.cursor() as cursor:
        kept = [seat.id for seat in result.kept if seat.posture == Posture.EMERGENCY]
        known: set[tuple[int, int]] = set()
        if kept:
            cursor.execute(
                "SELECT seat_id, activation_id FROM command_seatcause WHERE seat_id = ANY(%s)", [kept]
            )
            known.update(cursor.fetchall())
        covering: dict[str, list[tuple[int, int]]] = {}
        pairs: list[tuple[int, int]] = []
        for key, (seat, _person) in result.open_now().items():
            wanted = target[key]
            if wanted.posture == Posture.ROUTINE:
                continue
            if wanted.unit_path not in covering:
                covering[wanted.unit_path] = [
                    cause for path in paths_above(wanted.unit_path) for cause in by_path.get(path, ())
                ]
            pairs.extend(
                (seat, activation)
                for activation, level in covering[wanted.unit_path]
                if level <= wanted.post_level and (seat, activation) not in known
            )
        if pairs:
            cursor.execute(
                "INSERT INTO command_seatcause (seat_id, activation_id)"
                " SELECT * FROM unnest(%s::bigint[], %s::bigint[])",
                [[pair[0] for pair in pairs], [pair[1] for pair in pairs]],
            )
