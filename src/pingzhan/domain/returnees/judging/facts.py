"""What is known of somebody who returns, and what a decision says. Plain values; days are whole local days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Level(StrEnum):
    """How a region stands on the list of key regions; LEVELS has them from the least to the gravest."""

    LOW = "low"
    MEDIUM = "medium"
    CONTROL = "control"
    KEY = "key"
    HIGH = "high"
    SEALED = "sealed"


LEVELS: tuple[Level, ...] = tuple(Level)


class Contact(StrEnum):
    """Whom he met (reference/domain.md section 4); CONTACTS has them from the least to the gravest."""

    PERSON = "person"
    """Somebody from a key region (重点疫区人员接触史)."""
    SECONDARY = "secondary"
    """密接的密接."""
    CLOSE = "close"
    """密接."""


CONTACTS: tuple[Contact, ...] = tuple(Contact)


class Place(StrEnum):
    """Where somebody is isolated."""

    CENTRAL = "central"
    HOME = "home"


class Symptom(StrEnum):
    """What he feels."""

    FEVER = "fever"
    COUGH = "cough"
    THROAT = "throat"
    FATIGUE = "fatigue"
    SMELL = "smell"
    VOMITING = "vomiting"
    DIARRHOEA = "diarrhoea"
    RASH = "rash"
    JOINTS = "joints"


class Result(StrEnum):
    """What a test said."""

    NEGATIVE = "negative"
    POSITIVE = "positive"


class Method(StrEnum):
    """How it was tested."""

    NUCLEIC = "nucleic"
    ANTIGEN = "antigen"


class Outcome(StrEnum):
    """What is decided; OUTCOMES has them from the mildest to the strictest."""

    ADMIT = "admit"
    HOLD = "hold"
    ISOLATE = "isolate"


OUTCOMES: tuple[Outcome, ...] = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Stay:
    """A place he was in, from the first day to the last, both included. ``code``: GB/T 2260, 6 to 12 digits."""

    code: str
    name: str
    begin: date
    end: date


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the list of key regions: in force from ``begin`` until the day before ``end``."""

    code: str
    name: str
    level: Level
    begin: date
    end: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Met:
    """A contact: its kind and its last day."""

    kind: Contact
    last: date


@dataclass(frozen=True, slots=True)
class Swab:
    """A test by the day of sampling."""

    on: date
    result: Result
    method: Method = Method.NUCLEIC


@dataclass(frozen=True, slots=True)
class Isolation:
    """Isolated from the first day to the last, both included."""

    begin: date
    end: date
    place: Place


@dataclass(frozen=True, slots=True)
class Episode:
    """A symptom; ``ended`` is the local time since when it is gone, None while it lasts."""

    symptom: Symptom
    since: date
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is declared and measured. ``temperature`` (degrees Celsius) is that of the day decided for.

    ``cleared`` is the day a hospital excluded the disease.
    """

    stays: tuple[Stay, ...] = ()
    met: tuple[Met, ...] = ()
    tests: tuple[Swab, ...] = ()
    isolations: tuple[Isolation, ...] = ()
    episodes: tuple[Episode, ...] = ()
    temperature: Decimal | None = None
    cleared: date | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a measure set in force says instead of the rule book.

    ``version`` puts a version in force whatever the date: "plan8"; "plan8+notice2022" with the notice's own
    sentence on top; "+notice2022" for the version of the day with it. ``history_days`` and ``fever_line`` replace
    the book's numbers, ``hours`` the hours that a hazard waits.
    """

    version: str = ""
    history_days: int | None = None
    fever_line: Decimal | None = None
    hours: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that had something to say: which rule, by which clause of which version, and its sentence.

    ``outcome`` is what this reason alone would decide; ``begin`` and ``until`` the days it is about, for the
    picture (``until`` is the first day free of it, None when no day can be told).
    """

    rule: str
    version: str
    clause_zh: str
    clause_en: str
    zh: str
    en: str
    outcome: Outcome
    begin: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say for one day.

    ``days`` of isolation remain, in ``place`` first; ``tests`` are the days to be tested on; ``earliest`` is
    the first day he may go on post as things stand, None when that depends on getting well. There is always
    at least one reason. ``version`` names all versions that were looked at.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    version: str
    days: int = 0
    place: Place | None = None
    tests: tuple[date, ...] = ()
    earliest: date | None = None
