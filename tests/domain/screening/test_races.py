"""Many phones at once on the real database: every swab once, every count right, and nobody waits in a circle."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.actions.intake import Item
from pingzhan.domain.screening.enums import ConflictKind, ResultSource, Verdict
from pingzhan.domain.screening.models import (
    Conflict,
    LatestResult,
    RoundCount,
    Sample,
    SamplingTeam,
    Tube,
    WalkIn,
)
from pingzhan.foundation import clock
from pingzhan.foundation.audit import verify
from tests.domain.people.crowd import Park, build_park, hire, id_number
from tests.domain.screening.phones import Phone, adopted_round, phone

pytestmark = pytest.mark.django_db(transaction=True)
TUBES, PHONES = 6, 6


@pytest.fixture
def busy() -> Park:
    return build_park()


@pytest.fixture
def phones(busy: Park) -> list[Phone]:
    team = SamplingTeam.objects.create(zone=busy.zone, name="\u4e00\u961f", samplers=2)
    adopted_round(busy, team, [one.unit for one in busy.firms])
    return [phone(team, busy) for _n in range(PHONES)]


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment and return what each returned; an error of one is an error here."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(20)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(60) for done in [pool.submit(run, act) for act in acts]]


def sending(one: Phone, batches: Sequence[Sequence[Item]]) -> Callable[[], list[str]]:
    return lambda: [answer.status for items in batches for answer in one.send(*items)]


def queues(phones: Sequence[Phone], crew: Sequence[Any], seed: int) -> list[list[list[Item]]]:
    """For each phone its batches: it swabs somebody of its own into every one of the same tubes, in its own order."""
    draw = random.Random(seed)
    found = []
    for n, one in enumerate(phones):
        order = draw.sample(range(TUBES), TUBES)
        items = [one.swab(f"T-{k:04d}", crew[n * TUBES + k], n % 3 + 1) for k in order]
        items += [one.write("box", tube=f"T-{k:04d}", box="BOX-1") for k in reversed(order)]
        found.append([items[:5], items[5:8], items[8:]])
    return found


def test_many_phones_write_into_the_same_tubes_at_once(busy: Park, phones: list[Phone]) -> None:
    crew = [hire(busy.firms[n % 2], no=f"A{n}") for n in range(TUBES * PHONES)]
    sent = queues(phones, crew, 5)
    answers = together([sending(one, batches) for one, batches in zip(phones, sent, strict=True)])
    assert {len(one) for one in answers} == {2 * TUBES}
    assert not {"rejected", "duplicate"} & {status for one in answers for status in one}
    assert Sample.objects.count() == TUBES * PHONES
    assert set(Tube.objects.values_list("heads", flat=True)) == {PHONES}
    assert Tube.objects.count() == TUBES
    assert RoundCount.objects.aggregate(n=Sum("tested"))["n"] == TUBES * PHONES
    kinds = Conflict.objects.filter(kind=ConflictKind.TWO_DEVICES)
    assert kinds.values("tube_id").distinct().count() == TUBES
    assert Tube.objects.filter(held=True).count() == TUBES
    assert verify().ok


def test_the_same_queue_over_two_connections_at_once_is_stored_once(busy: Park, phones: list[Phone]) -> None:
    crew = [hire(busy.firms[0], no=f"A{n}") for n in range(12)]
    one = phones[0]
    items = [one.swab(f"T-{n // 3:04d}", who, n % 3 + 1) for n, who in enumerate(crew)]
    answers = together([sending(one, [items[:7], items[7:]]) for _n in range(4)])
    said = [tuple(sorted(column)) for column in zip(*answers, strict=True)]
    assert set(said) == {("accepted", "duplicate", "duplicate", "duplicate")}
    assert Sample.objects.count() == len(crew)
    assert RoundCount.objects.aggregate(n=Sum("tested"))["n"] == len(crew)
    assert not Conflict.objects.exists()


def test_the_same_people_on_all_phones_at_once_count_once(busy: Park, phones: list[Phone]) -> None:
    crew = [hire(busy.firms[n % 2], no=f"A{n}") for n in range(6)]
    draw = random.Random(7)
    acts = []
    for n, one in enumerate(phones):
        order = draw.sample(crew, len(crew))
        items = [one.swab(f"P{n}-{k // 3:04d}", who, k % 3 + 1) for k, who in enumerate(order)]
        acts.append(sending(one, [items[:2], items[2:]]))
    together(acts)
    assert Sample.objects.count() == len(crew) * PHONES
    assert RoundCount.objects.aggregate(n=Sum("tested"))["n"] == len(crew)
    assert Conflict.objects.filter(kind=ConflictKind.SECOND_TUBE).count() == len(crew)


def test_one_walk_in_on_all_phones_at_once_is_one_person(busy: Park, phones: list[Phone]) -> None:
    number = id_number(55)
    together(
        [
            sending(one, [[one.guest(f"G{n}-0001", "\u8c37\u4e00\u9e23", number)]])
            for n, one in enumerate(phones)
        ]
    )
    assert WalkIn.objects.count() == 1
    assert Sample.objects.values("person").distinct().count() == 1
    assert Sample.objects.count() == PHONES


def test_phones_and_the_laboratory_at_once(busy: Park, phones: list[Phone]) -> None:
    crew = [hire(busy.firms[0], no=f"A{n}") for n in range(6)]
    one, late = phones[:2]
    codes = ["T-0001", "T-0002"]
    for n, code in enumerate(codes):
        one.send(*(one.swab(code, crew[2 * n + k], k + 1) for k in range(2)), one.write("seal", tube=code))
    screening.receive_tubes(zone=busy.zone, codes=codes, by=busy.root)

    def enter() -> Any:
        results = [screening.ResultIn(code, Verdict.NEGATIVE, clock.now()) for code in codes]
        return screening.enter_results(zone=busy.zone, results=results, source=ResultSource.API, by=busy.root)

    more = [[late.swab(code, crew[4 + n], 3)] for n, code in enumerate(reversed(codes))]
    together([enter, sending(late, more)])
    assert Sample.objects.count() == 6
    told = LatestResult.objects.count()
    counted = Sample.objects.filter(
        refused=0, tube_id__in=Tube.objects.exclude(verdict="").values("pk")
    ).count()
    assert told == counted
