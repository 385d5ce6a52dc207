"""The sweep: seats nobody has confirmed in time climb their ladder (command.md section 8).

One transaction for each zone and world with something due, set-based: 1,000 overdue seats cost one reconcile.
The rows are taken with SKIP LOCKED and written under the same condition again, so a confirmation that came first
wins and two sweeps never act twice. What fell due while the system was down is one action on each seat.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command import ladder as ladders
from pingzhan.domain.command.actions import calling, follow
from pingzhan.domain.command.actions.dueseats import Due, Plan
from pingzhan.domain.command.actions.reconcile import Closed, Reconciled, load_state, reconcile_seats
from pingzhan.domain.command.assignment import POOL_CODE, World, assign, paths_above
from pingzhan.domain.command.enums import ClosedReason, StepAction, StepTarget, Unanswered
from pingzhan.domain.command.ladder import Rung
from pingzhan.domain.command.queries.loading import OpenSeat, ZoneState, lock_world
from pingzhan.domain.command.queries.officers import Heads
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SweepResult:
    """What a sweep did, in seats: told again, called, passed on, left without a substitute, for the head to fill.

    ``waiting`` are calls put off because enough are under way.
    """

    notified: int = 0
    called: int = 0
    passed: int = 0
    unfilled: int = 0
    named: int = 0
    waiting: int = 0

    def __add__(self, other: SweepResult) -> SweepResult:
        """Return the sum of two results."""
        return SweepResult(
            *(getattr(self, name) + getattr(other, name) for name in SweepResult.__dataclass_fields__)
        )

    @property
    def seats(self) -> int:
        """Return on how many seats the sweep acted."""
        return self.notified + self.called + self.passed + self.unfilled + self.named


def sweep(now: datetime | None = None) -> SweepResult:
    """Act on every seat whose next step is due, by the database's clock (or at ``now``, for a drill's tests).

    Safe to run in several processes. A zone that fails does not stop the others; the first error is raised at
    the end. Call it outside a transaction.
    """
    total, failed = SweepResult(), None
    for world, zone in places_due(now):
        try:
            total += sweep_zone(world, zone, now)
        except Exception as error:
            logger.exception("sweep of zone %s in world %s failed", zone, world)
            failed = failed or error
    if failed is not None:
        raise failed
    return total


def places_due(now: datetime | None = None) -> list[tuple[int, int]]:
    """Return (world, zone id) of every place with a due seat, the real world first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT world, zone_id FROM command_seat WHERE next_at <= coalesce(%s, clock_timestamp())"
            " AND acked_at IS NULL AND closed_at IS NULL ORDER BY 1, 2",
            [now],
        )
        return [(world, zone) for world, zone in cursor.fetchall()]


@transaction.atomic
def sweep_zone(world: int, zone_id: int, now: datetime | None = None) -> SweepResult:
    """Act on the due seats of one zone in one world. A fixed number of statements, whatever their number."""
    at = lock_world(world)
    at = now or at
    zone = Unit.objects.get(pk=zone_id)
    seats = take_due(world, zone_id, at)
    if not seats:
        return SweepResult()
    state = load_state(world, zone, at) if any(_needs_state(seat) for seat in seats) else None
    plan = Plan()
    _decide(plan, seats, state)
    plan.called, put_off = calling.within_limit(plan.called, _critical(plan.called))
    plan.waiting = put_off
    result = _pass_on(plan.passed, state) if plan.passed and state is not None else None
    _climb(plan, at)
    if result is not None:
        follow.follow(result, cause=_("接替逾期未签收人员"), by_name=_("系统"))
        _shift_ladders(plan.passed, result)
    elif state is not None and (plan.unfilled or plan.named):
        _list_gaps(state, plan)
    heads = Heads(result.assignment if result is not None else assign(state.world)) if state else None
    calling.tell(calling.Telling(world, zone, at, plan, heads))
    done = SweepResult(
        *(
            len(getattr(plan, name))
            for name in ("notified", "called", "passed", "unfilled", "named", "waiting")
        )
    )
    announce("command", {"world": world, "zone": zone_id, "swept": done.seats})
    if done.seats:
        _record(world, zone, plan, done)
    return done


