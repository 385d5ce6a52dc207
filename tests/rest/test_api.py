"""What a device may send and ask, what it is answered, and what the description of the API says."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.models import Device
from pingzhan.rest.api import BIGGEST, api
from tests.domain.health.conftest import enrolled
from tests.domain.people.crowd import Park, hire

SNAPSHOT = Path(__file__).with_name("openapi.json")


def call(token: str, path: str, body: Any = None) -> tuple[int, Any]:
    client = Client(headers={"Authorization": f"Device {token}"})
    address = f"/api/v1/{path}"
    answer = (
        client.get(address)
        if body is None
        else client.post(address, body if isinstance(body, str) else json.dumps(body), "application/json")
    )
    return answer.status_code, json.loads(answer.content)


def reading(person: int, value: float = 36.5) -> dict[str, Any]:
    return {"uuid": str(uuid.uuid4()), "person": person, "value": value, "at": timezone.now().isoformat()}


def test_description_changes_only_on_purpose() -> None:
    now = json.dumps(
        api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False, indent=1, sort_keys=True
    )
    assert now + "\n" == SNAPSHOT.read_text(encoding="utf-8"), (
        "write tests/rest/openapi.json anew if this is meant"
    )


def test_counts_add_up_and_a_second_sending_changes_nothing(
    park: Park, crew: list[Employment], gate: tuple[Device, str]
) -> None:
    other = hire(park.firms[1])
    rows = [reading(crew[0].pk), reading(crew[1].pk, 365), reading(other.pk)]
    status, answer = call(gate[1], "temperatures", {"rows": rows})
    assert status == 200
    assert (answer["received"], answer["stored"], answer["same"], answer["refused"]) == (3, 1, 0, 2)
    assert "36.5" in answer["rows"][1]["message"]
    _status, again = call(gate[1], "temperatures", {"rows": rows})
    assert (again["stored"], again["same"], again["refused"]) == (0, 1, 2)


PATHS = {
    "temperatures", "gate-events", "attendance", "devices/me", "teams", "sampling/roster", "sampling/sync",
    "laboratory/results", "laboratory/fhir", "laboratory/fhir/tubes/{code}",
}  # fmt: skip


# FHIR answers in its own form: tests/rest/test_fhir.py asks there.
@pytest.mark.parametrize("path", sorted(path for path in PATHS if "/fhir" not in path))
def test_a_token_is_needed(db: None, path: str) -> None:
    body: Any = None if path in ("devices/me", "teams", "sampling/roster") else {"rows": []}
    status, answer = call("pzd_wrong", path, body)
    assert (status, answer["code"]) == (401, "device_refused")


def test_no_address_is_forgotten_above(db: None) -> None:
    paths = {
        path.removeprefix("/api/v1/") for path in api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    }
    assert paths == PATHS
    assert Client().get("/api/v1/").status_code == 404


def test_an_expired_device_is_refused(gate: tuple[Device, str]) -> None:
    Device.objects.filter(pk=gate[0].pk).update(revoked_at=timezone.now(), token_sha=None)
    assert call(gate[1], "devices/me")[0] == 401


def test_a_device_knows_itself_and_its_own_teams(
    park: Park, crew: list[Employment], gate: tuple[Device, str]
) -> None:
    hire(park.firms[1])
    assert call(gate[1], "devices/me")[1]["id"] == gate[0].pk
    _status, teams = call(gate[1], "teams")
    assert [one["person"] for team in teams for one in team["workers"]] == [one.pk for one in crew]
    assert all("*" in one["name"] for team in teams for one in team["workers"])


def test_attendance_counts_a_worker_once_a_day(crew: list[Employment], gate: tuple[Device, str]) -> None:
    row = {"uuid": str(uuid.uuid4()), "person": crew[0].pk, "day": timezone.localdate().isoformat()}
    assert call(gate[1], "attendance", {"rows": [row]})[1]["stored"] == 1
    assert call(gate[1], "attendance", {"rows": [row | {"uuid": str(uuid.uuid4())}]})[1]["same"] == 1


def test_gate_events_go_to_the_gate(crew: list[Employment], gate: tuple[Device, str]) -> None:
    row = {
        "uuid": str(uuid.uuid4()), "kind": "worker", "direction": "in", "ref": "A0",
        "at": timezone.now().isoformat(),
    }  # fmt: skip
    assert call(gate[1], "gate-events", {"rows": [row]})[1]["stored"] == 1
    assert call(gate[1], "gate-events", {"rows": [row]})[1]["same"] == 1


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "null", '{"rows": []}', '{"rows": [{"uuid": 1}]}', '{"rows": [{}], "more": 1}', "\u0000"],
)
@pytest.mark.parametrize("path", ["temperatures", "gate-events", "attendance"])
def test_nonsense_is_a_clear_refusal(gate: tuple[Device, str], path: str, body: str) -> None:
    status, answer = call(gate[1], path, body)
    assert status in (400, 422)
    assert answer["message"]


def test_too_big_a_call_is_refused(gate: tuple[Device, str]) -> None:
    status, answer = call(gate[1], "temperatures", json.dumps({"rows": [], "pad": "x" * BIGGEST}))
    assert status in (413, 422)
    assert answer["message"]


def test_a_device_of_another_enterprise_sees_its_own_only(park: Park, crew: list[Employment]) -> None:
    _device, token = enrolled(park.firms[1])
    status, answer = call(token, "temperatures", {"rows": [reading(crew[0].pk)]})
    assert (status, answer["rows"][0]["code"]) == (200, "person")
    assert call(token, "teams") == (200, [])
