"""The check-in sheet: scan, look, one button; by session, by one's own link used before, or by one's code."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat, Task
from pingzhan.domain.frontline.models import Posting
from pingzhan.domain.frontline.tasks import settle
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Channel
from pingzhan.foundation.messages.receipts import callback_token
from tests.factories import SmallZone, account, kept, small_zone


def _ordered() -> SmallZone:
    made = small_zone()
    order = command.SwitchOrder(key="a-1", unit=made.zone, level=2, reason="试验", basis="试发〔2026〕1号")
    command.order_switch(order=order, by=made.root)
    return made


@pytest.fixture
def zone(db: None) -> SmallZone:
    return kept(_ordered)


@pytest.fixture
def seat(zone: SmallZone) -> Seat:
    return Seat.objects.select_related("person").get(post_code="testing.head", closed_at=None)


@pytest.fixture
def sheet(zone: SmallZone) -> str:
    return reverse("arrive", args=[command.check_in_token(zone.zone)])


def arrived(seat: Seat) -> tuple[str, str]:
    seat.refresh_from_db()
    return seat.ack_state, seat.ack_via


def test_who_used_his_link_needs_two_taps(client: Client, seat: Seat, sheet: str) -> None:
    client.post(command.ack_link(seat), {"answer": "ack", "eta": "30"})
    assert arrived(seat) == ("acked", "link")
    assert seat.eta is not None
    text = client.get(sheet).content.decode()
    assert seat.person.name in text
    assert arrived(seat) == ("acked", "link")
    assert "已记到岗" in client.post(sheet).content.decode()
    assert arrived(seat) == ("arrived", "link")
    assert "已记到岗" in client.post(sheet).content.decode()


def test_the_cookie_is_for_the_sheets_only_and_cannot_be_made_up(
    client: Client, seat: Seat, sheet: str
) -> None:
    client.post(command.ack_link(seat), {"answer": "ack"})
    cookie = client.cookies["pz_me"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/arrive/", True, "Lax")
    other = Client()
    other.cookies["pz_me"] = f"{seat.person_id}:forged:signature"
    assert seat.person.name not in other.get(sheet).content.decode()


def test_a_signed_in_person_is_known(zone: SmallZone, seat: Seat, sheet: str) -> None:
    signed_in = Client()
    signed_in.force_login(
        zone.person_account(seat.person.name), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert seat.person.name in signed_in.get(sheet).content.decode()
    signed_in.post(sheet)
    assert arrived(seat) == ("arrived", "check_in")


def test_by_code_and_not_by_a_wrong_one(client: Client, seat: Seat, sheet: str) -> None:
    assert 'name="code"' in client.get(sheet).content.decode()
    assert client.post(sheet, {"code": ""}).status_code == 422
    assert client.post(sheet, {"code": "0000 0000"}).status_code == 404
    assert arrived(seat) == ("given", "")
    code = command.spaced(command.reply_code(seat.pk, seat.person_id))
    assert "已记到岗" in client.post(sheet, {"code": code}).content.decode()
    assert arrived(seat) == ("arrived", "check_in")
    for _n in range(9):
        client.post(sheet, {"code": "0000 0000"})
    assert client.post(sheet, {"code": code}).status_code == 429


def test_a_forged_sheet_and_somebody_without_a_post(client: Client, zone: SmallZone, sheet: str) -> None:
    assert client.get("/arrive/forged:token").status_code == 404
    visitor = Client()
    visitor.force_login(account(Role.OFFICIAL), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert 'name="code"' in visitor.get(sheet).content.decode()


def test_the_form_needs_its_token(seat: Seat, sheet: str) -> None:
    code = command.reply_code(seat.pk, seat.person_id)
    assert Client(enforce_csrf_checks=True).post(sheet, {"code": code}).status_code == 403
    assert arrived(seat) == ("given", "")


def test_a_text_message_that_a_gateway_hands_on_confirms(client: Client, seat: Seat) -> None:
    channel = Channel.objects.create(
        key="texts", kind="sms", label="短信", settings={"reply_phone": "mobile", "reply_text": "msg"}
    )
    address = reverse("messages:report", args=[callback_token(channel)])
    phone, code = command.phone_of(seat.person_id), command.reply_code(seat.pk, seat.person_id)
    wrong = [
        {"mobile": "13912345678", "msg": code},
        {"mobile": phone, "msg": "12345678"},
        {"mobile": phone, "msg": "好"},
    ]
    answer = client.post(address, wrong, content_type="application/json")
    assert answer.json() == {"code": 0, "known": 0}
    assert arrived(seat) == ("given", "")
    answer = client.post(address, {"mobile": phone, "msg": f"收到 {code}"}, content_type="application/json")
    assert answer.json() == {"code": 0, "known": 1}
    assert arrived(seat) == ("acked", "sms")
    Channel.objects.filter(pk=channel.pk).update(settings={})
    assert (
        client.post(address, {"mobile": phone, "msg": code}, content_type="application/json").status_code
        == 422
    )


def test_the_code_of_an_enterprise_marks_the_front_line_place(client: Client, zone: SmallZone) -> None:
    settle(zone.zone)
    posting = Posting.objects.select_related("unit", "person", "seat").filter(ended_at=None, world=0)[0]
    seat = posting.seat
    assert seat is not None
    assert not seat.unit.path.startswith(posting.unit.path), "his seat is elsewhere"
    here = reverse("arrive", args=[command.check_in_token(posting.unit)])
    other = next(firm for firm in zone.firms if firm.pk != posting.unit_id)
    code = command.spaced(command.reply_code(seat.pk, seat.person_id))

    wrong = reverse("arrive", args=[command.check_in_token(other)])
    if not Posting.objects.filter(unit=other, person=posting.person).exists():
        assert client.post(wrong, {"code": code}).status_code == 404
    posting.refresh_from_db()
    assert posting.arrived_at is None

    assert "已记到岗" in client.post(here, {"code": code}).content.decode()
    posting.refresh_from_db()
    at = posting.arrived_at
    assert at is not None
    assert (posting.arrived_via, posting.arrived_by) == ("check_in", posting.person.name)
    client.post(here, {"code": code})
    posting.refresh_from_db()
    assert posting.arrived_at == at, "a second scan changes nothing"
    assert Posting.objects.filter(arrived_at__isnull=False).count() == 1, "nobody else arrived"
    done = Task.objects.get(owner_seat=seat, duty_code=f"person.front.{posting.unit_id}")
    assert done.state not in ("open", "doing"), "his standing task is done with it"


def test_a_signed_in_official_arrives_at_his_enterprise_in_one_tap(zone: SmallZone) -> None:
    settle(zone.zone)
    posting = Posting.objects.select_related("unit", "person").filter(ended_at=None, world=0)[0]
    here = reverse("arrive", args=[command.check_in_token(posting.unit)])
    signed_in = Client()
    signed_in.force_login(
        zone.person_account(posting.person.name),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert "下沉一线" in signed_in.get(here).content.decode()
    posting.refresh_from_db()
    assert posting.arrived_at is None, "looking is not arriving"
    signed_in.post(here)
    posting.refresh_from_db()
    assert posting.arrived_via == "check_in"
