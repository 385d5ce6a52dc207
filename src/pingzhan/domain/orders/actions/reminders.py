"""临近提醒、到期催办、逾期上报: rows swept by a loop, each reminder once, never a delayed message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.orders.actions.common import tell, write_event
from pingzhan.domain.orders.enums import WORKING_STATES, OrderVerb, TargetRole
from pingzhan.domain.orders.models import Order, Reminder
from pingzhan.domain.orders.notices import due_words, notice, unique
from pingzhan.domain.orders.queries.reach import Owner, heads_of, owners_of
from pingzhan.domain.orders.times import Stage, stages
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.messages import NewNotice, enqueue_bulk

BATCH = 200
"""Orders looked at in one transaction."""
UP = ("head", "leader")
"""Stages that tell somebody above the lead."""


@dataclass
class Swept:
    """What a sweep did: orders looked at, reminders that came due and were told, those a later one overtook."""

    orders: int = 0
    sent: int = 0
    overtaken: int = 0

    def add(self, other: Swept) -> None:
        """Add what another transaction of the sweep did."""
        self.orders += other.orders
        self.sent += other.sent
        self.overtaken += other.overtaken


def remind_due(now: datetime | None = None) -> Swept:
    """Send every reminder that is due and set the next; safe to run twice at once.

    ``now`` is the database's unless a test gives another. Orders that another sweep holds are skipped, and a
    reminder that is already recorded is not told again. After a stop of the server only the last of several
    reminders is told, and whoever is above is told once.
    """
    total = Swept()
    at = now or clock.now()
    while True:
        done = _batch(at)
        total.add(done)
        if done.orders < BATCH:
            return total


@transaction.atomic
def _batch(now: datetime) -> Swept:
    orders = list(
        Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(next_at__lte=now, state__in=WORKING_STATES)
        .order_by("next_at", "pk")[:BATCH]
    )
    if not orders:
        return Swept()
    due: dict[int, list[Stage]] = {}
    for order in orders:
        passed = list(stages(order, now))
        order.next_at = passed[-1].at
        due[order.pk] = passed[:-1]
    fresh = _recorded(orders, due)
    told = [order for order in orders if fresh.get(order.pk)]
    by = system_actor(_("系统"))
    enqueue_bulk(_notices(told, fresh) if told else [])
    for order in told:
        for stage in _told(fresh[order.pk]):
            write_event([order], _verb(stage), by=by, note=stage)
    Order.objects.bulk_update(orders, ["next_at"])
    for world in {order.world for order in told}:
        tell(world, [(order.pk, order.state) for order in told if order.world == world])
    news = sum(len(found) for found in fresh.values())
    sent = sum(len(_told(found)) for found in fresh.values())
    return Swept(len(orders), sent, news - sent)


def _told(found: Sequence[Stage]) -> list[str]:
    """Return the stages somebody is told of: those above the lead, and the last of the others."""
    own = [stage.name for stage in found if stage.name not in UP]
    return [*(stage.name for stage in found if stage.name in UP), *own[-1:]]


def _recorded(orders: Sequence[Order], due: dict[int, list[Stage]]) -> dict[int, list[Stage]]:
    """Record the stages that came due and return those that were not recorded before."""
    known = set(Reminder.objects.filter(order__in=orders).values_list("order_id", "stage", "due_at"))
    fresh: dict[int, list[Stage]] = {}
    rows: list[Reminder] = []
    for order in orders:
        new = [stage for stage in due[order.pk] if (order.pk, stage.name, order.due_at) not in known]
        if not new:
            continue
        fresh[order.pk] = new
        told = _told(new)
        rows += [
            Reminder(order=order, stage=stage.name, due_at=order.due_at, sent=stage.name in told)
            for stage in new
        ]
    Reminder.objects.bulk_create(rows)
    return fresh


def _verb(stage: str) -> OrderVerb:
    if stage in UP:
        return OrderVerb.ESCALATE
    return OrderVerb.REMIND if stage.startswith("before") else OrderVerb.URGE


def stage_words(stage: str) -> str:
    """Return what a reminder is called in the history of its order."""
    name, _dash, number = stage.partition("-")
    match name:
        case "before":
            return _("到期前 %(n)s 小时") % {"n": number}
        case "due":
            return _("到期")
        case "late":
            return _("逾期第 %(n)s 天") % {"n": number}
        case "head":
            return _("告知工作组组长")
        case _:
            return _("告知领导小组组长")


def _title(order: Order, stage: str) -> str:
    name, _dash, number = stage.partition("-")
    words = {"title": order.title, "due": due_words(order), "n": number, "lead": order.lead_name}
    match name:
        case "before":
            return _("即将到期（%(due)s）：%(title)s") % words
        case "due":
            return _("已到期，请立即办结：%(title)s") % words
        case "late":
            return _("已逾期 %(n)s 天，请立即办结：%(title)s") % words
        case _:
            return _("逾期未办结（%(lead)s主办）：%(title)s") % words


def _notices(orders: Sequence[Order], fresh: dict[int, list[Stage]]) -> list[NewNotice]:
    owners: dict[int, list[Owner]] = {}
    for owner in owners_of(orders):
        if owner.role == TargetRole.LEAD:
            owners.setdefault(owner.order_id, []).append(owner)
    above = _Above()
    found: list[NewNotice] = []
    for order in orders:
        for name in _told(fresh[order.pk]):
            if name in UP:
                people = [(person.pk, person.account_id) for person in above.of(order, name)]
            else:
                people = [(owner.person_id, owner.account_id) for owner in owners.get(order.pk, [])]
            found += [_one(order, name, person, account) for person, account in people]
    return unique(found)


def _one(order: Order, stage: str, person: int, account: int | None) -> NewNotice:
    return notice(
        order,
        person=person,
        account=account,
        kind="order_escalate" if stage in UP else "order_remind",
        key=f"{stage}@{int(order.due_at.timestamp())}",
        title=_title(order, stage),
    )


class _Above:
    """Who stands above an order's lead, asked once per group."""

    def __init__(self) -> None:
        self._heads: dict[tuple[int, int, str], list[Person]] = {}

    def of(self, order: Order, stage: str) -> list[Person]:
        code = "" if stage == "leader" else order.group_code
        if stage == "head" and not code:
            return []
        key = (order.zone_id, order.world, code)
        if key not in self._heads:
            self._heads[key] = heads_of(order.zone_id, order.world, code)
        return self._heads[key]
