"""FHIR R4 and results of tubes, both ways. Plain data in and out: nothing here knows of the database or a request.

A tube is a Specimen whose container carries the tube's code; those swabbed into it are its parents, by the number of
the swab and without anything of the person. Its result is an Observation in a DiagnosticReport. Read are a Bundle's
DiagnosticReport, Observation and Specimen; anything else is a fault that names its place as a FHIRPath. So is whatever
could turn the sense of a resource: a modifier extension, rules of another guide, a value that is not the last word.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
TUBES = "urn:pingzhan:tube"
"""System of the codes on tubes."""
TEST = {
    "coding": [
        {
            "system": LOINC,
            "code": "94500-6",
            "display": "SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory system specimen by NAA with "
            "probe detection",
        }
    ]
}
VERDICTS = {
    "positive": ("10828004", "Positive"),
    "negative": ("260385009", "Negative"),
    "grey": ("419984006", "Inconclusive"),
    "invalid": ("455371000124106", "Invalid result"),
}
_SAID = {(SNOMED, code): verdict for verdict, (code, _display) in VERDICTS.items()} | {
    (INTERPRETATION, "POS"): "positive",
    (INTERPRETATION, "NEG"): "negative",
    (INTERPRETATION, "IND"): "grey",
}
BUNDLES = ("collection", "batch", "transaction")
READ = ("DiagnosticReport", "Observation", "Specimen")
FINAL, CORRECTED = ("final",), ("corrected", "amended")
CYCLES = ("", "1", "Ct", "cycle", "cycles", "{cycle}", "{cycles}", "{Ct}", "循环", "个循环")
"""Units of a Ct value: none, UCUM's for a bare number, and a cycle by its names."""
_SERVED = re.compile(r"(?P<base>https?://.+/)(?:DiagnosticReport|Observation|Specimen)/[A-Za-z0-9.-]{1,64}")
MOST = 1_000
"""Reports of one Bundle."""
_NAMES = uuid.UUID("6f1c2a52-0b6e-4f3c-9b0e-5a3f2a7d4c11")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a Bundle was not read: the kind of issue, the FHIRPath of the place, and a stable word for the reason."""

    kind: str
    place: str
    reason: str


class Unread(Exception):
    """A Bundle that was not read, with all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{one.place}: {one.reason}" for one in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Line:
    """One result as read: the place of its report, the code of the tube, and what was found when."""

    place: str
    code: str
    verdict: str
    tested_at: datetime
    ct: dict[str, float] = field(default_factory=dict)
    corrected: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Swab:
    """One swab in a tube."""

    id: uuid.UUID
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a tube that holds."""

    verdict: str
    tested_at: datetime
    reported_at: datetime
    ct: Mapping[str, float]
    corrected: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """A tube as it is told."""

    code: str
    swabs: Sequence[Swab]
    received_at: datetime | None = None
    found: Found | None = None


def read_bundle(data: Any) -> list[Line]:
    """Return the results of a Bundle in the order of its reports. Raises Unread with every fault and its place."""
    if not isinstance(data, dict) or data.get("resourceType") != "Bundle":
        raise Unread([Fault("structure", "Bundle", "bundle")])
    if data.get("type") not in BUNDLES:
        raise Unread([Fault("not-supported", "Bundle.type", "bundle_type")])
    entries = data.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Unread([Fault("required", "Bundle.entry", "empty")])
    reader = _Reader()
    for number, entry in enumerate(entries):
        reader.take(f"Bundle.entry[{number}]", entry)
    lines = list(reader.lines())
    if not lines and not reader.faults:
        reader.faults.append(Fault("required", "Bundle.entry", "no_report"))
    if len(lines) > MOST:
        reader.faults.append(Fault("too-long", "Bundle.entry", "too_many"))
    if reader.faults:
        raise Unread(reader.faults)
    return lines


class _Reader:
    """The resources of a Bundle by the names they are called by, and what is wrong with them."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._named: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._reports: list[tuple[str, dict[str, Any]]] = []
        self._server: dict[str, str] = {}

    def take(self, place: str, entry: Any) -> None:
        """Take one entry of the Bundle in."""
        found = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(found, dict):
            self.faults.append(Fault("required", f"{place}.resource", "resource"))
            return
        kind, name, at = found.get("resourceType"), found.get("id"), f"{place}.resource"
        if kind not in READ:
            self.faults.append(Fault("not-supported", at, "resource_type"))
            return
        address = entry.get("fullUrl")
        names = {address, f"{kind}/{name}" if isinstance(name, str) else None}
        for one in names:
            if isinstance(one, str):
                self._named.setdefault(one, []).append((at, found))
        served = _SERVED.fullmatch(address) if isinstance(address, str) else None
        if served:
            self._server[at] = served["base"]
        if kind == "DiagnosticReport":
            self._reports.append((at, found))

    def lines(self) -> Iterator[Line]:
        """Read the reports one by one; one at fault is left out."""
        for place, report in self._reports:
            before = len(self.faults)
            line = self._line(place, report)
            if line is not None and len(self.faults) == before:
                yield line

    def _fail(self, kind: str, place: str, reason: str) -> None:
        self.faults.append(Fault(kind, place, reason))

    def _line(self, place: str, report: dict[str, Any]) -> Line | None:
        status = report.get("status")
        if status not in FINAL + CORRECTED:
            self._fail("not-supported", f"{place}.status", "status")
        self._sense(place, report)
        specimens = self._resolved(f"{place}.specimen", report, "specimen", "Specimen")
        observations = self._resolved(f"{place}.result", report, "result", "Observation")
        if len(specimens) > 1:
            self._fail("value", f"{place}.specimen", "one_specimen")
        for at, one in specimens:
            self._sense(at, one)
            if one.get("status") == "entered-in-error":
                self._fail("not-supported", f"{at}.status", "specimen_status")
        code = self._code(*specimens[0]) if specimens else ""
        # What the report itself concludes must not gainsay what was found.
        conclusions = report.get("conclusionCode")
        said = _verdicts(conclusions if isinstance(conclusions, list) else []) if observations else set()
        ct: dict[str, float] = {}
        found: set[str] = set()
        for at, one in observations:
            self._sense(at, one)
            if one.get("status") not in FINAL + CORRECTED:
                self._fail("not-supported", f"{at}.status", "observation_status")
            if one.get("dataAbsentReason") is None:
                found |= _verdict_of(one)
            self._cycles(at, one, ct)
        said = said | found if found else set()
        if observations and len(said) != 1:
            self._fail("value", f"{place}.result", "verdict")
        moment = self._moment(place, report, [one for _at, one in observations])
        if not code or len(said) != 1 or moment is None:
            return None
        reason = report.get("conclusion")
        return Line(
            place=place, code=code, verdict=next(iter(said)), tested_at=moment, ct=ct,
            corrected=status in CORRECTED, reason=reason if isinstance(reason, str) else "",
        )  # fmt: skip

    def _sense(self, place: str, resource: dict[str, Any]) -> None:
        """Refuse what FHIR forbids to read on without knowing it, for it may say the opposite."""
        if resource.get("implicitRules") is not None:
            self._fail("not-supported", f"{place}.implicitRules", "modifier")
        parts = [(place, resource)]
        for name in ("component", "container"):
            inner = resource.get(name)
            parts += [
                (f"{place}.{name}[{n}]", one)
                for n, one in enumerate(inner if isinstance(inner, list) else [])
            ]
        for at, one in parts:
            if isinstance(one, dict) and one.get("modifierExtension") is not None:
                self._fail("not-supported", f"{at}.modifierExtension", "modifier")

    def _resolved(
        self, place: str, report: dict[str, Any], name: str, kind: str
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return what the references of a report lead to, inside the Bundle or contained in the report.

        A relative one is meant at the report's own server and at no other; of two of one name none is taken.
        """
        references = report.get(name)
        if not isinstance(references, list) or not references:
            self._fail("required", place, f"no_{name}")
            return []
        at = place.rsplit(".", 1)[0]
        base = self._server.get(at, "")
        contained = report.get("contained")
        inner = {
            f"#{one['id']}": (f"{at}.contained[{n}]", one)
            for n, one in enumerate(contained if isinstance(contained, list) else [])
            if isinstance(one, dict) and isinstance(one.get("id"), str)
        }
        found = []
        for n, one in enumerate(references):
            target = one.get("reference") if isinstance(one, dict) else None
            known = target.split("/_history/", 1)[0] if isinstance(target, str) else ""
            hits = [inner[known]] if known in inner else self._called(known, base)
            if len(hits) > 1:
                self._fail("multiple-matches", f"{place}[{n}].reference", "reference_twice")
            elif not hits or hits[0][1].get("resourceType") != kind:
                self._fail("not-found", f"{place}[{n}].reference", "reference")
            else:
                found.append(hits[0])
        return found

    def _called(self, name: str, base: str) -> list[tuple[str, dict[str, Any]]]:
        """Return what has a name: relative to a server where one is known, else in the whole Bundle."""
        return self._named.get(f"{base}{name}") or [
            one for one in self._named.get(name, ()) if not base or "://" in name
            or self._server.get(one[0], base) == base
        ]  # fmt: skip

    def _code(self, place: str, specimen: dict[str, Any]) -> str:
        """Return the code on the tube: of the container, else of the specimen; one called old never."""
        containers = specimen.get("container")
        first = containers[0] if isinstance(containers, list) and containers else None
        sources = [first.get("identifier") if isinstance(first, dict) else None, specimen.get("identifier")]
        for source in sources:
            for one in source if isinstance(source, list) else []:
                value = one.get("value") if isinstance(one, dict) and one.get("use") != "old" else None
                if isinstance(value, str) and value.strip():
                    return value.strip()
        self._fail("required", f"{place}.container[0].identifier", "tube_code")
        return ""

    def _cycles(self, place: str, observation: dict[str, Any], ct: dict[str, float]) -> None:
        """Read Ct values: components with a quantity, by the text of their code."""
        components = observation.get("component")
        for n, one in enumerate(components if isinstance(components, list) else []):
            quantity = one.get("valueQuantity") if isinstance(one, dict) else None
            if not isinstance(quantity, dict):
                continue
            gene = _text_of(one.get("code")).removeprefix("Ct ").strip()
            value = quantity.get("value")
            number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
            # "Above 40" is no 40, and copies of the virus are no cycles.
            sound = 0 < number <= 60 and quantity.get("comparator") is None and _of_cycles(quantity)
            if not sound or not 0 < len(gene) <= 12 or not gene.isprintable() or gene in ct or len(ct) >= 8:
                self._fail("value", f"{place}.component[{n}]", "ct")
            else:
                ct[gene] = float(number)

    def _moment(
        self, place: str, report: dict[str, Any], observations: Sequence[dict[str, Any]]
    ) -> datetime | None:
        for one in (report, *observations):
            text = one.get("effectiveDateTime")
            if isinstance(text, str):
                moment = _instant(text)
                if moment is None:
                    break
                return moment
        moment = _instant(report.get("issued")) if "effectiveDateTime" not in report else None
        if moment is None:
            self._fail("value", f"{place}.effectiveDateTime", "moment")
        return moment


def _instant(text: Any) -> datetime | None:
    """Return a moment with its zone; None for a day, or a time that is none."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _text_of(concept: Any) -> str:
    text = concept.get("text") if isinstance(concept, dict) else None
    return text if isinstance(text, str) else ""


def _codings(concept: Any) -> Iterator[tuple[Any, Any]]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for one in codings if isinstance(codings, list) else []:
        if isinstance(one, dict):
            yield one.get("system"), one.get("code")


def _of_cycles(quantity: dict[str, Any]) -> bool:
    """Whether a quantity is of cycles, as far as it says: its code counts before its unit."""
    named = quantity.get("code", quantity.get("unit", ""))
    return named in CYCLES


def _verdict_of(observation: dict[str, Any]) -> set[str]:
    """Return all that an observation says: more than one when its value and its interpretation differ."""
    interpretation = observation.get("interpretation")
    return _verdicts(
        [
            observation.get("valueCodeableConcept"),
            *(interpretation if isinstance(interpretation, list) else []),
        ]
    )


def _verdicts(concepts: Sequence[Any]) -> set[str]:
    return {
        _SAID[system, code]
        for concept in concepts
        for system, code in _codings(concept)
        if isinstance(system, str) and isinstance(code, str) and (system, code) in _SAID
    }


def write_pool(pool: Pool) -> dict[str, Any]:
    """Return a tube, its swabs and its result as a Bundle; nothing in it says who was swabbed."""
    at = f"urn:uuid:{uuid.uuid5(_NAMES, f'tube {pool.code}')}"
    swabs = [
        {
            "resourceType": "Specimen",
            "id": str(one.id),
            "status": "available",
            "collection": {"collectedDateTime": one.taken_at.isoformat(timespec="seconds")},
        }
        for one in pool.swabs
    ]
    code = {"system": TUBES, "value": pool.code}
    specimen: dict[str, Any] = {
        "resourceType": "Specimen",
        "id": at.removeprefix("urn:uuid:"),
        "identifier": [code],
        "status": "available",
        "container": [{"identifier": [code]}],
    }
    if pool.swabs:
        specimen["parent"] = [{"reference": f"urn:uuid:{one.id}"} for one in pool.swabs]
    if pool.received_at is not None:
        specimen["receivedTime"] = pool.received_at.isoformat(timespec="seconds")
    resources = [*swabs, specimen]
    if pool.found is not None:
        resources += _report(pool.code, at, pool.found)
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _report(code: str, specimen: str, found: Found) -> list[dict[str, Any]]:
    number, display = VERDICTS[found.verdict]
    tested = found.tested_at.isoformat(timespec="seconds")
    shared = {
        "status": "corrected" if found.corrected else "final",
        "code": TEST,
        "effectiveDateTime": tested,
        "issued": found.reported_at.isoformat(timespec="milliseconds"),
    }
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(_NAMES, f"observation {code}")),
        **shared,
        "specimen": {"reference": specimen},
        "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": number, "display": display}]},
    }
    if found.ct:
        observation["component"] = [
            {"code": {"text": f"Ct {gene}"}, "valueQuantity": {"value": value, "unit": "cycles"}}
            for gene, value in found.ct.items()
        ]
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "id": str(uuid.uuid5(_NAMES, f"report {code}")),
        **shared,
        "specimen": [{"reference": specimen}],
        "result": [{"reference": f"urn:uuid:{observation['id']}"}],
    }
    if found.reason:
        report["conclusion"] = found.reason
    return [observation, report]


def outcome(issues: Sequence[tuple[str, str, str, str]]) -> dict[str, Any]:
    """Return an OperationOutcome of (severity, kind, place, words); at least one."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": severity, "code": kind, "diagnostics": words}
            | ({"expression": [place]} if place else {})
            for severity, kind, place, words in issues
        ],
    }
