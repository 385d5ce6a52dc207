"""Whatever is done in whatever order: the stock is the sum of its movements and never below zero."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import Entry
from pingzhan.domain.supplies.stock import Lot, expired, pick
from pingzhan.foundation import clock
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Firm
from tests.domain.supplies.shelf import days, out, put, sheet, there

TODAY = date(2022, 5, 20)
LOTS = st.lists(
    st.builds(
        Lot,
        key=st.just(0),
        amount=st.integers(0, 6),
        expires=st.none() | st.integers(-3, 5).map(lambda n: TODAY + timedelta(days=n)),
    ),
    max_size=4,
).map(lambda lots: [Lot(n, one.amount, one.expires) for n, one in enumerate(lots)])


def brute(lots: list[Lot], amount: int, any_age: bool) -> tuple[int, ...] | None:
    """Try every way of taking `amount`; return the one that leaves the latest last days, None where none is."""
    usable = [lot.amount if any_age or not expired(lot, TODAY) else 0 for lot in lots]
    ways = [way for way in product(*(range(n + 1) for n in usable)) if sum(way) == amount]
    order = sorted(range(len(lots)), key=lambda n: (lots[n].expires or date.max, n))
    return max(ways, key=lambda way: [way[n] for n in order], default=None)


@given(lots=LOTS, amount=st.integers(1, 12), any_age=st.booleans())
def test_what_is_picked_is_what_trying_every_way_finds(lots: list[Lot], amount: int, any_age: bool) -> None:
    best = brute(lots, amount, any_age)
    if best is None:
        with pytest.raises(ValueError, match="more asked for"):
            pick(lots, amount, today=TODAY, any_age=any_age)
        return
    picked = dict(pick(lots, amount, today=TODAY, any_age=any_age))
    assert tuple(picked.get(lot.key, 0) for lot in lots) == best
    assert all(part > 0 for part in picked.values())


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 9), st.sampled_from(["A", "B", "C"])),
        st.tuples(st.just("use"), st.integers(-1, 12), st.just("")),
        st.tuples(st.just("discard"), st.integers(0, 12), st.just("")),
        st.tuples(st.just("lend"), st.integers(0, 6), st.just("")),
        st.tuples(st.just("count"), st.integers(-1, 9), st.sampled_from(["A", "B", "C"])),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just("")),
    ),
    max_size=12,
)
EXPIRES = {"A": 5, "B": 40, "C": None}


def act(firm: Firm, what: str, n: int, code: str) -> None:
    """Do one thing, or be refused; a refusal leaves no trace."""
    try:
        with transaction.atomic():
            if what == "put":
                put(firm, "mask", n, code=code, expires=EXPIRES[code])
            elif what == "use":
                out(firm, "mask", n)
            elif what == "discard":
                out(firm, "mask", n, kind=MoveKind.DISCARDED, note="x")
            elif what == "lend":
                out(firm, "mask", n, kind=MoveKind.LENT, party="x")
            elif what == "count":
                api.count(
                    enterprise=firm.unit, counted=sheet(firm, **{code: n}), key=uuid4(), by=firm.contact
                )
            else:
                entries = list(Entry.objects.filter(enterprise=firm.unit).order_by("pk"))
                if entries:
                    api.reverse(
                        entry_id=entries[n % len(entries)].pk, reason="x", key=uuid4(), by=firm.contact
                    )
    except DomainError:
        return


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_sequence_keeps_stock_the_sum_of_its_movements(mill: Firm, acts: list[Any]) -> None:
    with transaction.atomic():
        for what, n, code in acts:
            act(mill, what, n, code)
            total = sum(there(mill, "mask").values())
            (store,) = api.stand([mill.unit])
            row = next(one for one in store.rows if one.article.key == "mask")
            assert row.usable + row.expired == total
        transaction.set_rollback(True)
    assert days(0) == clock.today()
