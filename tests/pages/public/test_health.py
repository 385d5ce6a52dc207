from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.test import Client

from pingzhan.foundation.jobs.beats import beat
from pingzhan.foundation.jobs.models import LoopBeat


@pytest.mark.django_db
def test_health_tells_of_database_and_worker(client: Client) -> None:
    assert client.get("/health/").json() == {"status": "ok", "database": True, "worker": "unknown"}
    beat("outbox", 2.0)
    assert client.get("/health/").json()["worker"] == "ok"
    LoopBeat.objects.update(last_at=Now() - timedelta(minutes=5))
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["worker"]) == (200, "late")
    assert client.post("/health/").status_code == 405


@pytest.mark.django_db
def test_health_is_503_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", broken)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": False, "worker": "unknown"}
