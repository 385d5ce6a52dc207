"""What comes into the store and what goes out of it, and the reversal of what was written wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.supplies import duties, rules
from pingzhan.domain.supplies.actions import common
from pingzhan.domain.supplies.enums import COMING, GOING, MoveKind
from pingzhan.domain.supplies.models import Batch, Entry, StockCheck
from pingzhan.domain.supplies.stock import Lot, expired, pick
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Receipt:
    """So much of an article, with its batch number and last day of use where it has them."""

    article: str
    amount: int
    code: str = ""
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """What every form says besides the goods. ``key`` is the form's own; ``day`` None is today."""

    key: UUID
    day: date | None = None
    party: str = ""
    note: str = ""
    photos: Sequence[bytes] = ()


@transaction.atomic
def receive(
    *,
    enterprise: Unit,
    receipts: Sequence[Receipt],
    slip: Slip,
    by: Actor,
    kind: MoveKind = MoveKind.RECEIVED,
) -> Entry:
    """Put articles into the store, bought (``RECEIVED``) or given back (``RETURNED``).

    The same slip sent again returns the entry it made. Raises Refused, or Invalid with the place of the field:
    what is past its date is not taken in.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    known = common.known_entry(enterprise, slip.key)
    if known is not None:
        return known
    if kind not in COMING:
        raise Invalid(_("事项不对。"), place="kind")
    if not receipts:
        raise Invalid(_("请至少填写一种物资。"), place="article")
    day = common.read_day(slip.day)
    read = [_read(one, day) for one in receipts]
    entry = common.new_entry(
        enterprise,
        kind,
        key=slip.key,
        day=day,
        by=by,
        party=common.read_words(slip.party, place="party"),
        note=common.read_words(slip.note, place="note"),
        photos=slip.photos,
    )
    parts = [
        (common.batch_for(enterprise, one.article, one.code, one.expires), one.amount)
        for one in sorted(read, key=lambda one: (one.article, one.code))
    ]
    common.move(entry, parts)
    duties.changed(enterprise, by)
    _recorded(entry, by, len(parts))
    return entry


def _read(one: Receipt, day: date) -> Receipt:
    common.read_article(one.article)
    expires = common.read_expiry(one.expires)
    if expires is not None and expires < day:
        raise Invalid(_("这批物资已经过期，不能入库。"), place="expires", hint=_("请退货或更换。"))
    code = common.read_code(one.code)
    return Receipt(one.article, common.read_amount(one.amount), code, expires)


@transaction.atomic
def take(
    *,
    enterprise: Unit,
    kind: MoveKind,
    article: str,
    amount: int,
    slip: Slip,
    by: Actor,
    batch_id: int | None = None,
) -> Entry:
    """Take so much of an article out of the store, from the batches that expire first.

    What is past its date can only be discarded, which takes it first. ``batch_id`` takes from that batch alone.
    The same slip sent again returns the entry it made. Raises Refused; Invalid with the place of the field;
    Conflict where there is not enough, with what there is.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    known = common.known_entry(enterprise, slip.key)
    if known is not None:
        return known
    if kind not in GOING:
        raise Invalid(_("事项不对。"), place="kind")
    what = common.read_article(article)
    wanted, day = common.read_amount(amount), common.read_day(slip.day)
    party = common.read_words(
        slip.party,
        place="party",
        required=_("请填写借给或上交给谁。") if kind == MoveKind.LENT else "",
    )
    note = common.read_words(
        slip.note, place="note", required=_("请写明报废的原因。") if kind == MoveKind.DISCARDED else ""
    )
    batches = {one.pk: one for one in common.locked_batches(enterprise, article)}
    if batch_id is not None:
        if batch_id not in batches:
            raise Invalid(_("这个批次已经没有库存。"), place="batch")
        batches = {batch_id: batches[batch_id]}
    parts = _parts(list(batches.values()), wanted, what.measure, any_age=kind == MoveKind.DISCARDED)
    entry = common.new_entry(
        enterprise, kind, key=slip.key, day=day, by=by, party=party, note=note, photos=slip.photos
    )
    common.move(entry, [(batches[pk], -part) for pk, part in parts])
    duties.changed(enterprise, by)
    _recorded(entry, by, len(parts))
    return entry


def _parts(batches: Sequence[Batch], amount: int, unit: str, *, any_age: bool) -> list[tuple[int, int]]:
    today = clock.today()
    lots = [Lot(one.pk, one.amount, one.expires) for one in batches]
    try:
        return pick(lots, amount, today=today, any_age=any_age)
    except ValueError as error:
        past = sum(lot.amount for lot in lots if expired(lot, today))
        there = sum(lot.amount for lot in lots) - (0 if any_age else past)
        hint = ""
        if past and not any_age:
            hint = _("另有 %(n)d %(unit)s已过期，只能报废。") % {"n": past, "unit": unit}
        raise Conflict(
            _("库存不够：现有 %(n)d %(unit)s。") % {"n": there, "unit": unit},
            hint=hint or _("请核对数量，或先登记入库。"),
            place="amount",
            code="stock_short",
        ) from error


@transaction.atomic
def reverse(*, entry_id: int, reason: str, key: UUID, by: Actor) -> Entry:
    """Reverse an entry by one with the opposite amounts; both stay in the book.

    A reversed count withdraws the check it belongs to. Raises NotFound, Refused, Invalid without a reason,
    Conflict when it was reversed before or what came in has been used since.
    """
    entry = (
        rules.entries_visible_to(by)
        .select_related("enterprise")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=entry_id)
        .first()
    )
    if entry is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    unit = entry.enterprise
    rules.require_keep(by, unit)
    common.check_open(unit)
    known = common.known_entry(unit, key)
    if known is not None:
        return known
    words = common.read_words(reason, place="note", required=_("请写明更正的原因。"))
    if entry.reverses_id is not None:
        raise Conflict(_("更正记录不能再更正，请重新登记。"), code="reversal")
    if Entry.objects.filter(reverses=entry).exists():
        raise Conflict(_("这条记录已经更正。"), code="reversed")
    made = common.new_entry(
        unit, MoveKind(entry.kind), key=key, day=entry.day, by=by, note=words, reverses=entry
    )
    parts = [(one.batch, -one.delta) for one in entry.movements.select_related("batch")]
    common.move(made, parts, reversal=True)
    check = (
        StockCheck.objects.select_for_update(no_key=True)
        .filter(entry=entry, withdrawn_at__isnull=True)
        .first()
    )
    if check is not None:
        check.withdrawn_at = clock.now()
        check.save(update_fields=["withdrawn_at"])
        duties.withdrawn(check)
    duties.corrected(unit, by)
    record(
        "supplies.reversed",
        by=by,
        subject=(common.ENTRY, made.pk),
        unit_path=unit.path,
        body={"reverses": entry.pk, "movements": len(parts)},
    )
    return made


def _recorded(entry: Entry, by: Actor, movements: int) -> None:
    record(
        f"supplies.{entry.kind}",
        by=by,
        subject=(common.ENTRY, entry.pk),
        unit_path=entry.enterprise.path,
        body={"movements": movements},
    )
