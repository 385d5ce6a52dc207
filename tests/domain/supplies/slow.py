"""How the store of an enterprise stands, worked out the plain way: exact fractions, article by article."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import Light, MoveKind, OrderState
from pingzhan.domain.supplies.models import Batch, Movement, PurchaseLine
from tests.domain.people.crowd import Firm

TRUSTED = 7
"""Days of records from which use is measured."""


@dataclass(frozen=True)
class Shelf:
    """What is known of one article: batches (amount, last day), uses (day, amount), first record, on order."""

    batches: tuple[tuple[int, date | None], ...]
    uses: tuple[tuple[date, int], ...]
    since: date | None
    coming: int


def use_a_day(shelf: Shelf, today: date, norm: Fraction) -> tuple[Fraction, bool]:
    """The units used a day, and whether that was measured."""
    kept = min(api.WINDOW, (today - shelf.since).days) if shelf.since is not None else 0
    first = today - timedelta(days=kept)
    used = sum(amount for day, amount in shelf.uses if first <= day < today)
    return (Fraction(used, kept), True) if kept >= TRUSTED and used else (norm, False)


def light_of(usable: int, past: int, expiring: int, least: int) -> Light:
    """The gravest thing to say of it."""
    said = [
        (usable < least, Light.SHORT),
        (past > 0, Light.EXPIRED),
        (expiring > 0 and usable - expiring < least, Light.SOON),
        (usable > 0 or least > 0, Light.OK),
    ]
    return next((light for holds, light in said if holds), Light.NONE)


def row_of(article: api.Article, norms: api.Norms, shelf: Shelf, today: date) -> dict[str, Any]:
    """Everything that is said of an article."""
    usable = sum(n for n, last in shelf.batches if last is None or last >= today)
    past = sum(n for n, last in shelf.batches if last is not None and last < today)
    soon = today + timedelta(days=api.SOON_DAYS)
    expiring = sum(n for n, last in shelf.batches if last is not None and today <= last < soon)
    for_all = Fraction(article.per_thousand(norms.phase) * norms.heads, 1000)
    norm = Fraction(0) if article.reserve else for_all
    a_day, measured = use_a_day(shelf, today, norm)
    by_norm = ceil(for_all * (1 if article.reserve else norms.days))
    by_use = 0 if article.reserve else ceil(a_day * norms.days)
    least = max(article.at_least, by_norm, by_use)
    most = max(a_day, norm)
    tenths = round(a_day * 10)
    return {
        "usable": usable,
        "expired": past,
        "expiring": expiring,
        "least": least,
        "a_day": a_day,
        "measured": measured,
        "days": floor(usable / a_day) if a_day else None,
        "covers": floor(usable / most) if most else None,
        "coming": shelf.coming,
        "light": light_of(usable, past, expiring, least),
        "short": usable < least,
        "buy": max(0, max(0, least - max(0, usable - expiring)) - shelf.coming),
        "daily": str(tenths // 10) if tenths % 10 == 0 else f"{tenths / 10:.1f}",
    }


def said(row: api.Stock) -> dict[str, Any]:
    """The same of a row as the product works it out."""
    names = (
        "usable", "expired", "expiring", "least", "a_day", "measured", "days", "covers", "coming", "light", "short",
        "buy", "daily",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def shelf_of(firm: Firm, article: str, today: date) -> Shelf:
    """What the book says of an article, read row by row."""
    moves = list(Movement.objects.filter(enterprise=firm.unit, article=article))
    orders: Iterable[PurchaseLine] = PurchaseLine.objects.filter(
        purchase__enterprise=firm.unit, purchase__state=OrderState.ORDERED, article=article
    ).select_related("purchase")
    return Shelf(
        batches=tuple(
            (one.amount, one.expires) for one in Batch.objects.filter(enterprise=firm.unit, article=article)
        ),
        uses=tuple((one.day, -one.delta) for one in moves if one.kind == MoveKind.USED),
        since=min((one.day for one in moves), default=None),
        coming=sum(one.amount for one in orders if (one.purchase.expected or date.min) >= today),
    )
