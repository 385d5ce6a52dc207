"""What a stand-down decides about the open tasks of each group (section 10 b)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.command.actions.handover import LIVE, Owners, hand_over
from pingzhan.domain.command.actions.reconcile import Reconciled
from pingzhan.domain.command.assignment import POOL_CODE
from pingzhan.domain.command.enums import ClosedReason, TaskDecisionKind
from pingzhan.domain.command.orders import TaskDecision
from pingzhan.kernel.errors import Invalid


def released_by_group(result: Reconciled) -> dict[str, list[int]]:
    """Return the released seats by group code ('pool' for the pool)."""
    groups = {post.code: post.group_code for plan in result.state.world.plans.values() for post in plan.posts}
    groups[POOL_CODE] = POOL_CODE
    found: dict[str, list[int]] = defaultdict(list)
    for closed in result.closed:
        if closed.reason == ClosedReason.RELEASED:
            found[groups.get(closed.seat.post_code, "")].append(closed.seat.id)
    return found


def settle_by_decision(result: Reconciled, decisions: Sequence[TaskDecision], *, by_name: str) -> None:
    """Carry out the decisions; what is not decided is handed over by default afterwards.

    Raises Invalid for a cancellation without reason or a post that has no open seat.
    """
    seats = released_by_group(result)
    owners = Owners(result)
    for decision in decisions:
        mine = seats.get(decision.group_code, [])
        if decision.kind == TaskDecisionKind.HAND_OVER:
            if not decision.post_code:
                continue
            target = owners.first_of(decision.post_code)
            if target is None:
                raise Invalid(
                    _("岗位“%(code)s”现在没有人，不能接收任务。") % {"code": decision.post_code},
                    hint=_("请选择有人在岗的平时岗位。"),
                    place=decision.post_code,
                )
            hand_over([(seat, target) for seat in mine], by_name=by_name, note=decision.reason)
            continue
        if decision.kind == TaskDecisionKind.CANCEL and not decision.reason.strip():
            raise Invalid(_("取消任务要写明原因。"), place=decision.group_code)
        _finish(mine, decision, by_name=by_name, result=result)


def _finish(seats: list[int], decision: TaskDecision, *, by_name: str, result: Reconciled) -> None:
    done = decision.kind == TaskDecisionKind.DONE
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS (UPDATE command_task t SET state = %s, done_at = %s, reason = %s"
            " FROM command_task b WHERE b.id = t.id AND t.owner_seat_id = ANY(%s) AND t.state = ANY(%s)"
            " RETURNING t.id, b.state AS before, t.state AS after)"
            " INSERT INTO command_taskevent (task_id, verb, state_from, state_to, by_name, note)"
            " SELECT id, %s, before, after, %s, %s FROM ended",
            [
                "closed" if done else "cancelled",
                result.state.at,
                "" if done else decision.reason.strip(),
                seats,
                LIVE,
                "close" if done else "cancel",
                by_name,
                decision.reason.strip(),
            ],
        )
        result.counts["settled"] = result.counts.get("settled", 0) + cursor.rowcount
