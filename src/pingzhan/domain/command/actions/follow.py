"""What follows a change of seats, in the same transaction: tasks, gaps, who commands, notices."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions.reconcile import Opened, Reconciled
from pingzhan.domain.command.assignment import POOL_CODE, Assignment, PostLike, Why
from pingzhan.domain.command.enums import (
    LIVE_TASK_STATES,
    ClosedReason,
    Posture,
    TaskVerb,
)
from pingzhan.domain.command.gaps import GapRow, find_gaps
from pingzhan.domain.command.models import CommandTenure, Gap, Task, TaskEvent
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk
from pingzhan.kernel.levels import Level

LIVE = [str(state) for state in LIVE_TASK_STATES]
POOL_DUE_MIN = 30


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


def hand_over(pairs: Sequence[tuple[int, int]], *, by_name: str, note: str = "") -> int:
    """Hand the live tasks of seats to others by pairs (from, to), with a line of history each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH moved AS (UPDATE command_task t SET owner_seat_id = m.new, state = 'handed_over'"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new), command_task b"
            " WHERE b.id = t.id AND t.owner_seat_id = m.old AND t.state = ANY(%s)"
            " RETURNING t.id, m.old, m.new, b.state)"
            " INSERT INTO command_taskevent (task_id, verb, state_from, state_to, seat_from_id, seat_to_id, by_name, note)"
            " SELECT id, 'hand_over', state, 'handed_over', old, new, %s, %s FROM moved",
            [[old for old, _new in pairs], [new for _old, new in pairs], LIVE, by_name, note],
        )
        return cursor.rowcount


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
        cursor.execute(
            "SELECT DISTINCT o.id, o.post_code, o.unit_id FROM command_task t"
            " JOIN command_seat o ON o.id = t.owner_seat_id"
            " WHERE t.state = 'parked' AND o.world = %s AND o.zone_id = %s",
            [state.world_no, state.zone.pk],
        )
        left = cursor.fetchall()
    stranded: list[tuple[int, int]] = []
    routine = {
        one.unit_path for one in (opened.wanted for opened in result.opened) if one.posture == "routine"
    }
    for seat, post_code, unit_id in left:
        target = owners.take_over(post_code)
        if target is not None and state.unit_path(unit_id) in routine:
            stranded.append((seat, target))
    if stranded:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH moved AS (UPDATE command_task t SET owner_seat_id = m.new, state = 'handed_over', parked_from = ''"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS m(old, new)"
                " WHERE t.owner_seat_id = m.old AND t.state = 'parked' RETURNING t.id, m.old, m.new)"
                " INSERT INTO command_taskevent"
                " (task_id, verb, state_from, state_to, seat_from_id, seat_to_id, by_name, note)"
                " SELECT id, 'hand_over', 'parked', 'handed_over', old, new, %s, '' FROM moved",
                [[old for old, _new in stranded], [new for _old, new in stranded], by_name],
            )
            returned += cursor.rowcount
    return returned


def make_tasks(result: Reconciled) -> None:
    """Make the tasks of opened seats from the duty rows behind their duty keys, one INSERT..SELECT.

    A duty that the same chair already has or has done in this emergency is not made again.
    """
    pairs: dict[tuple[int, str], list[int]] = {}
    for one in result.opened:
        version, key = one.wanted.duty_version, one.wanted.duty_key
        if version is not None and (version, key) not in pairs:
            pairs[version, key] = [pick.id for pick in result.state.book(version).task_duties(key)]
    links = [(version, key, duty) for (version, key), duties in pairs.items() for duty in duties]
    seats = [one.id for one in result.opened if one.wanted.duty_version is not None]
    made = 0
    if links and seats:
        made = _insert_duty_tasks(result, seats, links)
    pool = [one.id for one in result.opened if one.wanted.post_code == POOL_CODE]
    if pool:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_code, title, phase, evidence, critical,"
                " due_at, state, parked_from, created_at, feedback, reason)"
                " SELECT %s, id, id, 'pool.report', %s, '0-2h', 'none', true, %s::timestamptz + make_interval(mins => %s),"
                " 'open', '', %s, '', '' FROM unnest(%s::bigint[]) AS s(id)",
                [
                    result.state.world_no,
                    _("向综合协调组报到，服从统一调配"),
                    result.state.at,
                    POOL_DUE_MIN,
                    result.state.at,
                    pool,
                ],
            )
            made += cursor.rowcount
    result.counts["tasks"] = made


