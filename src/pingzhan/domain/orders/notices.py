"""Notices about orders: who gets them, and their words, made when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pingzhan.domain.orders.models import Order
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, Rendered
from pingzhan.foundation.messages.models import Notice, Priority

SUBJECT = "work_order"


def notice(
    order: Order, *, person: int, account: int | None, kind: str, key: str, title: str, wave: int = 0
) -> NewNotice:
    """Return a notice about an order for one person; ``key`` makes it one of its kind.

    Critical orders and those of an emergency go before everything but commands. A drill's carry the prefix.
    """
    urgent = order.critical or order.activation_id is not None
    return NewNotice(
        dedupe=f"order:{order.world}:{order.pk}:{key}:{person}",
        recipient=person,
        account=account,
        kind=kind,
        channel="auto",
        title=(DRILL_PREFIX if order.world else "") + title,
        subject_kind=SUBJECT,
        subject_id=order.pk,
        wave=wave,
        world=order.world,
        priority=Priority.URGENT if urgent else Priority.NORMAL,
        unit_path=order.unit.path,
    )


def due_words(order: Order) -> str:
    """Return the due time as a notice writes it."""
    at = localtime(order.due_at)
    return _("%(month)d月%(day)d日 %(time)s") % {
        "month": at.month,
        "day": at.day,
        "time": at.strftime("%H:%M"),
    }


def render_orders(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about orders. One query for any number of them."""
    orders = Order.objects.in_bulk({one.subject_id for one in notices})
    found: dict[int, Rendered] = {}
    for one in notices:
        order = orders.get(one.subject_id)
        if order is None:
            continue
        body = _("%(number)s，主办：%(lead)s，时限：%(due)s。") % {
            "number": order.number_text,
            "lead": order.lead_name,
            "due": due_words(order),
        }
        found[one.pk] = Rendered(one.title, body, page_of(order.pk))
    return found


def page_of(order_id: int) -> str:
    """Return the path of an order's page."""
    try:
        return reverse("orders:detail", args=[order_id])
    except NoReverseMatch:
        return f"/orders/{order_id}/"


def unique(notices: Iterable[NewNotice]) -> list[NewNotice]:
    """Return the notices without a second one for the same person and thing."""
    return list({one.dedupe: one for one in notices}.values())
