"""Evidence that was given before its obligation existed counts when the obligation is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.obligations import api, held
from pingzhan.domain.obligations.models import Obligation, PartialEvidence
from tests.domain.obligations.conftest import switch
from tests.factories import SmallZone

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""The moment of a row that was withdrawn."""


class Ledger:
    """A ledger of one kind of evidence, which a test fills and empties."""

    def __init__(self, park: SmallZone, kind: str) -> None:
        self.park, self.kind = park, kind
        self.rows: dict[int, tuple[int, datetime]] = {}
        self.asked: list[api.Asked] = []

    def read(self, asked: api.Asked) -> Sequence[api.Evidence]:
        self.asked.append(asked)
        return [
            api.Evidence(unit, "", ("row", pk), at, written_at=at)
            for pk, (unit, at) in self.rows.items()
            if unit in asked.unit_ids and asked.has(at)
        ]

    def give(self, unit: int, at: datetime | None = None) -> int:
        pk = len(self.rows) + 1
        self.rows[pk] = (unit, at or api.business_now()[0])
        return api.satisfy(
            unit_id=unit, evidence=self.kind, at=self.rows[pk][1], ref=("row", pk), by=self.park.root
        )

    def void(self, pk: int) -> None:
        """Withdraw a row; the others are told once more, as ledgers do."""
        self.rows[pk] = (self.rows[pk][0], LONG_AGO)
        api.unsatisfy(("row", pk))
        for other, (unit, at) in self.rows.items():
            if at != LONG_AGO:
                api.satisfy(unit_id=unit, evidence=self.kind, at=at, ref=("row", other), by=self.park.root)

    @property
    def standing(self) -> list[int]:
        return [pk for pk, (_unit, at) in self.rows.items() if at != LONG_AGO]


@pytest.fixture
def readers() -> Iterator[dict[str, held.Reader]]:
    """The readers, of which a test may register its own."""
    before = dict(held._readers)
    held._readers.clear()
    yield held._readers
    held._readers.clear()
    held._readers.update(before)


def ledger(park: SmallZone, kind: str) -> Ledger:
    made = Ledger(park, kind)
    held.register_held(kind, made.read)
    return made


def states(unit: int, key: str) -> list[tuple[str, int]]:
    """State and count of what is due of a measure."""
    rows = Obligation.objects.filter(unit_id=unit, duty__key=key).exclude(state="withdrawn")
    return list(rows.order_by("day", "slot").values_list("state", "got"))


def test_what_was_given_before_the_day_is_made_closes_it(
    park: SmallZone, readers: dict[str, held.Reader]
) -> None:
    firm, other = (one.pk for one in park.firms)
    training = ledger(park, "training")
    assert training.give(firm) == 0
    api.today(firm)
    api.today(other)
    assert states(firm, "training") == [("done", 1)]
    assert states(other, "training") == [("open", 0)]
    row = Obligation.objects.get(unit_id=firm, duty__key="training")
    assert (row.ref_kind, row.ref_id) == ("row", 1)
    assert row.closed_at == row.done_at == training.rows[1][1]


def test_what_counts_in_time_is_not_late_because_the_day_was_made_late(
    park: SmallZone, readers: dict[str, held.Reader]
) -> None:
    firm, day = park.firms[0].pk, api.business_now()[1] - timedelta(days=2)
    training = ledger(park, "canteen_hygiene")
    park.firms[0].enterprise.canteen = True
    park.firms[0].enterprise.save()
    at = api.business_clock().begins(day) + timedelta(minutes=1)
    training.give(firm, at)
    api.generate(day, [firm], by=park.root)
    row = Obligation.objects.get(unit_id=firm, duty__key="canteen_hygiene", day=day)
    assert (row.state, row.closed_at) == ("done", at)
    assert row.due_at > at


def test_after_a_switch_and_back_it_still_counts(park: SmallZone, readers: dict[str, held.Reader]) -> None:
    firm = park.firms[0].pk
    training = ledger(park, "training")
    api.today(firm)
    switch(park, 2)
    api.today(firm)
    assert states(firm, "training") == []
    assert training.give(firm) == 0
    switch(park, None)
    api.today(firm)
    assert states(firm, "training") == [("done", 1)]


