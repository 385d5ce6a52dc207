"""The content of a measure set as plain values: what a file holds, a version stores, and a diff compares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeVar

from pingzhan.domain.measures.enums import PHASES, Decider, Severity
from pingzhan.domain.measures.powers import powers

_T = TypeVar("_T")


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter as the file has it; ``at`` holds values from a level on."""

    key: str
    title: str
    value: Any
    source: str
    title_en: str = ""
    unit: str = ""
    at: Mapping[str, Any] = field(default_factory=dict)
    verified: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class MeasureSpec:
    """A measure as the file has it."""

    key: str
    title: str
    item: int
    clause: str
    subject: str
    cadence: Mapping[str, Any]
    party: str
    watching: str
    evidence: str
    title_en: str = ""
    phases: tuple[str, ...] = PHASES
    at: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    severity: str = Severity.MAJOR.value
    parameters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    workdays: bool = False
    law: str = ""
    restricts: bool = False
    power: str = ""
    decider: str = Decider.EMPLOYER.value
    scope: str = ""
    term_days: int | None = None
    reason: str = ""

    @property
    def reserved(self) -> bool:
        """Return whether only a body above the zone may decide it."""
        return bool(self.power) and powers()[self.power].reserved

    @property
    def class_a(self) -> bool:
        """Return whether it is for diseases of class A, or managed as such, only."""
        return bool(self.power) and powers()[self.power].class_a


@dataclass(frozen=True)
class SetContent:
    """A whole measure set."""

    key: str
    hazard: str
    title: str
    title_en: str
    source: str
    parameters: tuple[ParameterSpec, ...]
    measures: tuple[MeasureSpec, ...]

    def sha(self) -> str:
        """Return the hash of the content; equal content has an equal hash whatever the layout of its file."""
        text = json.dumps(
            self.as_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return the content as plain values for JSON."""
        head = {"key": self.key, "hazard": self.hazard, "title": self.title, "title_en": self.title_en}
        return {
            **head,
            "source": self.source,
            "parameters": [plain(one) for one in self.parameters],
            "measures": [plain(one) for one in self.measures],
        }


def plain(spec: ParameterSpec | MeasureSpec) -> dict[str, Any]:
    """Return the fields of a measure or parameter by name, mappings as plain dictionaries."""
    found: dict[str, Any] = {}
    for one in fields(spec):
        value = getattr(spec, one.name)
        if isinstance(value, Mapping):
            value = {
                key: dict(inner) if isinstance(inner, Mapping) else inner for key, inner in value.items()
            }
        elif isinstance(value, tuple):
            value = list(value)
        found[one.name] = value
    return found


def at_phase(base: _T, at: Mapping[str, _T], phase: str) -> _T:
    """Return the variant for a phase: the one of the gravest level not above it, the base without one."""
    value = base
    for one in PHASES[: PHASES.index(phase) + 1]:
        if one in at:
            value = at[one]
    return value
