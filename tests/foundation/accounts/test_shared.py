"""The cache of all processes: JSON, hashed keys, counts that two at once cannot share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from pingzhan.foundation.accounts.models import SharedValue
from pingzhan.foundation.accounts.shared import SharedCache, count_within, forget_expired
from pingzhan.foundation.jobs.loops import loops


def end_all() -> None:
    SharedValue.objects.update(expires=F("expires") - timedelta(days=1))


@pytest.mark.django_db
def test_values_come_back_until_their_time_is_over() -> None:
    assert isinstance(caches["default"], SharedCache)
    for value in (1, [1.5, 2.5], "y", True, {"a": None}):
        cache.set("key", value, 60)
        assert cache.get("key") == value
    assert cache.get("other", "none") == "none"
    assert SharedValue.objects.count() == 1
    end_all()
    assert cache.get("key") is None
    assert forget_expired() == 1
    cache.set("lasting", 1, None)
    assert forget_expired() == 0
    assert cache.get("lasting") == 1
    cache.clear()
    assert not SharedValue.objects.exists()


@pytest.mark.django_db
def test_only_the_first_adds_and_a_lock_can_be_given_back() -> None:
    assert cache.add("lock", True, 10) is True
    assert cache.add("lock", True, 10) is False
    assert cache.delete("lock") is True
    assert cache.delete("lock") is False
    assert cache.add("lock", True, 10) is True
    end_all()
    assert cache.add("lock", False, 10) is True
    assert cache.get("lock") is False
    assert cache.touch("lock", 10) is True
    assert cache.touch("other", 10) is False


@pytest.mark.django_db
def test_numbers_are_added_up_where_they_are() -> None:
    with pytest.raises(ValueError, match="nothing"):
        cache.incr("nothing")
    cache.set("n", 3, 60)
    assert (cache.incr("n"), cache.incr("n", 5), cache.decr("n")) == (4, 9, 8)
    assert cache.get("n") == 8


@pytest.mark.django_db
def test_a_count_begins_anew_when_its_period_is_over_and_costs_one_statement() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert [count_within("one", 60) for _n in range(3)] == [1, 2, 3]
    assert len(seen) == 3
    assert count_within("two", 60) == 1
    before = SharedValue.objects.order_by("expires").values_list("expires", flat=True)[0]
    assert count_within("one", 600) == 4
    assert SharedValue.objects.order_by("expires").values_list("expires", flat=True)[0] == before
    end_all()
    assert count_within("one", 60) == 1


@pytest.mark.django_db
def test_neither_address_nor_account_can_be_read_in_the_table() -> None:
    cache.set("allauth:rl:login_failed:10.1.2.3", [1.0], 60)
    count_within("search:zhiban", 60)
    kept = str(list(SharedValue.objects.values_list("key_sha", "value")))
    assert "10.1.2.3" not in kept
    assert "zhiban" not in kept


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_counted() -> None:
    def ask(_n: int) -> int:
        try:
            return count_within("crowd", 60)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(40))) == list(range(1, 41))


def test_expired_values_are_forgotten_by_the_worker() -> None:
    assert forget_expired in [loop.fn for loop in loops()]
