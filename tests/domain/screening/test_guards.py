"""What the database refuses of rounds, plans and exemptions, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from pingzhan.domain.screening.enums import PLAN_MOVES, ROUND_MOVES, PlanState, RoundState
from pingzhan.domain.screening.models import Exemption, PlanVersion, Round
from tests.domain.people.crowd import Park, hire
from tests.domain.screening.conftest import DAY


def refused(message: str) -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError, match=message)


def leads_to(moves: Mapping[Any, frozenset[Any]], start: str, end: str) -> list[str]:
    """Return the shortest way from one state to another."""
    ways = [[start]]
    while ways[0][-1] != end:
        way = ways.pop(0)
        ways += [[*way, step] for step in sorted(moves[way[-1]]) if step not in way]
    return ways[0][1:]


def round_to(state: RoundState, round_: Round) -> None:
    for step in leads_to(ROUND_MOVES, RoundState.DRAFT, state):
        more = {"cancelled_at": Now(), "cancel_reason": "\u96e8"} if step == RoundState.CANCELLED else {}
        Round.objects.filter(pk=round_.pk).update(state=step, **more)


@pytest.mark.parametrize("before", list(RoundState))
def test_a_round_moves_only_as_the_table_says(round_: Round, before: RoundState) -> None:
    round_to(before, round_)
    more = {"cancelled_at": Now(), "cancel_reason": "\u96e8"}
    for after in RoundState:
        if after in ROUND_MOVES[before] or after == before:
            continue
        with refused("\u72b6\u6001\u4e0d\u80fd"), transaction.atomic():
            Round.objects.filter(pk=round_.pk).update(state=after, **more)
    with refused("\u4e0d\u80fd\u5220\u9664"), transaction.atomic():
        Round.objects.filter(pk=round_.pk).delete()


def test_a_new_round_is_a_draft(park: Park) -> None:
    with refused("\u5148\u8981\u7f16\u5236"), transaction.atomic():
        Round.objects.create(zone=park.zone, number=1, day=DAY, state=RoundState.ADOPTED)


def version_of(round_: Round, *, state: PlanState = PlanState.QUEUED, **more: object) -> PlanVersion:
    number = round_.versions.count() + 1
    made = PlanVersion.objects.create(round=round_, number=number, instance={"a": 1}, iterations=9, **more)
    for step in leads_to(PLAN_MOVES, PlanState.QUEUED, state):
        answer = {"plan": {}, "score": {}, "ready_at": Now()} if step == PlanState.READY else {}
        PlanVersion.objects.filter(pk=made.pk).update(state=step, **answer)
    return made


@pytest.mark.parametrize("before", list(PlanState))
def test_a_plan_moves_only_as_the_table_says(round_: Round, before: PlanState) -> None:
    made = version_of(round_, state=before)
    for after in PlanState:
        if after in PLAN_MOVES[before] or after == before:
            continue
        with refused("\u72b6\u6001\u4e0d\u80fd"), transaction.atomic():
            PlanVersion.objects.filter(pk=made.pk).update(state=after, plan={}, score={}, ready_at=Now())


def test_the_question_never_changes_and_the_answer_not_once_it_is_there(round_: Round) -> None:
    made = version_of(round_)
    questions: list[dict[str, Any]] = [
        {"instance": {}},
        {"seed": 5},
        {"iterations": 3},
        {"what_if": {"x": 1}},
    ]
    for change in questions:
        with refused("\u4e0d\u80fd\u6539\u52a8"), transaction.atomic():
            PlanVersion.objects.filter(pk=made.pk).update(**change)
    PlanVersion.objects.filter(pk=made.pk).update(progress=40)
    ready = version_of(round_, state=PlanState.READY)
    for change in ({"plan": {"b": 2}}, {"score": {"b": 2}}, {"greedy": {"b": 2}}):
        with refused("\u4e0d\u80fd\u6539\u52a8"), transaction.atomic():
            PlanVersion.objects.filter(pk=ready.pk).update(**change)
    with refused("\u4e0d\u80fd\u5220\u9664"), transaction.atomic():
        PlanVersion.objects.filter(pk=ready.pk).delete()


def test_one_version_of_a_round_is_adopted_and_never_an_assumption(round_: Round) -> None:
    version_of(round_, state=PlanState.ADOPTED)
    with refused("testing_plan_one_adopted"), transaction.atomic():
        version_of(round_, state=PlanState.ADOPTED)
    PlanVersion.objects.filter(state=PlanState.ADOPTED).update(state=PlanState.REPLACED)
    with refused("testing_plan_what_if"), transaction.atomic():
        version_of(round_, state=PlanState.ADOPTED, what_if={"pool": 5})


def test_couriers_are_assumed_or_not_stored_at_all(round_: Round) -> None:
    plain = {"round": round_, "iterations": 9, "instance": {"couriers": {"drivers": 2}}}
    with refused("testing_plan_couriers_only_assumed"), transaction.atomic():
        PlanVersion.objects.create(number=1, **plain)
    made = PlanVersion.objects.create(number=1, what_if={"drivers": 2}, **plain)
    for step in (PlanState.COMPUTING, PlanState.READY):
        PlanVersion.objects.filter(pk=made.pk).update(state=step, plan={}, score={}, ready_at=Now())
    with refused("testing_plan_what_if"), transaction.atomic():
        PlanVersion.objects.filter(pk=made.pk).update(state=PlanState.ADOPTED)


def test_two_exemptions_of_one_worker_do_not_overlap(park: Park) -> None:
    worker = hire(park.firms[0])
    common = {"employment": worker, "enterprise": park.firms[0].unit, "reason": "leave"}
    first = Exemption.objects.create(since=date(2026, 3, 2), until=date(2026, 3, 4), **common)
    with refused("testing_exemption_once_at_a_time"), transaction.atomic():
        Exemption.objects.create(since=date(2026, 3, 4), until=date(2026, 3, 5), **common)
    Exemption.objects.create(since=date(2026, 3, 5), until=date(2026, 3, 5), **common)
    Exemption.objects.filter(pk=first.pk).update(withdrawn_at=Now())
    Exemption.objects.create(since=date(2026, 3, 3), until=date(2026, 3, 4), **common)
    assert Exemption.objects.count() == 3
