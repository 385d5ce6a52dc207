"""FHIR R4: what goes out holds before two independent validators, what comes in is read or refused by its place."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultFault, ResultSource, Verdict
from pingzhan.domain.screening.models import (
    Laboratory,
    LatestResult,
    Result,
    ResultRefusal,
    Sample,
    SamplingTeam,
    Tube,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.rest import fhir
from tests.domain.people.crowd import Park
from tests.domain.screening.conftest import laboratory, teams
from tests.domain.screening.phones import adopted_round, phone
from tests.rest.test_laboratory import key, secret
from tests.rest.test_sampling import token

__all__ = ["laboratory", "secret", "teams"]
HERE = Path(__file__).parent
CODE = "T-0001"
MODULES = HERE.parents[1] / "web" / "node_modules" / "@medplum"


def judged(*resources: Any) -> list[dict[str, list[str]]]:
    """What each of two validators holds against each resource."""
    node = shutil.which("node")
    if node is None or not MODULES.exists():
        pytest.skip("needs node with the packages of web/")
    command = [node, str(HERE / "validate_fhir.mjs")]
    done = subprocess.run(
        command, input=json.dumps(resources), capture_output=True, text=True, check=True, timeout=120
    )
    found: list[dict[str, list[str]]] = json.loads(done.stdout)
    return found


def at(minute: int = 0) -> datetime:
    return timezone.localtime(timezone.now() - timedelta(minutes=minute)).replace(microsecond=0)


def pool(verdict: str = "negative", **more: Any) -> fhir.Pool:
    moment = at()
    found = fhir.Found(verdict, moment, moment, more.pop("ct", {}), **more)
    return fhir.Pool(CODE, [fhir.Swab(uuid.uuid4(), moment) for _n in range(3)], moment, found)


@pytest.fixture
def tube(park: Park, teams: list[SamplingTeam], crew: list[Employment]) -> Tube:
    """A received tube with two workers."""
    adopted_round(park, teams[0], [park.firms[0].unit])
    one = phone(teams[0], park)
    one.send(one.swab(CODE, crew[0]), one.swab(CODE, crew[1], 2), one.write("seal", tube=CODE))
    screening.receive_tubes(zone=park.zone, codes=[CODE], by=park.root)
    return Tube.objects.get()


def ask(secret: str, path: str, body: Any = None) -> tuple[int, Any]:
    client = Client(headers={"Authorization": f"Device {secret}"})
    address = f"/api/v1/laboratory/fhir{path}"
    answer = (
        client.get(address)
        if body is None
        else client.post(
            address, body if isinstance(body, str) else json.dumps(body), "application/fhir+json"
        )
    )
    assert answer.headers["Content-Type"] == "application/fhir+json"
    return answer.status_code, json.loads(answer.content)


def issues(answer: Any) -> list[tuple[str, str, str]]:
    assert answer["resourceType"] == "OperationOutcome"
    assert all(one["diagnostics"] for one in answer["issue"])
    return [(one["severity"], one["code"], one.get("expression", [""])[0]) for one in answer["issue"]]


def changed(bundle: dict[str, Any], kind: str, **fields: Any) -> dict[str, Any]:
    """The bundle with fields of the resources of a kind replaced, or removed by None."""
    made = deepcopy(bundle)
    for entry in made["entry"]:
        if entry["resource"]["resourceType"] == kind:
            entry["resource"].update(fields)
            entry["resource"] = {
                name: value for name, value in entry["resource"].items() if value is not None
            }
    return made


def test_what_goes_out_holds_before_two_validators_and_they_do_find_faults() -> None:
    good = [
        fhir.write_pool(pool("negative")),
        fhir.write_pool(pool("positive", ct={"ORF1ab": 31.2, "N": 33.0})),
        fhir.write_pool(pool("grey", corrected=True, reason="\u6837\u672c\u6c61\u67d3")),
        fhir.write_pool(pool("invalid")),
        fhir.write_pool(fhir.Pool(CODE, [])),
        fhir.outcome([("error", "value", "Bundle.type", "\u4e0d\u5bf9")]),
    ]
    bad = [
        changed(good[0], "DiagnosticReport", status=None),
        changed(good[0], "Specimen", nonsense="x"),
        changed(good[0], "Observation", effectiveDateTime=7),
    ]
    found = judged(*good, *bad)
    assert found[: len(good)] == [{"medplum": [], "fhir": []}] * len(good)
    for one in found[len(good) :]:
        assert one["medplum"]
    assert [bool(one["fhir"]) for one in found[len(good) :]][:2] == [True, True]


@given(
    verdict=st.sampled_from(sorted(fhir.VERDICTS)),
    corrected=st.booleans(),
    ct=st.dictionaries(
        st.sampled_from(["N", "ORF1ab", "E", "Ct"]),
        st.floats(0.1, 60).map(lambda one: round(one, 2)),
        max_size=4,
    ),
)
def test_what_goes_out_reads_back(verdict: str, corrected: bool, ct: dict[str, float]) -> None:
    told = pool(verdict, ct=ct, corrected=corrected, reason="\u590d\u68c0" if corrected else "")
    (line,) = fhir.read_bundle(json.loads(json.dumps(fhir.write_pool(told))))
    assert told.found is not None
    assert (line.code, line.verdict, line.ct, line.corrected, line.reason, line.tested_at) == (
        CODE, verdict, ct, corrected, told.found.reason, told.found.tested_at,
    )  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("status", "specimen", "result", "container", "identifier", "component", "valueCodeableConcept",
          "interpretation", "effectiveDateTime", "issued", "contained", "conclusion", "resourceType", "id")  # fmt: skip


@given(field=st.sampled_from(FIELDS), value=JSON, kind=st.sampled_from(fhir.READ))
@settings(max_examples=200)
def test_whatever_stands_in_a_field_is_read_or_told_by_its_place(field: str, value: Any, kind: str) -> None:
    bundle = changed(fhir.write_pool(pool()), kind, **{field: value})
    told = _read_or_told(bundle)
    assert told == ["negative"] or (told and all(one.startswith("Bundle") for one in told))


def _read_or_told(bundle: dict[str, Any]) -> list[str]:
    try:
        return [one.verdict for one in fhir.read_bundle(bundle)]
    except fhir.Unread as error:
        return [one.place for one in error.faults]


def test_a_report_is_entered_and_the_tube_read_back_names_nobody(
    secret: str, tube: Tube, crew: list[Employment]
) -> None:
    status, answer = ask(secret, "", fhir.write_pool(pool("positive", ct={"N": 33.0})))
    assert (status, issues(answer)) == (200, [("information", "informational", "Bundle.entry[5].resource")])
    result = Result.objects.get()
    assert (result.verdict, result.ct, result.source) == (Verdict.POSITIVE, {"N": 33.0}, ResultSource.FHIR)
    assert LatestResult.objects.count() == 2
    status, bundle = ask(secret, "/tubes/t-0001")
    assert status == 200
    assert judged(bundle) == [{"medplum": [], "fhir": []}]
    specimens = [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Specimen"]
    swabs = {f"urn:uuid:{one}" for one in Sample.objects.values_list("pk", flat=True)}
    assert {one["reference"] for one in specimens[-1]["parent"]} == swabs
    assert specimens[-1]["container"][0]["identifier"][0]["value"] == CODE
    text = json.dumps(bundle, ensure_ascii=False)
    assert "subject" not in text
    for one in people.opened([each.individual for each in crew], fields=("name",)).values():
        assert one.name
        assert one.name not in text
    assert AuditRecord.objects.get(verb="screening.tube_read").body == {"swabs": 2}
    assert [one.verdict for one in fhir.read_bundle(bundle)] == ["positive"]


def test_a_corrected_report_keeps_the_first(secret: str, tube: Tube) -> None:
    ask(secret, "", fhir.write_pool(pool("positive")))
    status, answer = ask(secret, "", fhir.write_pool(pool("negative")))
    assert (status, issues(answer)[0][:2]) == (200, ("error", "business-rule"))
    assert ResultRefusal.objects.get().fault == ResultFault.OTHER_RESULT
    _status, answer = ask(secret, "", fhir.write_pool(pool("negative", corrected=True)))
    assert issues(answer)[0][0] == "information"
    assert list(Result.objects.order_by("pk").values_list("verdict", flat=True)) == ["positive", "negative"]
    _status, bundle = ask(secret, f"/tubes/{CODE}")
    assert bundle["entry"][-1]["resource"]["status"] == "corrected"
    assert judged(bundle) == [{"medplum": [], "fhir": []}]


REPORT, SPECIMEN = "Bundle.entry[5].resource", "Bundle.entry[3].resource"
OBSERVATION = "Bundle.entry[4].resource"
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("DiagnosticReport", {"status": "preliminary"}, f"{REPORT}.status"),
    ("DiagnosticReport", {"specimen": None}, f"{REPORT}.specimen"),
    ("DiagnosticReport", {"specimen": [{"reference": "Specimen/1"}]}, f"{REPORT}.specimen[0].reference"),
    ("DiagnosticReport", {"result": None}, f"{REPORT}.result"),
    ("DiagnosticReport", {"result": [{"reference": "#x"}]}, f"{REPORT}.result[0].reference"),
    ("DiagnosticReport", {"effectiveDateTime": "2026-05-20"}, f"{REPORT}.effectiveDateTime"),
    ("DiagnosticReport", {"resourceType": "Patient"}, REPORT),
    ("Observation", {"valueCodeableConcept": {"text": "positive"}}, f"{REPORT}.result"),
    ("Observation", {"resourceType": "Bundle"}, "Bundle.entry[4].resource"),
    ("Observation", {"component": [{"code": {"text": "N"}, "valueQuantity": {"value": 99}}]},
     "Bundle.entry[4].resource.component[0]"),
    ("Observation", {"component": [{"code": {"text": "N"}, "valueQuantity": {"value": 40, "comparator": ">"}}]},
     f"{OBSERVATION}.component[0]"),
    ("Observation", {"component": [{"code": {"text": "load"}, "valueQuantity": {"value": 40, "unit": "copies/mL"}}]},
     f"{OBSERVATION}.component[0]"),
    ("Observation", {"component": [{"modifierExtension": [{"url": "urn:not"}]}]},
     f"{OBSERVATION}.component[0].modifierExtension"),
    ("Observation", {"status": "entered-in-error"}, f"{OBSERVATION}.status"),
    ("Observation", {"status": "preliminary"}, f"{OBSERVATION}.status"),
    ("Observation", {"status": None}, f"{OBSERVATION}.status"),
    ("Observation", {"dataAbsentReason": {"text": "unknown"}}, f"{REPORT}.result"),
    ("Observation", {"interpretation": [{"coding": [{"system": fhir.INTERPRETATION, "code": "POS"}]}]},
     f"{REPORT}.result"),
    ("DiagnosticReport", {"conclusionCode": [{"coding": [{"system": fhir.SNOMED, "code": "10828004"}]}]},
     f"{REPORT}.result"),
    ("DiagnosticReport", {"modifierExtension": [{"url": "urn:not"}]}, f"{REPORT}.modifierExtension"),
    ("DiagnosticReport", {"implicitRules": "urn:rules"}, f"{REPORT}.implicitRules"),
    ("Specimen", {"status": "entered-in-error"}, f"{SPECIMEN}.status"),
    ("Specimen", {"container": [{"modifierExtension": [{"url": "urn:not"}]}]},
     f"{SPECIMEN}.container[0].modifierExtension"),
    ("Specimen", {"container": [{"identifier": [{"use": "old", "value": CODE}]}], "identifier": None},
     f"{SPECIMEN}.container[0].identifier"),
    ("Specimen", {"container": None, "identifier": None}, f"{SPECIMEN}.container[0].identifier"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "place"), WRONG)
def test_what_is_not_read_is_refused_by_its_place(
    secret: str, kind: str, fields: dict[str, Any], place: str
) -> None:
    status, answer = ask(secret, "", changed(fhir.write_pool(pool()), kind, **fields))
    assert status == 422
    assert place in [one for _severity, _code, one in issues(answer)]
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400), ("[" * 100_000, 400), ([], 422), ({"resourceType": "Patient"}, 422),
        ({"resourceType": "Bundle", "type": "message", "entry": []}, 422),
        ({"resourceType": "Bundle", "type": "batch"}, 422), ({"resourceType": "Bundle", "type": []}, 422),
        ({"resourceType": "Bundle", "type": "batch", "entry": [1]}, 422),
    ],
)  # fmt: skip
def test_nonsense_is_an_outcome(secret: str, body: Any, status: int) -> None:
    found, answer = ask(secret, "", body)
    assert (found, issues(answer)[0][0]) == (status, "fatal" if status == 400 else "error")


def test_contained_resources_and_other_codings_are_read(secret: str, tube: Tube) -> None:
    moment = at()
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "PCR"},
        "issued": moment.isoformat(), "specimen": [{"reference": "#s"}], "result": [{"reference": "#o"}],
        "contained": [
            {"resourceType": "Specimen", "id": "s", "container": [{"identifier": [{"value": CODE}]}]},
            {
                "resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "PCR"},
                "interpretation": [{"coding": [{"system": fhir.INTERPRETATION, "code": "NEG"}]}],
            },
        ],
    }  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": report}]}
    assert ask(secret, "", bundle)[0] == 200
    assert (Result.objects.get().verdict, Result.objects.get().tested_at) == (Verdict.NEGATIVE, moment)


def served(base: str, name: str, verdict: str) -> dict[str, Any]:
    """An observation as a server has it, called by the same name as another server's."""
    coding = {"system": fhir.SNOMED, "code": fhir.VERDICTS[verdict][0]}
    return {
        "fullUrl": f"{base}Observation/{name}",
        "resource": {
            "resourceType": "Observation", "id": name, "status": "final", "code": {"text": "PCR"},
            "valueCodeableConcept": {"coding": [coding]},
        },
    }  # fmt: skip


