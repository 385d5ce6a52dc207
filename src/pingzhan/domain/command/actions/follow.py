"""What follows a change of seats, in the same transaction: tasks, gaps, who commands, notices."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.actions import handover, making
from pingzhan.domain.command.actions.followers import call_followers
from pingzhan.domain.command.actions.reconcile import Opened, Reconciled
from pingzhan.domain.command.actions.tenure import set_commander
from pingzhan.domain.command.assignment import POOL_CODE, Why
from pingzhan.domain.command.enums import (
    ClosedReason,
    TaskVerb,
)
from pingzhan.domain.command.gaps import GapRow, find_gaps, unanswered_gaps
from pingzhan.domain.command.models import Gap, Task, TaskEvent
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk


def write_gaps(result: Reconciled) -> list[GapRow]:
    """Bring the open gaps of a zone in line with what is missing now; return those missing now."""
    state = result.state
    found = {gap.key: gap for gap in find_gaps(state, result.assignment)}
    found.update({gap.key: gap for gap in unanswered_gaps(state, result.kept, result.assignment)})
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
    result.gaps = list(found.values())
    return result.gaps


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
        if closed.reason == ClosedReason.PASSED
        or (closed.seat.person not in told and closed.reason != ClosedReason.DECLINED)
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
            % {
                "cause": _("逾期未签收") if closed.reason == ClosedReason.PASSED else cause,
                "post": names.get(closed.seat.post_code, closed.seat.post_code),
            },
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
    if result.changed:
        call_followers(result, None)


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