def take_due(world: int, zone_id: int, at: datetime) -> list[Due]:
    """Lock and return the seats whose next step is due; one that somebody is changing is left for later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, post_code, seat_no, person_id, unit_id, post_id, opened_at, step_no, policy_snapshot::text,"
            " regime, posture, duty_key, duty_version_id FROM command_seat"
            " WHERE world = %s AND zone_id = %s AND next_at <= %s AND acked_at IS NULL AND closed_at IS NULL"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [world, zone_id, at],
        )
        rows = cursor.fetchall()
    known: dict[str, tuple[Rung, ...]] = {}
    found = []
    for row in rows:
        text = row[8]
        if text not in known:
            known[text] = ladders.rungs(json.loads(text))
        rungs = known[text]
        age = (at - row[6]).total_seconds()
        found.append(Due._make((*row[:8], rungs, *row[9:], ladders.due(rungs, row[7], age))))
    return found


def _needs_state(seat: Due) -> bool:
    return any(
        rung.action in (StepAction.SUBSTITUTE, StepAction.NAME_SOMEONE) or rung.target != StepTarget.HOLDER
        for rung in seat.done
    )


def _critical(seats: Iterable[Due]) -> set[int]:
    posts = {seat.post_id for seat in seats if seat.post_id is not None}
    if not posts:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM organisation_post WHERE id = ANY(%s) AND critical", [list(posts)])
        return {id_ for (id_,) in cursor.fetchall()}


def _decide(plan: Plan, seats: Sequence[Due], state: ZoneState | None) -> None:
    """Sort the due seats: the gravest due step counts, and a substitute goes before naming somebody."""
    wishing = [seat for seat in seats if seat.place_of(StepAction.SUBSTITUTE) is not None]
    passing = passable(state, wishing) if state is not None else set()
    for seat in seats:
        actions = {rung.action for rung in seat.done}
        if seat.post_code == POOL_CODE and actions != {StepAction.CALL}:
            # A place in the pool is nobody else's: he is told again and the coordinating group knows.
            plan.notified.append(seat)
        elif seat.id in passing:
            plan.passed.append(seat)
        elif StepAction.NAME_SOMEONE in actions:
            plan.named.append(seat)
        elif StepAction.SUBSTITUTE in actions:
            plan.unfilled.append(seat)
        elif StepAction.CALL in actions:
            plan.called.append(seat)
        else:
            plan.notified.append(seat)


def passable(state: ZoneState, seats: Sequence[Due]) -> set[int]:
    """Return which of the seats somebody else would take if their holders were passed over together.

    Passing one changes what others may hold, so those without a successor are taken out and the rest asked
    again, until all of it fits together. Nobody is taken from a chair that would then stay empty (rule 3).
    """
    left = {seat.id: seat for seat in seats}
    before = assign(state.world).filled if left else {}
    while left:
        filled = assign(_without(state, left.values())).filled
        stuck = {
            seat.id
            for seat in left.values()
            if seat.key not in filled or filled[seat.key].person == seat.person
        }
        lost = {one.person for key, one in before.items() if key not in filled}
        stuck |= {seat.id for seat in left.values() if seat.key in filled and filled[seat.key].person in lost}
        if not stuck:
            return set(left)
        for one in stuck:
            del left[one]
    return set()


def regimes(state: ZoneState, seat: Due) -> list[str]:
    """Return every regime in which a passing over of this seat has to hold."""
    covering = set(paths_above(state.unit_path(seat.unit_id)))
    found = {one.run_key for one in state.world.activations if one.path in covering} | {seat.regime}
    if seat.posture == "routine" and state.world.routine is not None:
        found.add(f"s{state.world.routine}")
    return sorted(found)


def _without(state: ZoneState, seats: Iterable[Due]) -> World:
    refused = {
        (regime, seat.post_code, seat.seat_no, seat.person)
        for seat in seats
        for regime in regimes(state, seat)
    }
    return replace(state.world, refused=state.world.refused | refused)


def _pass_on(seats: Sequence[Due], state: ZoneState) -> Reconciled:
    """Close the seats as passed and open their successors."""
    rows = [{"id": seat.id, "refused": regimes(state, seat)} for seat in seats]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_seat s SET ack_state = 'passed', closed_reason = %s, next_at = NULL, unanswered = '',"
            " closed_at = GREATEST(%s, s.opened_at),"
            " refused_in = ARRAY(SELECT jsonb_array_elements_text(r.refused))"
            " FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, refused jsonb)"
            " WHERE s.id = r.id AND s.acked_at IS NULL AND s.closed_at IS NULL",
            [str(ClosedReason.PASSED), state.at, json.dumps(rows)],
        )
        if cursor.rowcount != len(seats):
            raise RuntimeError(f"{len(seats)} seats to pass on, {cursor.rowcount} passed")
    gone = {seat.id for seat in seats}
    closed = [Closed(seat, ClosedReason.PASSED) for seat in state.seats if seat.id in gone]
    state.seats = [seat for seat in state.seats if seat.id not in gone]
    state.world = _without(state, seats)
    return reconcile_seats(state, closed_before=closed)


def _climb(plan: Plan, at: datetime) -> None:
    """Write how far the staying seats have climbed and when their next step is due, unless confirmed meanwhile."""
    kinds = {seat.id: Unanswered.NO_SUBSTITUTE for seat in plan.unfilled}
    kinds |= {seat.id: Unanswered.NAME_SOMEONE for seat in plan.named}
    rows: list[tuple[int, int, datetime, str]] = []
    for seat in plan.staying:
        age = (at - seat.opened_at).total_seconds()
        due_in = ladders.next_in(seat.ladder, seat.step, age)
        rows.append((seat.id, seat.step, at + timedelta(seconds=due_in), str(kinds.get(seat.id, ""))))
    rows.extend((seat.id, seat.step_no, at + calling.PUT_OFF, "") for seat in plan.waiting)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_seat s SET step_no = v.step, next_at = v.next,"
            " unanswered = CASE WHEN v.unanswered = '' THEN s.unanswered ELSE v.unanswered END"
            " FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[]) AS v(id, step, next, unanswered)"
            " WHERE s.id = v.id AND s.acked_at IS NULL AND s.closed_at IS NULL",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _shift_ladders(passed: Sequence[Due], result: Reconciled) -> None:
    """Give each successor the rest of his predecessor's ladder, counted from now."""
    by_id = {seat.id: seat for seat in passed}
    ids: list[int] = []
    snapshots: list[str] = []
    firsts: list[float] = []
    for one in result.opened:
        before = by_id.get(one.replaces or 0)
        if before is None:
            continue
        place = before.place_of(StepAction.SUBSTITUTE)
        assert place is not None
        rest = ladders.continued(before.ladder, place)
        ids.append(one.id)
        snapshots.append(json.dumps(ladders.stored(rest)))
        firsts.append(rest[0].after)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_seat s SET policy_snapshot = v.snapshot,"
            " next_at = %s::timestamptz + make_interval(secs => v.first)"
            " FROM unnest(%s::bigint[], %s::jsonb[], %s::float8[]) AS v(id, snapshot, first)"
            " WHERE s.id = v.id AND s.acked_at IS NULL AND s.closed_at IS NULL",
            [result.state.at, ids, snapshots, firsts],
        )


def _list_gaps(state: ZoneState, plan: Plan) -> None:
    """List the seats nobody answers for, where no seat changed hands and so nothing else writes the gaps."""
    kinds = {seat.id: str(Unanswered.NO_SUBSTITUTE) for seat in plan.unfilled}
    kinds |= {seat.id: str(Unanswered.NAME_SOMEONE) for seat in plan.named}
    result = Reconciled(state, assign(state.world))
    result.kept = [_marked(seat, kinds) for seat in state.seats]
    follow.write_gaps(result)


def _marked(seat: OpenSeat, kinds: dict[int, str]) -> OpenSeat:
    return seat._replace(unanswered=kinds[seat.id]) if seat.id in kinds else seat


def _record(world: int, zone: Unit, plan: Plan, done: SweepResult) -> None:
    body: dict[str, Any] = {
        name: getattr(done, name) for name in ("notified", "called", "passed", "unfilled", "named")
    }
    body["seats"] = sorted(seat.id for seat in [*plan.passed, *plan.unfilled, *plan.named])
    record(
        "command.escalate",
        by=system_actor(_("系统")),
        subject=("unit", zone.pk),
        unit_path=zone.path,
        world=world,
        body=body,
    )
