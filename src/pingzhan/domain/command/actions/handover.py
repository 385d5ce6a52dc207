"""Who takes over the tasks of a closed seat: none is ever left without an owner (I9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command.actions.reconcile import Closed, Opened, Reconciled
from pingzhan.domain.command.assignment import POOL_CODE
from pingzhan.domain.command.enums import LIVE_TASK_STATES, PERSONAL, ClosedReason, Posture
from pingzhan.domain.command.rows import PostLike

POOL_REPORT = "pool.report"
"""Duty code of the standing task of everybody in the pool (rule 7)."""
LIVE = [str(state) for state in LIVE_TASK_STATES]


class Owners:
    """Finds who takes over the tasks of a closed seat: never nobody while anybody is there (I9)."""

    def __init__(self, result: Reconciled) -> None:
        self._by_post: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for (post_code, seat_no), (seat, _person) in result.open_now().items():
            self._by_post[post_code].append((seat_no, seat))
        self._posts: dict[str, PostLike] = {}
        for plan in result.state.world.plans.values():
            for post in plan.posts:
                self._posts.setdefault(post.code, post)
        self._heads: dict[str, list[str]] = defaultdict(list)
        self._leading: list[str] = []
        for code in sorted(self._posts):
            post = self._posts[code]
            if post.role == "head":
                self._heads[post.group_code].append(code)
            if post.group_kind == "leading":
                self._leading.append(code)
        self._leading.sort(key=lambda code: (self._posts[code].role != "head", code))

    def first_of(self, post_code: str) -> int | None:
        """Return the open seat with the lowest number on a post."""
        seats = self._by_post.get(post_code)
        return min(seats)[1] if seats else None

    def coordination(self) -> int | None:
        """Return the seat that keeps the papers: the head of the coordinating group, else of the leading group."""
        for code in (*self._heads.get("coordination", ()), *self._leading, *sorted(self._by_post)):
            seat = self.first_of(code)
            if seat is not None:
                return seat
        return None

    def take_over(self, post_code: str) -> int | None:
        """Return the seat that takes over from a post: the post itself, its line of report, its group's head,
        the head of the coordinating group, the leading group; None when no seat is open at all."""
        line = [post_code]
        post = self._posts.get(post_code)
        while post is not None and post.reports_to_code and post.reports_to_code not in line:
            line.append(post.reports_to_code)
            post = self._posts.get(post.reports_to_code)
        post = self._posts.get(post_code)
        if post is not None:
            line.extend(self._heads.get(post.group_code, ()))
        line.extend(self._heads.get("coordination", ()))
        line.extend(self._leading)
        line.extend(sorted(self._by_post))
        for code in line:
            seat = self.first_of(code)
            if seat is not None:
                return seat
        return None


def settle_tasks(result: Reconciled, *, by_name: str) -> None:
    """Move, park and bring back tasks so that none is left without an owner.

    Same chair, same posture: its live tasks go to the new seat as they are. Routine seats closed by a switch:
    parked. Emergency seats released: handed over to the routine post (tasks decided otherwise by a stand-down
    are settled before). Routine seats reopened: their parked tasks come back.
    """
    owners = Owners(result)
    opened = {(one.wanted.post_code, one.wanted.seat_no): one for one in result.opened}
    moves: list[tuple[int, int]] = []
    hands: list[tuple[int, int]] = []
    parks: list[int] = []
    _end_reports(result, opened)
    for closed in result.closed:
        seat = closed.seat
        successor = opened.get((seat.post_code, seat.seat_no))
        if successor is not None and successor.same_posture:
            moves.append((seat.id, successor.id))
        elif closed.reason == ClosedReason.SWITCHED:
            parks.append(seat.id)
        else:
            target = owners.take_over(seat.post_code)
            if target is None:
                parks.append(seat.id)
            else:
                hands.append((seat.id, target))
    with connection.cursor() as cursor:
        if moves:
            cursor.execute(
                "UPDATE command_task t SET owner_seat_id = m.new FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new)"
                " WHERE t.owner_seat_id = m.old AND t.state = ANY(%s)",
                [[old for old, _new in moves], [new for _old, new in moves], LIVE],
            )
        if parks:
            cursor.execute(
                "UPDATE command_task SET parked_from = state, state = 'parked'"
                " WHERE owner_seat_id = ANY(%s) AND state = ANY(%s)",
                [parks, LIVE],
            )
            result.counts["parked"] = cursor.rowcount
        if hands:
            result.counts["handed_over"] = hand_over(hands, by_name=by_name)
        result.counts["returned"] = _bring_back(result, owners, by_name=by_name)


def _end_reports(result: Reconciled, opened: Mapping[tuple[str, int], Opened]) -> None:
    """Cancel what ends with the seat: the standing task of whoever leaves the pool, and tasks of persons."""
    if not result.closed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_task SET state = 'cancelled', done_at = %s, reason = c.reason"
            " FROM unnest(%s::bigint[], %s::text[], %s::boolean[]) AS c(seat, reason, pool)"
            " WHERE owner_seat_id = c.seat AND state = ANY(%s)"
            " AND (duty_code LIKE %s OR (c.pool AND duty_code = %s))",
            [
                result.state.at,
                [one.seat.id for one in result.closed],
                [_end_words(one) for one in result.closed],
                [
                    one.seat.post_code == POOL_CODE and (POOL_CODE, one.seat.seat_no) not in opened
                    for one in result.closed
                ],
                LIVE,
                f"{PERSONAL}%",
                POOL_REPORT,
            ],
        )


def _end_words(closed: Closed) -> str:
    if closed.reason == ClosedReason.RELEASED:
        return _("已转入平时")
    return _("已不在机动力量") if closed.seat.post_code == POOL_CODE else _("岗位安排已经改变")


def hand_over(pairs: Sequence[tuple[int, int]], *, by_name: str, note: str = "") -> int:
    """Hand the live tasks of seats to others by pairs (from, to), with a line of history each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH moved AS (UPDATE command_task t SET owner_seat_id = m.new, state = 'handed_over'"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new), command_task b"
            " WHERE b.id = t.id AND t.owner_seat_id = m.old AND t.state = ANY(%s)"
            " RETURNING t.id, m.old, m.new, b.state)"
            " INSERT INTO command_taskevent"
            " (task_id, verb, state_from, state_to, seat_from_id, seat_to_id, by_name, note)"
            " SELECT id, 'hand_over', state, 'handed_over', old, new, %s, %s FROM moved",
            [[old for old, _new in pairs], [new for _old, new in pairs], LIVE, by_name, note],
        )
        return int(cursor.rowcount)


