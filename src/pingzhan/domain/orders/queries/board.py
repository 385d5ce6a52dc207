"""What boards show of orders: counts, who is late by group, what is due soon. Each is one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, Count, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now

from pingzhan.domain.orders.enums import FINAL_STATES, LIVE_STATES, WORKING_STATES, OrderState, OrderVerb
from pingzhan.domain.orders.models import Batch, Order, OrderEvent
from pingzhan.domain.orders.queries.reach import Reach, owned_by
from pingzhan.domain.territory.models import Unit

WORKING = Q(state__in=WORKING_STATES)
LATE = WORKING & Q(due_at__lte=Now())
YELLOW = WORKING & Q(due_at__gt=Now(), yellow_at__lte=Now())


@dataclass(frozen=True)
class Board:
    """The orders of a zone in figures. ``live`` = working + to_check + to_close; late and soon are among working."""

    live: int
    working: int
    overdue: int
    soon: int
    to_check: int
    to_close: int
    unreceived: int
    closed_week: int


@dataclass(frozen=True)
class GroupOrders:
    """Live orders of one group; code '' for orders to persons without a group."""

    code: str
    name: str
    live: int
    overdue: int
    soon: int


def board(zone: Unit, world: int = 0) -> Board:
    """Return the figures of a zone for 值班台 and wall, whoever asks. One query."""
    return counts(Order.objects.filter(zone=zone, world=world))


def counts(orders: QuerySet[Order]) -> Board:
    """Return the figures of a selection. One query."""
    # Years of closed orders are left aside by the index of live ones and that of ends.
    week = Q(state__in=FINAL_STATES, ended_at__gt=Now() - timedelta(days=7))
    row = orders.filter(Q(state__in=LIVE_STATES) | week).aggregate(
        live=Count("pk", filter=Q(state__in=LIVE_STATES)),
        working=Count("pk", filter=WORKING),
        overdue=Count("pk", filter=LATE),
        soon=Count("pk", filter=YELLOW),
        to_check=Count("pk", filter=Q(state=OrderState.FEEDBACK)),
        to_close=Count("pk", filter=Q(state=OrderState.CHECKED)),
        unreceived=Count("pk", filter=Q(state=OrderState.OPEN)),
        closed_week=Count("pk", filter=Q(state=OrderState.CLOSED) & week),
    )
    return Board(**row)


def overdue_by_group(zone: Unit, world: int = 0) -> list[GroupOrders]:
    """Return the live orders of each group, the most overdue first. One query."""
    return by_group(Order.objects.filter(zone=zone, world=world))


def by_group(orders: QuerySet[Order]) -> list[GroupOrders]:
    """Return the live orders of a selection by group, the most overdue first. One query."""
    rows = (
        orders.filter(state__in=LIVE_STATES)
        .order_by()
        .values("group_code")
        .annotate(
            name=Max("group_name"),
            live=Count("pk"),
            overdue=Count("pk", filter=LATE),
            soon=Count("pk", filter=YELLOW),
        )
    )
    found = [
        GroupOrders(row["group_code"], row["name"], row["live"], row["overdue"], row["soon"]) for row in rows
    ]
    return sorted(found, key=lambda one: (-one.overdue, -one.soon, -one.live, one.code))


def pressing(zone: Unit, world: int = 0) -> QuerySet[Order]:
    """Return orders that are overdue or yellow, the longest overdue first: the queue by deadline. One query."""
    return ordered(Order.objects.filter(LATE | YELLOW, zone=zone, world=world))


def overdue(zone: Unit, world: int = 0) -> QuerySet[Order]:
    """Return the overdue orders of a zone, the longest overdue first."""
    return ordered(Order.objects.filter(LATE, zone=zone, world=world))


def due_soon(zone: Unit, world: int = 0) -> QuerySet[Order]:
    """Return the orders of a zone whose light is yellow, the first due first."""
    return ordered(Order.objects.filter(YELLOW, zone=zone, world=world))


def ordered(orders: QuerySet[Order], show: str = "") -> QuerySet[Order]:
    """Return orders as lists show them: to be worked on by due time, then to be checked, then the ended.

    The lists ``closed`` and ``all`` hold years and have the newest first, as an index has them.
    """
    if show == "closed":
        return orders.select_related("unit").order_by("-ended_at", "pk")
    if show == "all":
        return orders.select_related("unit").order_by("-pk")
    rank = Case(
        When(state__in=WORKING_STATES, then=Value(0)),
        When(state__in=LIVE_STATES, then=Value(1)),
        default=Value(2),
    )
    return orders.select_related("unit").order_by(rank, "due_at", "-ended_at", "pk")


def with_last_event(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return the orders with ``last_note``: what was last written down by somebody about each."""
    said = (
        OrderEvent.objects.filter(
            order=OuterRef("pk"), verb__in=[OrderVerb.FEEDBACK, OrderVerb.NOTE, OrderVerb.RETURN]
        )
        .order_by("-pk")
        .values("note")[:1]
    )
    return orders.annotate(last_note=Subquery(said))


def batch_counts(batch: Batch) -> Board:
    """Return the figures of a batch. One query."""
    return counts(Order.objects.filter(batch=batch))


SHOWS = ("mine", "group", "issued", "overdue", "soon", "check", "closed", "all")


def wanted(
    orders: QuerySet[Order], params: Mapping[str, str], reach: Reach, user_id: int | None
) -> QuerySet[Order]:
    """Return the part of the orders that a list asks for by ``show``, ``group``, ``batch``, ``q``.

    ``show``: mine (I lead), group (of my groups), issued (by me), overdue, soon, check (fed back or checked),
    closed, all; anything else is the live ones.
    """
    show = params.get("show", "")
    match show:
        case "mine":
            orders = orders.filter(owned_by(reach), state__in=LIVE_STATES)
        case "group":
            mine = Q(pk__in=[])
            for world, zone, code in sorted(reach.groups):
                mine |= Q(world=world, zone=zone, group_code=code)
            orders = orders.filter(mine, state__in=LIVE_STATES)
        case "issued":
            orders = orders.filter(issued_by_id=user_id) if user_id is not None else orders.none()
        case "overdue":
            orders = orders.filter(LATE)
        case "soon":
            orders = orders.filter(YELLOW)
        case "check":
            orders = orders.filter(state__in=[OrderState.FEEDBACK, OrderState.CHECKED])
        case "closed":
            orders = orders.filter(state__in=FINAL_STATES)
        case "all":
            pass
        case _:
            orders = orders.filter(state__in=LIVE_STATES)
    if params.get("group"):
        orders = orders.filter(group_code=params["group"])
    if str(params.get("batch", "")).isdecimal():
        orders = orders.filter(batch_id=int(params["batch"]))
    words = " ".join(str(params.get("q", "")).split())[:60]
    if words:
        found = Q(title__icontains=words) | Q(lead_name__icontains=words) | Q(text__icontains=words)
        if words.isdecimal():
            found |= Q(number=int(words) if len(words) < 9 else 0)
        orders = orders.filter(found)
    return orders
