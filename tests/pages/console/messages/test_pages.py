"""通知: who opens what, what the pages show, what comes in without sign-in."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages import (
    NewNotice,
    actions,
    deliver_due,
    enqueue_bulk,
    receipts,
    register_addresses,
)
from pingzhan.foundation.messages import addresses as resolver
from pingzhan.foundation.messages.models import Channel, ChannelHealth, Letter, Notice
from tests.factories import SmallZone
from tests.foundation.messages.stubs import gateway, mail_server
from tests.pages.console.conftest import HTMX, SignIn

pytestmark = pytest.mark.django_db
VIEWERS = {Role.SYSTEM_ADMIN, Role.DUTY_OFFICER, Role.LEADER, Role.CLERK}
SENDERS = {Role.DUTY_OFFICER, Role.LEADER, Role.CLERK}
MANAGERS = {Role.SYSTEM_ADMIN}
ROOT = system_actor("试验")


@pytest.fixture(autouse=True)
def addresses() -> Any:
    kept = dict(resolver._resolvers)
    register_addresses(lambda ids: {})
    yield
    resolver._resolvers.clear()
    resolver._resolvers.update(kept)


def sms_channel(port: int = 1, *, key: str = "sms", enabled: bool = True, **limits: Any) -> Channel:
    made = actions.create_channel(
        key=key,
        kind="sms",
        label=f"短信{key}",
        values={"url": f"http://127.0.0.1:{port}/", "private": True, "ok_field": "code", "key": "geheim"},
        limits=actions.Limits(**limits),
        by=ROOT,
    )
    return actions.set_enabled(channel_id=made.pk, enabled=enabled, by=ROOT) if enabled else made


def dead_notice(path: str = "/", n: int = 1) -> Notice:
    enqueue_bulk(
        [
            NewNotice(
                dedupe=f"page:{path}:{k}",
                recipient=k,
                account=None,
                kind="test",
                channel="auto",
                title=f"失败的通知 {path}",
                subject_kind="test",
                subject_id=k,
                unit_path=path,
            )
            for k in range(n)
        ]
    )
    Notice.objects.filter(state="queued").update(state="dead", last_error="线路不通")
    return Notice.objects.latest("id")


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_what(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    channel, notice = sms_channel(enabled=False), dead_notice()
    client = sign_in(role)
    letter = Letter.objects.create(title="标题", by_name="某人")
    expected = {
        "/messages/": VIEWERS,
        f"/messages/notices/{notice.pk}/": VIEWERS,
        f"/messages/letters/{letter.pk}/": VIEWERS,
        "/messages/compose/": SENDERS,
        "/messages/channels/new/sms/": MANAGERS,
        f"/messages/channels/{channel.pk}/": MANAGERS,
        "/inbox/": set(Role),
        "/inbox/bell/": set(Role),
    }
    found = {address: client.get(address).status_code for address in expected}
    assert found == {address: 200 if role in allowed else 403 for address, allowed in expected.items()}


@pytest.mark.parametrize("role", list(Role))
def test_who_changes_what(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    channel, notice = sms_channel(enabled=False), dead_notice()
    client = sign_in(role)
    expected = {
        f"/messages/channels/{channel.pk}/enable/": MANAGERS,
        f"/messages/channels/{channel.pk}/remove/": MANAGERS,
        f"/messages/notices/{notice.pk}/retry/": VIEWERS,
        f"/messages/notices/{notice.pk}/give-up/": VIEWERS,
        "/messages/retry-all/": SENDERS,
        "/inbox/read/": set(Role),
    }
    found = {address: client.post(address).status_code for address in expected}
    assert found == {address: 302 if role in allowed else 403 for address, allowed in expected.items()}


@pytest.mark.parametrize("address", ["/messages/", "/messages/compose/", "/inbox/"])
def test_visitor_is_sent_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_notices_of_another_unit_are_not_there(world: SmallZone, sign_in: SignIn) -> None:
    mine, other = dead_notice(world.firms[0].path), dead_notice(world.firms[1].path)
    client = sign_in(Role.CLERK, path=world.firms[0].path)
    text = client.get("/messages/").content.decode()
    assert (mine.title in text, other.title in text) == (True, False)
    for action in ("", "retry/", "give-up/"):
        address = f"/messages/notices/{other.pk}/{action}"
        answer = client.post(address) if action else client.get(address)
        assert answer.status_code == 404
    other.refresh_from_db()
    assert other.state == "dead"


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(world: SmallZone, sign_in: SignIn, rows: int, django_assert_num_queries: Any) -> None:
    client = sign_in(Role.SYSTEM_ADMIN)
    for n in range(rows):
        sms_channel(key=f"sms{n}", enabled=False)
        Letter.objects.create(title=f"标题{n}", by_name="某人")
    dead_notice(n=rows)
    client.get("/messages/")
    with django_assert_num_queries(11):
        assert client.get("/messages/", headers=HTMX).status_code == 200


def test_a_channel_that_is_down_turns_the_board_red_and_another_takes_over(
    world: SmallZone, sign_in: SignIn, transactional_db: None
) -> None:
    register_addresses(lambda ids: {n: [("sms", f"138{n:08d}"), ("email", f"p{n}@example.org")] for n in ids})
    officer = sign_in(Role.DUTY_OFFICER)
    person = Person.objects.filter(account__isnull=True, active=True).first()
    assert person is not None
    Notice.objects.all().delete()
    with gateway(lambda number, times: "error") as web, mail_server() as mail:
        sms_channel(web.port, trip_after=1)
        made = actions.create_channel(
            key="mail",
            kind="smtp",
            label="邮件",
            values={
                "host": "127.0.0.1",
                "port": mail.port,
                "security": "none",
                "sender": "n@zone.example.org",
            },
            by=ROOT,
        )
        actions.set_enabled(channel_id=made.pk, enabled=True, by=ROOT)
        dead_notice(world.zone.path)
        Notice.objects.update(recipient=person.pk)
        actions.retry_all(by=ROOT)
        deliver_due()
        Notice.objects.update(next_at=Now())
        deliver_due()
        assert sum(mail.log.taken.values()) == 1
    board = officer.get("/duty/")
    assert board.context["board"].health_bad
    line = next(one for one in board.context["board"].health if one.name == "短信sms")
    assert (line.tone, line.word) == ("bad", "不通")
    notice = Notice.objects.get()
    assert (notice.state, notice.via) == ("sent", "mail")
    text = officer.get(f"/messages/notices/{notice.pk}/").content.decode()
    assert "http_503" in text
    assert "短信sms" in text
    assert "邮件" in text
    assert person.name in text


def letter_data(world: SmallZone, **more: Any) -> dict[str, Any]:
    usual = {
        "zone": world.zone.pk,
        "title": "八时集合",
        "body": "请准时。",
        "whole": ["officials"],
        "priority": "5",
        "channel": "auto",
        "key": str(uuid.uuid4()),
    }
    return {**usual, **more}


def test_a_letter_is_previewed_then_sent_once(world: SmallZone, sign_in: SignIn) -> None:
    clerk = sign_in(Role.CLERK)
    Notice.objects.all().delete()
    data = letter_data(world)
    preview = clerk.post("/messages/compose/", data)
    officials = Person.objects.filter(active=True, kind="official")
    inside = officials.filter(account__is_active=True).count()
    assert (preview.context["total"], preview.context["reached"]) == (officials.count(), inside)
    unreachable = officials.filter(account__isnull=True).first()
    assert unreachable is not None
    assert unreachable.name in preview.content.decode()
    assert not Letter.objects.exists()
    if not inside:
        assert clerk.post("/messages/compose/", {**data, "send": "1"}).status_code == 422
        register_addresses(lambda ids: {n: [("sms", f"138{n:08d}")] for n in ids})
        sms_channel()
    for _turn in range(2):
        answer = clerk.post("/messages/compose/", {**data, "send": "1"})
        assert answer.status_code == 302
    letter = Letter.objects.get()
    assert answer.headers["Location"] == f"/messages/letters/{letter.pk}/"
    assert Notice.objects.count() == letter.recipients > 0
    assert clerk.get(f"/messages/letters/{letter.pk}/").status_code == 200


def test_a_letter_to_nobody_is_422_and_keeps_its_words(world: SmallZone, sign_in: SignIn) -> None:
    answer = sign_in(Role.CLERK).post("/messages/compose/", letter_data(world, whole=[]))
    assert answer.status_code == 422
    assert "请准时" in answer.content.decode()


def test_a_letter_does_not_leave_the_zone_of_the_grant(world: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.CLERK, path="/999/")
    assert client.post("/messages/compose/", letter_data(world, send="1")).status_code == 404
    assert not Letter.objects.exists()


def test_who_may_write_to_a_part_of_the_zone_does_not_see_who_is_in_it(
    world: SmallZone, sign_in: SignIn
) -> None:
    client = sign_in(Role.CLERK, path=world.firms[0].path)
    answers = [client.get("/messages/compose/"), client.post("/messages/compose/", letter_data(world))]
    assert [one.status_code for one in answers] == [403, 403]
    assert not any("安若水" in one.content.decode() for one in answers)


def test_secrets_are_taken_and_never_shown(world: SmallZone, sign_in: SignIn) -> None:
    admin = sign_in(Role.SYSTEM_ADMIN)
    page = admin.get("/messages/channels/new/sms/")
    data = {
        name: value
        for name, value in {**page.context["form"].initial}.items()
        if value is not None and value is not False
    }
    data |= {"key": "sms-a", "label": "短信", "set_url": "https://sms.example.com/", "set_key": "geheim-1"}
    wrong = admin.post("/messages/channels/new/sms/", {**data, "set_url": "http://10.0.0.1/"})
    assert wrong.status_code == 422
    assert "geheim-1" not in wrong.content.decode()
    assert admin.post("/messages/channels/new/sms/", data).status_code == 302
    channel = Channel.objects.get()
    address = f"/messages/channels/{channel.pk}/"
    text = admin.get(address).content.decode()
    assert "geheim-1" not in text
    assert "已设置" in text
    assert admin.post(address, {**data, "set_key": "", "label": "改名"}).status_code == 302
    channel.refresh_from_db()
    assert channel.label == "改名"
    assert channel.secrets is not None


def test_a_gateway_reports_without_sign_in(world: SmallZone) -> None:
    channel, notice = sms_channel(), dead_notice()
    Notice.objects.filter(pk=notice.pk).update(state="sent", sent_at=Now(), via="sms", provider_id="r1")
    client = Client(enforce_csrf_checks=True)
    address = f"/messages/report/{receipts.callback_token(channel)}"
    body = json.dumps([{"msgId": "r1", "status": "DELIVRD"}])
    answer = client.post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"code": 0, "known": 1})
    assert client.post(address, {"msgId": "r1", "status": "DELIVRD"}).status_code == 422
    form = client.post(address, "msgId=r1&status=DELIVRD", content_type="application/x-www-form-urlencoded")
    assert form.json()["known"] == 1
    assert client.post(address, "[" * 100_000, content_type="application/json").status_code == 422
    assert client.post(address, b" " * 300_000, content_type="application/json").status_code == 422
    assert (
        client.post("/messages/report/sms:forged", body, content_type="application/json").status_code == 404
    )
    assert client.get(address).status_code == 405
    notice.refresh_from_db()
    assert notice.state == "delivered"


def test_looking_confirms_nothing_and_the_button_does(world: SmallZone) -> None:
    letter = Letter.objects.create(title="八时集合", body="请准时。", by_name="某人")
    notice = dead_notice()
    Notice.objects.update(state="sent", sent_at=Now(), via="sms", subject_kind="letter", subject_id=letter.pk)
    client = Client(enforce_csrf_checks=True)
    address = f"/n/{receipts.reading_token(notice.pk)}"
    page = client.get(address)
    assert "请准时" in page.content.decode()
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    notice.refresh_from_db()
    assert notice.state == "sent"
    assert client.post(address).status_code == 302
    notice.refresh_from_db()
    assert notice.state == "read"
    assert client.get("/n/1:forged:x").status_code == 404
    other = dead_notice("/9/")
    assert client.get(f"/n/{receipts.reading_token(other.pk)}").status_code == 422


def test_health_shows_slow_and_down_channels_only(world: SmallZone, sign_in: SignIn) -> None:
    sms_channel(key="fine")
    slow = sms_channel(key="slow")
    ChannelHealth.objects.filter(channel=slow).update(state="slow")
    lines = sign_in(Role.DUTY_OFFICER).get("/duty/").context["board"].health
    assert [(one.name, one.tone) for one in lines if one.name.startswith("短信")] == [("短信slow", "warn")]


def test_a_test_message_goes_out_at_once_and_only_for_a_fitting_address(
    world: SmallZone, sign_in: SignIn
) -> None:
    admin = sign_in(Role.SYSTEM_ADMIN)
    with gateway() as web:
        channel = sms_channel(web.port, enabled=False)
        wrong = admin.post(f"/messages/channels/{channel.pk}/test/", {"address": "p@example.org"})
        assert wrong.status_code == 422
        assert "这个地址不适合这种渠道" in wrong.content.decode()
        for role in set(Role) - MANAGERS:
            sent = {"address": "13800000001"}
            assert sign_in(role).post(f"/messages/channels/{channel.pk}/test/", sent).status_code == 403
        assert not web.log.taken
        done = admin.post(f"/messages/channels/{channel.pk}/test/", {"address": "13800000001"})
        assert done.status_code == 200
        assert sum(web.log.taken.values()) == 1
        [(_path, _headers, body)] = web.log.bodies.values()
        assert "13800000001" in body
        assert done.context["tested"]
    assert not Notice.objects.filter(kind="test").exists()
    refused = admin.post(f"/messages/channels/{channel.pk}/test/", {"address": "13800000001"})
    assert refused.status_code == 422


def test_a_letter_tells_how_many_it_could_not_be_sent_to(world: SmallZone, sign_in: SignIn) -> None:
    missed = list(Person.objects.values_list("pk", flat=True)[:2])
    letter = Letter.objects.create(title="标题", by_name="某人", unreached=missed)
    page = sign_in(Role.CLERK).get(f"/messages/letters/{letter.pk}/").content.decode()
    assert '<span class="tile-figure">2</span>' in page.partition("没有可用渠道")[2][:120]
