"""Codes, check-in sheets, clocks that jump, restarts and the sign of life (command.md sections 8, 15)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from pingzhan.domain.command import api, codes, heartbeat, links
from pingzhan.domain.command.actions import calling, replies
from pingzhan.domain.command.actions.duties import ensure_policy
from pingzhan.domain.command.enums import AckState
from pingzhan.domain.command.models import Seat, WrongCode
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.jobs.beats import beat
from pingzhan.foundation.messages import backlog
from pingzhan.foundation.messages.addresses import addresses_of
from pingzhan.foundation.messages.models import Channel as Way
from pingzhan.foundation.messages.models import ChannelHealth, Notice
from pingzhan.foundation.messages.registry import render
from pingzhan.foundation.messages.routes import Go, History, load_ways, route
from pingzhan.kernel.errors import Conflict, NotFound, Refused
from tests.domain.command.conftest import order
from tests.domain.command.park import GroupSpec, PostSpec, make_persons, make_unit, make_version
from tests.domain.command.test_escalation import him, older, seat_of, settle, substitutes
from tests.factories import SmallZone, actor_with

Sound = Callable[[], None]


@pytest.fixture
def live(park: SmallZone, duty: Actor) -> SmallZone:
    """Level II, 医疗保障组 head with two substitutes; everybody else has confirmed."""
    substitutes(park, medical__head=("桑晓风", "谈云起"))
    api.order_switch(order=order(park), by=duty)
    settle("medical.head")
    return park


def me(seat: Seat) -> Actor:
    return link_actor(seat.person_id, seat.person.name)


# --- clocks, channels, restarts


def test_case_19_a_clock_that_jumps_and_one_of_another_zone(live: SmallZone, sound: Sound) -> None:
    seat = seat_of("medical.head")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/Los_Angeles'")
    hour = seat.opened_at + timedelta(hours=1)
    assert api.sweep(now=hour) == api.SweepResult(passed=1, notified=0)
    # Back again: nothing is due, nothing is undone, and the next step is no earlier than it was.
    now = seat_of("medical.head")
    assert api.sweep() == api.SweepResult()
    assert seat_of("medical.head").next_at == now.next_at
    seat.refresh_from_db()
    assert seat.ack_state == AckState.PASSED
    api.acknowledge(seat_id=now.pk, by=me(now))
    api.decline(seat_id=now.pk, reason="时钟回拨", by=me(now))
    now.refresh_from_db()
    assert now.closed_at is not None
    assert now.closed_at >= now.opened_at


def test_case_19_the_servers_own_clock_decides_nothing(
    live: SmallZone, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat, ahead = seat_of("medical.head"), timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert api.sweep() == api.SweepResult()
        older(301, post_code="medical.head")
        assert api.sweep() == api.SweepResult(passed=1)
        now = seat_of("medical.head")
        api.acknowledge(seat_id=now.pk, by=me(now))
        now.refresh_from_db()
        seat.refresh_from_db()
        assert seat.closed_at is not None
        assert now.acked_at is not None
        assert max(seat.closed_at, now.opened_at, now.acked_at) < ahead - timedelta(minutes=30)
    finally:
        monkeypatch.undo()
        time.tzset()


def voice(enabled: bool = True) -> Way:
    return Way.objects.create(key="voice", kind="sms", label="语音", enabled=enabled)


def test_case_20_without_a_voice_channel_the_call_goes_another_way(live: SmallZone) -> None:
    way = voice(enabled=False)
    older(121, post_code="medical.head")
    assert api.sweep().called == 1
    assert Notice.objects.get(kind="call").channel == "auto"
    Way.objects.filter(pk=way.pk).update(enabled=True)
    assert calling.voice_channel() == "voice"


def test_case_20_a_channel_that_is_down_is_passed_over_and_the_switch_goes_on(
    live: SmallZone, duty: Actor, sound: Sound
) -> None:
    ChannelHealth.objects.create(
        channel=voice(), state="down", failures=5, probe_at=Now() + timedelta(minutes=5)
    )
    texts = Way.objects.create(key="texts", kind="sms", label="短信", enabled=True, order=20)
    ChannelHealth.objects.create(channel=texts)
    older(121, post_code="medical.head")
    assert api.sweep().called == 1
    notice = Notice.objects.get(kind="call")
    addresses = addresses_of([notice.recipient])[notice.recipient]
    way = route(notice, load_ways(), addresses, History())
    assert isinstance(way, Go)
    assert (notice.channel, way.via) == ("voice", "texts")
    assert not backlog().healthy
    api.order_switch(order=order(live, key="k2", level=1), by=duty)
    sound()


def test_case_21_nobody_gets_the_same_text_twice(live: SmallZone, duty: Actor) -> None:
    settle("nothing")
    Seat.objects.filter(post_code="medical.member", closed_at=None).update(
        acked_at=None, ack_state="given", ack_by="", ack_via="", next_at=Now() + timedelta(minutes=1)
    )
    seat = seat_of("medical.member")
    for seconds in (121, 180, 300, 300, 900):
        older(seconds, post_code="medical.member")
        api.sweep()
    # The ladder has just told him: a person does not within the same minute.
    with pytest.raises(Conflict):
        api.urge(seat_id=seat.pk, by=duty)
    Notice.objects.filter(kind="urge").update(created_at=Now() - timedelta(minutes=2))
    api.urge(seat_id=seat.pk, by=duty)
    with pytest.raises(Conflict):
        api.urge(seat_id=seat.pk, by=duty)
    notices = list(Notice.objects.filter(recipient=seat.person_id, subject_id=seat.pk))
    texts = [getattr(words, "title", "") for words in render(notices).values()]
    assert len(texts) > 3
    assert len(set(texts)) == len(texts)


def test_case_31_five_hundred_overdue_after_a_restart(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = make_unit("zone", "ZZ")
    people = make_persons(zone, 502)
    posts = [
        PostSpec("leading.head", "leading", "head", critical=True, holders=[(1, 0, people[0].pk)]),
        PostSpec("c.head", "c", "head", holders=[(1, 0, people[1].pk)]),
        PostSpec("c.m", "c", high=500, holders=[(n, 0, one.pk) for n, one in enumerate(people[2:], 1)]),
    ]
    make_version(zone, [GroupSpec("leading", "leading"), GroupSpec("c")], posts)
    ensure_policy()
    voice()
    park = SmallZone(zone, zone, [], None, {}, {}, None)  # type: ignore[arg-type]
    api.order_switch(order=order(park), by=actor_with(Role.DUTY_OFFICER))
    settle("c.m")
    older(121)
    assert api.sweep() == api.SweepResult(called=20, waiting=480)
    assert Notice.objects.filter(kind="call", channel="voice").count() == 20
    older(15)
    assert api.sweep() == api.SweepResult(waiting=480)
    Notice.objects.filter(kind="call").update(
        state="sent", sent_at=Now() - timedelta(minutes=2), created_at=Now() - timedelta(minutes=3)
    )
    older(15)
    assert api.sweep() == api.SweepResult(called=20, waiting=460)
    # Down for an hour: one sweep acts on all, nobody is called any more, and the one head gets one message.
    older(3600)
    assert api.sweep() == api.SweepResult(named=500)
    assert api.sweep() == api.SweepResult()
    assert Notice.objects.filter(kind="call").count() == 40
    told = Notice.objects.filter(kind="escalation", recipient=people[1].pk)
    assert "500" in told.get().title


def test_the_sign_of_life_is_given_only_when_all_is_well(
    live: SmallZone, settings: LazySettings, tmp_path: Path
) -> None:
    sign = tmp_path / "alive"
    settings.HEARTBEAT_FILE = str(sign)
    assert heartbeat.heartbeat().sweep_down
    assert not sign.exists()
    beat("command.sweep", 5.0)
    assert heartbeat.heartbeat().healthy
    assert sign.exists()
    sign.unlink()

    older(140, post_code="medical.head")
    assert heartbeat.heartbeat() == heartbeat.Findings()
    sign.unlink()
    older(15, post_code="medical.head")
    assert heartbeat.heartbeat() == heartbeat.Findings(seats=1)
    assert not sign.exists()
    api.sweep()
    assert heartbeat.heartbeat().healthy
    sign.unlink()

    Notice.objects.filter(pk=Notice.objects.latest("pk").pk).update(
        state="leased", lease_until=Now() - timedelta(seconds=40), tries=1
    )
    assert heartbeat.heartbeat() == heartbeat.Findings(notices=1)
    beat("command.sweep", 5.0, "broken")
    assert heartbeat.heartbeat() == heartbeat.Findings(notices=1, sweep_down=True)
    assert not sign.exists()


def test_a_sign_that_cannot_be_given_stops_nothing(db: None, settings: LazySettings, tmp_path: Path) -> None:
    beat("command.sweep", 5.0)
    settings.HEARTBEAT_FILE = str(tmp_path / "no" / "such" / "folder")
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/alive"
    assert heartbeat.heartbeat().healthy
    assert not os.path.exists(settings.HEARTBEAT_FILE)


# --- codes and sheets


def own_code(seat: Seat) -> str:
    return codes.reply_code(seat.pk, seat.person_id)


def test_a_reply_from_ones_own_number_confirms(live: SmallZone) -> None:
    seat = seat_of("medical.head")
    phone = api.phone_of(seat.person_id)
    done = api.acknowledge_by_text(phone=f"+86 {phone}", text=f"收到，{codes.spaced(own_code(seat))}")
    assert done.result == "acked"
    seat.refresh_from_db()
    assert (seat.ack_via, seat.ack_by) == ("sms", seat.person.name)
    assert api.acknowledge_by_text(phone=phone, text=own_code(seat)).result == "already"


def test_a_code_from_another_number_or_for_another_seat_confirms_nothing(live: SmallZone) -> None:
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    with pytest.raises(NotFound):
        api.acknowledge_by_text(phone=api.phone_of(other.person_id), text=own_code(seat))
    with pytest.raises(NotFound):
        api.acknowledge_by_text(phone="13912345678", text=own_code(seat))
    with pytest.raises(NotFound):
        api.acknowledge_by_text(phone=api.phone_of(seat.person_id), text=own_code(other))
    seat.refresh_from_db()
    assert seat.acked_at is None
    assert WrongCode.objects.count() == 3
    assert not WrongCode.objects.filter(source__contains="139").exists()


def test_case_15_two_who_share_a_telephone_stay_two(live: SmallZone, sound: Sound) -> None:
    """A number is no identity: the code says for whom it answers, and nobody is merged or answered for."""
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    Seat.objects.filter(pk=other.pk).update(
        acked_at=None, ack_state="given", ack_by="", ack_via="", next_at=Now() + timedelta(hours=1)
    )
    shared = api.phone_of(seat.person_id)
    people = Person.objects.count()
    organisation.add_contact(person=other.person, channel=Channel.PHONE, address=shared, by=live.root)
    assert api.acknowledge_by_text(phone=shared, text=own_code(seat)).result == "acked"
    seat.refresh_from_db()
    other.refresh_from_db()
    assert (seat.ack_by, other.acked_at) == (seat.person.name, None)
    assert api.acknowledge_by_text(phone=shared, text=own_code(other)).result == "acked"
    other.refresh_from_db()
    assert other.ack_by == other.person.name
    assert Person.objects.count() == people
    sound()


def test_guessing_is_stopped_and_forgotten_after_ten_minutes(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    for n in range(replies.MAX_WRONG):
        with pytest.raises(NotFound):
            api.acknowledge_by_code(zone=live.zone, code=f"{n:08d}", by=duty)
    with pytest.raises(api.TooMany):
        api.acknowledge_by_code(zone=live.zone, code=own_code(seat), by=duty)
    other = actor_with(Role.DUTY_OFFICER, name="值班乙")
    WrongCode.objects.update(at=F("at") - replies.WINDOW)
    done, _seat = api.acknowledge_by_code(zone=live.zone, code=own_code(seat), by=other)
    assert done.result == "acked"


def test_a_typed_code_is_the_holders_answer_and_the_trail_names_the_officer(
    live: SmallZone, duty: Actor
) -> None:
    seat = seat_of("medical.head")
    with pytest.raises(Refused):
        api.acknowledge_by_code(zone=live.zone, code=own_code(seat), by=him(live, "方可行"))
    done, found = api.acknowledge_by_code(zone=live.zone, code=codes.spaced(own_code(seat)), by=duty)
    assert (done.result, found.pk) == ("acked", seat.pk)
    seat.refresh_from_db()
    assert (seat.ack_via, seat.ack_by) == ("sms", seat.person.name)


def test_an_old_code_opens_nothing(live: SmallZone, duty: Actor) -> None:
    seat = seat_of("medical.head")
    older(links.LIFE.total_seconds() + 60, post_code="medical.head")
    with pytest.raises(NotFound):
        api.acknowledge_by_code(zone=live.zone, code=own_code(seat), by=duty)


def test_codes_are_told_outside_of_the_application_only(live: SmallZone) -> None:
    seat = seat_of("medical.head")
    notice = Notice.objects.get(dedupe=f"order:0:{seat.pk}")
    outside = render([notice])[notice.pk]
    notice.channel = "in_app"
    inside = render([notice])[notice.pk]
    code = codes.spaced(own_code(seat))
    assert code in getattr(outside, "body", "")
    assert code not in getattr(inside, "body", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1234 5678", ["12345678"]),
        ("签收码\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", ["12345678"]),
        ("12345678901", []),
        ("我叫1234", []),
        ("1234-5678 8765 4321", ["12345678", "87654321"]),
    ],
)
def test_codes_in_a_text(text: str, found: list[str]) -> None:
    assert codes.codes_in(text) == found


def test_arriving_at_a_sheet(live: SmallZone, sound: Sound) -> None:
    place = api.open_check_in(api.check_in_token(live.zone))
    seat = seat_of("medical.head")
    person = api.person_by_code(place=place, code=own_code(seat), address="192.0.2.1")
    assert person == seat.person_id
    assert [one.pk for one in api.check_in(place=place, person_id=person)] == [seat.pk]
    assert api.check_in(place=place, person_id=person) == []
    seat.refresh_from_db()
    assert (seat.ack_state, seat.ack_via) == (AckState.ARRIVED, "check_in")
    sound()


def test_a_sheet_of_another_place_a_forged_one_and_a_guessed_code(live: SmallZone) -> None:
    elsewhere = api.open_check_in(api.check_in_token(live.firms[0]))
    seat = seat_of("medical.head")
    with pytest.raises(NotFound):
        api.check_in(place=elsewhere, person_id=seat.person_id)
    with pytest.raises(NotFound):
        api.person_by_code(place=elsewhere, code=own_code(seat), address="192.0.2.1")
    token = api.check_in_token(live.firms[0])
    forged = f"{live.zone.pk}.:{token.rpartition(':')[2]}"
    for wrong in (forged, "x", links.token_for(seat)):
        with pytest.raises(NotFound):
            api.open_check_in(wrong)
    place = api.open_check_in(api.check_in_token(live.zone))
    for n in range(replies.MAX_WRONG):
        with pytest.raises(NotFound):
            api.person_by_code(place=place, code=f"{n:08d}", address="192.0.2.7")
    with pytest.raises(api.TooMany):
        api.person_by_code(place=place, code=own_code(seat), address="192.0.2.7")
    assert api.person_by_code(place=place, code=own_code(seat), address="192.0.2.8") == seat.person_id
    WrongCode.objects.bulk_create(WrongCode(source="places") for _n in range(replies.MAX_WRONG_AT_PLACES))
    with pytest.raises(api.TooMany):
        api.person_by_code(place=place, code=own_code(seat), address="192.0.2.9")


def test_the_sheet_of_a_post_is_for_that_post(live: SmallZone, sound: Sound) -> None:
    place = api.open_check_in(api.check_in_token(live.zone, "medical.head"))
    seat, other = seat_of("medical.head"), seat_of("testing.head")
    assert live.posts["medical.head"].name in place.name
    with pytest.raises(NotFound):
        api.check_in(place=place, person_id=other.person_id)
    with pytest.raises(NotFound):
        api.person_by_code(place=place, code=own_code(other), address="192.0.2.1")
    account = him(live, seat.person.name)
    api.check_in(place=place, person_id=seat.person_id, by=account)
    seat.refresh_from_db()
    assert seat.ack_via == "check_in"
    row = AuditRecord.objects.filter(verb="command.acknowledge").latest("pk")
    assert (row.actor_kind, row.actor_id) == ("user", account.user_id)
    sound()
