"""下沉一线 follows the posture: who has to be where is given with the switch and ends with the stand-down.

Set-based and idempotent: one SELECT, one INSERT for the postings and one for the tasks, whatever the number of
officials; an UPDATE and a notice statement more when something ends or somebody has no order of his own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.api import Reconciled
from pingzhan.domain.command.models import Activation, Seat
from pingzhan.domain.frontline import settings
from pingzhan.domain.frontline.enums import EndReason
from pingzhan.domain.frontline.events import LIVE_TOPIC
from pingzhan.domain.frontline.notices import tell_posted
from pingzhan.domain.frontline.stationing import PlanRow, Stationed, bare_units, station
from pingzhan.domain.organisation.api import absent_ids
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce

CODE = "person.front."
"""Duty code of the standing task, with the unit's id behind it."""


class _Open(NamedTuple):
    id: int
    person: int
    unit: int
    name: str
    rank: int
    seat: int | None
    arrived: bool
    stands_in_for: int | None


@dataclass
class _State:
    """What decides who has to be where now."""

    world: int
    zone: Unit
    at: datetime
    active: tuple[str, ...]
    absent: Collection[int]
    in_service: Collection[int]
    seats: Mapping[int, list[int]]
    told: Collection[int] = ()
    plan: list[PlanRow] = field(default_factory=list)
    open: dict[tuple[int, int], _Open] = field(default_factory=dict)


def follow(result: Reconciled, activation: Activation | None, at: datetime) -> None:
    """Follow a change of seats: command calls it in its transaction (command.api.register_follower)."""
    state = result.state
    seats: dict[int, list[int]] = defaultdict(list)
    for seat, person in result.open_now().values():
        seats[person].append(seat)
    _bring_in_line(
        _State(
            world=state.world_no,
            zone=state.zone,
            at=at,
            active=tuple(one.path for one in state.world.activations),
            absent=state.world.absent,
            in_service=state.world.in_service,
            seats=seats,
            told={one.wanted.person for one in result.opened} | {one.seat.person for one in result.closed},
        )
    )


@transaction.atomic
def follow_zone(*, zone: Unit, world: int, by: Actor) -> dict[str, int]:
    """Bring who is sent where in line with plan, absences and posture; count what was given and ended.

    Changes and records nothing when all is as it should be: the loop calls it for what no switch brings.
    """
    at = command.lock_world(world)
    seats: dict[int, list[int]] = defaultdict(list)
    for seat, person in (
        Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True)
        .order_by("id")
        .values_list("id", "person_id")
    ):
        seats[person].append(seat)
    counts = _bring_in_line(
        _State(
            world=world,
            zone=zone,
            at=at,
            active=tuple(
                Activation.objects.filter(world=world, zone=zone, ended_at__isnull=True).values_list(
                    "unit__path", flat=True
                )
            ),
            absent=absent_ids(at),
            in_service=set(
                Person.objects.filter(active=True, front_place__zone=zone).values_list("id", flat=True)
            ),
            seats=seats,
        )
    )
    if any(counts.values()):
        record(
            "frontline.follow",
            by=by,
            subject=("unit", zone.pk),
            unit_path=zone.path,
            world=world,
            body=counts,
        )
    return counts


def _bring_in_line(state: _State) -> dict[str, int]:
    _load(state)
    wanted = station(state.plan, state.active, state.absent, state.in_service, _substitutes(state))
    ended = {key: one for key, one in state.open.items() if key not in wanted}
    fresh = [one for key, one in wanted.items() if key not in state.open]
    _end(state, ended, wanted)
    given = _give(state, fresh)
    moved = _reseat(state, wanted)
    duties = {(row.person, row.unit): row for row in state.plan}
    units = {row.unit: row for row in state.plan}
    minutes = settings.arrive_minutes()
    command.give_personal_tasks(
        world=state.world,
        at=state.at,
        tasks=[
            command.PersonalTask(
                seat,
                f"{CODE}{unit}",
                _task_title(units[unit].name, duties[person, unit].duty if (person, unit) in duties else ""),
                minutes,
            )
            for seat, person, unit in (*given, *moved)
        ],
    )
    silent_new = [one for one in fresh if one.person not in state.told]
    silent_old = [one for one in ended.values() if one.person not in state.told]
    if silent_new or silent_old:
        tell_posted(
            world=state.world,
            zone_path=state.zone.path,
            given=[(one.person, one.unit) for one in silent_new],
            ended=[(one.person, one.id, one.name) for one in silent_old],
        )
    if fresh or ended:
        announce(LIVE_TOPIC, {"zone": state.zone.pk})
    return {"given": len(fresh), "ended": len(ended)}


def _task_title(unit: str, duty: str) -> str:
    words = {"unit": unit, "duty": duty}
    if duty:
        return _("下沉一线：到%(unit)s，%(duty)s") % words
    return _("下沉一线：到%(unit)s，督促落实防控措施，及时报告情况") % words


