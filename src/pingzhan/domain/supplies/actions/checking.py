"""The stock is checked: counted batch by batch, or looked over and found as the book says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.supplies import duties, rules
from pingzhan.domain.supplies.actions import common
from pingzhan.domain.supplies.enums import CheckKind, MoveKind
from pingzhan.domain.supplies.models import MOST, Batch, Entry, StockCheck
from pingzhan.domain.supplies.queries.standing import Stock, Store, stand
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid

COUNT_HOLDS = timedelta(days=7)
"""So long after a count batch by batch it may be said in one tap that book and shelf agree."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was found of a batch; ``seen`` is what the book said when the sheet was made out."""

    batch_id: int
    seen: int
    found: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on the shelf and is in no batch of the book."""

    article: str
    amount: int
    code: str = ""
    expires: date | None = None


@transaction.atomic
def count(
    *,
    enterprise: Unit,
    counted: Sequence[Counted],
    key: UUID,
    by: Actor,
    extra: Sequence[Found] = (),
    note: str = "",
    photos: Sequence[bytes] = (),
) -> StockCheck:
    """Write down a count of the whole store; differences become movements, the check closes what is due.

    Every batch of which the book says that something is there has to be counted. The same sheet sent again
    returns the check it made. Raises Refused; Invalid with the place ``batch-<id>``; Conflict when the book
    changed since the sheet was made out.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    known = StockCheck.objects.filter(enterprise=enterprise, key=key).first()
    if known is not None:
        return known
    batches = {one.pk: one for one in common.locked_batches(enterprise)}
    parts = _differences(batches, counted)
    words = common.read_words(note, place="note")
    for one in extra:
        common.read_article(one.article)
        code = common.read_code(one.code)
        batch = common.batch_for(enterprise, one.article, code, common.read_expiry(one.expires))
        if batch.pk in batches:
            raise Invalid(_("新发现的批次已在账上，请在它那一行填写数量。"), place="extra")
        parts.append((batch, common.read_amount(one.amount)))
    if not counted and not parts:
        raise Invalid(
            _("账上没有物资，没有可盘点的。"), hint=_("请先登记入库，或填写新发现的批次。"), code="empty"
        )
    entry: Entry | None = None
    if parts:
        entry = common.new_entry(enterprise, MoveKind.COUNTED, key=key, day=clock.today(), by=by, note=words)
        common.move(entry, parts)
    check = _checked(
        enterprise,
        CheckKind.COUNTED,
        key=key,
        by=by,
        store=stand([enterprise])[0],
        batches=len(counted) + len(extra),
        differences=len(parts),
        entry=entry,
        note=words,
    )
    keep_photos(common.CHECK, check.pk, enterprise.path, photos)
    duties.checked(enterprise, check, by)
    _recorded(check, "supplies.checked", by)
    return check


def _differences(batches: dict[int, Batch], counted: Sequence[Counted]) -> list[tuple[Batch, int]]:
    parts = []
    given = {one.batch_id: one for one in counted}
    if len(given) != len(counted):
        raise Invalid(_("同一批次填写了两次。"))
    for one in counted:
        batch = batches.get(one.batch_id)
        now = batch.amount if batch is not None else 0
        place = f"batch-{one.batch_id}"
        if batch is None or now != one.seen:
            raise Conflict(
                _("打开盘点表以后账面数已变为 %(n)d，请重新核对这一行。") % {"n": now},
                place=place,
                code="book_changed",
            )
        if not 0 <= one.found <= MOST:
            raise Invalid(_("实存数应为 0 到 %(most)d 的整数。") % {"most": MOST}, place=place)
        if one.found != now:
            parts.append((batch, one.found - now))
    missing = [one for pk, one in batches.items() if pk not in given]
    if missing:
        raise Invalid(
            _("还有 %(n)d 个批次没有填写实存数。") % {"n": len(missing)},
            place=f"batch-{missing[0].pk}",
            hint=_("没有了的请填 0。"),
            code="not_counted",
        )
    return parts


@transaction.atomic
def find_same(*, enterprise: Unit, by: Actor) -> int:
    """Say in one tap that book and shelf agree and nothing is short or past its date; return how many closed.

    Said twice a business day it is written once. Refused where it cannot be so: Conflict when the last count batch by
    batch is older than COUNT_HOLDS, when something required is short, or when something is past its date.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    today = clock.today()
    common.locked_batches(enterprise)
    store = stand([enterprise])[0]
    hindrance = unsaid(store, today)
    if hindrance:
        raise Conflict(hindrance, hint=_("请打开防控物资逐项盘点。"), code="not_same")
    last = store.checked
    if last is not None and last.at >= business_clock().begins(business_now()[1]):
        return duties.checked(enterprise, last, by)
    check = _checked(
        enterprise,
        CheckKind.SAME,
        key=uuid4(),
        by=by,
        store=store,
        batches=Batch.objects.filter(enterprise=enterprise, amount__gt=0).count(),
    )
    closed = duties.checked(enterprise, check, by)
    _recorded(check, "supplies.found_same", by)
    return closed


def unsaid(store: Store, today: date) -> str:
    """Return why it cannot be said that all is as the book says; empty when it can."""
    last = (
        StockCheck.objects.filter(enterprise=store.unit, kind=CheckKind.COUNTED, withdrawn_at__isnull=True)
        .order_by("-at")
        .first()
    )
    if last is None:
        return _("还没有逐项盘点过。")
    if clock.day_of(last.at) < today - COUNT_HOLDS:
        return _("最近一次逐项盘点在 %(day)s，已超过 7 天。") % {"day": clock.day_of(last.at).isoformat()}
    if store.stale:
        return _("%(names)s有过期的，不能申报没有异常。") % {"names": _names(store.stale)}
    if store.lacking:
        return _("%(names)s数量不足，不能申报没有异常。") % {"names": _names(store.lacking)}
    return ""


def _names(rows: Sequence[Stock]) -> str:
    return _("、").join(row.article.label for row in rows)


def _checked(
    enterprise: Unit,
    kind: CheckKind,
    *,
    key: UUID,
    by: Actor,
    store: Store,
    batches: int,
    differences: int = 0,
    entry: Entry | None = None,
    note: str = "",
) -> StockCheck:
    return StockCheck.objects.create(
        enterprise=enterprise,
        kind=kind,
        key=key,
        batches=batches,
        differences=differences,
        short=len(store.lacking),
        expired=len(store.stale),
        entry=entry,
        note=note,
        by_name=by.name,
    )


def _recorded(check: StockCheck, verb: str, by: Actor) -> None:
    record(
        verb,
        by=by,
        subject=(common.CHECK, check.pk),
        unit_path=check.enterprise.path,
        body={"batches": check.batches, "differences": check.differences},
    )
