"""The rules as data: national versions by date, the notice's own sentence, and what each hazard asks.

Numbers and their sources: reference/domain.md sections 3 and 9.1. ``verified`` is False where the text was
not read and only local practice or general knowledge stands behind a number: the page says so. A new version is one
more entry; a version that has been decided by is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from pingzhan.domain.returnees.judging.facts import Contact, Level, Place, Symptom

FEVER_LINE = Decimal("37.3")
HISTORY_DAYS = 14
TEST_WINDOW = 2
"""Days before the return in which the last negative tests must lie (48 hours)."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Days of isolation in one place."""

    place: Place
    days: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a version asks after an exposure, counted from its last day.

    ``tests`` are the days to be tested on, ``negatives`` how many negative tests on different days the last
    ``window`` days must show; ``antigen``: such tests count too.
    """

    phases: tuple[Phase, ...] = ()
    tests: tuple[int, ...] = ()
    negatives: int = 0
    window: int = TEST_WINDOW
    antigen: bool = False
    verified: bool = True

    @property
    def central(self) -> int:
        """Return the days in a central place."""
        return sum(phase.days for phase in self.phases if phase.place is Place.CENTRAL)

    @property
    def days(self) -> int:
        """Return all days of isolation."""
        return sum(phase.days for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Positive:
    """What follows a positive test: ``negatives`` on different days, or ``days`` at home.

    With ``days``, a negative test after ``early`` days ends it sooner.
    """

    negatives: int = 0
    days: int = 0
    early: int = 0
    memory: int = 28
    """Days after which a positive test says nothing any more."""


@dataclass(frozen=True, slots=True)
class Version:
    """A national version: in force from ``begin`` until the day before ``end``.

    ``excluded``: after symptoms of the airways a negative test or a hospital must exclude the disease.
    """

    key: str
    zh: str
    en: str
    source: str
    begin: date | None
    end: date | None
    contacts: Mapping[Contact, Demand] = field(default_factory=lambda: MappingProxyType({}))
    levels: Mapping[Level, Demand] = field(default_factory=lambda: MappingProxyType({}))
    positive: Positive | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice's own, stricter sentence: who waits, and who needs temperature and test besides."""

    key: str
    zh: str
    en: str
    begin: date
    end: date
    contacts: frozenset[Contact]
    levels: frozenset[Level]


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a hazard asks after its symptoms: ``hours`` without them, in force always unless dated."""

    key: str
    zh: str
    en: str
    symptoms: frozenset[Symptom]
    hours: int
    source: str
    verified: bool


def _central(days: int, home: int = 0) -> tuple[Phase, ...]:
    rest = (Phase(Place.HOME, home),) if home else ()
    return (Phase(Place.CENTRAL, days), *rest)


def _home(days: int) -> tuple[Phase, ...]:
    return (Phase(Place.HOME, days),)


_CLOSE_8 = Demand(_central(14, 7), (1, 4, 7, 14, 21), 2)
_HIGH_8 = Demand(_central(14), (1, 4, 7, 10, 14), 2, verified=False)
_HIGH_9 = Demand(_central(7), (1, 2, 3, 5, 7), 2, window=3)
_HIGH_20 = Demand(_home(7), (1, 3, 5, 7), 1, verified=False)

VERSIONS: tuple[Version, ...] = (
    Version(
        key="plan8",
        zh="第八版防控方案",
        en="8th prevention plan",
        source="联防联控机制综发〔2021〕51号",
        begin=None,
        end=date(2022, 6, 28),
        contacts=MappingProxyType(
            {
                Contact.CLOSE: _CLOSE_8,
                Contact.SECONDARY: Demand(_central(7), (1, 4, 7), 1),
            }
        ),
        levels=MappingProxyType(
            {
                Level.MEDIUM: Demand(_home(14), (1, 4, 7, 10, 14), 1, verified=False),
                Level.CONTROL: Demand(_home(14), (1, 4, 7, 10, 14), 1, verified=False),
                Level.KEY: _HIGH_8,
                Level.HIGH: _HIGH_8,
                Level.SEALED: _HIGH_8,
            }
        ),
        positive=Positive(negatives=2),
        excluded=True,
    ),
    Version(
        key="plan9",
        zh="第九版防控方案",
        en="9th prevention plan",
        source="联防联控机制综发〔2022〕71号",
        begin=date(2022, 6, 28),
        end=date(2022, 11, 11),
        contacts=MappingProxyType(
            {
                Contact.CLOSE: Demand(_central(7, 3), (1, 2, 3, 5, 7, 10), 1),
                Contact.SECONDARY: Demand(_home(7), (1, 4, 7), 1),
            }
        ),
        levels=MappingProxyType(
            {
                Level.LOW: Demand((), (1, 3), 2, window=3),
                Level.MEDIUM: Demand(_home(7), (1, 4, 7), 2, window=3),
                Level.CONTROL: Demand(_home(7), (1, 4, 7), 2, window=3),
                Level.KEY: _HIGH_9,
                Level.HIGH: _HIGH_9,
                Level.SEALED: _HIGH_9,
            }
        ),
        positive=Positive(negatives=2),
        excluded=True,
    ),
    Version(
        key="measures20",
        zh="优化防控二十条措施",
        en="20 measures",
        source="联防联控机制综发〔2022〕101号",
        begin=date(2022, 11, 11),
        end=date(2022, 12, 7),
        contacts=MappingProxyType({Contact.CLOSE: Demand(_central(5, 3), (1, 2, 3, 5, 8), 1)}),
        levels=MappingProxyType(
            {Level.KEY: _HIGH_20, Level.HIGH: _HIGH_20, Level.SEALED: _HIGH_20},
        ),
        positive=Positive(negatives=2),
        excluded=True,
    ),
    Version(
        key="measures10",
        zh="进一步优化防控十条措施",
        en="10 measures",
        source="联防联控机制综发〔2022〕113号",
        begin=date(2022, 12, 7),
        end=date(2023, 1, 8),
        contacts=MappingProxyType({Contact.CLOSE: Demand(_home(5), (5,), 1, antigen=True)}),
        positive=Positive(days=7, early=5),
    ),
    Version(
        key="class_b",
        zh="乙类乙管总体方案",
        en="class B management",
        source="联防联控机制综发〔2022〕144号",
        begin=date(2023, 1, 8),
        end=None,
    ),
)

NOTICE = Notice(
    key="notice2022",
    zh="开发区通知附件2第（二）项",
    en="the zone's notice, annex 2 (2)",
    begin=date(2022, 5, 11),
    end=date(2022, 12, 7),
    contacts=frozenset(Contact),
    levels=frozenset({Level.MEDIUM, Level.CONTROL, Level.KEY, Level.HIGH, Level.SEALED}),
)
"""In force from its date until the ten measures forbade checks beyond the national ones. A contact of a contact
waits as well: he is nearer to the disease than somebody who met a person from a key region."""

AIRWAYS = frozenset({Symptom.FEVER, Symptom.COUGH, Symptom.THROAT, Symptom.FATIGUE, Symptom.SMELL})
"""Symptoms of the airways as annex 2 (3) names them by example; whoever has one stops work."""

HAZARDS: tuple[Hazard, ...] = (
    Hazard("airways", "呼吸道症状", "symptoms of the airways", AIRWAYS, 0, "开发区通知附件2第（三）项", True),
    Hazard(
        "influenza",
        "流感",
        "influenza",
        frozenset({Symptom.FEVER}),
        48,
        "退热 24 小时（CDC），国内做法 48 小时",
        False,
    ),
    Hazard(
        "norovirus",
        "诺如病毒感染",
        "norovirus",
        frozenset({Symptom.VOMITING, Symptom.DIARRHOEA}),
        72,
        "症状消失后 48 小时，国内做法 72 小时",
        False,
    ),
    Hazard(
        "mosquito",
        "蚊媒传染病",
        "mosquito-borne disease",
        frozenset({Symptom.RASH, Symptom.JOINTS}),
        0,
        "症状消失前就医",
        False,
    ),
)


def version_on(day: date) -> Version:
    """Return the national version in force on a day; there is exactly one."""
    return next(
        one
        for one in VERSIONS
        if (one.begin is None or one.begin <= day) and (one.end is None or day < one.end)
    )


def version_of(key: str) -> Version | None:
    """Return a version by key, None when the book has none of that name."""
    return next((one for one in VERSIONS if one.key == key), None)


def book_version(key: str, day: date) -> tuple[Version, bool]:
    """Return the version that a key names and whether the notice stands on top: "plan8", "plan8+notice2022".

    "+notice2022" is the version of the day with the notice on top. Raises ValueError for an unknown key.
    """
    name, _plus, notice = key.partition("+")
    found = version_of(name) if name else version_on(day)
    if found is None or notice not in ("", NOTICE.key):
        raise ValueError(f"no rule version {key!r}")
    return found, bool(notice)


def words_of(key: str, *, english: bool) -> str:
    """Return the names of the versions in a decision's version key; an unknown part stays as it is."""
    names = {one.key: (one.zh, one.en) for one in VERSIONS} | {NOTICE.key: (NOTICE.zh, NOTICE.en)}
    return (", " if english else "、").join(names.get(part, (part, part))[english] for part in key.split("+"))