def _load(state: _State) -> None:
    """Read the plan and what is open, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 0, p.person_id, p.unit_id, u.path, u.name, p.rank, p.duty, 0::bigint, 0::bigint, false, 0::bigint"
            " FROM frontline_place p JOIN territory_unit u ON u.id = p.unit_id WHERE p.zone_id = %s"
            " UNION ALL"
            " SELECT 1, o.person_id, o.unit_id, u.path, u.name, o.rank, '', o.id, o.seat_id,"
            " o.arrived_at IS NOT NULL, o.stands_in_for_id"
            " FROM frontline_posting o JOIN territory_unit u ON u.id = o.unit_id"
            " WHERE o.world = %s AND o.zone_id = %s AND o.ended_at IS NULL ORDER BY 1, 6, 2, 3",
            [state.zone.pk, state.world, state.zone.pk],
        )
        for kind, person, unit, path, name, rank, duty, id_, seat, arrived, other in cursor.fetchall():
            if kind == 0:
                state.plan.append(PlanRow(person, unit, path, name, rank, duty))
            else:
                state.open[person, unit] = _Open(id_, person, unit, name, rank, seat, arrived, other)


def _substitutes(state: _State) -> dict[int, list[int]]:
    bare = bare_units(state.plan, state.active, state.absent)
    found: dict[int, list[int]] = defaultdict(list)
    if bare:
        for unit, person in (
            Responsibility.objects.filter(unit__in=bare, kind=ResponsibilityKind.ENTERPRISE)
            .order_by("unit_id", "rank")
            .values_list("unit_id", "person_id")
        ):
            found[unit].append(person)
    return found


def _end(
    state: _State,
    ended: Mapping[tuple[int, int], _Open],
    wanted: Mapping[tuple[int, int], Stationed],
) -> None:
    if not ended:
        return
    elsewhere = {one.person for one in wanted.values()}
    rows = [
        (one.id, _why_ended(state, one, elsewhere)) for one in sorted(ended.values(), key=lambda one: one.id)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE frontline_posting p SET ended_at = GREATEST(%s, p.given_at), ended_reason = e.reason"
            " FROM unnest(%s::bigint[], %s::text[]) AS e(id, reason) WHERE p.id = e.id AND p.ended_at IS NULL",
            [state.at, [id_ for id_, _reason in rows], [reason for _id, reason in rows]],
        )
    standing = {seat for seats in state.seats.values() for seat in seats}
    command.end_personal_tasks(
        at=state.at,
        tasks=[
            (one.seat, f"{CODE}{one.unit}") for one in ended.values() if one.seat in standing and one.seat
        ],
        reason=_("下沉一线的去处已经改变"),
    )


def _why_ended(state: _State, one: _Open, elsewhere: Collection[int]) -> str:
    if one.person not in state.in_service:
        return EndReason.LEFT
    if one.person in state.absent:
        return EndReason.AWAY
    return EndReason.MOVED if one.person in elsewhere or state.active else EndReason.STOOD_DOWN


def _give(state: _State, fresh: list[Stationed]) -> list[tuple[int, int, int]]:
    """Write the new postings and return (seat, person, unit) of those who have a seat."""
    if not fresh:
        return []
    seats = [_seat_of(state, one.person) for one in fresh]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO frontline_posting (world, zone_id, person_id, unit_id, rank, stands_in_for_id, seat_id,"
            " given_at, arrived_via, arrived_by, ended_reason)"
            " SELECT %s, %s, f.person, f.unit, f.rank, f.other, f.seat, %s, '', '', ''"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[])"
            " AS f(person, unit, rank, other, seat)"
            " ON CONFLICT (world, person_id, unit_id) WHERE ended_at IS NULL DO NOTHING",
            [
                state.world,
                state.zone.pk,
                state.at,
                [one.person for one in fresh],
                [one.unit for one in fresh],
                [one.rank for one in fresh],
                [one.stands_in_for for one in fresh],
                seats,
            ],
        )
    return [(seat, one.person, one.unit) for seat, one in zip(seats, fresh, strict=True) if seat is not None]


def _seat_of(state: _State, person: int) -> int | None:
    return min(state.seats.get(person, ()), default=None)


def _reseat(state: _State, wanted: Mapping[tuple[int, int], Stationed]) -> list[tuple[int, int, int]]:
    """Hang postings whose seat was closed on another seat of the person; return those whose task goes along."""
    rows: list[tuple[_Open, int | None]] = []
    for key in wanted:
        one = state.open.get(key)
        if one is None or one.seat in state.seats.get(one.person, ()):
            continue
        seat = _seat_of(state, one.person)
        if seat != one.seat:
            rows.append((one, seat))
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE frontline_posting p SET seat_id = m.seat FROM unnest(%s::bigint[], %s::bigint[])"
                " AS m(id, seat) WHERE p.id = m.id",
                [[one.id for one, _seat in rows], [seat for _one, seat in rows]],
            )
    return [(seat, one.person, one.unit) for one, seat in rows if seat is not None and not one.arrived]
