"""Purchases: drafted from what is short, ordered, received into the store or cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.supplies import duties, rules
from pingzhan.domain.supplies.actions import common, moving
from pingzhan.domain.supplies.catalogue import articles
from pingzhan.domain.supplies.enums import OrderState
from pingzhan.domain.supplies.models import Entry, Purchase, PurchaseLine
from pingzhan.domain.supplies.queries.standing import Stock, stand
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

LONGEST = timedelta(days=90)
"""A purchase that comes later makes up for nothing."""
PURCHASE = "supply_purchase"


@transaction.atomic
def draft(*, enterprise: Unit, by: Actor) -> Purchase:
    """Draft a purchase of all that is short or expires soon, less what is on order.

    Returns the open draft when there is one. Raises Refused, Conflict when nothing has to be bought.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    Unit.objects.select_for_update(no_key=True).get(pk=enterprise.pk)
    there = Purchase.objects.filter(enterprise=enterprise, state=OrderState.DRAFT).first()
    if there is not None:
        return there
    wanted = [row for row in stand([enterprise])[0].rows if row.buy]
    if not wanted:
        raise Conflict(_("各项物资都达到最低储备，不需要补充。"), code="nothing_to_buy")
    made = Purchase.objects.create(enterprise=enterprise, made_by=by.name)
    for row in wanted:
        PurchaseLine.objects.create(
            purchase=made, article=row.article.key, amount=row.buy, reason=_reason(row)
        )
    _recorded(made, "supplies.purchase_drafted", by, lines=len(wanted))
    return made


def _reason(row: Stock) -> str:
    words = [_("可用 %(n)d，最低储备 %(least)d") % {"n": row.usable, "least": row.least}]
    if row.expiring:
        words.append(_("可用的有 %(n)d 将在 30 天内到期") % {"n": row.expiring})
    if row.coming:
        words.append(_("已订购未到 %(n)d") % {"n": row.coming})
    return _("；").join(words)


def _locked(pk: int, by: Actor, *states: OrderState) -> Purchase:
    found = (
        rules.purchases_visible_to(by)
        .select_related("enterprise")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这张采购单，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.state not in states:
        raise Conflict(
            _("采购单%(no)s%(state)s，不能这样办理。") % {"no": found, "state": found.get_state_display()},
            code="purchase_state",
        )
    return found


@transaction.atomic
def set_amounts(*, purchase_id: int, amounts: Mapping[str, int], by: Actor) -> Purchase:
    """Set how much a draft asks for, by article; 0 takes it off the purchase. Articles not named stay."""
    found = _locked(purchase_id, by, OrderState.DRAFT)
    lines = {line.article: line for line in found.lines.all()}
    for article, amount in amounts.items():
        common.read_article(article)
        if amount:
            common.read_amount(amount, place=f"amount-{article}")
        if amount < 0:
            raise Invalid(_("数量不能小于 0。"), place=f"amount-{article}")
        line = lines.get(article)
        if line is not None:
            line.amount = amount
            line.save(update_fields=["amount"])
        elif amount:
            PurchaseLine.objects.create(purchase=found, article=article, amount=amount, reason=_("自行增加"))
    _recorded(found, "supplies.purchase_edited", by, lines=len(amounts))
    return found


@transaction.atomic
def order(*, purchase_id: int, supplier: str, expected: date, by: Actor, note: str = "") -> Purchase:
    """Note that a draft was ordered, from whom and by when it comes. What is short then counts as replenished."""
    found = _locked(purchase_id, by, OrderState.DRAFT)
    today = clock.today()
    found.supplier = common.read_words(supplier, place="supplier", required=_("请填写供应单位。"))
    found.note = common.read_words(note, place="note")
    if not today <= expected <= today + LONGEST:
        raise Invalid(_("预计到货日期应在今天到 90 天之内。"), place="expected")
    if not found.lines.filter(amount__gt=0).exists():
        raise Invalid(_("采购单上没有数量，请先填写。"), place="supplier")
    found.state, found.expected, found.ordered_at = OrderState.ORDERED, expected, clock.now()
    found.save(update_fields=["supplier", "note", "state", "expected", "ordered_at"])
    duties.changed(found.enterprise, by)
    _recorded(found, "supplies.purchase_ordered", by, lines=found.lines.filter(amount__gt=0).count())
    return found


@transaction.atomic
def arrive(*, purchase_id: int, receipts: Sequence[moving.Receipt], slip: moving.Slip, by: Actor) -> Entry:
    """Take what was ordered into the store and close the purchase; what came is noted beside what was ordered.

    Raises Invalid with the place of the field, Conflict when it is not on order.
    """
    found = _locked(purchase_id, by, OrderState.ORDERED)
    slip = moving.Slip(slip.key, slip.day, slip.party or found.supplier, slip.note, slip.photos)
    entry = moving.receive(enterprise=found.enterprise, receipts=receipts, slip=slip, by=by)
    came: dict[str, int] = {}
    for one in receipts:
        came[one.article] = came.get(one.article, 0) + one.amount
    for line in found.lines.all():
        line.received = came.pop(line.article, 0)
        line.save(update_fields=["received"])
    if came:
        names = _("、").join(articles()[key].label for key in came)
        raise Invalid(_("采购单上没有%(names)s，请另行登记入库。") % {"names": names})
    found.state, found.closed_at = OrderState.RECEIVED, clock.now()
    found.save(update_fields=["state", "closed_at"])
    duties.corrected(found.enterprise, by)
    _recorded(found, "supplies.purchase_received", by, entry=entry.pk)
    return entry


@transaction.atomic
def cancel(*, purchase_id: int, reason: str, by: Actor) -> Purchase:
    """Cancel a purchase, with the reason; what it was to make up for is short again."""
    found = _locked(purchase_id, by, OrderState.DRAFT, OrderState.ORDERED)
    words = common.read_words(reason, place="note", required=_("请写明取消的原因。"))
    ordered = found.state == OrderState.ORDERED
    found.state, found.note, found.closed_at = OrderState.CANCELLED, words, clock.now()
    found.save(update_fields=["state", "note", "closed_at"])
    if ordered:
        duties.corrected(found.enterprise, by)
    _recorded(found, "supplies.purchase_cancelled", by)
    return found


def _recorded(purchase: Purchase, verb: str, by: Actor, **body: object) -> None:
    record(verb, by=by, subject=(PURCHASE, purchase.pk), unit_path=purchase.enterprise.path, body=body)
