"""The way of tubes and boxes: what is late, missing or doubled, both signatures under a hand-over, a wrong clock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import BOX_MOVES, BoxState, RoundState, TubeState
from pingzhan.domain.screening.models import Box, Conflict, Handover, Round, SamplingTeam, Tube
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, acting, hire
from tests.domain.screening.phones import Phone, adopted_round, phone

TAKER = "\u8463\u6210\u8def"


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(4)]


@pytest.fixture
def phones(park: Park, teams: list[SamplingTeam]) -> list[Phone]:
    adopted_round(park, teams[0], [park.firms[0].unit])
    return [phone(teams[0], park, name=f"\u624b\u673a{n}") for n in range(2)]


@pytest.fixture
def sampler(park: Park) -> Actor:
    return acting(Role.SAMPLER, park.zone.path)


def fill(one: Phone, who: Employment, tube: str = "T-0001", box: str = "BOX-1") -> None:
    """A tube of one, sealed and put into a box."""
    one.send(one.swab(tube, who), one.write("seal", tube=tube), one.write("box", tube=tube, box=box))


def the_round() -> Round:
    return Round.objects.select_related("zone").get()


def the_box() -> Box:
    return Box.objects.select_related("round__zone").get(code="BOX-1")


def gaps() -> list[tuple[str, str]]:
    return [(one.code, one.gap) for one in screening.missing_tubes(the_round())]  # type: ignore[attr-defined]


def sign(by: Actor, **more: Any) -> Handover:
    values: dict[str, Any] = {"receiver": TAKER, "at": clock.now(), "temperature": Decimal("4.5"), "by": by}
    return screening.sign_for_box(box=the_box(), **(values | more))


def test_tubes_are_counted_by_state_and_age(park: Park, phones: list[Phone], crew: list[Employment]) -> None:
    one = phones[0]
    fill(one, crew[0])
    one.send(one.swab("T-0002", crew[1]))
    counts = screening.tube_counts(the_round())
    assert (counts["boxed"], counts["collecting"], counts["old"], counts["held"]) == (1, 1, 0, 0)
    Tube.objects.filter(code="T-0001").update(first_taken_at=clock.now() - timedelta(hours=9))
    assert screening.tube_counts(the_round())["old"] == 1
    found = {one.code: one.too_old for one in screening.with_age(Tube.objects.all())}  # type: ignore[attr-defined]
    assert found == {"T-0001": True, "T-0002": False}


def test_the_age_of_a_received_tube_stands_still(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    fill(phones[0], crew[0])
    screening.receive_tubes(zone=park.zone, codes=["T-0001"], by=park.root)
    now = clock.now()
    Tube.objects.update(first_taken_at=now - timedelta(hours=20), received_at=now - timedelta(hours=19))
    assert screening.tube_counts(the_round())["old"] == 0


def test_each_way_a_tube_is_missing_is_said(park: Park, phones: list[Phone], crew: list[Employment]) -> None:
    one = phones[0]
    fill(one, crew[0])
    fill(one, crew[1], "T-0002")
    assert gaps() == []
    Box.objects.update(state=BoxState.RECEIVED)
    assert gaps() == [("T-0001", "box_came"), ("T-0002", "box_came")]
    screening.receive_tubes(zone=park.zone, codes=["T-0001"], by=park.root)
    assert gaps() == [("T-0002", "box_came")]
    one.send(one.swab("T-0003", crew[2]))
    Tube.objects.filter(code="T-0003").update(first_taken_at=clock.now() - timedelta(hours=9))
    assert gaps() == [("T-0003", "too_old"), ("T-0002", "box_came")]
    one.send(one.write("seal", tube="T-0004"))
    assert ("T-0004", "nobody") in gaps()
    one.send(one.swab("T-0005", crew[3]))
    screening.receive_tubes(zone=park.zone, codes=["T-0005"], by=park.root)
    assert ("T-0005", "unsealed") in gaps()
    one.send(one.swab("T-0006", crew[3]))
    Round.objects.filter(state=RoundState.RUNNING).update(state=RoundState.CLOSED)
    assert ("T-0006", "round_over") in gaps()


def test_a_person_in_two_tubes_and_a_tube_in_two_boxes_are_told_with_their_codes(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    fill(one, crew[0])
    fill(one, crew[0], "T-0002")
    one.send(one.write("box", tube="T-0001", box="BOX-2"))
    found = {
        d.conflict.kind: d
        for d in screening.doubts_of(list(screening.open_conflicts(the_round())), named=True)
    }
    assert [code for _pk, code in found["second_tube"].tubes] == ["T-0001", "T-0002"]
    assert found["second_tube"].person
    assert [code for _pk, code in found["two_boxes"].tubes] == ["T-0001"]
    screening.settle_conflict(
        conflict=Conflict.objects.get(kind="two_boxes"), note="\u5b9e\u5728\u4e00\u53f7\u7bb1", by=park.root
    )
    assert [one.kind for one in screening.open_conflicts(the_round())] == ["second_tube", "two_boxes"]


def test_a_clock_three_hours_wrong_is_put_right_and_said(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    one.ahead = timedelta(hours=3)
    fill(one, crew[0])
    [line] = screening.records_of(Tube.objects.get(), named=True)
    assert line.flags == ("\u624b\u673a\u65f6\u95f4\u4e0d\u51c6",)
    assert timedelta(hours=2, minutes=55) < line.shown - line.at < timedelta(hours=3, minutes=5)
    assert line.at < clock.now()
    [same] = screening.unusual_records(the_round(), named=True)
    assert (same.tube, same.flags) == ("T-0001", line.flags)
    steps = screening.way_of(Tube.objects.get(), named=True)
    assert [(one.step, one.off) for one in steps] == [("collect", False), ("seal", True), ("box", True)]
    assert all(one.at < clock.now() for one in steps)


def test_a_record_after_the_seal_is_kept_and_shown(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    one.send(one.swab("T-0001", crew[0]), one.write("seal", tube="T-0001"))
    one.send(one.swab("T-0001", crew[1], 2))
    assert [
        (line.place, bool(line.refused)) for line in screening.unusual_records(the_round(), named=True)
    ] == [(2, True)]


def test_two_sign_under_a_hand_over(
    park: Park, phones: list[Phone], crew: list[Employment], sampler: Actor
) -> None:
    one = phones[0]
    fill(one, crew[0])
    with pytest.raises(DomainError):
        sign(sampler)
    one.send(one.write("handover", box="BOX-1", to=TAKER))
    [row] = screening.boxes_of(the_round())
    assert (row.given, row.signed, row.inside, row.came) == (1, 0, 1, 0)  # type: ignore[attr-defined]
    made = sign(sampler)
    assert (made.receiver, made.by_name, the_box().temperature) == (TAKER, sampler.name, Decimal("4.5"))
    assert [step.step for step in screening.way_of_box(the_box(), named=True)] == ["handover", "signed"]
    way = screening.way_of(Tube.objects.get(), named=True)
    assert [(step.step, step.ref) for step in way if step.ref] == [
        ("box", "BOX-1"), ("handover", TAKER), ("signed", "4.5 \u2103"),
    ]  # fmt: skip
    with pytest.raises(DomainError):
        sign(sampler)
    with pytest.raises(Exception, match="facts"), transaction.atomic():
        Handover.objects.update(receiver="-")


def test_a_box_given_without_a_phone_waits_for_its_second_signature(
    park: Park, phones: list[Phone], crew: list[Employment], sampler: Actor
) -> None:
    fill(phones[0], crew[0])
    screening.give_box(box=the_box(), to=TAKER, by=sampler)
    assert (the_box().state, Tube.objects.get().state) == (BoxState.HANDED, TubeState.HANDED)
    with pytest.raises(DomainError):
        screening.give_box(box=the_box(), to="\u53e6\u4e00\u4eba", by=sampler)
    sign(park.root)
    screening.give_box(box=the_box(), to="\u53e6\u4e00\u4eba", by=sampler)
    sign(park.root, receiver="\u53e6\u4e00\u4eba")
    assert Handover.objects.count() == 2
    phones[0].send(phones[0].swab("T-0001", crew[1], 2))
    assert Tube.objects.get().state == TubeState.HANDED
    screening.receive_tubes(zone=park.zone, codes=["T-0001"], by=park.root)
    with pytest.raises(DomainError):
        screening.give_box(box=the_box(), to=TAKER, by=sampler)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"receiver": " "}, "receiver"),
        ({"receiver": "\u624b\u673a0"}, "receiver"),
        ({"at": "late"}, "at"),
        ({"at": "early"}, "at"),
        ({"temperature": Decimal("70.0")}, "temperature"),
        ({"note": "13800000000"}, "note"),
    ],
)
def test_a_signature_that_cannot_be_is_refused_with_the_place(
    park: Park, phones: list[Phone], crew: list[Employment], sampler: Actor, wrong: dict[str, Any], place: str
) -> None:
    fill(phones[0], crew[0])
    screening.give_box(box=the_box(), to=TAKER, by=acting(Role.SAMPLER, park.zone.path))
    if place == "receiver" and wrong["receiver"].strip():
        wrong = {"receiver": sampler.name}
    shift = {"late": timedelta(hours=1), "early": timedelta(hours=-9)}
    more = {key: clock.now() + shift[value] if value in shift else value for key, value in wrong.items()}
    with pytest.raises(DomainError) as error:
        sign(sampler, **more)
    assert error.value.place == place
    assert not Handover.objects.exists()


@pytest.mark.parametrize("role", [Role.COMPANY, Role.ORGANISER, Role.LEADER, Role.DUTY_OFFICER, Role.AUDITOR])
def test_who_may_not_sign_nor_give(
    park: Park, phones: list[Phone], crew: list[Employment], sampler: Actor, role: Role
) -> None:
    fill(phones[0], crew[0])
    by = acting(role, park.zone.path)
    with pytest.raises(DomainError):
        screening.give_box(box=the_box(), to=TAKER, by=by)
    screening.give_box(box=the_box(), to=TAKER, by=sampler)
    with pytest.raises(DomainError):
        sign(by)


def move(box: Box, before: BoxState, after: BoxState) -> None:
    """Bring a box to a state and try the next; the caller's transaction undoes both."""
    if before != BoxState.OPEN:
        Box.objects.filter(pk=box.pk).update(state=before)
    Box.objects.filter(pk=box.pk).update(state=after)


def test_the_database_holds_the_table_of_boxes_and_ties_signatures_to_hand_overs(
    park: Park, phones: list[Phone], crew: list[Employment]
) -> None:
    fill(phones[0], crew[0])
    box = the_box()
    for before in BoxState:
        for after in BoxState:
            if before == after or after in BOX_MOVES[before]:
                continue
            with pytest.raises(IntegrityError), transaction.atomic():
                move(box, before, after)
    for change in ({"code": "X-1"}, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Box.objects.filter(pk=box.pk).update(**change) if change else box.delete()
    step = screening.way_of_box(box, named=True)
    assert step == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(
            box=box, step_id="00000000-0000-0000-0000-000000000001", receiver="-", signed_at=clock.now(),
            temperature=4,
        )  # fmt: skip
