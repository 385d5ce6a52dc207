"""Two people register the same round at the same moment: it counts once."""

from __future__ import annotations

import pytest

from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.models import Entry, Record
from tests.domain.gate.test_races import together
from tests.domain.people.crowd import Firm
from tests.domain.sanitation.conftest import area, round_data

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_entries_of_one_round_count_once(mill: Firm) -> None:
    first, second = area(mill, "A"), area(mill, "B")
    one, other = round_data(first, second), round_data(second, first)
    done = together(
        lambda: api.enter_round(enterprise=mill.unit, data=one, by=mill.contact),
        lambda: api.enter_round(enterprise=mill.unit, data=other, by=mill.contact),
        lambda: api.enter_round(enterprise=mill.unit, data=one, by=mill.contact),
    )
    assert sorted(each.stored for each in done) == [0, 0, 2]
    assert (Record.objects.count(), Entry.objects.count()) == (2, 1)


def test_a_round_and_the_retiring_of_its_area(mill: Firm) -> None:
    only = area(mill, "A")
    done = together(
        lambda: api.enter_round(enterprise=mill.unit, data=round_data(only), by=mill.contact),
        lambda: api.retire_area(area_id=only.pk, by=mill.contact),
    )
    assert type(done[1]).__name__ == "Area"
    assert type(done[0]).__name__ in ("Stored", "NotFound")