def _bring_back(result: Reconciled, owners: Owners, *, by_name: str) -> int:
    """Return parked tasks of chairs that are routine again; those whose post is gone go to its line of report."""
    state = result.state
    back = [
        (one.wanted.post_code, one.wanted.seat_no, one.id)
        for one in result.opened
        if one.wanted.posture == Posture.ROUTINE
    ]
    if not back and not any(closed.reason == ClosedReason.RELEASED for closed in result.closed):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE command_task t SET state = t.parked_from, parked_from = '', owner_seat_id = n.id"
            " FROM command_seat o, unnest(%s::text[], %s::bigint[], %s::bigint[]) AS n(post_code, seat_no, id)"
            " WHERE t.state = 'parked' AND o.id = t.owner_seat_id AND o.world = %s AND o.zone_id = %s"
            " AND o.posture = 'routine' AND o.post_code = n.post_code AND o.seat_no = n.seat_no",
            [
                [code for code, _n, _id in back],
                [n for _code, n, _id in back],
                [id_ for _code, _n, id_ in back],
                state.world_no,
                state.zone.pk,
            ],
        )
        returned = cursor.rowcount
        units = {one.wanted.unit_id for one in result.opened if one.wanted.posture == Posture.ROUTINE}
        cursor.execute(
            "SELECT DISTINCT o.id, o.post_code FROM command_task t"
            " JOIN command_seat o ON o.id = t.owner_seat_id"
            " WHERE t.state = 'parked' AND o.world = %s AND o.zone_id = %s AND o.unit_id = ANY(%s)",
            [state.world_no, state.zone.pk, sorted(units)],
        )
        left = cursor.fetchall()
    stranded: list[tuple[int, int]] = []
    for seat, post_code in left:
        target = owners.take_over(post_code)
        if target is not None:
            stranded.append((seat, target))
    if stranded:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH moved AS (UPDATE command_task t"
                " SET owner_seat_id = m.new, state = 'handed_over', parked_from = ''"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new)"
                " WHERE t.owner_seat_id = m.old AND t.state = 'parked' RETURNING t.id, m.old, m.new)"
                " INSERT INTO command_taskevent"
                " (task_id, verb, state_from, state_to, seat_from_id, seat_to_id, by_name, note)"
                " SELECT id, 'hand_over', 'parked', 'handed_over', old, new, %s, '' FROM moved",
                [[old for old, _new in stranded], [new for _old, new in stranded], by_name],
            )
            returned += cursor.rowcount
    return int(returned)
