"""The conflict rules of reference/front.md 9.4, and what a phone is answered."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import (
    TUBE_MOVES,
    ConflictKind,
    ConflictState,
    SampleFlag,
    SampleRefusal,
    TubeState,
)
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    CustodyStep,
    Round,
    RoundCount,
    Sample,
    SamplingTeam,
    Tube,
    WalkIn,
)
from pingzhan.foundation import clock
from pingzhan.foundation.access.models import DeviceKind
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, hire, id_number, person
from tests.domain.screening.phones import Phone, adopted_round, phone

OK = ("accepted", "")
SAME = ("duplicate", "same")


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(5)]


@pytest.fixture
def today(park: Park, teams: list[SamplingTeam]) -> Round:
    return adopted_round(park, teams[0], [park.firms[0].unit])


@pytest.fixture
def one(today: Round, teams: list[SamplingTeam], park: Park) -> Phone:
    return phone(teams[0], park)


@pytest.fixture
def other(today: Round, teams: list[SamplingTeam], park: Park) -> Phone:
    return phone(teams[0], park)


def tube(code: str) -> Tube:
    return Tube.objects.get(code=code)


def open_conflicts() -> set[str]:
    return set(Conflict.objects.filter(state=ConflictState.OPEN).values_list("kind", flat=True))


def counted() -> int:
    return sum(RoundCount.objects.values_list("tested", flat=True))


def test_a_tube_goes_from_the_first_swab_to_the_handed_box(
    one: Phone, crew: list[Employment], today: Round
) -> None:
    swabs = [one.swab("T-0001", who, n) for n, who in enumerate(crew[:3], start=1)]
    rest = [
        one.write("seal", tube="t-0001"),
        one.write("box", tube="T-0001", box="BOX-1"),
        one.write("box_seal", box="BOX-1"),
        one.write("handover", box="BOX-1", to="\u53f8\u673a\u8d75"),
    ]
    assert one.words(*swabs) == [OK] * 3
    assert tube("T-0001").state == TubeState.COLLECTING
    assert one.words(*rest) == [OK] * 4
    found = tube("T-0001")
    assert (found.state, found.heads, found.held) == (TubeState.HANDED, 3, False)
    assert found.enterprise_id == crew[0].enterprise_id
    assert found.sealed_at
    assert found.boxed_at
    assert found.handed_at
    assert not found.received_at
    assert Box.objects.get().state == "handed"
    assert counted() == 3
    today.refresh_from_db()
    assert today.state == "running"


def test_what_is_sent_again_is_stored_once(one: Phone, crew: list[Employment]) -> None:
    items = [one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001")]
    assert one.words(*items) == [OK, OK]
    assert one.words(*items, items[0]) == [SAME] * 3
    assert (Sample.objects.count(), CustodyStep.objects.count(), counted()) == (1, 1, 1)


def test_a_number_used_for_another_record_is_refused(
    one: Phone, other: Phone, crew: list[Employment]
) -> None:
    first = one.swab("T-0001", crew[0])
    assert one.words(first) == [OK]
    again = dataclasses.replace(one.swab("T-0001", crew[1], 2), seq=first.seq)
    assert one.words(again) == [("rejected", "seq_taken")]
    assert other.words(dataclasses.replace(first, seq=9)) == [("rejected", "id_taken")]


def test_one_bad_item_holds_no_other_up(one: Phone, crew: list[Employment]) -> None:
    items = [
        one.swab("T-0001", crew[0]),
        one.write("dance", tube="T-0001"),
        one.write("sample", tube="T-0001", place=2),
        one.write("sample", tube="T 1", person=crew[1].pk, place=2),
        one.write("sample", tube="T-0001", person=crew[1].pk),
        one.write("handover", box="BOX-1"),
        one.write("seal", tube="T-0001"),
    ]
    assert [status for status, _code in one.words(*items)] == [
        "accepted", "rejected", "rejected", "rejected", "rejected", "rejected", "accepted",
    ]  # fmt: skip
    assert tube("T-0001").heads == 1


def test_rule_1_the_same_person_twice_in_one_tube_counts_once_and_is_shown(
    one: Phone, crew: list[Employment]
) -> None:
    assert one.words(one.swab("T-0001", crew[0])) == [OK]
    assert one.words(one.swab("T-0001", crew[0], 2)) == [("accepted_conflict", "twice_in_tube")]
    found = tube("T-0001")
    assert (found.heads, found.held, counted()) == (1, False, 1)
    assert open_conflicts() == {ConflictKind.TWICE_IN_TUBE}


def test_rule_2_the_same_person_in_two_tubes_both_are_kept_and_flagged(
    one: Phone, other: Phone, crew: list[Employment]
) -> None:
    assert one.words(one.swab("T-0001", crew[0])) == [OK]
    assert other.words(other.swab("T-0002", crew[0])) == [("accepted_conflict", "second_tube")]
    assert Sample.objects.filter(refused=SampleRefusal.COUNTS).count() == 2
    assert not Tube.objects.filter(held=True).exists()
    assert open_conflicts() == {ConflictKind.SECOND_TUBE}
    count = RoundCount.objects.get()
    assert (count.tested, count.conflicts) == (1, 1)
    assert one.words(one.write("void", tube="T-0001")) == [OK]
    count.refresh_from_db()
    assert (open_conflicts(), count.tested, count.conflicts) == (set(), 1, 0)
    assert other.words(other.write("void", tube="T-0002")) == [OK]
    count.refresh_from_db()
    assert count.tested == 0


def test_rule_3_a_tube_on_two_devices_is_held_unless_it_was_passed_on(
    one: Phone, other: Phone, crew: list[Employment]
) -> None:
    assert one.words(one.swab("T-0001", crew[0])) == [OK]
    assert other.words(other.swab("T-0001", crew[1], 2)) == [("accepted_conflict", "two_devices")]
    assert tube("T-0001").held
    assert one.words(one.write("handover", tube="T-0001", to=str(other.device.pk))) == [OK]
    assert (tube("T-0001").held, open_conflicts()) == (False, set())


def test_rule_3_a_tube_passed_on_is_no_doubt_whichever_phone_seems_to_have_begun(
    one: Phone, other: Phone, crew: list[Employment]
) -> None:
    earlier = one.clock() - timedelta(minutes=1)
    one.send(one.swab("T-0001", crew[0]), one.write("handover", tube="T-0001", to=str(other.device.pk)))
    assert other.words(other.swab("T-0001", crew[1], 2, at=earlier)) == [OK]
    assert (tube("T-0001").held, open_conflicts()) == (False, set())


def test_rule_3_holds_for_a_tube_that_is_sealed_too(one: Phone, other: Phone, crew: list[Employment]) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    assert other.words(other.swab("T-0001", crew[1], 2)) == [("accepted_conflict", "two_devices")]
    found = tube("T-0001")
    assert (found.held, found.heads, found.state) == (True, 2, TubeState.SEALED)


def test_rule_4_over_the_number_of_a_tube_needs_a_reason(one: Phone, crew: list[Employment]) -> None:
    for n, who in enumerate(crew[:3], start=1):
        one.send(one.swab("T-0001", who, n))
    assert one.words(one.swab("T-0001", crew[3], 4)) == [("rejected", "over_capacity")]
    assert tube("T-0001").heads == 3
    assert one.words(one.swab("T-0001", crew[3], 4, override="\u5939\u5fc3\u996d\u76d2")) == [OK]
    found = Sample.objects.get(refused=SampleRefusal.COUNTS, place=4)
    assert (found.flag, tube("T-0001").heads, tube("T-0001").held) == (SampleFlag.OVER_CAPACITY, 4, False)
    assert one.words(one.swab("T-0001", crew[4], 5, override="\u7535\u8bdd 1234567")) == [
        ("rejected", "reason_personal")
    ]


def test_rule_4_two_phones_that_count_for_themselves_do_not_get_round_it(
    one: Phone, other: Phone, crew: list[Employment]
) -> None:
    for n, who in enumerate(crew[:2], start=1):
        one.send(one.swab("T-0001", who, n))
    for n, who in enumerate(crew[2:4], start=1):
        other.send(other.swab("T-0001", who, n))
    assert open_conflicts() == {ConflictKind.OVER_CAPACITY, ConflictKind.TWO_DEVICES}
    assert tube("T-0001").held


def test_rule_5_a_record_after_the_seal_is_kept_but_does_not_count(
    one: Phone, crew: list[Employment]
) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    late = one.swab("T-0001", crew[1], 2)
    assert one.words(late) == [("rejected", "after_seal")]
    assert one.words(late) == [("rejected", "after_seal")]
    assert (tube("T-0001").heads, counted(), Sample.objects.count()) == (1, 1, 2)


def test_rule_5_what_was_written_before_the_seal_still_goes_in(one: Phone, crew: list[Employment]) -> None:
    first, second, seal = one.swab("T-0001", crew[0]), one.swab("T-0001", crew[1], 2), one.write(
        "seal", tube="T-0001"
    )  # fmt: skip
    assert one.words(first, seal) == [OK, OK]
    assert one.words(second) == [OK]
    assert (tube("T-0001").heads, tube("T-0001").held) == (2, False)


def test_rule_6_somebody_on_no_list_is_registered_with_a_checked_number(
    one: Phone, crew: list[Employment]
) -> None:
    number = id_number(700)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert [status for status, _c in one.words(one.guest("T-0001", "\u6e38\u56db\u6d77", wrong))] == [
        "rejected"
    ]
    assert WalkIn.objects.count() == 0
    assert one.words(one.guest("T-0001", "\u6e38\u56db\u6d77", number)) == [OK]
    found = Sample.objects.get()
    assert (found.flag, found.person) == (SampleFlag.UNKNOWN_PERSON, -WalkIn.objects.get().pk)
    assert one.words(one.guest("T-0002", "\u6e38\u56db\u6d77", number)) == [
        ("accepted_conflict", "second_tube")
    ]
    assert WalkIn.objects.count() == 1


def test_rule_6_a_guest_whom_the_park_knows_is_that_person(one: Phone, park: Park) -> None:
    known = hire(park.firms[0], person(number=id_number(701)), no="K1")
    assert one.words(one.guest("T-0001", "\u8c37\u4e00\u9e23", id_number(701))) == [OK]
    found = Sample.objects.get()
    assert (found.person, found.employment_id) == (known.individual_id, known.pk)
    assert (WalkIn.objects.count(), counted()) == (0, 1)


def test_a_clock_three_hours_wrong_is_put_right_and_said(one: Phone, crew: list[Employment]) -> None:
    one.ahead = timedelta(hours=3)
    item = one.swab("T-0001", crew[0])
    assert one.words(item) == [("accepted_conflict", "clock_off")]
    found = Sample.objects.get()
    assert abs(found.skew_ms - 3 * 3600 * 1000) < 60_000
    assert (found.flag, found.taken_at) == (SampleFlag.CLOCK_OFF, item.at)
    first = tube("T-0001").first_taken_at
    assert first is not None
    assert abs(first - (item.at - timedelta(hours=3))) < timedelta(minutes=1)


def test_a_tube_in_two_boxes_is_held(one: Phone, crew: list[Employment]) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    assert one.words(one.write("box", tube="T-0001", box="BOX-1")) == [OK]
    assert one.words(one.write("box", tube="T-0001", box="BOX-2")) == [("accepted_conflict", "two_boxes")]
    found = tube("T-0001")
    assert (found.held, found.box is not None and found.box.code) == (True, "BOX-1")


def test_people_of_another_enterprise_are_nobody(one: Phone, park: Park) -> None:
    stranger = hire(park.firms[1])
    assert one.words(one.swab("T-0001", stranger)) == [("rejected", "person")]
    nobody = one.write("sample", tube="T-0001", person=999_999_999, place=1)
    answers = one.send(one.swab("T-0001", stranger), nobody)
    assert answers[0].why == answers[1].why
    assert not Tube.objects.exists()


def test_a_tube_of_another_round_is_refused(
    one: Phone, park: Park, teams: list[SamplingTeam], crew: list[Employment], today: Round
) -> None:
    one.send(one.swab("T-0001", crew[0], round=today.pk))
    second = adopted_round(park, teams[0], [park.firms[0].unit])
    assert one.words(one.swab("T-0001", crew[1], 2, round=second.pk)) == [("rejected", "tube_round")]
    assert one.words(one.swab("T-0009", crew[1], 2, round=second.pk + 99)) == [("rejected", "round")]


def test_a_record_without_a_round_is_of_the_round_of_its_day(
    one: Phone, crew: list[Employment], today: Round
) -> None:
    now = clock.now()
    assert one.words(one.swab("T-0001", crew[0], round=None, at=now)) == [OK]
    assert Sample.objects.get().round_id == today.pk
    long_ago = now - timedelta(days=3)
    assert one.words(one.swab("T-0002", crew[1], round=None, at=long_ago)) == [("rejected", "round")]


def test_only_a_sampling_phone_of_a_team_may_send(
    park: Park, teams: list[SamplingTeam], crew: list[Employment], today: Round
) -> None:
    for stranger, code in (
        (phone(None, park), "device_team"),
        (phone(teams[0], park, kind=DeviceKind.GATE), "device_kind"),
    ):
        with pytest.raises(DomainError) as caught:
            stranger.send(stranger.swab("T-0001", crew[0]))
        assert caught.value.code == code
    idle = phone(teams[1], park)
    assert idle.words(idle.swab("T-0001", crew[0])) == [("rejected", "round")]


def test_the_database_keeps_samples_and_tubes(one: Phone, crew: list[Employment]) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    found = Sample.objects.get()
    for change in ({"person": 1}, {"tube_id": 1}, {"place": 9}, {"flag": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sample.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Tube.objects.update(code="T-9999")
    with pytest.raises(IntegrityError, match="\u5df2\u5c01"), transaction.atomic():
        Sample.objects.create(
            round_id=found.round_id, tube_id=found.tube_id, person=5, device_id=found.device_id,
            seq=99, taken_at=found.taken_at, place=2,
        )  # fmt: skip
    with pytest.raises(Exception, match="facts"), transaction.atomic():
        CustodyStep.objects.update(note="x")


@pytest.mark.parametrize("after", list(TubeState))
def test_a_tube_moves_only_as_the_table_says(one: Phone, crew: list[Employment], after: TubeState) -> None:
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    if after in TUBE_MOVES[TubeState.SEALED] or after == TubeState.SEALED:
        return
    with pytest.raises(IntegrityError, match="\u72b6\u6001\u4e0d\u80fd"), transaction.atomic():
        Tube.objects.update(state=after)


def test_a_conflict_counts_for_the_enterprise_once_it_is_known_whose_people_are_in_the_tube(
    one: Phone, crew: list[Employment], park: Park
) -> None:
    box = one.write("box", tube="T-0001", box="BOX-1")
    swab = one.swab("T-0001", crew[0], 1)
    again = one.write("box", tube="T-0001", box="BOX-2")
    one.send(box, again)
    assert set(Conflict.objects.values_list("kind", "enterprise_id")) == {(ConflictKind.TWO_BOXES, 0)}
    one.send(swab)
    assert set(Conflict.objects.values_list("kind", "enterprise_id")) == {
        (ConflictKind.TWO_BOXES, park.firms[0].unit.pk)
    }
    assert sum(RoundCount.objects.values_list("conflicts", flat=True)) == 1
