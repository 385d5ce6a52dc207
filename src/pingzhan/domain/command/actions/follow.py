"""What follows a change of seats, in the same transaction: tasks, gaps, who commands, notices."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions import handover, making
from pingzhan.domain.command.actions.reconcile import Opened, Reconciled
from pingzhan.domain.command.assignment import POOL_CODE, Assignment, Why
from pingzhan.domain.command.enums import (
    ClosedReason,
    TaskVerb,
)
from pingzhan.domain.command.gaps import GapRow, find_gaps
from pingzhan.domain.command.models import CommandTenure, Gap, Task, TaskEvent
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk


def write_gaps(result: Reconciled) -> list[GapRow]:
    """Bring the open gaps of a zone in line with what is missing now; return those missing now."""
    state = result.state
    found = {gap.key: gap for gap in find_gaps(state, result.assignment)}
    known = {
        key: (id_, tuple(rest))
        for key, id_, *rest in Gap.objects.filter(
            world=state.world_no, zone=state.zone, resolved_at__isnull=True
        ).values_list("key", "id", "activation_id", "owner_id", "severity", "subject")
    }
    gone = [id_ for key, (id_, _rest) in known.items() if key not in found]
    fresh = [gap for key, gap in found.items() if key not in known]
    changed = [
        (known[key][0], gap)
        for key, gap in found.items()
        if key in known and known[key][1] != (gap.activation, gap.owner, str(gap.severity), gap.subject)
    ]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "UPDATE command_gap SET resolved_at = %s WHERE id = ANY(%s) AND resolved_at IS NULL",
                [state.at, gone],
            )
        if changed:
            cursor.execute(
                "UPDATE command_gap g SET activation_id = c.activation, owner_id = c.owner,"
                " severity = c.severity, subject = c.subject FROM unnest(%s::bigint[], %s::bigint[],"
                " %s::bigint[], %s::text[], %s::jsonb[]) AS c(id, activation, owner, severity, subject)"
                " WHERE g.id = c.id",
                [
                    [id_ for id_, _gap in changed],
                    [gap.activation for _id, gap in changed],
                    [gap.owner for _id, gap in changed],
                    [str(gap.severity) for _id, gap in changed],
                    [json.dumps(gap.subject, ensure_ascii=False) for _id, gap in changed],
                ],
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

    ``cause`` begins the title. Everybody is told by his contacts over whatever channel works, whoever has an
    account also in the application; who can be reached by neither shows on the worker's console.
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
            channel="auto",
            title=prefix + _order_title(cause, one, names),
            subject_kind="seat",
            subject_id=one.id,
            world=state.world_no,
            priority=0,
            unit_path=state.zone.path,
        )
        for one in result.opened
    ]
    notices.extend(
        NewNotice(
            dedupe=f"release:{state.world_no}:{closed.seat.id}",
            recipient=person,
            account=accounts.get(person),
            kind="release",
            channel="auto",
            title=prefix
            + _("%(cause)s：您已不再担任%(post)s")
            % {"cause": cause, "post": names.get(closed.seat.post_code, closed.seat.post_code)},
            subject_kind="seat",
            subject_id=closed.seat.id,
            wave=1,
            world=state.world_no,
            priority=2,
            unit_path=state.zone.path,
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
    handover.settle_tasks(result, by_name=by_name)
    making.make_tasks(result)
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