HERE_URL, THERE_URL = "https://here.example/fhir/", "https://there.example/fhir/"


@pytest.mark.parametrize(
    ("reference", "address", "servers", "expected"),
    [
        ("Observation/o", f"{HERE_URL}DiagnosticReport/r", (THERE_URL, HERE_URL), ["negative"]),
        ("Observation/o", f"{HERE_URL}DiagnosticReport/r", (HERE_URL, THERE_URL), ["positive"]),
        (f"{HERE_URL}Observation/o", f"{HERE_URL}DiagnosticReport/r", (HERE_URL, THERE_URL), ["positive"]),
        (f"{THERE_URL}Observation/o", f"{HERE_URL}DiagnosticReport/r", (HERE_URL, THERE_URL), ["negative"]),
        ("Observation/o/_history/2", f"{HERE_URL}DiagnosticReport/r", (HERE_URL,), ["positive"]),
        ("Observation/o", "urn:uuid:7d6a4a1c-6f2f-4a53-a5b5-0a8a4f1d3c11", (HERE_URL,), ["positive"]),
        ("Observation/o", f"{HERE_URL}DiagnosticReport/r", (THERE_URL,), None),
        ("Observation/o", f"{HERE_URL}DiagnosticReport/r", (HERE_URL, HERE_URL), None),
        ("Observation/o", "urn:uuid:7d6a4a1c-6f2f-4a53-a5b5-0a8a4f1d3c11", (HERE_URL, THERE_URL), None),
        ("Patient/o", f"{HERE_URL}DiagnosticReport/r", (HERE_URL,), None),
    ],
)
def test_a_reference_means_one_resource_of_its_own_server(
    reference: str, address: str, servers: tuple[str, ...], expected: list[str] | None
) -> None:
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": {"text": "PCR"},
        "issued": at().isoformat(), "specimen": [{"reference": "#s"}], "result": [{"reference": reference}],
        "contained": [{"resourceType": "Specimen", "id": "s", "identifier": [{"value": CODE}]}],
    }  # fmt: skip
    found = [
        served(base, "o", verdict) for base, verdict in zip(servers, ("positive", "negative"), strict=False)
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [*found, {"fullUrl": address, "resource": report}],
    }
    place = f"Bundle.entry[{len(found)}].resource.result[0].reference"
    assert _read_or_told(bundle) == (expected or [place])


