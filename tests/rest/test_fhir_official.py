"""HL7's own examples of FHIR R4: each is read or refused by its place and in words, and none is stored for another."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import Verdict
from pingzhan.domain.screening.models import Result, SamplingTeam, Tube
from pingzhan.rest import doors, fhir
from tests.domain.people.crowd import Park
from tests.domain.screening.conftest import laboratory, teams
from tests.rest.test_fhir import CODE, at, tube
from tests.rest.test_laboratory import secret

__all__ = ["laboratory", "secret", "teams", "tube"]
FOLDER = Path(__file__).parent / "official" / "node_modules" / "hl7.fhir.r4.examples"
KINDS = {"Specimen": 5, "Observation": 64, "DiagnosticReport": 6, "Bundle": 44}
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="needs npm ci in tests/rest/official")


def official(kind: str) -> Iterator[tuple[str, str]]:
    """The examples of a kind, one after the other: name and text."""
    for path in sorted(FOLDER.glob(f"{kind}-*.json")):
        yield path.stem, path.read_text("utf-8")


def one_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def wrapped(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"https://lab.example/fhir/{one['resourceType']}/{one['id']}", "resource": one}
            for one in resources
        ],
    }


def told(data: Any) -> list[str]:
    try:
        return [one.verdict for one in fhir.read_bundle(data)]
    except fhir.Unread as error:
        return [f"{one.place} {one.reason}" for one in error.faults]


def report(observation: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A report of ours on an example's observation and on Specimen/101, whose container has a number."""
    return {
        "resourceType": "DiagnosticReport", "id": "ours", "status": "final", "code": {"text": "PCR"},
        "effectiveDateTime": at().isoformat(), "specimen": [{"reference": "Specimen/101"}],
        "result": [{"reference": f"Observation/{observation['id']}"}], **more,
    }  # fmt: skip


def test_the_examples_are_all_there() -> None:
    assert {kind: sum(1 for _one in official(kind)) for kind in KINDS} == KINDS
    assert one_of("Specimen-pooled-serum")["note"] == [{"text": "Pooled serum sample from 30 individuals"}]


@pytest.mark.parametrize("kind", ["Specimen", "Observation", "DiagnosticReport"])
def test_no_example_by_itself_is_a_result_of_a_tube(kind: str) -> None:
    reasons: Counter[str] = Counter()
    for name, text in official(kind):
        data = json.loads(text)
        assert told(data) == ["Bundle bundle"], name
        found = told(wrapped(data))
        assert found, name
        assert all(one.startswith("Bundle.entry") for one in found), name
        reasons.update(one.split()[1] for one in found)
    # Of the reports two name a result, which is elsewhere; none names its specimen; two have a day, not a moment.
    assert reasons == {
        "Specimen": {"no_report": 5},
        "Observation": {"no_report": 64},
        "DiagnosticReport": {"no_specimen": 6, "no_result": 4, "reference": 2, "moment": 2},
    }[kind]  # fmt: skip


SAID = {
    "Observation-example-genetics-1": "positive",
    "Observation-example-genetics-2": "positive",
    "Observation-example-genetics-4": "positive",
    "Observation-example-genetics-5": "negative",
    "Observation-f206": "positive",
    "Observation-herd1": "negative",
}


def test_an_example_is_read_where_it_says_what_a_tube_can_be() -> None:
    """The values of the others are measures, texts and codes that are no verdict; one is positive, not yet final."""
    read: dict[str, str] = {}
    places: Counter[str] = Counter()
    for name, text in official("Observation"):
        data = json.loads(text)
        bundle = wrapped(data, one_of("Specimen-101"), report(data))
        try:
            (line,) = fhir.read_bundle(bundle)
        except fhir.Unread as error:
            places.update(f"{one.place} {one.reason}" for one in error.faults)
        else:
            assert (line.code, line.ct) == ("48736-15394-75465", {}), name
            read[name] = line.verdict
    assert read == SAID
    assert places["Bundle.entry[2].resource.result verdict"] == KINDS["Observation"] - len(SAID) - 1
    oyster = one_of("Observation-vp-oyster")
    assert told(wrapped(oyster, one_of("Specimen-101"), report(oyster))) == [
        "Bundle.entry[0].resource.status observation_status"
    ]
    assert all(one.startswith(("Bundle.entry[0].resource.", "Bundle.entry[2].resource.")) for one in places)


def send(secret: str, text: str) -> tuple[int, list[dict[str, Any]]]:
    client = Client(headers={"Authorization": f"Device {secret}"}, raise_request_exception=False)
    answer = client.post("/api/v1/laboratory/fhir", text.encode(), "application/fhir+json")
    assert answer.headers["Content-Type"] == "application/fhir+json"
    body = json.loads(answer.content)
    assert body["resourceType"] == "OperationOutcome"
    return answer.status_code, body["issue"]


def test_the_door_answers_each_example_in_words_and_stores_none(
    secret: str, tube: Tube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "A_MINUTE", 1_000)
    statuses: Counter[int] = Counter()
    for kind in KINDS:
        for name, text in official(kind):
            bodies = [text] if kind == "Bundle" else [text, json.dumps(wrapped(json.loads(text)))]
            for body in bodies:
                status, issues = send(secret, body)
                too_big = len(body.encode()) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
                assert status == (413 if too_big else 422), name
                assert issues, name
                for one in issues:
                    assert one["severity"] == "error", name
                    assert any("\u4e00" <= letter <= "\u9fff" for letter in one["diagnostics"]), name
                    assert too_big or one["expression"][0].startswith("Bundle"), name
                statuses[status] += 1
    assert statuses == {422: 192, 413: 2}
    assert not Result.objects.exists()


def test_an_example_with_a_tube_of_the_zone_is_stored_and_with_another_number_is_not(
    secret: str, tube: Tube, park: Park, teams: list[SamplingTeam], crew: list[Employment]
) -> None:
    observation, specimen = one_of("Observation-herd1"), one_of("Specimen-101")
    status, [issue] = send(secret, json.dumps(wrapped(observation, specimen, report(observation))))
    assert (status, issue["severity"], issue["code"]) == (200, "error", "not-found")
    assert not Result.objects.exists()
    specimen["container"][0]["identifier"] = [
        {"use": "old", "value": "48736-15394-75465"},
        {"system": fhir.TUBES, "value": CODE},
    ]
    status, [issue] = send(secret, json.dumps(wrapped(observation, specimen, report(observation))))
    assert (status, issue["severity"]) == (200, "information")
    assert (Result.objects.get().verdict, Result.objects.get().tube) == (Verdict.NEGATIVE, tube)
