from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages import NewNotice, actions, addresses, registry
from pingzhan.foundation.messages.models import Channel

_numbers = itertools.count(1)

MakeNotice = Callable[..., NewNotice]


@pytest.fixture(autouse=True)
def plug_ins() -> Iterator[None]:
    """Renderers and channels registered by a test do not outlive it."""
    renderers, channels = dict(registry._renderers), dict(registry._channels)
    yield
    registry._renderers.clear()
    registry._renderers.update(renderers)
    registry._channels.clear()
    registry._channels.update(channels)


@pytest.fixture
def account(db: None) -> User:
    return User.objects.create_user(f"reader{next(_numbers)}", name="某人")


@pytest.fixture
def new() -> MakeNotice:
    """A notice on the console channel with a number of its own."""

    def make(**fields: object) -> NewNotice:
        n = next(_numbers)
        values: dict[str, object] = {
            "dedupe": f"test:{n}",
            "recipient": n,
            "account": None,
            "kind": "order",
            "channel": "console",
            "title": f"命令 {n}",
            "subject_kind": "test",
            "subject_id": n,
        }
        return NewNotice(**{**values, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(autouse=True)
def no_addresses() -> Iterator[None]:
    """Recipients have no addresses unless a test says so; what a test registers does not outlive it."""
    kept = dict(addresses._resolvers)
    addresses._resolvers.clear()
    yield
    addresses._resolvers.update(kept)


MakeChannel = Callable[..., Channel]


@pytest.fixture
def make_channel() -> MakeChannel:
    """A channel of a kind, aimed at a stub on the loopback address; limits and settings by name."""

    def make(kind: str, *, port: int = 1, key: str = "", enabled: bool = True, **more: Any) -> Channel:
        usual: dict[str, dict[str, Any]] = {
            "smtp": {
                "host": "127.0.0.1",
                "port": port,
                "security": "none",
                "sender": "notices@zone.example.org",
                "sender_name": "云岭开发区",
            },
            "sms": {
                "url": f"http://127.0.0.1:{port}/send",
                "private": True,
                "ok_field": "code",
                "id_field": "msgId",
                "headers": "Authorization: Bearer {key}",
                "key": "geheim",
            },
            "wecom": {"key": "robot-key", "base": f"http://127.0.0.1:{port}", "private": True},
            "dingtalk": {
                "token": "robot-token",
                "secret": "SECabc",
                "base": f"http://127.0.0.1:{port}",
                "private": True,
            },
            "filedrop": {},
        }
        names = {one.name for one in dataclasses.fields(actions.Limits)}
        limits = actions.Limits(**{name: value for name, value in more.items() if name in names})
        values = {**usual.get(kind, {}), **{name: value for name, value in more.items() if name not in names}}
        root = system_actor("试验")
        channel = actions.create_channel(
            key=key or kind, kind=kind, label=key or kind, values=values, limits=limits, by=root
        )
        if enabled:
            channel = actions.set_enabled(channel_id=channel.pk, enabled=True, by=root)
        return channel

    return make
