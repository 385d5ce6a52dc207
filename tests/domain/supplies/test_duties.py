"""A check of the store closes what it makes true, and no more; three measures share its evidence."""

from __future__ import annotations

from uuid import uuid4

import pytest

from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import StockCheck
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from pingzhan.kernel.errors import Conflict
from tests.domain.dawn import dawn
from tests.domain.people.crowd import Firm, Park
from tests.domain.supplies.shelf import counted, days, fill, out, put, slip

ENOUGH, SORTED, BOUGHT = "supplies.stock", "supplies.sorting", "supplies.replenish"


@pytest.fixture(autouse=True)
def _in_force(park: Park, mill: Firm) -> None:
    Enterprise.objects.create(unit=mill.unit, credit_code="91371621MA3C00001A", industry="14")
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    order = measures.ForceOrder(
        version=version, posture="routine", basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
    )
    measures.put_in_force(order=order, by=park.root)
    obligations.today(mill.unit.pk)


def waiting(firm: Firm) -> set[str]:
    """Which of the three still wait today."""
    rows = Obligation.objects.filter(
        unit=firm.unit, demand__evidence="supplies_check", state__in=("open", "late")
    )
    return set(rows.values_list("duty__key", flat=True))


def test_nothing_is_closed_before_somebody_looked(mill: Firm) -> None:
    fill(mill)
    assert waiting(mill) == {ENOUGH, SORTED, BOUGHT}


def test_a_full_store_that_was_counted_meets_all_three(mill: Firm) -> None:
    fill(mill)
    check = counted(mill)
    assert waiting(mill) == set()
    done = Obligation.objects.filter(unit=mill.unit, demand__evidence="supplies_check", state="done")
    assert set(done.values_list("ref_kind", "ref_id")) == {(api.CHECK, check.pk)}


