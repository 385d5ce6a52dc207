"""Codes typed in, late answers put back, sheets to print: at the desk and on the head's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.foundation.access.actor import link_actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.domain.command.test_escalation import older, settle
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn

REFUSED = sorted(set(Role) - set(roles_with(Permission.MANAGE_SEATS)))


def seat_of(post: str) -> Seat:
    return Seat.objects.select_related("person").get(post_code=post, closed_at=None)


@pytest.fixture
def late(emergency: SmallZone) -> Seat:
    """A seat passed on whose former holder has confirmed after all: its holder, the commander, has a substitute."""
    seat = seat_of("leading.head")
    settle("leading.head")
    older(301)
    assert command.sweep().passed == 1
    command.acknowledge(seat_id=seat.pk, by=link_actor(seat.person_id, seat.person.name))
    return seat


def test_a_code_typed_in_at_the_desk(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of("medical.head")
    desk = sign_in(Role.DUTY_OFFICER)
    address = reverse("duty:code")
    assert desk.get(address, headers=HTMX).status_code == 200
    assert desk.post(address, {"code": "00000000"}, headers=HTMX).status_code == 422
    code = command.reply_code(seat.pk, seat.person_id)
    assert seat.person.name in desk.post(address, {"code": code}, headers=HTMX).content.decode()
    seat.refresh_from_db()
    assert (seat.ack_via, seat.ack_by) == ("sms", seat.person.name)
    assert desk.post(address, {"code": code}).status_code == 302


@pytest.mark.parametrize("role", REFUSED)
def test_who_may_not(emergency: SmallZone, sign_in: SignIn, role: Role) -> None:
    seat = seat_of("medical.head")
    visitor = sign_in(role)
    for address in (
        reverse("duty:code"),
        reverse("duty:arrival"),
        reverse("duty:put_back", args=[seat.pk]),
        reverse("tasks:put_back", args=[seat.pk]),
        reverse("tasks:name", args=[seat.pk]),
    ):
        assert visitor.get(address).status_code in (403, 404), address


def test_a_late_answer_is_shown_and_put_back(late: Seat, sign_in: SignIn) -> None:
    desk = sign_in(Role.DUTY_OFFICER)
    text = desk.get(reverse("duty:board")).content.decode()
    assert reverse("duty:put_back", args=[late.pk]) in text
    address = reverse("duty:put_back", args=[late.pk])
    assert desk.get(address, headers=HTMX).status_code == 200
    assert desk.post(address, {"reason": ""}, headers=HTMX).status_code == 422
    assert desk.post(address, {"reason": "已联系上"}, headers=HTMX).status_code == 200
    assert seat_of("leading.head").person_id == late.person_id
    assert reverse("duty:put_back", args=[late.pk]) not in desk.get(reverse("duty:board")).content.decode()
    assert desk.post(address, {"reason": "再来"}, headers=HTMX).status_code == 422


def head(zone: SmallZone, sign_in: SignIn, post: str) -> Client:
    return sign_in(zone.person_account(seat_of(post).person.name))


def test_the_head_names_somebody_on_his_page(emergency: SmallZone, sign_in: SignIn) -> None:
    settle("nothing")
    Seat.objects.filter(post_code="medical.member", closed_at=None).update(
        acked_at=None, ack_state="given", ack_by="", ack_via="", next_at=Now() + timedelta(minutes=1)
    )
    seat = seat_of("medical.member")
    mine = head(emergency, sign_in, "medical.head")
    address = reverse("tasks:name", args=[seat.pk])
    assert address not in mine.get(reverse("tasks:mine")).content.decode()
    older(1000)
    assert command.sweep().named == 1
    assert address in mine.get(reverse("tasks:mine")).content.decode()
    assert mine.get(address, headers=HTMX).status_code == 200
    assert mine.post(address, {"person": "", "reason": ""}, headers=HTMX).status_code == 422
    person = emergency.people["谈云起"]
    assert mine.post(address, {"person": person.pk, "reason": "无人应答"}, headers=HTMX).status_code == 200
    assert seat_of("medical.member").person_id == person.pk
    assert head(emergency, sign_in, "testing.head").get(address).status_code == 404


def test_the_head_puts_back_on_his_page(late: Seat, emergency: SmallZone, sign_in: SignIn) -> None:
    mine = head(emergency, sign_in, "leading.head")
    address = reverse("tasks:put_back", args=[late.pk])
    assert address in mine.get(reverse("tasks:mine")).content.decode()
    assert mine.post(address, {"reason": "已联系上"}).status_code == 302
    assert seat_of("leading.head").person_id == late.person_id


def test_sheets_to_print(emergency: SmallZone, sign_in: SignIn) -> None:
    text = sign_in(Role.DUTY_OFFICER).get(reverse("duty:arrival")).content.decode()
    assert text.count('class="sheet-qr"') == 4
    for unit in (emergency.zone, *emergency.firms):
        assert unit.name in text


def test_the_sheet_of_one_post(emergency: SmallZone, sign_in: SignIn) -> None:
    desk = sign_in(Role.DUTY_OFFICER)
    text = desk.get(reverse("duty:arrival"), {"post": "medical.head"}).content.decode()
    assert text.count('class="sheet-qr"') == 1
    assert emergency.posts["medical.head"].name in text
    assert desk.get(reverse("duty:arrival"), {"post": "no.such"}).status_code == 404


def test_nobody_prints_the_sheets_of_other_units(emergency: SmallZone, sign_in: SignIn) -> None:
    """A sheet is all that arriving takes."""
    own, other = emergency.firms
    desk = sign_in(Role.DUTY_OFFICER, path=own.path)
    text = desk.get(reverse("duty:arrival")).content.decode()
    assert (own.name in text, other.name in text, text.count('class="sheet-qr"')) == (True, False, 1)
    assert desk.get(reverse("duty:arrival"), {"post": "medical.head"}).status_code == 403
