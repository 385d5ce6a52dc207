"""The owner of an account learns at once that his second factors were reset, whatever the attacker does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db.models.functions import Now
from django.test import Client

from pingzhan.foundation.access import actor as actors
from pingzhan.foundation.access.actions import reset_factors
from pingzhan.foundation.access.actor import actor_of, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages import addresses, deliver_all_due, inbox, register_addresses
from pingzhan.foundation.messages.alerts import render
from pingzhan.foundation.messages.models import Channel, Notice
from pingzhan.kernel.errors import Conflict, Refused
from tests.factories import account as account_with

pytestmark = pytest.mark.django_db
PHONE = "13800000001"


@pytest.fixture
def owner() -> User:
    user = account_with(Role.DUTY_OFFICER)
    TOTP.activate(user, generate_totp_secret())
    return user


@pytest.fixture
def admin() -> User:
    return account_with(Role.SYSTEM_ADMIN)


@pytest.fixture
def with_phone(owner: User, make_channel: Callable[..., Channel], monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The owner is person 71, who has a phone; a text channel is set up and quiet all day for what may wait."""
    monkeypatch.setattr(actors, "_person_resolver", [lambda pk: 71 if pk == owner.pk else None])
    register_addresses(lambda ids: {71: [("sms", PHONE)]} if 71 in ids else {})
    channel = make_channel("sms")
    Channel.objects.filter(pk=channel.pk).update(quiet_from=time(0), quiet_to=time(23, 59), quiet_priority=3)
    return channel


def test_he_reads_when_by_whom_and_what_to_do(owner: User, admin: User) -> None:
    reset_factors(user=owner, by=actor_of(admin))
    deliver_all_due()
    (item,) = inbox(owner.pk)
    assert item.unread
    assert admin.name in item.words.title
    assert f"{item.notice.created_at.astimezone():%M}" in item.words.body
    assert "\u5982\u679c\u4e0d\u662f\u60a8\u7533\u8bf7\u7684" in item.words.body
    assert "\u4fee\u6539\u5bc6\u7801" in item.words.body
    assert item.words.link == ""
    assert inbox(admin.pk) == []


def test_a_second_notice_goes_to_his_phone_and_not_to_the_inbox(
    owner: User, admin: User, with_phone: Channel
) -> None:
    reset_factors(user=owner, by=actor_of(admin))
    rows = list(Notice.objects.order_by("id").values_list("channel", "account_id", "recipient", "priority"))
    assert rows == [("in_app", owner.pk, 71, 2), ("auto", None, 71, 2)]
    # Whoever holds the account can mark what lies in its inbox, and keeps nothing from the phone.
    deliver_all_due()
    Notice.objects.filter(channel="auto").update(state="sent", sent_at=Now(), lease_until=None)
    client = Client()
    client.force_login(owner)
    client.post("/inbox/read/")
    assert Notice.objects.get(channel="in_app").state == "read"
    assert Notice.objects.get(channel="auto").state == "sent"


def test_neither_quiet_hours_nor_a_dead_gateway_keeps_it_from_the_inbox(
    owner: User, admin: User, with_phone: Channel
) -> None:
    reset_factors(user=owner, by=actor_of(admin))
    deliver_all_due()
    assert Notice.objects.get(channel="in_app").state == "delivered"
    tried = Notice.objects.get(channel="auto")
    assert (tried.via, tried.tries > 0) == ("sms", True), "quiet hours do not hold it back"
    assert PHONE not in tried.title + tried.last_error


def test_without_a_way_to_his_phone_nothing_is_written_that_cannot_be_sent(owner: User, admin: User) -> None:
    addresses._resolvers.clear()
    reset_factors(user=owner, by=actor_of(admin))
    assert list(Notice.objects.values_list("channel", flat=True)) == ["in_app"]


def test_each_reset_is_told_and_a_refused_one_is_not(owner: User, admin: User) -> None:
    with pytest.raises(Refused):
        reset_factors(user=owner, by=actor_of(account_with(Role.SECURITY_ADMIN)))
    assert not Notice.objects.exists()
    reset_factors(user=owner, by=actor_of(admin))
    with pytest.raises(Conflict):
        reset_factors(user=owner, by=actor_of(admin))
    assert Notice.objects.count() == 1
    TOTP.activate(owner, generate_totp_secret())
    reset_factors(user=owner, by=system_actor("shell"))
    assert Notice.objects.count() == 2
    assert admin.name not in Notice.objects.latest("id").title


def test_words_need_no_query(owner: User, admin: User, django_assert_num_queries: object) -> None:
    reset_factors(user=owner, by=actor_of(admin))
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert len(render([Notice(pk=n, title="x", created_at=owner.created_at) for n in (1, 2, 3)])) == 3


def test_it_stands_in_his_sign_in_history(owner: User, admin: User) -> None:
    reset_factors(user=owner, by=actor_of(admin))
    client = Client()
    client.force_login(owner)
    page = client.get("/security/").content.decode()
    assert "\u7cfb\u7edf\u7ba1\u7406\u5458\u91cd\u7f6e\u4e86\u7b2c\u4e8c\u56e0\u7d20" in page
    assert "\u5df2\u91cd\u7f6e" in page
