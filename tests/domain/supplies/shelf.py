"""Supplies for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Sum

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import Batch, Entry, Movement, StockCheck
from pingzhan.foundation import clock
from tests.domain.people.crowd import Firm


def slip(**more: Any) -> api.Slip:
    """A form of its own."""
    return api.Slip(key=uuid4(), **more)


def days(n: int) -> date:
    """So many days from today."""
    return clock.today() + timedelta(days=n)


def put(
    firm: Firm,
    article: str,
    amount: int,
    *,
    code: str = "",
    expires: int | None = None,
    day: int = 0,
) -> Entry:
    """So much comes in, expiring in so many days."""
    receipt = api.Receipt(article, amount, code, None if expires is None else days(expires))
    return api.receive(enterprise=firm.unit, receipts=[receipt], slip=slip(day=days(day)), by=firm.contact)


def out(
    firm: Firm, article: str, amount: int, *, kind: MoveKind = MoveKind.USED, day: int = 0, **more: Any
) -> Entry:
    """So much goes out."""
    return api.take(
        enterprise=firm.unit,
        kind=kind,
        article=article,
        amount=amount,
        slip=slip(day=days(day), **more),
        by=firm.contact,
    )


def fill(firm: Firm) -> None:
    """Everything that is required, and more than enough of it."""
    receipts = [api.Receipt(key, 5_000) for key in api.articles()]
    api.receive(enterprise=firm.unit, receipts=receipts, slip=slip(), by=firm.contact)


def sheet(firm: Firm, **found: int) -> list[api.Counted]:
    """A count of all batches; by batch number what was found, else what the book says."""
    return [
        api.Counted(one.pk, one.amount, found.get(one.code, one.amount)) for one in api.batches_of(firm.unit)
    ]


def counted(firm: Firm, **found: int) -> StockCheck:
    """The whole store was counted."""
    return api.count(enterprise=firm.unit, counted=sheet(firm, **found), key=uuid4(), by=firm.contact)


def there(firm: Firm, article: str) -> dict[str, int]:
    """What the book says of an article, by batch number; it is always what the movements add up to."""
    found = {}
    for one in Batch.objects.filter(enterprise=firm.unit, article=article):
        total = Movement.objects.filter(batch=one).aggregate(n=Sum("delta"))["n"] or 0
        assert one.amount == total >= 0
        found[one.code] = one.amount
    return found


def stock(firm: Firm, article: str) -> api.Stock:
    """How an article stands."""
    (store,) = api.stand([firm.unit])
    return next(row for row in store.rows if row.article.key == article)
