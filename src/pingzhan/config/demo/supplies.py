"""The stores of the demo zone: a fortnight of use, a count, something short, something past its date, a purchase."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

from pingzhan.domain.supplies import api as supplies
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor

#: article, days of the minimum that lie there, in how many days the older of two batches expires
FULL = (
    ("mask", 3.0, 25),
    ("respirator", 2.0, 400),
    ("gloves", 2.5, 200),
    ("disinfectant", 2.2, 90),
    ("hand_rub", 1.8, 60),
    ("alcohol", 2.0, 300),
    ("test_kit", 1.0, 120),
    ("thermometer", 1.5, None),
    ("suit", 2.0, 500),
    ("goggles", 1.6, None),
    ("medicine", 1.4, 15),
    ("sprayer", 1.0, None),
)
SUPPLIER = "平宁医用物资供应站"


def demo_supplies(zone: Unit, by: Actor) -> None:
    """Fill the stores: the second is short, the third has something past its date, the last has no book."""
    firms = list(Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code"))
    for n, unit in enumerate(firms[:-1]):
        _fill(unit, by, share=0.4 if n == 1 else 1.0 + n % 3 / 4)
        if n == 2:
            _stale(unit, by)
        if n < 3:
            _use(unit, by)
        if n != 3:
            _count(unit, by)
    _buy(firms[1], by)


def _fill(unit: Unit, by: Actor, *, share: float) -> None:
    today = clock.today()
    (store,) = supplies.stand([unit])
    receipts = []
    for row in store.rows:
        _key, plenty, days = next(one for one in FULL if one[0] == row.article.key)
        amount = max(1, round(max(row.least, 5) * plenty * share))
        older = amount // 3
        late = None if days is None else today + timedelta(days=days)
        if older and late is not None:
            receipts.append(supplies.Receipt(row.article.key, older, f"P{unit.code[-2:]}01", late))
            amount -= older
            late += timedelta(days=365)
        receipts.append(
            supplies.Receipt(row.article.key, amount, f"P{unit.code[-2:]}02" if late else "", late)
        )
    _receive(unit, receipts, today - timedelta(days=20), by)


def _receive(unit: Unit, receipts: Sequence[supplies.Receipt], day: date, by: Actor) -> None:
    supplies.receive(
        enterprise=unit, receipts=receipts, slip=supplies.Slip(uuid4(), day, party=SUPPLIER), by=by
    )


def _stale(unit: Unit, by: Actor) -> None:
    """A few boxes that were good when they came and are not any more."""
    today = clock.today()
    past = supplies.Receipt("hand_rub", 6, "P2201", today - timedelta(days=4))
    _receive(unit, [past], today - timedelta(days=30), by)


def _use(unit: Unit, by: Actor) -> None:
    today = clock.today()
    (store,) = supplies.stand([unit])
    daily = [row for row in store.rows if row.a_day and row.usable][:3]
    for ago in range(10, 0, -1):
        for n, row in enumerate(daily):
            amount = min(int(row.a_day * (8 + (ago + n) % 4) / 10), row.usable // 30)
            if amount:
                _take(unit, MoveKind.USED, row.article.key, amount, today - timedelta(days=ago), by=by)
    _take(unit, MoveKind.LENT, "suit", 1, today - timedelta(days=3), by=by, party="开发区综合协调组")


def _take(
    unit: Unit, kind: MoveKind, article: str, amount: int, day: date, *, by: Actor, party: str = ""
) -> None:
    supplies.take(
        enterprise=unit,
        kind=kind,
        article=article,
        amount=amount,
        slip=supplies.Slip(uuid4(), day, party=party),
        by=by,
    )


def _count(unit: Unit, by: Actor) -> None:
    lines = [
        supplies.Counted(one.pk, one.amount, one.amount - 1 if n == 0 and one.amount > 1 else one.amount)
        for n, one in enumerate(supplies.batches_of(unit))
    ]
    supplies.count(enterprise=unit, counted=lines, key=uuid4(), by=by, note="月度盘点")


def _buy(unit: Unit, by: Actor) -> None:
    bought = supplies.draft(enterprise=unit, by=by)
    supplies.order(
        purchase_id=bought.pk,
        supplier=SUPPLIER,
        expected=clock.today() + timedelta(days=3),
        by=by,
    )