def test_a_count_of_an_empty_shelf_only_says_that_somebody_looked(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    assert waiting(mill) == {ENOUGH, BOUGHT}


def test_what_comes_in_after_the_count_makes_it_enough(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    fill(mill)
    assert waiting(mill) == set()


def test_an_order_replenishes_and_fills_no_shelf(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    bought = api.draft(enterprise=mill.unit, by=mill.contact)
    assert waiting(mill) == {ENOUGH, BOUGHT}
    api.order(purchase_id=bought.pk, supplier="\u836f\u6750", expected=days(3), by=mill.contact)
    assert waiting(mill) == {ENOUGH}
    api.cancel(purchase_id=bought.pk, reason="\u65e0\u8d27", by=mill.contact)
    assert waiting(mill) == {ENOUGH, BOUGHT}


def test_an_order_of_too_little_replenishes_nothing(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    bought = api.draft(enterprise=mill.unit, by=mill.contact)
    api.set_amounts(purchase_id=bought.pk, amounts={"mask": 1}, by=mill.contact)
    api.order(purchase_id=bought.pk, supplier="\u836f\u6750", expected=days(3), by=mill.contact)
    assert waiting(mill) == {ENOUGH, BOUGHT}


def test_what_came_of_an_order_fills_the_shelf(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    bought = api.draft(enterprise=mill.unit, by=mill.contact)
    api.order(purchase_id=bought.pk, supplier="\u836f\u6750", expected=days(3), by=mill.contact)
    receipts = [api.Receipt(line.article, line.amount) for line in bought.lines.all()]
    api.arrive(purchase_id=bought.pk, receipts=receipts[:1], slip=slip(), by=mill.contact)
    assert waiting(mill) == {ENOUGH, BOUGHT}
    api.receive(enterprise=mill.unit, receipts=receipts[1:], slip=slip(), by=mill.contact)
    assert waiting(mill) == set()


def test_something_past_its_date_has_to_go_first(mill: Firm) -> None:
    fill(mill)
    put(mill, "mask", 5, code="OLD", expires=-2, day=-3)
    counted(mill)
    assert waiting(mill) == {BOUGHT}
    out(mill, "mask", 5, kind=MoveKind.DISCARDED, note="\u8fc7\u671f")
    assert waiting(mill) == set()


def test_a_correction_judges_anew(mill: Firm) -> None:
    put(mill, "mask", 1)
    counted(mill)
    receipts = [api.Receipt(key, 5_000) for key in api.articles()]
    came = api.receive(enterprise=mill.unit, receipts=receipts, slip=slip(), by=mill.contact)
    assert waiting(mill) == set()
    api.reverse(entry_id=came.pk, reason="\u8bb0\u9519", key=uuid4(), by=mill.contact)
    assert waiting(mill) == {ENOUGH, BOUGHT}


def test_a_count_that_is_reversed_never_was(mill: Firm) -> None:
    fill(mill)
    put(mill, "mask", 9, code="A")
    first = counted(mill)
    second = counted(mill, A=8)
    assert second.entry is not None
    api.reverse(entry_id=second.entry.pk, reason="\u6570\u9519", key=uuid4(), by=mill.contact)
    second.refresh_from_db()
    assert second.withdrawn_at is not None
    assert waiting(mill) == set()
    assert first.withdrawn_at is None


def test_the_only_count_is_reversed_and_all_is_due_again(mill: Firm) -> None:
    fill(mill)
    put(mill, "mask", 9, code="A")
    only = counted(mill, A=8)
    assert only.entry is not None
    api.reverse(entry_id=only.entry.pk, reason="\u6570\u9519", key=uuid4(), by=mill.contact)
    assert waiting(mill) == {ENOUGH, SORTED, BOUGHT}


def test_one_tap_where_it_is_true(mill: Firm) -> None:
    def tap() -> int:
        return api.find_same(enterprise=mill.unit, by=mill.contact)

    with pytest.raises(Conflict, match="\u6ca1\u6709\u9010\u9879\u76d8\u70b9"):
        tap()
    fill(mill)
    with pytest.raises(Conflict):
        tap()
    counted(mill)
    StockCheck.objects.update(at=clock.now() - 2 * (days(1) - days(0)))
    Obligation.objects.filter(demand__evidence="supplies_check").update(
        state="open", ref_kind="", ref_id=None, done_at=None, closed_at=None
    )
    assert tap() == 3
    assert tap() == 0
    assert StockCheck.objects.count() == 2
    StockCheck.objects.update(at=clock.now() - 9 * (days(1) - days(0)))
    with pytest.raises(Conflict, match="7"):
        tap()


def test_no_tap_over_something_short_or_past_its_date(mill: Firm) -> None:
    fill(mill)
    counted(mill)
    put(mill, "mask", 1, expires=-2, day=-3)
    with pytest.raises(Conflict, match="\u8fc7\u671f"):
        api.find_same(enterprise=mill.unit, by=mill.contact)
    out(mill, "mask", 1, kind=MoveKind.DISCARDED, note="\u8fc7\u671f")
    out(mill, "suit", 4_999)
    with pytest.raises(Conflict, match="\u4e0d\u8db3"):
        api.find_same(enterprise=mill.unit, by=mill.contact)
    assert StockCheck.objects.count() == 1


def test_one_enterprise_does_not_close_for_another(mill: Firm, forge: Firm) -> None:
    fill(forge)
    counted(forge)
    assert waiting(mill) == {ENOUGH, SORTED, BOUGHT}


def test_what_was_said_in_the_night_does_not_stand_for_the_day_after(
    mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(mill)
    counted(mill)
    night = dawn(monkeypatch, clock.now())
    StockCheck.objects.update(at=night)
    api.find_same(enterprise=mill.unit, by=mill.contact)
    assert StockCheck.objects.count() == 2
    api.find_same(enterprise=mill.unit, by=mill.contact)
    assert StockCheck.objects.count() == 2
