"""批量交办 goes to the enterprises that were looked at, and to no others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pingzhan.domain.orders.models import Batch, Order
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn
from tests.pages.console.orders.test_pages import file_of, later


@pytest.fixture
def duty(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER)


def risk(world: SmallZone, n: int, value: str) -> None:
    Enterprise.objects.filter(unit=world.firms[n]).update(risk=value)


def hidden(page: Any, name: str) -> str:
    """Return what a form of the page sends along unseen."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page.content.decode())
    assert found is not None
    return found.group(1)


def test_other_enterprises_than_those_seen_are_refused_until_they_are_looked_at(
    world: SmallZone, duty: Client
) -> None:
    """As many as before, but not the same ones; what was typed stays, and the second try is what is seen then."""
    file_of(world, 0, "high")
    file_of(world, 1, "low")
    page = duty.get("/orders/bulk/", {"risk": "high"})
    data = {"title": "自查", "text": "食堂", "due_at": later(), "evidence": "text", "firms": "on",
            "seen": hidden(page, "seen")}  # fmt: skip
    risk(world, 0, "low")
    risk(world, 1, "high")
    refused = duty.post("/orders/bulk/", data, query_params={"risk": "high"})
    text = refused.content.decode()
    assert (refused.status_code, Order.objects.count()) == (422, 0)
    assert "仍是 1 家，但不是原来那些" in text
    assert 'value="自查"' in text
    risk(world, 0, "high")
    data["seen"] = hidden(refused, "seen")
    again = duty.post("/orders/bulk/", data, query_params={"risk": "high"})
    assert "原 1 家，现 2 家" in again.content.decode()
    for odd in ("", "1", "x-1", "9" * 30, "²-"):
        assert (
            duty.post("/orders/bulk/", {**data, "seen": odd}, query_params={"risk": "high"}).status_code
            == 422
        )
    assert not Order.objects.exists()
    data["seen"] = hidden(again, "seen")
    assert duty.post("/orders/bulk/", data, query_params={"risk": "high"}).status_code == 302
    assert Batch.objects.get().made == 2
