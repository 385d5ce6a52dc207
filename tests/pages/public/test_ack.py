"""The acknowledgement link: two taps without sign-in; every wrong link is refused and says what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pingzhan.domain.command import api as command
from pingzhan.domain.command import links
from pingzhan.domain.command.models import Seat
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, account, kept, small_zone


def _ordered() -> SmallZone:
    made = small_zone()
    command.reconcile_zone(zone=made.zone, cause="试验", by=made.root)
    order = command.SwitchOrder(key="a-1", unit=made.zone, level=2, reason="试验", basis="试发〔2026〕1号")
    command.order_switch(order=order, by=made.root)
    return made


@pytest.fixture
def zone(db: None) -> SmallZone:
    return kept(_ordered)


@pytest.fixture
def seat(zone: SmallZone) -> Seat:
    return Seat.objects.get(person__name="葛明达", closed_at=None)


@pytest.fixture
def link(seat: Seat) -> str:
    return command.ack_link(seat)


def state(seat: Seat) -> tuple[str, str]:
    seat.refresh_from_db()
    return seat.ack_state, seat.ack_via


def test_page_says_post_unit_and_tasks_and_has_one_button(client: Client, link: str, seat: Seat) -> None:
    text = client.get(link).content.decode()
    assert ("葛明达" in text, "核酸检测组组长" in text, "试验开发区" in text) == (True, True, True)
    first = command.tasks_of_seat(seat.pk)[0]
    assert first.title in text
    assert text.count('name="answer" value="ack"') == 1


def test_opening_never_confirms(client: Client, link: str, seat: Seat) -> None:
    for _n in range(3):
        client.get(link)
    client.head(link)
    assert state(seat) == ("given", "")


def test_goal_G13_two_taps(client: Client, link: str, seat: Seat) -> None:
    client.get(link)
    answer = client.post(link, {"answer": "ack"}, follow=True)
    assert state(seat) == ("acked", "link")
    text = answer.content.decode()
    assert "确认到岗。" in text
    assert 'value="ack"' not in text


def test_confirming_twice_is_harmless(client: Client, link: str, seat: Seat) -> None:
    client.post(link, {"answer": "ack"})
    seat.refresh_from_db()
    first = seat.acked_at
    assert client.post(link, {"answer": "ack"}).status_code == 302
    seat.refresh_from_db()
    assert seat.acked_at == first


def test_decline_without_reason_is_422_and_stays_open(client: Client, link: str, seat: Seat) -> None:
    answer = client.post(link, {"answer": "decline", "reason": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("请写明不能到岗的原因" in text, '<details class="card fold" open>' in text) == (True, True)
    assert state(seat)[0] == "given"


def test_decline_with_reason(client: Client, link: str, seat: Seat) -> None:
    answer = client.post(link, {"answer": "decline", "reason": "发热"})
    assert (answer.status_code, "已通知替补" in answer.content.decode()) == (200, True)
    assert state(seat)[0] == "declined"


def test_answers_are_not_kept_and_not_passed_on(client: Client, link: str) -> None:
    answer = client.get(link)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_token_is_the_whole_authority(link: str, seat: Seat) -> None:
    """Without cookies and with "Origin: null", as browsers send it under the no-referrer policy."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, {"answer": "ack"}, headers={"Origin": "null"}).status_code == 302
    assert state(seat) == ("acked", "link")


def altered(link: str) -> str:
    head, _, tail = link.rpartition(":")
    return f"{head}:{'A' if tail[0] != 'A' else 'B'}{tail[1:]}"


@pytest.mark.parametrize("post", [False, True])
@pytest.mark.parametrize("wrong", ["unsigned", "altered", "other seat"])
def test_forged_links_are_refused(
    client: Client, zone: SmallZone, link: str, seat: Seat, wrong: str, post: bool
) -> None:
    other = Seat.objects.get(person__name="何以宁", closed_at=None)
    address = {
        "unsigned": f"/a/{seat.pk}.{seat.person_id}.99999999999",
        "altered": altered(link),
        "other seat": link.replace(f"/a/{seat.pk}.", f"/a/{other.pk}."),
    }[wrong]
    answer = client.post(address, {"answer": "ack"}) if post else client.get(address)
    assert answer.status_code == 403
    assert "链接" in answer.content.decode()
    assert (state(seat)[0], state(other)[0]) == ("given", "given")


@pytest.mark.parametrize("post", [False, True])
def test_expired_link_is_refused(
    client: Client, seat: Seat, monkeypatch: pytest.MonkeyPatch, post: bool
) -> None:
    monkeypatch.setattr(links, "LIFE", timedelta(seconds=-1))
    address = command.ack_link(seat)
    answer = client.post(address, {"answer": "ack"}) if post else client.get(address)
    assert (answer.status_code, "已过期" in answer.content.decode()) == (403, True)
    assert state(seat)[0] == "given"


@pytest.mark.parametrize("post", [False, True])
def test_another_signed_in_person_is_refused(zone: SmallZone, link: str, seat: Seat, post: bool) -> None:
    client = Client()
    client.force_login(
        zone.person_account("何以宁"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = client.post(link, {"answer": "ack"}) if post else client.get(link)
    assert (answer.status_code, "这个链接是发给别人的" in answer.content.decode()) == (403, True)
    assert state(seat)[0] == "given"


def test_account_without_person_is_refused_too(link: str, seat: Seat) -> None:
    client = Client()
    client.force_login(
        account(Role.DUTY_OFFICER), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.post(link, {"answer": "ack"}).status_code == 403
    assert state(seat)[0] == "given"


def test_the_person_himself_may_be_signed_in(zone: SmallZone, link: str, seat: Seat) -> None:
    client = Client()
    client.force_login(
        zone.person_account("葛明达"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    client.post(link, {"answer": "ack"})
    assert state(seat)[0] == "acked"


def test_closed_seat_says_so_and_keeps_a_late_confirmation(client: Client, link: str, seat: Seat) -> None:
    command.decline(seat_id=seat.pk, reason="试验", by=system_actor("测试"))
    page = client.get(link)
    assert (page.status_code, "已经结束" in page.content.decode()) == (403, True)
    late = client.post(link, {"answer": "ack"})
    assert (late.status_code, "您的确认已记下" in late.content.decode()) == (200, True)
    seat.refresh_from_db()
    assert (seat.ack_state, seat.late_ack_at is not None) == ("declined", True)
