"""Tasks that belong to a person, not to the chair: modules above give them, and they end with the seat.

A duty goes with the chair to whoever sits there next. Where somebody in person has to be (下沉一线) does not: such
a task hangs on one of his seats so that it stands in his list, is cancelled when that seat is closed, and whoever
gave it (in a follower) gives it again on the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from pingzhan.domain.command.actions.handover import LIVE
from pingzhan.domain.command.enums import PERSONAL
from pingzhan.kernel.errors import Invalid


class PersonalTask(NamedTuple):
    """A task for the holder of a seat; ``code`` begins with 'person.' and is one of its kind on the seat."""

    seat: int
    code: str
    title: str
    due_min: int


def give_personal_tasks(*, world: int, at: datetime, tasks: Sequence[PersonalTask]) -> int:
    """Give tasks to the holders of open seats with one statement; return how many are new or open again.

    Call it with the lock of the world held (in a follower it is). A task that is there already is left as it
    is, unless it was cancelled. Raises Invalid for a code that does not begin with 'person.'.
    """
    if not tasks:
        return 0
    if any(not one.code.startswith(PERSONAL) for one in tasks):
        raise Invalid(f"the code of a personal task begins with {PERSONAL}")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_code, title, phase, evidence, critical,"
            " due_at, state, parked_from, created_at, feedback, reason)"
            " SELECT %s, s.id, s.id, t.code, t.title, '0-2h', 'none', true,"
            " %s::timestamptz + make_interval(mins => t.due), 'open', '', %s, '', ''"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[]) AS t(seat, code, title, due)"
            " JOIN command_seat s ON s.id = t.seat AND s.world = %s AND s.closed_at IS NULL"
            " ON CONFLICT (seat_id, duty_code) DO UPDATE SET state = 'open', done_at = NULL, reason = '',"
            " title = excluded.title, due_at = excluded.due_at WHERE command_task.state = 'cancelled'",
            [
                world,
                at,
                at,
                [one.seat for one in tasks],
                [one.code for one in tasks],
                [one.title for one in tasks],
                [one.due_min for one in tasks],
                world,
            ],
        )
        return int(cursor.rowcount)


def end_personal_tasks(
    *, at: datetime, tasks: Sequence[tuple[int, str]], reason: str = "", by_name: str = ""
) -> int:
    """End live tasks by (seat they were made for, code): closed as done without a ``reason``, else cancelled."""
    if not tasks:
        return 0
    state, verb = ("cancelled", "cancel") if reason else ("closed", "close")
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS (UPDATE command_task t SET state = %s, done_at = %s, reason = %s"
            " FROM unnest(%s::bigint[], %s::text[]) AS e(seat, code), command_task b"
            " WHERE b.id = t.id AND t.seat_id = e.seat AND t.duty_code = e.code AND t.state = ANY(%s)"
            " RETURNING t.id, b.state AS was)"
            " INSERT INTO command_taskevent (task_id, verb, state_from, state_to, by_name, note)"
            " SELECT id, %s, was, %s, %s, %s FROM ended",
            [
                state,
                at,
                reason,
                [seat for seat, _code in tasks],
                [code for _seat, code in tasks],
                LIVE,
                verb,
                state,
                by_name,
                reason,
            ],
        )
        return int(cursor.rowcount)
