"""Making the tasks of opened seats, and those that a stand-down leaves behind."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command.actions.handover import POOL_REPORT, Owners
from pingzhan.domain.command.actions.reconcile import Reconciled
from pingzhan.domain.command.assignment import POOL_CODE
from pingzhan.domain.command.enums import ClosedReason
from pingzhan.domain.command.models import Activation
from pingzhan.kernel.levels import Level

POOL_DUE_MIN = 30
BASIS_DUE_MIN = 24 * 60
"""A verbal order is followed by its document number within a day."""


def make_tasks(result: Reconciled) -> None:
    """Make the tasks of opened seats from the duty rows behind their duty keys, one INSERT..SELECT.

    A duty that the same chair already has or has done in this emergency is not made again.
    """
    state = result.state
    have = _had(result)
    seats: list[int] = []
    picked: list[int] = []
    for one in result.opened:
        version = one.wanted.duty_version
        if version is None:
            continue
        for pick in state.book(version).task_duties(one.wanted.duty_key):
            if (one.id, pick.code) not in have:
                seats.append(one.id)
                picked.append(pick.id)
    pool = [one.id for one in result.opened if one.wanted.post_code == POOL_CODE]
    made = 0
    with connection.cursor() as cursor:
        if seats:
            cursor.execute(
                "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_id, duty_code, title, phase,"
                " evidence, critical, due_at, state, parked_from, created_at, feedback, reason)"
                " SELECT %s::int, k.seat, k.seat, d.id, d.code, d.title, d.phase, d.evidence, d.critical,"
                " %s::timestamptz + make_interval(mins => d.due_offset_min), 'open', '', %s::timestamptz, '', ''"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS k(seat, duty) JOIN command_duty d ON d.id = k.duty",
                [state.world_no, state.at, state.at, seats, picked],
            )
            made += int(cursor.rowcount)
        if pool:
            cursor.execute(
                "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_code, title, phase, evidence,"
                " critical, due_at, state, parked_from, created_at, feedback, reason)"
                " SELECT %s, id, id, %s, %s, '0-2h', 'none', true,"
                " %s::timestamptz + make_interval(mins => %s), 'open', '', %s, '', ''"
                " FROM unnest(%s::bigint[]) AS s(id)",
                [
                    state.world_no,
                    POOL_REPORT,
                    _("向综合协调组报到，服从统一调配"),
                    state.at,
                    POOL_DUE_MIN,
                    state.at,
                    pool,
                ],
            )
            made += int(cursor.rowcount)
    result.counts["tasks"] = made


def _had(result: Reconciled) -> set[tuple[int, str]]:
    """Return (opened seat, duty code) of what its chair was given before: moved to it, come back, or done."""
    opened = [one.id for one in result.opened]
    if not opened:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner_seat_id, duty_code FROM command_task WHERE owner_seat_id = ANY(%s)"
            " AND state <> 'cancelled'",
            [opened],
        )
        found: set[tuple[int, str]] = set(cursor.fetchall())
        heirs = [one.id for one in result.opened if one.same_posture]
        if heirs:
            cursor.execute(
                "SELECT s.id, t.duty_code FROM command_seat s JOIN command_seat o ON o.zone_id = s.zone_id"
                " AND o.post_code = s.post_code AND o.seat_no = s.seat_no AND o.world = s.world"
                " AND o.regime = s.regime JOIN command_task t ON t.owner_seat_id = o.id"
                " WHERE s.id = ANY(%s) AND t.state = 'closed'",
                [heirs],
            )
            found.update(cursor.fetchall())
    return found


def make_stand_down_tasks(result: Reconciled) -> int:
    """Give the duties of phase standdown of each released seat to whoever takes over its chair."""
    owners = Owners(result)
    rows: list[tuple[int, int]] = []
    for closed in result.closed:
        seat = closed.seat
        if closed.reason != ClosedReason.RELEASED or seat.duty_version is None:
            continue
        target = owners.take_over(seat.post_code)
        if target is None:
            continue
        book = result.state.book(seat.duty_version)
        if seat.duty_key not in book.by_key:
            _teach(result, book_version=seat.duty_version, post_code=seat.post_code)
        rows.extend((target, pick.id) for pick in book.task_duties(seat.duty_key, stand_down=True))
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_id, duty_code, title, phase, evidence,"
            " critical, due_at, state, parked_from, created_at, feedback, reason)"
            " SELECT DISTINCT ON (r.seat, d.code) %s::int, r.seat, r.seat, d.id, d.code, d.title, d.phase, d.evidence,"
            " d.critical, %s::timestamptz + make_interval(mins => d.due_offset_min), 'open', '',"
            " %s::timestamptz, '', ''"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS r(seat, duty) JOIN command_duty d ON d.id = r.duty"
            " ON CONFLICT (seat_id, duty_code) DO NOTHING",
            [
                result.state.world_no,
                result.state.at,
                result.state.at,
                [seat for seat, _duty in rows],
                [duty for _seat, duty in rows],
            ],
        )
        return int(cursor.rowcount)


def _teach(result: Reconciled, *, book_version: int, post_code: str) -> None:
    """Make a duty book know the keys of one post at all levels, for a seat opened before."""
    book = result.state.book(book_version)
    for plan in result.state.world.plans.values():
        for post in plan.posts:
            if post.code == post_code:
                for level in Level:
                    book.key(post, level.value)


def ask_for_document(result: Reconciled, activation: Activation) -> None:
    """Give the coordinating group the task to record the document number of a verbal order."""
    seat = Owners(result).coordination()
    if seat is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_code, title, phase, evidence, critical,"
            " due_at, state, parked_from, created_at, feedback, reason) VALUES"
            " (%s, %s, %s, %s, %s, '12h+', 'text', false, %s::timestamptz + make_interval(mins => %s),"
            " 'open', '', %s, '', '') ON CONFLICT (seat_id, duty_code) DO NOTHING",
            [
                result.state.world_no,
                seat,
                seat,
                f"basis.{activation.pk}",
                _("补录口头命令的文件号"),
                result.state.at,
                BASIS_DUE_MIN,
                result.state.at,
            ],
        )
        result.counts["tasks"] += cursor.rowcount