def _insert_duty_tasks(result: Reconciled, seats: list[int], links: list[tuple[int, str, int]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_id, duty_code, title, phase, evidence,"
            " critical, due_at, state, parked_from, created_at, feedback, reason)"
            " SELECT s.world, s.id, s.id, d.id, d.code, d.title, d.phase, d.evidence, d.critical,"
            " s.opened_at + make_interval(mins => d.due_offset_min), 'open', '', s.opened_at, '', ''"
            " FROM command_seat s"
            " JOIN unnest(%s::bigint[], %s::text[], %s::bigint[]) AS k(version, key, duty)"
            " ON k.version = s.duty_version_id AND k.key = s.duty_key"
            " JOIN command_duty d ON d.id = k.duty"
            " WHERE s.id = ANY(%s)"
            " AND NOT EXISTS (SELECT 1 FROM command_task t WHERE t.owner_seat_id = s.id AND t.duty_code = d.code)"
            " AND (s.replaces_id IS NULL OR NOT EXISTS ("
            "   SELECT 1 FROM command_seat o JOIN command_task t ON t.owner_seat_id = o.id"
            "   WHERE o.world = s.world AND o.zone_id = s.zone_id AND o.post_code = s.post_code"
            "   AND o.seat_no = s.seat_no AND o.regime = s.regime AND t.duty_code = d.code AND t.state = 'closed'))",
            [
                [link[0] for link in links],
                [link[1] for link in links],
                [link[2] for link in links],
                seats,
            ],
        )
        return cursor.rowcount


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
            _teach(result, book_version=seat.duty_version)
        rows.extend((target, pick.id) for pick in book.task_duties(seat.duty_key, stand_down=True))
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO command_task (world, seat_id, owner_seat_id, duty_id, duty_code, title, phase, evidence,"
            " critical, due_at, state, parked_from, created_at, feedback, reason)"
            " SELECT DISTINCT ON (r.seat, d.code) %s::int, r.seat, r.seat, d.id, d.code, d.title, d.phase, d.evidence,"
            " d.critical, %s::timestamptz + make_interval(mins => d.due_offset_min), 'open', '', %s::timestamptz, '', ''"
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
        return cursor.rowcount


def _teach(result: Reconciled, *, book_version: int) -> None:
    """Make a duty book know the keys of all its posts at all levels, for seats opened before."""
    book = result.state.book(book_version)
    for plan in result.state.world.plans.values():
        for post in plan.posts:
            for level in Level:
                book.key(post, level.value)


def write_gaps(result: Reconciled) -> list[GapRow]:
    """Bring the open gaps of a zone in line with what is missing now; return those missing now."""
    state = result.state
    found = {gap.key: gap for gap in find_gaps(state, result.assignment)}
    known = dict(
        Gap.objects.filter(world=state.world_no, zone=state.zone, resolved_at__isnull=True).values_list(
            "key", "id"
        )
    )
    gone = [id_ for key, id_ in known.items() if key not in found]
    fresh = [gap for key, gap in found.items() if key not in known]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "UPDATE command_gap SET resolved_at = %s WHERE id = ANY(%s) AND resolved_at IS NULL",
                [state.at, gone],
            )
        if fresh:
            cursor.execute(
                "INSERT INTO command_gap (world, zone_id, waived_by_name, opened_at, key, kind, severity, unit_id,"
                " activation_id, post_code, seat_no, person_id, owner_id, subject)"
                " SELECT %s, %s, '', %s, g.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[],"
                " %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::jsonb[]) AS g",
                [
                    state.world_no,
                    state.zone.pk,
                    state.at,
                    [gap.key for gap in fresh],
                    [str(gap.kind) for gap in fresh],
                    [str(gap.severity) for gap in fresh],
                    [gap.unit_id for gap in fresh],
                    [gap.activation for gap in fresh],
                    [gap.post_code for gap in fresh],
                    [gap.seat_no for gap in fresh],
                    [gap.person for gap in fresh],
                    [gap.owner for gap in fresh],
                    [json.dumps(gap.subject, ensure_ascii=False) for gap in fresh],
                ],
            )
    result.counts["gaps"] = len(found)
    return list(found.values())


def commander_of(assignment: Assignment, acked: set[tuple[str, int]]) -> tuple[int, bool] | None:
    """Return (person, acting) who commands: the principal once he has confirmed; until then the first deputy
    is acting from second 0; the principal at once when there is no deputy; None when nobody is there."""
    principal = min(
        (key for key in assignment.filled if key.post_code in assignment.commander_codes), default=None
    )
    if principal is not None and tuple(principal) in acked:
        return assignment.filled[principal].person, False
    deputies = sorted(
        key
        for key, filled in assignment.filled.items()
        if filled.chair.post.group_kind == "leading" and filled.chair.post.role == "deputy"
    )
    if deputies:
        return assignment.filled[deputies[0]].person, True
    if principal is not None:
        return assignment.filled[principal].person, False
    others = sorted(
        key for key, filled in assignment.filled.items() if filled.chair.post.group_kind == "leading"
    )
    return (assignment.filled[others[0]].person, True) if others else None


def set_commander(result: Reconciled) -> None:
    """Have exactly one commander for each scope with an open activation, and none for the others (I12)."""
    state = result.state
    acked = {(seat.post_code, seat.seat_no) for seat in result.kept if seat.acked}
    who = commander_of(result.assignment, acked)
    tenures = list(
        CommandTenure.objects.filter(
            world=state.world_no, unit__path__startswith=state.zone.path, ended_at__isnull=True
        )
    )
    wanted = {one.unit_id: one for one in state.activations} if who is not None else {}
    stay: set[int] = set()
    over: list[int] = []
    for tenure in tenures:
        one = wanted.get(tenure.unit_id)
        if one is not None and (tenure.activation_id, tenure.person_id, tenure.acting) == (
            one.pk,
            *(who or ()),
        ):
            stay.add(tenure.unit_id)
        else:
            over.append(tenure.pk)
    if over:
        CommandTenure.objects.filter(pk__in=over, ended_at__isnull=True).update(ended_at=state.at)
    if who is not None:
        CommandTenure.objects.bulk_create(
            CommandTenure(
                world=state.world_no,
                unit_id=unit_id,
                activation=one,
                person_id=who[0],
                acting=who[1],
                started_at=state.at,
            )
            for unit_id, one in wanted.items()
            if unit_id not in stay
        )


def write_notices(result: Reconciled, *, cause: str) -> None:
    """Put an order notice for each opened seat into the outbox, and tell those who lost one and got none.

    ``cause`` begins the title. A person with an account is told in the application, anybody else through the
    console channel, from which the duty officer sees whom to call.
    """
    state = result.state
    told = {one.wanted.person for one in result.opened}
    released = {
        closed.seat.person: closed
        for closed in result.closed
        if closed.seat.person not in told and closed.reason != ClosedReason.DECLINED
    }
    accounts = dict(Person.objects.filter(pk__in=told | set(released)).values_list("id", "account_id"))
    names = {
        post.code: post.name  # type: ignore[attr-defined]
        for plan in state.world.plans.values()
        for post in plan.posts
    }
    names[POOL_CODE] = _("机动力量")
    prefix = DRILL_PREFIX if state.world_no else ""
    notices = [
        NewNotice(
            dedupe=f"order:{state.world_no}:{one.id}",
            recipient=one.wanted.person,
            account=accounts.get(one.wanted.person),
            kind="order",
            channel="in_app" if accounts.get(one.wanted.person) else "console",
            title=prefix + _order_title(cause, one, names),
            subject_kind="seat",
            subject_id=one.id,
            world=state.world_no,
        )
        for one in result.opened
    ]
    notices.extend(
        NewNotice(
            dedupe=f"release:{state.world_no}:{closed.seat.id}",
            recipient=person,
            account=accounts.get(person),
            kind="release",
            channel="in_app" if accounts.get(person) else "console",
            title=prefix
            + _("%(cause)s：您已不再担任%(post)s")
            % {"cause": cause, "post": names.get(closed.seat.post_code, closed.seat.post_code)},
            subject_kind="seat",
            subject_id=closed.seat.id,
            wave=1,
            world=state.world_no,
        )
        for person, closed in released.items()
    )
    result.counts["notices"] = enqueue_bulk(notices)


def _order_title(cause: str, one: Opened, names: dict[str, str]) -> str:
    return _("%(cause)s：您任%(post)s，请签收") % {
        "cause": cause,
        "post": names.get(one.wanted.post_code, one.wanted.post_code),
    }


def follow(result: Reconciled, *, cause: str, by_name: str) -> None:
    """Do everything that follows a change of seats other than a switch (absence, refusal, new structure)."""
    settle_tasks(result, by_name=by_name)
    make_tasks(result)
    write_gaps(result)
    write_notices(result, cause=cause)
    set_commander(result)


def why_text(why: Why) -> str:
    """Return in words why somebody ranked for a seat may not have it."""
    return wording.WHY[why]()


def write_event(
    task: Task,
    verb: TaskVerb,
    state_from: str,
    *,
    by_name: str,
    note: str = "",
    count: int | None = None,
    seats: tuple[int, int] | None = None,
) -> TaskEvent:
    """Write one line of a task's history."""
    extra: dict[str, Any] = {"seat_from_id": seats[0], "seat_to_id": seats[1]} if seats else {}
    return TaskEvent.objects.create(
        task=task,
        verb=verb,
        state_from=state_from,
        state_to=task.state,
        by_name=by_name,
        note=note,
        count=count,
        **extra,
    )
