"""改由: an order whose post is gone goes to another seat of the same group (command.md section 10 b).

Orders follow the chair, so a new holder or a new structure version changes nothing. Only a post that is no
longer wanted (an emergency post after the stand-down) leaves its orders behind.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from pingzhan.domain.command.api import Reconciled
from pingzhan.domain.command.enums import GapKind
from pingzhan.domain.command.models import Activation, Gap, Seat
from pingzhan.domain.orders import rules
from pingzhan.domain.orders.actions.common import locked, tell, write_event
from pingzhan.domain.orders.enums import LIVE_STATES, OrderVerb, TargetKind, TargetRole
from pingzhan.domain.orders.listeners import tell_orders
from pingzhan.domain.orders.models import Order, Target
from pingzhan.domain.orders.notices import notice, unique
from pingzhan.domain.orders.queries.reach import Owner, owners_of
from pingzhan.domain.orders.targets import Found, To, find_targets, post_words
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP, PostRole
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import enqueue_bulk
from pingzhan.kernel.errors import Conflict, Invalid

_EMPTY = (GapKind.POST_EMPTY, GapKind.SEGREGATION, GapKind.COMMANDER_MISSING, GapKind.AB_BOTH_AWAY)
"""Gaps that say that a post is wanted and has nobody on it."""
_ORDER_OF_ROLES = {PostRole.HEAD: 0, PostRole.DEPUTY: 1, PostRole.MEMBER: 2, PostRole.LIAISON: 3}


def follow(result: Reconciled, activation: Activation | None, at: datetime) -> None:
    """Follow a change of seats inside its transaction: hand over the orders of posts that are gone."""
    del activation, at
    move_vanished(zone_id=result.state.zone.pk, world=result.state.world_no)


def vanished() -> Q:
    """Return the condition on targets: a post with neither an open seat nor a gap that says it should be filled.

    A post that is wanted and empty is in the gap list; its orders wait for whoever fills it, with the group
    head, and are not moved.
    """
    seats = Seat.objects.filter(
        world=OuterRef("order__world"),
        zone=OuterRef("order__zone"),
        post_code=OuterRef("post_code"),
        closed_at__isnull=True,
    )
    gaps = Gap.objects.filter(
        world=OuterRef("order__world"),
        zone=OuterRef("order__zone"),
        post_code=OuterRef("post_code"),
        resolved_at__isnull=True,
        kind__in=_EMPTY,
    )
    return Q(kind=TargetKind.POST, order__state__in=LIVE_STATES) & ~Exists(seats) & ~Exists(gaps)


@transaction.atomic
def move_vanished(*, zone_id: int, world: int) -> int:
    """Give the targets of posts that are gone to another open seat of their group; return how many moved.

    First the seat in that group of the person who had it last, then its head, deputy, member. Where the group
    has no open seat nothing is moved: the order is in the list of those without owner (``ownerless``). Orders
    that somebody is working on this moment are left to the loop, so a switch never waits for them.
    """
    gone = Target.objects.filter(vanished(), order__zone=zone_id, order__world=world)
    if not gone.exists():
        return 0
    held = list(
        Order.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk__in=gone.values("order_id"))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    targets = list(gone.filter(order__in=held).select_related("order__unit", "order__zone").order_by("pk"))
    if not targets:
        return 0
    last = {
        seat["post_code"]: (seat["person_id"], seat["unit_id"])
        for seat in Seat.objects.filter(
            world=world, zone=zone_id, post_code__in={one.post_code for one in targets}
        )
        .order_by("pk")
        .values("post_code", "person_id", "unit_id")
    }
    by_group: dict[str, list[Seat]] = defaultdict(list)
    for seat in (
        Seat.objects.filter(
            world=world,
            zone=zone_id,
            closed_at__isnull=True,
            post__group__code__in={one.group_code for one in targets},
        )
        .select_related("post__group", "post__unit", "post__version", "unit", "person")
        .order_by("post__sort", "seat_no")
    ):
        assert seat.post is not None
        by_group[seat.post.group.code].append(seat)
    by = system_actor(_("系统"))
    moved = 0
    for target in targets:
        person, unit = last.get(target.post_code, (None, None))
        seats = by_group.get(target.group_code, [])
        if target.group_code == ENTERPRISE_GROUP:
            # All enterprises are one group; none answers for another.
            seats = [seat for seat in seats if seat.unit_id == unit]
        chosen = _choose(seats, person)
        if chosen is None or chosen.post is None:
            continue
        to = To.post(chosen.post_code)
        _give(target, Found(to, chosen.unit, post_words(chosen.post), target.group_code), by)
        moved += 1
    if moved:
        record(
            "orders.move_vanished",
            by=by,
            subject=("zone", zone_id),
            unit_path=targets[0].order.zone.path,
            world=world,
            body={"moved": moved, "left": len(targets) - moved},
        )
    return moved


def _choose(seats: list[Seat], person_id: int | None) -> Seat | None:
    def rank(seat: Seat) -> tuple[bool, int]:
        assert seat.post is not None
        return seat.person_id != person_id, _ORDER_OF_ROLES.get(PostRole(seat.post.role), 9)

    return min(seats, key=rank, default=None)


def move_vanished_everywhere() -> int:
    """Do the same for every zone and world with such an order; for the loop."""
    places = (
        Target.objects.filter(vanished())
        .values_list("order__zone_id", "order__world", named=False)
        .order_by("order__zone_id", "order__world")
        .distinct()
    )
    return sum(move_vanished(zone_id=zone, world=world) for zone, world in list(places))


@transaction.atomic
def move_order(*, order_id: int, to: To, by: Actor, note: str = "") -> Order:
    """Give the lead of an order to another target, with a reason; its history says from whom to whom.

    By the issuer or with CHECK_ORDERS; he needs ISSUE_ORDERS where the new lead is. The former and the new lead
    are told. Raises Conflict for an order that is over, Invalid for an unknown or the same target.
    """
    order = locked(order_id)
    rules.require_direct(by, order)
    if order.state not in LIVE_STATES:
        raise Conflict(_("事项已经办结，不能改由他人主办。"), code="order_state")
    found = find_targets(order.zone, order.world, [to]).get(to)
    if found is None:
        raise Invalid(_("没有这个承办对象。"), code="order_target")
    rules.require_issue(by, found.unit)
    target = Target.objects.select_for_update(of=("self",), no_key=True).get(
        order=order, role=TargetRole.LEAD
    )
    if _as_to(target) == to:
        raise Invalid(_("已由该对象主办。"), code="order_target")
    if not note.strip():
        raise Invalid(_("请写明改由他人主办的原因。"), code="order_reason")
    Order.objects.filter(pk=order.pk).update(
        unit=found.unit, group_code=found.group_code, group_name=found.group_name
    )
    target.order = order
    former = [one for one in owners_of([order]) if one.target_id == target.pk]
    _give(target, found, by, note.strip())
    _tell_former(order, former, found.name, by)
    record(
        "orders.move",
        by=by,
        subject=("work_order", order.pk),
        unit_path=found.unit.path,
        world=order.world,
        body={"number": order.number, "to": str(to.kind)},
    )
    order.refresh_from_db()
    return order


def _as_to(target: Target) -> To:
    code = target.post_code if target.kind == TargetKind.POST else target.group_code
    if target.kind in (TargetKind.POST, TargetKind.GROUP):
        return To(target.kind, code=code)
    return To(target.kind, id=target.unit_id if target.kind == TargetKind.ENTERPRISE else target.person_id)


def _give(target: Target, found: Found, by: Actor, note: str = "") -> None:
    to, name = found.to, found.name
    order = target.order
    was = target.name
    if target.role == TargetRole.LEAD:
        tell_orders(order.world, [(order.pk, "")])
    Target.objects.filter(pk=target.pk).update(
        kind=to.kind,
        post_code=to.code if to.kind == TargetKind.POST else "",
        group_code=found.group_code if to.kind in (TargetKind.POST, TargetKind.GROUP) else "",
        unit_id=to.id if to.kind == TargetKind.ENTERPRISE else None,
        person_id=to.id if to.kind == TargetKind.PERSON else None,
        name=name,
    )
    if target.role == TargetRole.LEAD:
        Order.objects.filter(pk=order.pk).update(lead_name=name)
    order.refresh_from_db(fields=["lead_name", "state"])
    words = f"{was} → {name}"
    event = write_event([order], OrderVerb.MOVE, by=by, note=f"{words}\n{note}" if note else words)[0]
    tell(order.world, [(order.pk, order.state)])
    enqueue_bulk(
        unique(
            notice(
                order,
                person=owner.person_id,
                account=owner.account_id,
                kind="order_move",
                key=f"event{event.pk}",
                title=_("改由您主办：%(title)s") % {"title": order.title},
            )
            for owner in owners_of([order])
            if owner.target_id == target.pk
        )
    )


def _tell_former(order: Order, former: list[Owner], name: str, by: Actor) -> None:
    """Tell who led an order until now that somebody else does."""
    now = {one.person_id for one in owners_of([order]) if one.role == TargetRole.LEAD}
    event = order.events.order_by("-pk").values_list("pk", flat=True)[0]
    enqueue_bulk(
        unique(
            notice(
                order,
                person=one.person_id,
                account=one.account_id,
                kind="order_move",
                key=f"former{event}",
                title=_("已改由%(lead)s主办：%(title)s") % {"lead": name, "title": order.title},
            )
            for one in former
            if one.person_id not in now and one.person_id != by.person_id
        )
    )


def ownerless(zone_id: int, world: int = 0) -> list[Order]:
    """Return the live orders whose lead nobody stands for now, the first due first. Four queries at most.

    A stand-down is not finished while an order of the emergency is among them without a reason.
    """
    live = list(
        Order.objects.filter(zone=zone_id, world=world, state__in=LIVE_STATES)
        .select_related("unit")
        .order_by(F("due_at").asc(), "pk")
    )
    led = {owner.order_id for owner in owners_of(live) if owner.role == TargetRole.LEAD} if live else set()
    return [order for order in live if order.pk not in led]