@pytest.mark.parametrize("field", ["conclusion", "code"])
def test_half_a_character_is_no_text(secret: str, tube: Tube, field: str) -> None:
    bundle = fhir.write_pool(pool("positive", corrected=True, reason="x"))
    if field == "code":
        bundle = changed(bundle, "Specimen", container=[{"identifier": [{"value": "T-\ud800"}]}])
    else:
        bundle = changed(bundle, "DiagnosticReport", conclusion="\ud800")
    status, answer = ask(secret, "", json.dumps(bundle))
    assert (status, issues(answer)[0][0]) == (200, "error")
    assert not Result.objects.exists()


def test_only_a_laboratory_of_the_zone_reads_or_reports(
    park: Park, teams: list[SamplingTeam], laboratory: Laboratory, tube: Tube
) -> None:
    sampler = token(park, teams[0])[1]
    other = territory.create_unit(
        kind=UnitKind.ZONE, code="ZZ", name="\u90bb\u533a", parent=None, by=park.root
    )
    stranger = key(park, Laboratory.objects.create(zone=other, name="\u90bb\u5ba4", code="L9"), other.path)[1]
    for bad, status in (("pzd_guess", 401), (sampler, 403), (stranger, 404)):
        found, answer = ask(bad, f"/tubes/{CODE}")
        assert (found, issues(answer)[0][0]) == (status, "error")
    for bad, status in (("pzd_guess", 401), (sampler, 403)):
        assert ask(bad, "", fhir.write_pool(pool()))[0] == status
    _status, answer = ask(stranger, "", fhir.write_pool(pool("positive")))
    assert issues(answer)[0][:2] == ("error", "not-found")
    assert ask(key(park, laboratory)[1], "/tubes/!")[0] == 404
    assert not Result.objects.exists()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reason=st.text(max_size=80), code=st.text(max_size=80))
def test_any_text_is_answered(secret: str, reason: str, code: str) -> None:
    bundle = fhir.write_pool(pool("positive", corrected=True, reason=reason))
    bundle = changed(bundle, "Specimen", container=[{"identifier": [{"value": code}]}])
    assert ask(secret, "", bundle)[0] in (200, 422)
