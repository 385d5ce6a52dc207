"""督办: what happens to an order after it was given: received, begun, fed back, checked, closed, cancelled, urged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.orders import rules
from pingzhan.domain.orders.actions.common import locked, tell, write_event
from pingzhan.domain.orders.enums import (
    FINAL_STATES,
    TRANSITIONS,
    Evidence,
    ExtensionState,
    OrderState,
    OrderVerb,
    TargetRole,
)
from pingzhan.domain.orders.models import Extension, Order, OrderEvent
from pingzhan.domain.orders.notices import notice, unique
from pingzhan.domain.orders.queries.reach import owners_of
from pingzhan.domain.orders.times import next_stage
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import enqueue_bulk
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid

URGE_PAUSE = timedelta(minutes=1)
MAX_NOTE = 1000


def move(
    order: Order,
    to: OrderState,
    verb: OrderVerb,
    by: Actor,
    *,
    note: str = "",
    count: int | None = None,
    **values: Any,
) -> OrderEvent:
    """The one door for the state of an order: transition, named fields, history, announcement.

    Raises Conflict naming the present state when the step is not in the table.
    """
    before = OrderState(order.state)
    if to not in TRANSITIONS[before]:
        raise Conflict(
            _("事项现在是“%(state)s”，不能%(verb)s。") % {"state": before.label, "verb": verb.label},
            hint=_("请刷新页面查看最新状态。"),
            code="order_state",
        )
    if to in FINAL_STATES:
        values |= {"next_at": None, "ended_at": Now(), "ended_by_name": by.name or _("系统")}
        Extension.objects.filter(order=order, state=ExtensionState.PENDING).update(
            state=ExtensionState.OVER, decided_at=Now()
        )
    Order.objects.filter(pk=order.pk).update(state=to, **values)
    order.refresh_from_db()
    event = write_event([order], verb, by=by, state_from=before, note=note, count=count)[0]
    tell(order.world, [(order.pk, order.state)])
    return event


def _text(note: str) -> str:
    text = note.strip()
    if len(text) > MAX_NOTE:
        raise Invalid(_("最多 %(n)d 字。") % {"n": MAX_NOTE}, code="order_long")
    return text


def _body(order: Order) -> dict[str, object]:
    return {"number": order.number, "state": str(order.state)}


@transaction.atomic
def receive_order(*, order_id: int, by: Actor) -> Order:
    """签收: say that one has the order. Only its lead; Conflict when that was done already."""
    order = locked(order_id)
    rules.require_do(by, order)
    move(
        order,
        OrderState.RECEIVED,
        OrderVerb.RECEIVE,
        by,
        received_at=Now(),
        received_by_name=by.name,
    )
    record(
        "orders.receive",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body=_body(order),
    )
    return order


@transaction.atomic
def start_order(*, order_id: int, by: Actor, note: str = "") -> Order:
    """Begin, or begin again after it was sent back. Only its lead. Counts as received."""
    order = locked(order_id)
    rules.require_do(by, order)
    move(order, OrderState.DOING, OrderVerb.START, by, note=_text(note), **_received(order, by))
    record(
        "orders.start",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body=_body(order),
    )
    return order


def _received(order: Order, by: Actor) -> dict[str, Any]:
    return {} if order.received_at is not None else {"received_at": Now(), "received_by_name": by.name}


@transaction.atomic
def feed_back(
    *,
    order_id: int,
    by: Actor,
    text: str = "",
    count: int | None = None,
    photos: Sequence[bytes] = (),
) -> Order:
    """办结报告: report the order done, with the evidence it asks for; the issuer is told.

    Only its lead. A number where one is asked for (zero counts), a photograph where one is asked for, else
    words. Raises Invalid when that is missing or a photograph is no JPEG or PNG.
    """
    order = locked(order_id)
    rules.require_do(by, order)
    note = _text(text)
    if order.evidence == Evidence.COUNT and count is None:
        raise Invalid(_("这件事项要报数字，零也要报。"), code="evidence_count")
    if count is not None and count < 0:
        raise Invalid(_("数字不能为负。"), code="evidence_count")
    if order.evidence == Evidence.PHOTO and not photos:
        raise Invalid(_("这件事项要附照片。"), code="evidence_photo")
    if order.evidence == Evidence.TEXT and not note:
        raise Invalid(_("请写明办理情况。"), code="evidence_text")
    event = move(
        order,
        OrderState.FEEDBACK,
        OrderVerb.FEEDBACK,
        by,
        note=note,
        count=count,
        feedback=note,
        feedback_count=count,
        fed_back_at=Now(),
        fed_back_by=by.user_id,
        fed_back_person=by.person_id,
        fed_back_by_name=by.name,
        checked_at=None,
        checked_by=None,
        checked_person=None,
        checked_by_name="",
        next_at=None,
        **_received(order, by),
    )
    kept = keep_photos("order_event", event.pk, order.unit.path, photos)
    _tell_issuer(order, event, _("已反馈，请核实：%(title)s"))
    record(
        "orders.feedback",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body={**_body(order), "photos": kept},
    )
    return order


@transaction.atomic
def add_note(*, order_id: int, text: str, by: Actor) -> Order:
    """Say how far one is, without changing the state: the lead, or a helper for his part (协办情况)."""
    order = locked(order_id)
    if not rules.can_do(by, order):
        rules.require_help(by, order)
    _require_live(order)
    note = _text(text)
    if not note:
        raise Invalid(_("请写明办理情况。"), code="evidence_text")
    event = write_event([order], OrderVerb.NOTE, by=by, note=note)[0]
    tell(order.world, [(order.pk, order.state)])
    enqueue_bulk(
        unique(
            notice(
                order,
                person=owner.person_id,
                account=owner.account_id,
                kind="order_note",
                key=f"note{event.pk}",
                title=_("协办反馈：%(title)s") % {"title": order.title},
            )
            for owner in owners_of([order])
            if owner.role == TargetRole.LEAD and owner.person_id != by.person_id
        )
    )
    record(
        "orders.note",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body=_body(order),
    )
    return order


@transaction.atomic
def check_feedback(*, order_id: int, ok: bool, by: Actor, note: str = "") -> Order:
    """核实: confirm what was fed back, or send it back with a reason. Never by who gave the feedback.

    By the issuer or with CHECK_ORDERS. After a return the reminders of the due time go on.
    """
    order = locked(order_id)
    rules.require_check(by, order)
    words = _text(note)
    if ok:
        move(
            order,
            OrderState.CHECKED,
            OrderVerb.CHECK,
            by,
            note=words,
            checked_at=Now(),
            checked_by=by.user_id,
            checked_person=by.person_id,
            checked_by_name=by.name,
        )
    else:
        if not words:
            raise Invalid(_("退回要写明原因。"), code="order_reason")
        event = move(
            order,
            OrderState.RETURNED,
            OrderVerb.RETURN,
            by,
            note=words,
            checked_at=None,
            checked_by=None,
            checked_person=None,
            checked_by_name="",
        )
        Order.objects.filter(pk=order.pk).update(next_at=next_stage(order, event_time(event)))
        _tell_lead(order, event, _("已退回重办：%(title)s"), by)
    record(
        "orders.check",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body={**_body(order), "ok": ok},
    )
    return order


@transaction.atomic
def close_order(*, order_id: int, by: Actor, note: str = "") -> Order:
    """销号: close a checked order. With CHECK_ORDERS, and never by who gave the feedback."""
    order = locked(order_id)
    rules.require_close(by, order)
    event = move(order, OrderState.CLOSED, OrderVerb.CLOSE, by, note=_text(note))
    _tell_lead(order, event, _("已销号：%(title)s"), by)
    record(
        "orders.close",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body=_body(order),
    )
    return order


@transaction.atomic
def cancel_order(*, order_id: int, reason: str, by: Actor) -> Order:
    """撤销: take an order back with a reason. By the issuer or with CHECK_ORDERS."""
    order = locked(order_id)
    rules.require_direct(by, order)
    words = _text(reason)
    if not words:
        raise Invalid(_("撤销要写明原因。"), code="order_reason")
    event = move(order, OrderState.CANCELLED, OrderVerb.CANCEL, by, note=words, reason=words)
    _tell_lead(order, event, _("已撤销：%(title)s"), by)
    record(
        "orders.cancel",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body=_body(order),
    )
    return order


@transaction.atomic
def urge_order(*, order_id: int, by: Actor) -> int:
    """催: tell the lead once more and return how often that was done, from 1.

    By the issuer or with CHECK_ORDERS. Raises Conflict when nobody has anything to do, or within a minute.
    """
    order = locked(order_id)
    rules.require_direct(by, order)
    _require_live(order)
    if order.state in (OrderState.FEEDBACK, OrderState.CHECKED):
        raise Conflict(_("已经反馈，等待核实销号，不用再催。"), code="order_state")
    urged = OrderEvent.objects.filter(order=order, verb=OrderVerb.URGE)
    if urged.filter(at__gt=Now() - URGE_PAUSE).exists():
        raise Conflict(_("一分钟内刚催过。"), hint=_("仍无回应时请打电话。"), code="urge_again")
    number = urged.count() + 1
    event = write_event([order], OrderVerb.URGE, by=by, count=number)[0]
    tell(order.world, [(order.pk, order.state)])
    _tell_lead(order, event, _("催办：%(title)s"), by)
    record(
        "orders.urge",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body={**_body(order), "n": number},
    )
    return number


def event_time(event: OrderEvent) -> datetime:
    """Return the database time of an event that was just written."""
    event.refresh_from_db(fields=["at"])
    return event.at


def _require_live(order: Order) -> None:
    if order.state in FINAL_STATES:
        raise Conflict(
            _("事项现在是“%(state)s”，不用再办。") % {"state": OrderState(order.state).label},
            code="order_state",
        )


def _tell_lead(order: Order, event: OrderEvent, title: str, by: Actor) -> None:
    enqueue_bulk(
        unique(
            notice(
                order,
                person=owner.person_id,
                account=owner.account_id,
                kind=f"order_{event.verb}",
                key=f"event{event.pk}",
                title=title % {"title": order.title},
            )
            for owner in owners_of([order])
            if owner.role == TargetRole.LEAD and owner.person_id != by.person_id
        )
    )


def _tell_issuer(order: Order, event: OrderEvent, title: str) -> None:
    if order.issued_person_id is None:
        return
    enqueue_bulk(
        [
            notice(
                order,
                person=order.issued_person_id,
                account=order.issued_by_id,
                kind=f"order_{event.verb}",
                key=f"event{event.pk}",
                title=title % {"title": order.title},
            )
        ]
    )
