"""Declaring done what no ledger of its own keeps, and taking a declaration back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.actions.closing import close_one, unsatisfy
from pingzhan.domain.obligations.enums import WAITING
from pingzhan.domain.obligations.events import LIVE_TOPIC
from pingzhan.domain.obligations.forms import has_ledger
from pingzhan.domain.obligations.models import Declaration, DeclarationWithdrawal, Obligation
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.rules import require_declare
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

DECLARATION = "declaration"
"""Kind by which obligations and photographs refer to a declaration."""
MOST_COUNT = 999


@dataclass(frozen=True)
class Done:
    """What was done and when; ``count`` how many times, ``key`` that of the form it was sent with."""

    key: UUID
    note: str
    at: datetime
    count: int = 1
    photos: Sequence[bytes] = ()


@transaction.atomic
def declare(obligation_id: int, *, done: Done, by: Actor) -> Declaration:
    """Declare one obligation attended to; it is closed, or counted towards when it needs several.

    The same key sent again returns the declaration it made. Raises NotFound for an obligation of somebody else,
    Refused without the right, Conflict when it is settled or has a ledger of its own, Invalid for what is missing.
    """
    row = (
        Obligation.objects.select_related("unit", "demand")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=obligation_id)
        .first()
    )
    if row is None:
        raise NotFound(_("没有这个事项。"))
    require_declare(by, row.unit)
    known = Declaration.objects.filter(obligation_id=row.pk, key=done.key).first()
    if known is not None:
        return known
    if row.unit.kind != UnitKind.ZONE and has_ledger(row.demand.evidence):
        raise Conflict(
            _("这类事项有专门的台账，不能用办理记录代替。"), hint=_("请到台账登记。"), code="has_ledger"
        )
    if row.state not in WAITING:
        raise Conflict(
            _("这个事项是“%(state)s”，不能再登记办理。") % {"state": row.get_state_display()}, code="settled"
        )
    note = done.note.strip()
    if not note:
        raise Invalid(_("请写明办理情况。"), place="note", code="note_missing")
    if not 1 <= done.count <= MOST_COUNT:
        raise Invalid(_("次数应为 1 到 %(most)d。") % {"most": MOST_COUNT}, place="count")
    # A form sends whole minutes: what began within this minute has begun.
    if not row.t0.replace(second=0, microsecond=0) <= done.at <= business_now()[0]:
        raise Invalid(
            _("办理时间应在事项开始之后、现在之前。"), place="at", hint=_("请核对日期和时间。"), code="time"
        )
    made = Declaration.objects.create(
        unit=row.unit,
        obligation_id=row.pk,
        key=done.key,
        note=note,
        done_at=done.at,
        count=done.count,
        by_user_id=by.user_id,
        by_name=by.name,
    )
    photos = keep_photos(DECLARATION, made.pk, row.unit.path, done.photos)
    closed = close_one(row, at=max(done.at, row.t0), ref=(DECLARATION, made.pk), count=done.count)
    announce(LIVE_TOPIC, {"unit": row.unit_id})
    record(
        "obligations.declare",
        by=by,
        subject=(DECLARATION, made.pk),
        unit_path=row.unit.path,
        body={"obligation": row.pk, "count": done.count, "photos": photos, "closed": closed},
    )
    return made


@transaction.atomic
def withdraw_declaration(declaration_id: int, *, reason: str, by: Actor) -> int:
    """Take a declaration back: what it closed is due again, late when its time has passed. Return how many.

    Raises NotFound, Refused, Invalid without a reason, Conflict when it was taken back before.
    """
    made = (
        Declaration.objects.select_related("unit")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=declaration_id)
        .first()
    )
    if made is None:
        raise NotFound(_("没有这份办理记录。"))
    require_declare(by, made.unit)
    words = reason.strip()
    if not words:
        raise Invalid(_("请写明撤回的理由。"), place="reason", code="reason_missing")
    if DeclarationWithdrawal.objects.filter(declaration=made).exists():
        raise Conflict(_("这份办理记录已经撤回。"), code="withdrawn")
    DeclarationWithdrawal.objects.create(declaration=made, reason=words, by_name=by.name)
    reopened = unsatisfy((DECLARATION, made.pk))
    announce(LIVE_TOPIC, {"unit": made.unit_id})
    record(
        "obligations.withdraw_declaration",
        by=by,
        subject=(DECLARATION, made.pk),
        unit_path=made.unit.path,
        body={"obligations": reopened},
    )
    return reopened