def test_a_withdrawn_piece_does_not_count(park: SmallZone, readers: dict[str, held.Reader]) -> None:
    firm = park.firms[0].pk
    training = ledger(park, "training")
    training.give(firm)
    training.void(1)
    api.today(firm)
    assert states(firm, "training") == [("open", 0)]


def test_pieces_of_a_week_count_one_by_one(park: SmallZone, readers: dict[str, held.Reader]) -> None:
    firm = park.firms[0].pk
    rounds = ledger(park, "test_round")
    rounds.give(firm)
    rounds.give(firm)
    switch(park, 2)
    api.today(firm)
    assert states(firm, "test_round") == [("done", 2)]
    assert PartialEvidence.objects.count() == 2
    rounds.void(2)
    assert [got for _state, got in states(firm, "test_round")] == [1]
    assert states(firm, "test_round")[0][0] in {"open", "late"}


def test_one_question_for_each_kind_however_many_units(
    park: SmallZone, readers: dict[str, held.Reader]
) -> None:
    training = ledger(park, "training")
    day = api.business_now()[1]
    units = [one.pk for one in park.firms]
    api.generate(day, units, by=park.root)
    assert [one.unit_ids for one in training.asked] == [tuple(sorted(units))]
    Obligation.objects.all().delete()
    with CaptureQueriesContext(connection) as both:
        api.generate(day, units, by=park.root)
    Obligation.objects.all().delete()
    with CaptureQueriesContext(connection) as one:
        api.generate(day, units[:1], by=park.root)
    assert len(both) == len(one)
    api.generate(day, units, by=park.root)
    api.generate(day, units, by=park.root)
    assert [asked.unit_ids for asked in training.asked[3:]] == [(max(units),)]


def test_the_making_and_the_counting_are_one(park: SmallZone, readers: dict[str, held.Reader]) -> None:
    class Stop(Exception):
        pass

    firm = park.firms[0].pk
    training = ledger(park, "training")
    training.give(firm)

    def stopped(asked: api.Asked) -> Sequence[api.Evidence]:
        raise Stop

    held.register_held("training", stopped)
    with pytest.raises(Stop), transaction.atomic():
        api.today(firm)
    assert not Obligation.objects.filter(unit_id=firm).exists()
    held.register_held("training", training.read)
    api.today(firm)
    assert states(firm, "training") == [("done", 1)]


@pytest.mark.parametrize("order", list(permutations(("give", "make", "again"))))
def test_any_order_ends_the_same(
    park: SmallZone, readers: dict[str, held.Reader], order: tuple[str, ...]
) -> None:
    firm, day = park.firms[0].pk, api.business_now()[1]
    training = ledger(park, "training")
    steps: dict[str, Callable[[], object]] = {
        "give": lambda: training.give(firm),
        "make": lambda: api.generate(day, [firm], by=park.root),
        "again": lambda: api.generate(day, by=park.root),
    }
    for one in order:
        steps[one]()
    assert states(firm, "training") == [("done", 1)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["round", "round", "void", "look", "switch", "back"]))
def test_whatever_happens_the_count_is_what_the_ledger_holds(
    park: SmallZone, readers: dict[str, held.Reader], order: list[str]
) -> None:
    firm = park.firms[0].pk
    PartialEvidence.objects.all().delete()
    Obligation.objects.all().delete()
    rounds = ledger(park, "test_round")
    level = None
    for one in order:
        if one == "round":
            rounds.give(firm)
        elif one == "void" and rounds.standing:
            rounds.void(max(rounds.standing))
        elif one == "look":
            api.today(firm)
        elif one == "switch" and level is None:
            switch(park, 2)
            level = 2
        elif one == "back" and level == 2:
            switch(park, None)
            level = None
    if level == 2:
        switch(park, None)
    api.today(firm)
    row = Obligation.objects.exclude(state="withdrawn").get(unit_id=firm, duty__key="test_round")
    assert row.got == min(len(rounds.standing), row.need)
    assert (row.state == "done") == (row.got == row.need)
