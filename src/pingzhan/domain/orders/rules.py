"""Who may issue, do, check, close and read orders, meetings and decisions; single checks beside list filters."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from pingzhan.domain.orders.enums import TargetRole
from pingzhan.domain.orders.models import Batch, Decision, Meeting, Order
from pingzhan.domain.orders.queries.reach import (
    Reach,
    known_targets,
    orders_with,
    own_targets,
    owned_by,
    reach_of,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Refused

READERS = (Permission.VIEW_CONSOLE, Permission.CHECK_ORDERS)
"""Who reads every order of his units."""
MINUTES = (
    Permission.VIEW_CONSOLE,
    Permission.ISSUE_ORDERS,
    Permission.CHECK_ORDERS,
    Permission.WRITE_DOCUMENTS,
)
"""Who reads meetings and decisions of his units."""


def _within(field: str, actor: Actor, permissions: tuple[Permission, ...]) -> Q:
    condition = Q(pk__in=[])
    for permission in permissions:
        condition |= within(field, actor.paths(permission))
    return condition


def visible_to(actor: Actor, reach: Reach | None = None) -> QuerySet[Order]:
    """Return the orders the actor may read.

    Those he issued; those of his seats, groups and enterprises, and of enterprises he answers for; with
    VIEW_CONSOLE or CHECK_ORDERS all of his units. Two queries are spent on his seats unless ``reach`` is given.
    """
    if actor.kind == "system":
        return Order.objects.all()
    condition = _within("unit__path", actor, READERS)
    condition |= orders_with(known_targets(reach or reach_of(actor)))
    if actor.user_id is not None:
        condition |= Q(issued_by_id=actor.user_id)
    return Order.objects.filter(condition)


def can_see(actor: Actor, order: Order) -> bool:
    """Return whether the actor may read this order."""
    return visible_to(actor).filter(pk=order.pk).exists()


def can_do(actor: Actor, order: Order) -> bool:
    """Return whether the actor leads this order now: the seat, the group, the enterprise or the name is his."""
    if actor.kind == "system":
        return False
    return Order.objects.filter(owned_by(reach_of(actor)), pk=order.pk).exists()


def can_help(actor: Actor, order: Order) -> bool:
    """Return whether the actor is a helper (协办) of this order."""
    helps = orders_with(own_targets(reach_of(actor)), TargetRole.CO)
    return Order.objects.filter(helps, pk=order.pk).exists()


def can_issue(actor: Actor, unit: Unit) -> bool:
    """Return whether the actor may give orders in this unit."""
    return actor.has(Permission.ISSUE_ORDERS, unit.path)


def is_issuer(actor: Actor, order: Order) -> bool:
    """Return whether the order was given by this account."""
    return actor.user_id is not None and order.issued_by_id == actor.user_id


def fed_back(actor: Actor, order: Order) -> bool:
    """Return whether the present feedback is the actor's own, by account or by person."""
    same_user = actor.user_id is not None and order.fed_back_by_id == actor.user_id
    return same_user or (actor.person_id is not None and order.fed_back_person_id == actor.person_id)


def can_direct(actor: Actor, order: Order) -> bool:
    """Return whether the actor may urge, cancel and answer requests for time: the issuer, or CHECK_ORDERS."""
    return is_issuer(actor, order) or actor.has(Permission.CHECK_ORDERS, order.unit.path)


def can_check(actor: Actor, order: Order) -> bool:
    """Return whether the actor may check this feedback: who may direct, and never who gave it."""
    return can_direct(actor, order) and not fed_back(actor, order)


def can_close(actor: Actor, order: Order) -> bool:
    """Return whether the actor may close (销号): CHECK_ORDERS, and never who gave the feedback."""
    return actor.has(Permission.CHECK_ORDERS, order.unit.path) and not fed_back(actor, order)


def require_do(actor: Actor, order: Order) -> None:
    """Raise Refused unless the actor leads this order now."""
    if not can_do(actor, order):
        raise Refused(
            _("这件事项不由您主办。"), hint=_("请由主办单位现在的负责人办理。"), code="not_own_order"
        )


def require_help(actor: Actor, order: Order) -> None:
    """Raise Refused unless the actor helps with this order."""
    if not can_help(actor, order):
        raise Refused(_("这件事项不由您协办。"), code="not_own_order")


def require_issue(actor: Actor, unit: Unit) -> None:
    """Raise Refused unless the actor may give orders in the unit."""
    require(actor, Permission.ISSUE_ORDERS, unit.path)


def require_direct(actor: Actor, order: Order) -> None:
    """Raise Refused unless the actor may direct the order."""
    if not can_direct(actor, order):
        raise Refused(_("只有下达人和有“核实反馈和销号”权限的人可以办理这一步。"), code="refused_direct")


def require_check(actor: Actor, order: Order) -> None:
    """Raise Refused unless the actor may check; the message says when it is his own feedback."""
    require_direct(actor, order)
    if fed_back(actor, order):
        raise Refused(
            _("不能核实自己的反馈。"), hint=_("请由下达人或另一名核实人办理。"), code="own_feedback"
        )


def require_close(actor: Actor, order: Order) -> None:
    """Raise Refused unless the actor may close; the message says when it is his own feedback."""
    require(actor, Permission.CHECK_ORDERS, order.unit.path)
    if fed_back(actor, order):
        raise Refused(_("不能给自己的反馈销号。"), hint=_("请由另一名核实人办理。"), code="own_feedback")


def meetings_visible_to(actor: Actor) -> QuerySet[Meeting]:
    """Return the meetings the actor may read: of his units by right, and those he took part in or recorded."""
    condition = _within("zone__path", actor, MINUTES)
    if actor.person_id is not None:
        took_part = Meeting.people.through.objects.filter(person_id=actor.person_id).values("meeting_id")
        condition |= Q(chair_id=actor.person_id) | Q(pk__in=took_part)
    if actor.user_id is not None:
        condition |= Q(by_id=actor.user_id)
    return Meeting.objects.filter(condition)


def decisions_visible_to(actor: Actor) -> QuerySet[Decision]:
    """Return the decisions the actor may read: of his units by right, and those of meetings he may read."""
    condition = _within("zone__path", actor, MINUTES)
    return Decision.objects.filter(condition | Q(meeting__in=meetings_visible_to(actor).values("pk")))


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """Return the batches the actor may read: his own, and those of zones he reads all orders of."""
    condition = _within("zone__path", actor, READERS)
    if actor.user_id is not None:
        condition |= Q(by_id=actor.user_id)
    return Batch.objects.filter(condition)
