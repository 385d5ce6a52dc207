"""延期: asked before the due time with a reason, answered by somebody else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.orders import rules
from pingzhan.domain.orders.actions.common import locked, tell, write_event
from pingzhan.domain.orders.enums import WORKING_STATES, ExtensionState, OrderVerb, TargetRole
from pingzhan.domain.orders.models import Extension, Order
from pingzhan.domain.orders.notices import due_words, notice, unique
from pingzhan.domain.orders.queries.reach import owners_of
from pingzhan.domain.orders.times import next_stage, require_near, yellow_from
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import enqueue_bulk
from pingzhan.kernel.errors import Conflict, Invalid, Refused


@transaction.atomic
def ask_extension(*, order_id: int, until: datetime, reason: str, by: Actor) -> Extension:
    """Ask for more time. Only the lead, only before the due time, one request at a time, with a reason.

    Raises Conflict once the due time has passed (extension_late) or while a request waits (extension_pending),
    Invalid for no reason or a time that is not later or more than ten years away.
    """
    order = locked(order_id)
    rules.require_do(by, order)
    if order.state not in WORKING_STATES:
        raise Conflict(_("事项已经反馈或办结，不用延期。"), code="order_state")
    now = clock.now()
    if order.due_at <= now:
        raise Conflict(
            _("已经到期，不能再申请延期。"), hint=_("请尽快反馈，并向下达人说明。"), code="extension_late"
        )
    words = reason.strip()
    if not words:
        raise Invalid(_("请写明延期理由。"), code="order_reason")
    if until <= order.due_at:
        raise Invalid(_("应延到原时限之后。"), code="extension_until")
    require_near(until, now)
    if Extension.objects.filter(order=order, state=ExtensionState.PENDING).exists():
        raise Conflict(_("已有一份申请等待答复。"), code="extension_pending")
    asked = Extension.objects.create(
        order=order,
        until=until,
        was=order.due_at,
        reason=words,
        asked_by_id=by.user_id,
        asked_person_id=by.person_id,
        asked_by_name=by.name,
    )
    write_event([order], OrderVerb.ASK_EXTENSION, by=by, note=words)
    tell(order.world, [(order.pk, order.state)])
    if order.issued_person_id is not None:
        enqueue_bulk(
            [
                notice(
                    order,
                    person=order.issued_person_id,
                    account=order.issued_by_id,
                    kind="order_extension",
                    key=f"ask{asked.pk}",
                    title=_("申请延期，请答复：%(title)s") % {"title": order.title},
                )
            ]
        )
    record(
        "orders.ask_extension",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body={"number": order.number, "extension": asked.pk},
    )
    return asked


@transaction.atomic
def decide_extension(*, order_id: int, grant: bool, by: Actor, note: str = "") -> Order:
    """Answer the waiting request; a granted one moves the due time, the light and the reminders.

    By the issuer or with CHECK_ORDERS, and never by who asked. A refusal needs a reason. Raises Conflict when
    none waits.
    """
    order = locked(order_id)
    rules.require_direct(by, order)
    asked = Extension.objects.filter(order=order, state=ExtensionState.PENDING).first()
    if asked is None:
        raise Conflict(_("没有等待答复的延期申请。"), code="extension_gone")
    same = (by.user_id is not None and asked.asked_by_id == by.user_id) or (
        by.person_id is not None and asked.asked_person_id == by.person_id
    )
    if same:
        raise Refused(_("不能答复自己的延期申请。"), code="own_extension")
    words = note.strip()
    if not grant and not words:
        raise Invalid(_("不同意要写明原因。"), code="order_reason")
    Extension.objects.filter(pk=asked.pk).update(
        state=ExtensionState.GRANTED if grant else ExtensionState.REFUSED,
        decided_at=Now(),
        decided_by_name=by.name or _("系统"),
        note=words,
    )
    if grant:
        now = clock.now()
        order.due_at = asked.until
        Order.objects.filter(pk=order.pk).update(
            due_at=asked.until,
            yellow_at=yellow_from(now, asked.until),
            extended=F("extended") + 1,
            **({"next_at": next_stage(order, now)} if order.state in WORKING_STATES else {}),
        )
        order.refresh_from_db()
    verb = OrderVerb.EXTEND if grant else OrderVerb.REFUSE_EXTENSION
    write_event([order], verb, by=by, note=words)
    tell(order.world, [(order.pk, order.state)])
    title = (_("同意延期至%(due)s：%(title)s") if grant else _("不同意延期，仍按%(due)s办结：%(title)s")) % {
        "due": due_words(order),
        "title": order.title,
    }
    enqueue_bulk(
        unique(
            notice(
                order,
                person=owner.person_id,
                account=owner.account_id,
                kind="order_extension",
                key=f"answer{asked.pk}",
                title=title,
            )
            for owner in owners_of([order])
            if owner.role == TargetRole.LEAD
        )
    )
    record(
        "orders.decide_extension",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=order.world,
        body={"number": order.number, "extension": asked.pk, "granted": grant},
    )
    return order
