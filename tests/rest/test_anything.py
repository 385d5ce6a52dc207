"""The API is sent what nobody thought of: never a server error, always an answer that its description allows."""

from __future__ import annotations

import time
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from pingzhan.foundation.access.models import Device
from pingzhan.rest.api import api

SCHEMA = schemathesis.openapi.from_dict(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
OPERATIONS = ["post_temperatures", "post_gate_events", "post_attendance", "get_device", "get_teams"]
ALLOWED = {200, 400, 401, 403, 413, 422}
LONG_SECONDS = 60
"""For each of the five operations: five minutes."""


def operation(name: str) -> Any:
    found: list[Any] = [one.ok() for one in SCHEMA.get_all_operations()]  # type: ignore[union-attr]
    return next(one for one in found if one.definition.raw["operationId"] == name)


def send(case: Any, token: str) -> None:
    """Send one made-up call and check the answer."""
    client = Client(headers={"Authorization": f"Device {token}"}, raise_request_exception=True)
    body = {} if case.body is schemathesis.core.NOT_SET else {"data": case.body}
    answer = client.generic(
        case.method,
        case.formatted_path,
        _bytes(body.get("data")),
        content_type="application/json",
    )
    assert answer.status_code in ALLOWED, (answer.status_code, case.body)
    if answer.status_code == 200 and case.method == "POST":
        found = answer.json()
        if "results" in found:
            assert len(found["results"]) == len(case.body.get("items", case.body.get("results")))
            return
        assert found["received"] == found["stored"] + found["same"] + found["refused"] == len(found["rows"])


def _bytes(body: Any) -> bytes:
    from json import dumps

    if body is None:
        return b""
    try:
        return dumps(body).encode("utf-8", "surrogatepass")
    except TypeError:
        return str(body).encode("utf-8", "surrogatepass")


def run(name: str, token: str, examples: int, until: float | None = None) -> int:
    """Send so many calls, or until the moment."""
    sent = 0

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=until is None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation(name).as_strategy())
    def calls(case: Any) -> None:
        nonlocal sent
        if until is None or time.monotonic() < until:
            send(case, token)
            sent += 1

    calls()
    return sent


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_few_calls(gate: tuple[Device, str], name: str) -> None:
    assert run(name, gate[1], 25) > 0


@pytest.mark.long
@pytest.mark.parametrize("name", OPERATIONS)
def test_five_minutes(gate: tuple[Device, str], name: str) -> None:
    end = time.monotonic() + LONG_SECONDS
    sent = 0
    while time.monotonic() < end:
        sent += run(name, gate[1], 200, end)
    assert sent > 0
