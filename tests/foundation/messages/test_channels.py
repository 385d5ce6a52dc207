"""Setting up channels: typed settings, addresses that may be reached, secrets that are never shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages import actions, rules, sealing
from pingzhan.foundation.messages.kinds import kinds, read_settings, settings_of
from pingzhan.foundation.messages.models import Channel
from pingzhan.foundation.messages.transport.gateway import GatewaySettings, fill
from pingzhan.foundation.messages.transport.http import check_url
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.factories import actor_with

from .stubs import gateway, mail_server

pytestmark = pytest.mark.django_db
MakeChannel = Callable[..., Channel]
MANAGERS = {Role.SYSTEM_ADMIN}


def columns_of(channel: Channel) -> str:
    """The channel's whole row and its history as the database stores them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT to_jsonb(c)::text FROM outbox_channel c WHERE id = %s)"
            " || (SELECT jsonb_agg(h)::text FROM outbox_channelhistory h)",
            [channel.pk],
        )
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def test_secrets_are_sealed_and_kept_when_left_empty(make_channel: MakeChannel) -> None:
    channel = make_channel("sms", port=1234, key="sms-a")
    assert "geheim" not in columns_of(channel)
    assert b"geheim" not in bytes(channel.secrets or b"")
    assert sealing.complete(channel).key == "geheim"
    actions.change_channel(
        channel_id=channel.pk,
        label="改名",
        values={**channel.settings, "key": ""},
        limits=actions.Limits(rate_count=7),
        by=actor_with(Role.SYSTEM_ADMIN),
    )
    channel.refresh_from_db()
    assert (channel.label, channel.rate_count) == ("改名", 7)
    assert sealing.complete(channel).key == "geheim"
    assert "geheim" not in json.dumps(list(AuditRecord.objects.values_list("body", flat=True)))


def test_a_new_secret_replaces_the_old(make_channel: MakeChannel) -> None:
    channel = make_channel("sms")
    values = {**channel.settings, "key": "neu"}
    actions.change_channel(
        channel_id=channel.pk,
        label="a",
        values=values,
        limits=actions.Limits(),
        by=actor_with(Role.SYSTEM_ADMIN),
    )
    channel.refresh_from_db()
    assert sealing.opened(channel) == {"key": "neu"}


@pytest.mark.parametrize("role", sorted(set(Role) - MANAGERS))
def test_who_may_not_manage(role: Role, make_channel: MakeChannel) -> None:
    channel = make_channel("filedrop", enabled=False)
    actor = actor_with(role)
    attempts: list[Callable[[], object]] = [
        lambda: actions.create_channel(key="new", kind="filedrop", label="a", values={}, by=actor),
        lambda: actions.change_channel(
            channel_id=channel.pk, label="b", values={}, limits=actions.Limits(), by=actor
        ),
        lambda: actions.set_enabled(channel_id=channel.pk, enabled=True, by=actor),
        lambda: actions.remove_channel(channel_id=channel.pk, by=actor),
        lambda: actions.send_test(channel_id=channel.pk, address="13800000000", by=actor),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert list(Channel.objects.values_list("key", "label", "enabled")) == [("filedrop", "filedrop", False)]


def test_who_sees_channels(make_channel: MakeChannel) -> None:
    make_channel("filedrop")
    seers = {role for role in Role if rules.channels_visible_to(actor_with(role)).exists()}
    assert seers == {Role.SYSTEM_ADMIN, Role.DUTY_OFFICER, Role.LEADER, Role.CLERK}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"key": "Bad Key"}, "key"),
        ({"key": "auto"}, ""),
        ({"kind": "pigeon"}, "kind"),
        ({"label": " "}, "label"),
        ({"values": {"host": "", "sender": "a@example.org"}}, "host"),
        ({"values": {"host": "mail host", "sender": "a@example.org"}}, "host"),
        ({"values": {"host": "mail", "sender": "nobody"}}, "sender"),
        ({"values": {"host": "mail", "sender": "a@example.org", "port": "many"}}, "port"),
        ({"values": {"host": "mail", "sender": "a@example.org", "port": 70000}}, "port"),
        ({"values": {"host": "mail", "sender": "a@example.org", "security": "maybe"}}, "security"),
        ({"limits": actions.Limits(concurrency=0)}, ""),
        ({"limits": actions.Limits(timeout_seconds=90)}, ""),
    ],
)
def test_wrong_settings_are_refused_by_name(change: dict[str, Any], place: str) -> None:
    right: dict[str, Any] = {
        "key": "mail",
        "kind": "smtp",
        "label": "邮件",
        "values": {"host": "mail.example.org", "sender": "a@example.org"},
    }
    with pytest.raises(Invalid) as caught:
        actions.create_channel(**{**right, **change}, by=actor_with(Role.SYSTEM_ADMIN))
    assert caught.value.place == place
    assert not Channel.objects.exists()


def test_a_key_is_taken_once_and_only_an_idle_channel_is_removed(make_channel: MakeChannel) -> None:
    admin = actor_with(Role.SYSTEM_ADMIN)
    channel = make_channel("filedrop")
    with pytest.raises(Conflict):
        actions.create_channel(key="filedrop", kind="filedrop", label="又一个", values={}, by=admin)
    with pytest.raises(Conflict):
        actions.remove_channel(channel_id=channel.pk, by=admin)
    actions.set_enabled(channel_id=channel.pk, enabled=False, by=admin)
    actions.remove_channel(channel_id=channel.pk, by=admin)
    assert not Channel.objects.exists()
    assert [one.verb for one in AuditRecord.objects.order_by("id")] == [
        "messages.channel_created",
        "messages.channel_enabled",
        "messages.channel_disabled",
        "messages.channel_removed",
    ]


