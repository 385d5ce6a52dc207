"""Days that cannot be, and days that pass between two steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from pingzhan.domain.returnees import api, clock
from pingzhan.domain.returnees.models import Application
from pingzhan.kernel.errors import Conflict, Invalid
from tests.domain.people.crowd import Firm, Park

Applied = Callable[..., Application]


@pytest.mark.parametrize("ended", [-1, 1])
def test_symptoms_are_not_gone_before_they_begin_nor_tomorrow(
    applied: Applied, mill: Firm, today: date, ended: int
) -> None:
    gone = datetime.combine(today + timedelta(days=ended), time(8))
    one, later = api.Episode(api.Symptom.COUGH, today, gone), today + timedelta(days=5)
    with pytest.raises(Invalid) as caught:
        applied(episodes=(one,), return_on=later)
    assert caught.value.place == "episodes"
    row, seen = applied(return_on=later), api.Seen(episodes=(one,))
    with pytest.raises(Invalid) as caught:
        api.observe(application=row, seen=seen, by=mill.contact)
    assert caught.value.place == "episodes"


def test_no_hospital_has_excluded_the_disease_tomorrow(applied: Applied, mill: Firm, today: date) -> None:
    row = applied(return_on=today + timedelta(days=5))
    with pytest.raises(Invalid) as caught:
        api.observe(application=row, seen=api.Seen(cleared=today + timedelta(days=1)), by=mill.contact)
    assert caught.value.place == "cleared"


def test_the_recheck_of_yesterday_is_none_though_the_list_changed_today(
    applied: Applied, mill: Firm, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = applied()
    api.recheck(application=row, temperature=Decimal("36.5"), seen=api.Seen(), by=mill.contact)
    tomorrow = datetime.combine(today + timedelta(days=1), time(9))
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    api.add_region(
        zone=park.zone, spec=api.RegionSpec("110105", "n", "high", today - timedelta(days=3)), by=park.root
    )
    with pytest.raises(Conflict) as caught:
        api.put_on_post(application=row, by=mill.contact)
    assert caught.value.code == "not_rechecked"
    api.recheck(application=row, temperature=Decimal("36.5"), seen=api.Seen(), by=mill.contact)
    assert api.put_on_post(application=row, by=mill.contact).state == "on_post"
