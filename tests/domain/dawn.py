"""A business day that begins when a test wants it, so that the night before and the day after meet at any hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.obligations import settings
from pingzhan.foundation.options import registry


def begin_at(monkeypatch: pytest.MonkeyPatch, clock: str) -> None:
    """Let every business day begin at a local time, HH:MM."""
    known = registry.value
    monkeypatch.setattr(
        settings, "value", lambda key: clock if key == "obligations.day_start" else known(key)
    )


def dawn(monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """Let the business day begin in the minute before ``now``; return a moment of the night before it."""
    begins = (now - timedelta(minutes=1)).replace(second=0, microsecond=0)
    begin_at(monkeypatch, f"{timezone.localtime(begins):%H:%M}")
    return begins - timedelta(minutes=1)
