"""催: tell the holder of an unconfirmed seat once more."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import rules
from pingzhan.domain.command.actions.seats import get_seat
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict

PAUSE = timedelta(seconds=60)
"""The same person is not told the same twice within this time (section 19: providers refuse it anyway)."""


@transaction.atomic
def urge(*, seat_id: int, by: Actor) -> int:
    """Put one more notice for the holder into the outbox and return its number, counted per seat from 1.

    Raises Refused without the right to manage seats of the unit; Conflict when the seat is confirmed or over,
    or when the last reminder is less than a minute old. The ladder of the seat goes on as it is.
    """
    seat = get_seat(seat_id, lock=True)
    rules.require_manage(by, seat.unit)
    if seat.closed_at is not None or seat.acked_at is not None:
        raise Conflict(
            _("%(name)s已确认或席位已结束，不用再催。") % {"name": seat.person.name}, code="urge_over"
        )
    sent = Notice.objects.filter(subject_kind="seat", subject_id=seat.pk, kind="urge")
    if sent.filter(created_at__gt=Now() - PAUSE).exists():
        raise Conflict(
            _("一分钟内刚催过%(name)s。") % {"name": seat.person.name},
            hint=_("仍无回应时请打电话，再登记“电话已通知”。"),
            code="urge_again",
        )
    number = sent.count() + 1
    post = seat.post.name if seat.post is not None else _("机动力量")
    enqueue_bulk(
        [
            NewNotice(
                dedupe=f"urge:{seat.world}:{seat.pk}:{number}",
                recipient=seat.person_id,
                account=seat.person.account_id,
                kind="urge",
                channel="auto",
                title=(DRILL_PREFIX if seat.world else "")
                + _("第 %(n)d 次催办：您任%(post)s，请立即签收") % {"n": number, "post": post},
                subject_kind="seat",
                subject_id=seat.pk,
                wave=number,
                world=seat.world,
                priority=0,
                unit_path=seat.unit.path,
            )
        ]
    )
    announce("command", {"seat": seat.pk})
    record(
        "command.urge",
        by=by,
        subject=("seat", seat.pk),
        unit_path=seat.unit.path,
        world=seat.world,
        body={"post": seat.post_code, "person": seat.person_id, "n": number},
    )
    return number