def test_a_removed_channels_secrets_cannot_be_opened_from_the_history(make_channel: MakeChannel) -> None:
    channel = make_channel("sms", enabled=False)
    secrets, subject = bytes(channel.secrets or b""), channel.subject
    assert subject is not None
    actions.remove_channel(channel_id=channel.pk, by=actor_with(Role.SYSTEM_ADMIN))
    assert Vault.load([subject]).open(subject, sealing.FIELD, secrets) is None


@pytest.mark.parametrize(
    ("url", "private", "good"),
    [
        ("https://sms.example.com/send?x={phone}", False, True),
        ("http://sms.example.com/send", False, False),
        ("https://127.0.0.1/send", False, False),
        ("https://10.1.2.3/send", False, False),
        ("https://[::1]/send", False, False),
        ("https://[::ffff:127.0.0.1]/send", False, False),
        ("https://169.254.169.254/latest", True, False),
        ("http://169.254.169.254/latest", True, False),
        ("http://10.1.2.3:8080/send", True, True),
        ("http://127.0.0.1/send", True, True),
        ("https://user:secret@sms.example.com/", False, False),
        ("ftp://sms.example.com/", True, False),
        ("file:///etc/passwd", True, False),
        ("https:///send", True, False),
        ("https://sms.example.com:99999/", True, False),
        ("https://sms.example.com/a b", True, False),
        ("https://sms.example.com/\r\nX: y", True, False),
    ],
)
def test_which_addresses_may_be_set(url: str, private: bool, good: bool) -> None:
    if good:
        check_url(url, private=private)
    else:
        with pytest.raises(Invalid):
            check_url(url, private=private)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"headers": "no colon here"}, "headers"),
        ({"body": '{"phone": {phone}'}, "body"),
        ({"url": "http://sms.example.com/"}, "url"),
    ],
)
def test_a_gateway_that_cannot_work_is_refused(changes: dict[str, str], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(GatewaySettings, {"url": "https://sms.example.com/", **changes})
    assert caught.value.place == place


def test_no_text_can_change_the_shape_of_a_request() -> None:
    values = {"phone": '1","x":"', "text": 'a"b\\c\n</t>&', "title": "", "id": "PZ1", "key": "k\r\nX: y"}
    assert json.loads(fill('{"p": "{phone}", "t": "{text}"}', values, "json")) == {
        "p": values["phone"],
        "t": values["text"],
    }
    assert fill("p={phone}&t={text}", values, "form").count("&") == 1
    assert fill("<t>{text}</t>", values, "xml").count("<") == 2
    assert "\n" not in fill("Bearer {key}", values, "header")


def test_every_kind_names_its_settings_and_hides_its_secrets() -> None:
    assert list(kinds()) == [
        "sms", "smtp", "wecom_app", "dingtalk_app", "wecom", "dingtalk", "filedrop", "apprise",
    ]  # fmt: skip
    secret = {
        kind.key: [one.name for one in settings_of(kind.shape) if one.secret] for kind in kinds().values()
    }
    assert secret == {
        "sms": ["key"],
        "smtp": ["password"],
        "wecom_app": ["secret"],
        "dingtalk_app": ["secret"],
        "wecom": ["key"],
        "dingtalk": ["token", "secret"],
        "filedrop": [],
        "apprise": ["token"],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "in_app"},
        {"rate_seconds": 0},
        {"rate_count": 0},
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_to": "22:00"},
        {"quiet_priority": 0},
        {"subject": None},
    ],
)
def test_impossible_channels_are_refused_by_the_database(
    make_channel: MakeChannel, wrong: dict[str, Any]
) -> None:
    make_channel("sms")
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.update(**wrong)


def test_a_test_message_says_what_came_of_it_and_keeps_no_address(make_channel: MakeChannel) -> None:
    admin = actor_with(Role.SYSTEM_ADMIN)
    with gateway() as web, mail_server() as mail:
        sms = make_channel("sms", port=web.port)
        smtp = make_channel("smtp", port=mail.port)
        assert actions.send_test(channel_id=sms.pk, address="138 0000 0001", by=admin).startswith("rPZT")
        with pytest.raises(Invalid) as caught:
            actions.send_test(channel_id=smtp.pk, address="gone@example.org", by=admin)
        assert "gone@" not in caught.value.message
        assert caught.value.code == "smtp_550"
        for wrong in ("", "010-12345", "someone@example.org"):
            with pytest.raises(Invalid):
                actions.send_test(channel_id=sms.pk, address=wrong, by=admin)
        web.mood = lambda number, times: "error"
        with pytest.raises(Invalid):
            actions.send_test(channel_id=sms.pk, address="13800000001", by=admin)
    sms.health.refresh_from_db()
    assert (sms.health.failures, sms.health.state) == (1, "ok")
    said = [
        one.body["outcome"]
        for one in AuditRecord.objects.filter(verb="messages.channel_tested").order_by("id")
    ]
    assert said == ["ok", "smtp_550", "http_503"]
