"""Which way a notice goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages.models import Channel, ChannelState, Notice
from pingzhan.foundation.messages.routes import (
    Go,
    History,
    Hopeless,
    Wait,
    Way,
    candidates,
    load_ways,
    quiet_seconds,
    route,
)

pytestmark = pytest.mark.django_db
MakeChannel = Callable[..., Channel]
ADDRESSES = [("phone", "0871-1234567"), ("email", "someone@example.org"), ("sms", "13800000001")]


@pytest.fixture
def ways(make_channel: MakeChannel) -> dict[str, Way]:
    make_channel("sms", key="sms-b", order=2)
    make_channel("sms", key="sms-a", order=1)
    make_channel("smtp", order=3)
    make_channel("wecom", order=4)
    make_channel("filedrop", order=5, enabled=False)
    return load_ways()


def notice(channel: str = "auto", **more: object) -> Notice:
    return Notice(pk=1, recipient=1, channel=channel, title="标题", **more)


def test_the_recipients_order_goes_before_the_channels(ways: dict[str, Way]) -> None:
    assert candidates(notice(), ways, ADDRESSES) == [
        ("smtp", "someone@example.org"),
        ("sms-a", "13800000001"),
        ("sms-b", "13800000001"),
    ]


def test_inside_comes_last_and_the_console_only_without_anything_else(ways: dict[str, Way]) -> None:
    account = User(pk=7, is_active=True)
    assert candidates(notice(account=account), ways, ADDRESSES)[-1] == ("in_app", "")
    assert candidates(notice(account=account), ways, []) == [("in_app", "")]
    assert candidates(notice(account=User(pk=7, is_active=False)), ways, []) == [("console", "")]
    assert candidates(notice(), ways, []) == [("console", "")]


def test_a_channel_asked_for_goes_first_and_others_may_take_over(ways: dict[str, Way]) -> None:
    assert candidates(notice("sms-b"), ways, ADDRESSES)[0] == ("sms-b", "13800000001")
    assert [key for key, _address in candidates(notice("sms-b"), ways, ADDRESSES)] == [
        "sms-b",
        "smtp",
        "sms-a",
    ]
    assert candidates(notice("unknown"), ways, []) == []


def test_a_group_is_spoken_to_without_an_address(ways: dict[str, Way]) -> None:
    group = notice("wecom")
    group.recipient = 0
    assert candidates(group, ways, []) == [("wecom", "")]


def test_a_channel_that_is_down_is_passed_over_until_its_trial(ways: dict[str, Way]) -> None:
    ways["smtp"].health.state = ChannelState.DOWN
    ways["smtp"].probe_in = 20.0
    assert route(notice(), ways, ADDRESSES, History()) == Go("sms-a", "13800000001", others=True)
    ways["smtp"].probe_in = -1.0
    assert route(notice(), ways, ADDRESSES, History()) == Go("smtp", "someone@example.org", others=True)
    assert route(notice(), ways, ADDRESSES, History(), blocked=["smtp"]) == Go(
        "sms-a", "13800000001", others=True
    )


def test_when_all_are_down_it_waits_for_the_first_trial(ways: dict[str, Way]) -> None:
    for seconds, way in enumerate(ways.values(), start=30):
        way.health.state = ChannelState.DOWN
        way.probe_in = float(seconds)
    assert route(notice(), ways, ADDRESSES, History()) == Wait("sms-a", 30.0)


def test_refused_for_good_is_left_out_and_failed_often_stands_back(ways: dict[str, Way]) -> None:
    assert route(notice(), ways, ADDRESSES, History(lasting={"smtp"})) == Go(
        "sms-a", "13800000001", others=True
    )
    assert route(notice(), ways, ADDRESSES, History(failed={"smtp": 2})) == Go(
        "smtp", "someone@example.org", others=True
    )
    assert route(notice(), ways, ADDRESSES, History(failed={"smtp": 3})) == Go(
        "sms-a", "13800000001", others=True
    )
    left = History(lasting={"smtp", "sms-a"})
    assert route(notice(), ways, ADDRESSES, left) == Go("sms-b", "13800000001", others=False)
    nothing = History(lasting={"smtp", "sms-a", "sms-b"})
    assert isinstance(route(notice(last_error="号码不存在"), ways, ADDRESSES, nothing), Hopeless)


@pytest.mark.parametrize(("priority", "waits"), [(0, False), (2, False), (4, False), (5, True), (9, True)])
def test_quiet_hours_hold_back_what_is_not_urgent(ways: dict[str, Way], priority: int, waits: bool) -> None:
    ways["smtp"].quiet_for = 3600.0
    found = route(notice(priority=priority), ways, ADDRESSES, History())
    assert found == (Wait("smtp", 3600.0) if waits else Go("smtp", "someone@example.org", others=True))


def test_a_channel_asked_to_wait_long_is_left_alone(ways: dict[str, Way]) -> None:
    ways["smtp"].pause = 60.0
    assert route(notice(), ways, ADDRESSES, History()) == Wait("smtp", 60.0)


@pytest.mark.parametrize(
    ("start", "end", "now", "hours"),
    [
        (time(22), time(7), "23:00", 8),
        (time(22), time(7), "06:00", 1),
        (time(22), time(7), "12:00", 0),
        (time(22), time(7), "07:00", 0),
        (time(22), time(7), "22:00", 9),
        (time(12), time(14), "13:00", 1),
        (time(12), time(14), "11:59", 0),
        (None, None, "23:00", 0),
    ],
)
def test_quiet_hours_may_pass_midnight(start: time | None, end: time | None, now: str, hours: int) -> None:
    at = datetime.fromisoformat(f"2026-11-25T{now}:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert quiet_seconds(start, end, at) == hours * 3600
