from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages import NewNotice, registry

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
