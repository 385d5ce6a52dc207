"""What a laboratory receives and reports: applied to the right tube or told and kept apart, never to a wrong person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import (
    ConflictState,
    ResultFault,
    ResultSource,
    SampleRefusal,
    TubeState,
    Verdict,
)
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    CustodyStep,
    LatestResult,
    Result,
    ResultRefusal,
    RoundCount,
    Sample,
    SamplingTeam,
    Tube,
)
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.phones import Phone, adopted_round, phone

NEGATIVE, POSITIVE = Verdict.NEGATIVE, Verdict.POSITIVE


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(4)]


@pytest.fixture
def phones(park: Park, teams: list[SamplingTeam]) -> list[Phone]:
    adopted_round(park, teams[0], [park.firms[0].unit])
    return [phone(teams[0], park) for _n in range(2)]


@pytest.fixture
def full(phones: list[Phone], crew: list[Employment]) -> str:
    """A boxed tube with two workers."""
    one = phones[0]
    one.send(
        one.swab("T-0001", crew[0]), one.swab("T-0001", crew[1], 2), one.write("seal", tube="T-0001"),
        one.write("box", tube="T-0001", box="BOX-1"),
    )  # fmt: skip
    return "T-0001"


def receive(park: Park, *codes: str, by: Actor | None = None) -> screening.Received:
    return screening.receive_tubes(zone=park.zone, codes=codes, by=by or park.root)


def enter(park: Park, *lines: tuple[Any, ...], by: Actor | None = None) -> list[tuple[str, Any]]:
    """Enter (code, verdict, reason, time) and return status and fault of each answer."""
    results = [
        screening.ResultIn(code, verdict, more[1] if len(more) > 1 else clock.now(),
                           correction=more[0] if more else "", row=n)
        for n, (code, verdict, *more) in enumerate(lines, start=1)
    ]  # fmt: skip
    answers = screening.enter_results(
        zone=park.zone, results=results, source=ResultSource.MANUAL, by=by or park.root
    )
    return [(one.status, one.fault) for one in answers]


def refused_for(fault: ResultFault) -> list[tuple[str, Any]]:
    return [("refused", fault)]


def tube() -> Tube:
    return Tube.objects.get(code="T-0001")


def test_a_result_reaches_everybody_in_the_tube(park: Park, full: str, crew: list[Employment]) -> None:
    assert receive(park, "t-0001").received == [full]
    assert (tube().state, tube().held, Box.objects.get().state) == (TubeState.RECEIVED, False, "received")
    assert receive(park, full).same == [full]
    assert enter(park, (full, NEGATIVE)) == [("stored", None)]
    assert (tube().state, tube().verdict) == (TubeState.RESULTED, NEGATIVE)
    found = {one.individual_id: (one.verdict, one.pooled) for one in LatestResult.objects.all()}
    assert found == {one.individual_id: (NEGATIVE, True) for one in crew[:2]}
    steps = list(CustodyStep.objects.filter(tube_id=tube().pk).values_list("step", flat=True))
    assert sorted(steps) == ["box", "receive", "result", "seal"]


def test_a_result_for_an_unknown_tube_is_told_and_kept_apart(park: Park, full: str) -> None:
    assert enter(park, ("T-9999", POSITIVE)) == refused_for(ResultFault.UNKNOWN_TUBE)
    kept = ResultRefusal.objects.get()
    assert (kept.code, kept.fault, kept.row) == ("T-9999", ResultFault.UNKNOWN_TUBE, 1)
    assert not Result.objects.exists()


def test_a_result_before_reception_is_refused_by_the_database_too(park: Park, full: str) -> None:
    assert enter(park, (full, POSITIVE)) == refused_for(ResultFault.NOT_RECEIVED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.create(tube=tube(), verdict=POSITIVE, tested_at=clock.now(), source=ResultSource.API)
    assert not LatestResult.objects.exists()


def test_a_corrected_result_keeps_the_first(park: Park, full: str, crew: list[Employment]) -> None:
    receive(park, full)
    enter(park, (full, POSITIVE))
    assert enter(park, (full, POSITIVE)) == [("same", None)]
    assert enter(park, (full, NEGATIVE)) == refused_for(ResultFault.OTHER_RESULT)
    assert enter(park, (full, NEGATIVE, "\u6837\u672c\u6c61\u67d3\u91cd\u68c0")) == [("corrected", None)]
    first, second = Result.objects.order_by("pk")
    assert (first.verdict, second.verdict, second.corrects) == (POSITIVE, NEGATIVE, first)
    assert tube().verdict == NEGATIVE
    assert set(LatestResult.objects.values_list("verdict", flat=True)) == {NEGATIVE}
    with pytest.raises(Exception, match="facts"), transaction.atomic():
        Result.objects.update(verdict=POSITIVE)


def test_two_different_results_of_a_tube_in_one_batch_are_both_refused(park: Park, full: str) -> None:
    receive(park, full)
    found = enter(park, (full, NEGATIVE), (full, POSITIVE))
    assert found == refused_for(ResultFault.TWICE) * 2
    assert enter(park, (full, NEGATIVE), (full, NEGATIVE)) == [("stored", None), ("same", None)]


def test_of_two_tubes_of_a_round_the_gravest_result_holds(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    one.send(one.swab("T-0002", crew[0]), one.write("seal", tube="T-0002"))
    receive(park, "T-0001", "T-0002")
    enter(park, ("T-0001", POSITIVE))
    enter(park, ("T-0002", NEGATIVE))
    assert LatestResult.objects.get().verdict == POSITIVE
    enter(park, ("T-0001", NEGATIVE, "\u590d\u68c0\u9634\u6027"))
    assert LatestResult.objects.get().verdict == NEGATIVE


def test_a_tube_with_an_open_conflict_is_received_and_held(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one, other = phones
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    other.send(other.swab("T-0001", crew[1], 2))
    assert receive(park, "T-0001").held == ["T-0001"]
    assert enter(park, ("T-0001", NEGATIVE)) == refused_for(ResultFault.HELD)
    conflict = Conflict.objects.get()
    assert sum(RoundCount.objects.values_list("conflicts", flat=True)) == 1
    with pytest.raises(DomainError):
        screening.settle_conflict(conflict=conflict, note="", by=park.root)
    screening.settle_conflict(conflict=conflict, note="\u4e24\u4eba\u540c\u961f\u91c7\u6837", by=park.root)
    assert (tube().held, Conflict.objects.get().state) == (False, ConflictState.SETTLED)
    assert sum(RoundCount.objects.values_list("conflicts", flat=True)) == 0
    assert enter(park, ("T-0001", NEGATIVE)) == [("stored", None)]
    with pytest.raises(DomainError):
        screening.settle_conflict(conflict=conflict, note="\u518d\u6b21\u5904\u7406", by=park.root)


def test_a_tube_whose_phone_is_behind_waits_for_it(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    first, second, seal = one.swab("T-0001", crew[0]), one.swab("T-0001", crew[1], 2), one.write(
        "seal", tube="T-0001"
    )  # fmt: skip
    assert receive(park, "T-0001").unknown == ["T-0001"]
    one.send(first)
    assert receive(park, "T-0001").held == ["T-0001"]
    assert enter(park, ("T-0001", NEGATIVE)) == refused_for(ResultFault.HELD)
    one.send(second, seal)
    assert (tube().state, tube().held, tube().heads) == (TubeState.RECEIVED, False, 2)
    assert enter(park, ("T-0001", NEGATIVE)) == [("stored", None)]


def test_nobody_joins_a_tube_once_its_result_is_out(
    park: Park, full: str, phones: list[Phone], crew: list[Employment]
) -> None:
    receive(park, full)
    enter(park, (full, NEGATIVE))
    other = phones[1]
    assert other.words(other.swab(full, crew[2], 3)) == [("rejected", "after_result")]
    assert tube().heads == 2
    assert LatestResult.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.filter(refused=SampleRefusal.AFTER_RESULT).update(refused=SampleRefusal.COUNTS)


def test_a_void_tube_and_an_impossible_time_are_refused(
    park: Park, full: str, phones: list[Phone], crew: list[Employment]
) -> None:
    receive(park, full)
    now: datetime = clock.now()
    for moment in (now + timedelta(hours=1), now - timedelta(days=2)):
        assert enter(park, (full, NEGATIVE, "", moment)) == refused_for(ResultFault.TIME)
    one = phones[0]
    one.send(one.swab("T-0002", crew[2]), one.write("void", tube="T-0002"))
    assert receive(park, "T-0002").void == ["T-0002"]
    assert enter(park, ("T-0002", NEGATIVE)) == refused_for(ResultFault.VOID)


@pytest.mark.parametrize("role", [Role.COMPANY, Role.ORGANISER, Role.AUDITOR, Role.SAMPLER])
def test_who_may_not_enter_results(park: Park, full: str, role: Role) -> None:
    by = acting(role, park.zone.path)
    receive(park, full)
    with pytest.raises(DomainError):
        enter(park, (full, NEGATIVE), by=by)
    if role != Role.SAMPLER:
        with pytest.raises(DomainError):
            receive(park, full, by=by)
