"""撤岗交接 by who headed a group: the line on his tasks, the page it leads to, and who has neither."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import HandoverNote, Review
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories import SmallZone, actor_with
from tests.pages.console.conftest import SignIn

REVIEWS = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}


@pytest.fixture
def headed(emergency: SmallZone) -> User:
    """The account of who heads 医疗保障组 in the emergency."""
    seat = Seat.objects.get(post_code="medical.head", closed_at=None)
    return emergency.person_account(seat.person.name)


@pytest.fixture
def over(emergency: SmallZone, headed: User) -> Review:
    """The review of the emergency after its end."""
    end(emergency)
    return Review.objects.get()


def end(park: SmallZone) -> None:
    command.stand_down(order=command.StandDown(key="end", unit=park.zone, reason="解除"), by=park.root)


def address(review: Review, code: str = "medical") -> str:
    return f"/drills/reviews/{review.pk}/handover/{code}/"


def asked(client: Client) -> bool:
    return 'id="my-handovers"' in client.get("/tasks/").content.decode()


def test_the_head_is_led_from_his_tasks_to_the_note_and_back(
    emergency: SmallZone, headed: User, sign_in: SignIn
) -> None:
    client = sign_in(headed)
    assert not asked(client)
    end(emergency)
    review = Review.objects.get()
    page = client.get("/tasks/").content.decode()
    assert f'href="{address(review)}"' in page
    assert "医疗保障" in client.get(address(review)).content.decode()
    for wrong in ("", " ", "长" * 4001):
        answer = client.post(address(review), {"text": wrong})
        assert answer.status_code == 422
    assert "长" * 4001 in answer.content.decode()
    assert not HandoverNote.objects.exists()
    done = client.post(address(review), {"text": "床位表在二楼柜中。"})
    assert (done.status_code, done["Location"]) == (302, "/tasks/")
    note = HandoverNote.objects.get()
    assert (note.group_code, note.text) == ("medical", "床位表在二楼柜中。")
    assert not asked(client)
    assert "床位表在二楼柜中。" in client.get(address(review)).content.decode()
    client.post(address(review), {"text": "床位表已交办公室。"})
    assert HandoverNote.objects.get().text == "床位表已交办公室。"


def test_what_was_typed_stays_when_the_review_was_filed_meanwhile(
    over: Review, headed: User, sign_in: SignIn, emergency: SmallZone
) -> None:
    client, desk = sign_in(headed), sign_in(Role.DUTY_OFFICER)
    drills.write_review(review_id=over.pk, kept="快", change="补", by=emergency.root)
    drills.mark_reviewed(review_id=over.pk, by=emergency.root)
    drills.file_review(review_id=over.pk, by=emergency.root)
    assert not asked(client)
    late = client.post(address(over), {"text": "晚到的交接"})
    assert (late.status_code, "晚到的交接" in late.content.decode()) == (409, True)
    late = desk.post(f"/drills/reviews/{over.pk}/handover/", {"group": "medical", "text": "晚到的交接"})
    assert (late.status_code, "晚到的交接" in late.content.decode()) == (409, True)
    late = desk.post(f"/drills/reviews/{over.pk}/write/", {"kept": "晚到的总结", "change": "补"})
    assert (late.status_code, "晚到的总结" in late.content.decode()) == (409, True)
    assert not HandoverNote.objects.exists()
    page = client.get(address(over)).content.decode()
    assert "复盘已归档" in page
    assert "<textarea" not in page


@pytest.mark.parametrize("role", list(Role))
def test_nobody_else_has_the_page(over: Review, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    expected = (200, 302) if role in REVIEWS else (404, 404)
    got = client.get(address(over)).status_code, client.post(address(over), {"text": "交"}).status_code
    assert got == expected
    assert HandoverNote.objects.exists() == (role in REVIEWS)


def test_only_his_own_group_and_emergency_and_only_who_headed_it(
    over: Review, emergency: SmallZone, headed: User, sign_in: SignIn
) -> None:
    client = sign_in(headed)
    for other in (
        address(over, "testing"),
        address(over, "nothing"),
        f"/drills/reviews/{over.pk + 1}/handover/medical/",
    ):
        assert client.get(other).status_code == 404
        assert client.post(other, {"text": "交"}).status_code == 404
    member = Seat.objects.filter(post_code="medical.member").latest("pk").person
    assert not asked(sign_in(emergency.person_account(member.name)))
    assert sign_in(emergency.person_account(member.name)).get(address(over)).status_code == 404
    assert Client().get(address(over)).status_code == 302
    assert not HandoverNote.objects.exists()


def test_who_declined_the_seat_hands_over_nothing(
    emergency: SmallZone, headed: User, sign_in: SignIn
) -> None:
    seat = Seat.objects.get(post_code="medical.head", closed_at=None)
    command.decline(seat_id=seat.pk, reason="病", by=emergency.root)
    end(emergency)
    client = sign_in(headed)
    assert not asked(client)
    assert client.get(address(Review.objects.get())).status_code == 404


def test_an_end_elsewhere_asks_nobody_whose_seat_stays_open(emergency: SmallZone, sign_in: SignIn) -> None:
    """One enterprise stands down while the zone's emergency goes on: the zone's groups go on too."""
    duty = actor_with(Role.DUTY_OFFICER)
    order = command.SwitchOrder(key="f", unit=emergency.firms[0], level=1, reason="试验", basis="x")
    command.order_switch(order=order, by=duty)
    command.stand_down(order=command.StandDown(key="fe", unit=emergency.firms[0], reason="解除"), by=duty)
    head = Seat.objects.get(post_code="medical.head", closed_at=None).person
    assert not asked(sign_in(emergency.person_account(head.name)))


def test_questions_of_the_panel_are_two(
    over: Review, headed: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = headed.person.pk
    with django_assert_num_queries(2):
        assert [one.group_code for one in drills.owed(person)] == ["medical"]
