"""What must be there, how long it lasts and what to buy, by headcount, posture and real use."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.domain.measures import api as measures
from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import Light, OrderState
from pingzhan.domain.supplies.models import Purchase
from pingzhan.domain.supplies.queries.standing import least_of, norms_of
from pingzhan.domain.supplies.stock import Rate
from pingzhan.kernel.errors import Conflict, Invalid
from tests.domain.people.crowd import Firm, Park
from tests.domain.supplies.shelf import days, fill, out, put, slip, stock

NOTHING = Rate(0, 1)


def now(level: int | None = None, **parameters: Any) -> Any:
    """What is in force, as far as supplies ask."""
    given = {
        key: SimpleNamespace(value=value, source="\u8bd5\u9a8c", verified=True)
        for key, value in parameters.items()
    }
    return SimpleNamespace(level=level, parameters=given)


def test_the_catalogue_names_what_the_notice_names_and_says_where_numbers_come_from() -> None:
    named = {"thermometer", "mask", "suit", "disinfectant", "medicine"}
    articles = api.articles()
    assert named <= {one.key for one in articles.values() if one.required}
    for one in articles.values():
        assert "" not in (one.title, one.title_en, one.unit, one.unit_en, one.source)
        assert list(one.norm) == list(api.PHASES)
        grows = [one.norm[phase] for phase in api.PHASES]
        assert grows == sorted(grows), one.key
        assert one.reserve or not one.at_least


@pytest.mark.parametrize(("level", "phase"), [(None, "routine"), (4, "IV"), (3, "III"), (2, "II"), (1, "I")])
def test_the_phase_is_that_of_the_level(level: int | None, phase: str) -> None:
    assert norms_of(now(level), 10).phase == phase


def test_days_come_from_the_measures_in_force() -> None:
    assert norms_of(now(supplies_min_days=14), 10).days == 14
    plain = norms_of(now(), 10)
    assert (plain.days, plain.verified) == (api.MIN_DAYS, False)


def test_the_minimum_by_heads_days_and_level() -> None:
    mask, suit = api.articles()["mask"], api.articles()["suit"]
    calm = norms_of(now(supplies_min_days=7), 300)
    grave = norms_of(now(2, supplies_min_days=14), 300)
    assert least_of(mask, calm, NOTHING) == 300 * 7
    assert least_of(mask, grave, NOTHING) == 300 * 2 * 14
    assert least_of(mask, calm, Rate(400, 1)) == 400 * 7
    assert least_of(suit, calm, NOTHING) == 2
    assert least_of(suit, grave, NOTHING) == 6
    assert least_of(suit, norms_of(now(), 0), NOTHING) == suit.at_least


def test_the_parameter_of_the_set_is_used(park: Park, mill: Firm) -> None:
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    order = measures.ForceOrder(
        version=version, posture="routine", basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
    )
    measures.put_in_force(order=order, by=park.root)
    (store,) = api.stand([mill.unit])
    assert store.norms.days == 7
    assert store.norms.source.startswith("\u4e0a\u6d77")
    assert not store.norms.verified


def test_use_is_measured_once_there_are_seven_days_of_it(mill: Firm) -> None:
    put(mill, "mask", 1_000, day=-6)
    out(mill, "mask", 60, day=-5)
    young = stock(mill, "mask")
    assert (young.a_day, young.measured) == (Fraction(9), False)
    put(mill, "mask", 1, day=-12)
    old = stock(mill, "mask")
    assert (old.a_day, old.measured, old.days) == (Fraction(5), True, 941 // 5)
    assert old.covers == 941 // 9
    out(mill, "mask", 40)
    assert stock(mill, "mask").a_day == 5


def test_what_expires_soon_is_bought_anew(mill: Firm) -> None:
    least = stock(mill, "mask").least
    put(mill, "mask", least, code="A", expires=10)
    row = stock(mill, "mask")
    assert (row.light, row.expiring, row.buy) == (Light.SOON, least, least)
    put(mill, "mask", least, code="B", expires=100)
    assert (stock(mill, "mask").light, stock(mill, "mask").buy) == (Light.OK, 0)


def test_a_purchase_asks_for_the_gap_less_what_is_coming(mill: Firm) -> None:
    bought = api.draft(enterprise=mill.unit, by=mill.contact)
    assert api.draft(enterprise=mill.unit, by=mill.contact) == bought
    mask = stock(mill, "mask")
    assert bought.lines.get(article="mask").amount == mask.least == mask.buy
    api.set_amounts(purchase_id=bought.pk, amounts={"mask": 10, "suit": 0}, by=mill.contact)
    api.order(purchase_id=bought.pk, supplier="\u836f\u6750", expected=days(0), by=mill.contact)
    assert stock(mill, "mask").coming == 10
    more = api.draft(enterprise=mill.unit, by=mill.contact)
    assert more.lines.get(article="mask").amount == mask.least - 10
    Purchase.objects.filter(pk=bought.pk).update(expected=days(-1))
    assert stock(mill, "mask").coming == 0


def test_nothing_to_buy(mill: Firm) -> None:
    fill(mill)
    with pytest.raises(Conflict):
        api.draft(enterprise=mill.unit, by=mill.contact)


def test_what_a_purchase_refuses(mill: Firm) -> None:
    bought = api.draft(enterprise=mill.unit, by=mill.contact)
    given: dict[str, Any] = {"purchase_id": bought.pk, "by": mill.contact}
    for amounts in ({"gold": 1}, {"mask": -1}, {"mask": 10_000_001}):
        with pytest.raises(Invalid):
            api.set_amounts(amounts=amounts, **given)
    for supplier, expected in (("", days(1)), ("\u836f", days(-1)), ("\u836f", days(91))):
        with pytest.raises(Invalid):
            api.order(supplier=supplier, expected=expected, **given)
    with pytest.raises(Conflict):
        api.arrive(receipts=[api.Receipt("mask", 1)], slip=slip(), **given)
    api.set_amounts(amounts={line.article: 0 for line in bought.lines.all()}, **given)
    with pytest.raises(Invalid):
        api.order(supplier="\u836f", expected=days(1), **given)
    api.set_amounts(amounts={"mask": 5}, **given)
    api.order(supplier="\u836f", expected=days(1), **given)
    with pytest.raises(Invalid):
        api.arrive(receipts=[api.Receipt("suit", 1), api.Receipt("respirator", 2)], slip=slip(), **given)
    assert Purchase.objects.get(pk=bought.pk).state == OrderState.ORDERED
    with pytest.raises(Invalid):
        api.cancel(reason=" ", **given)
    api.cancel(reason="\u65e0\u8d27", **given)
    with pytest.raises(Conflict):
        api.cancel(reason="\u65e0\u8d27", **given)


@given(
    usable=st.integers(0, 5_000),
    heads=st.integers(0, 900),
    used=st.integers(0, 3_000),
    days=st.integers(1, 30),
)
def test_the_bar_is_full_when_the_minimum_is_met(usable: int, heads: int, used: int, days: int) -> None:
    norms = norms_of(now(supplies_min_days=days), heads)
    mask = api.articles()["mask"]
    least = least_of(mask, norms, Rate(used, 1))
    plan = max(used, heads)
    if plan:
        assert (usable // plan >= days) == (usable >= least)
