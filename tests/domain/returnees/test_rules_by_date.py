"""The table of cases by date: who waits, who is isolated for how long and where, who may work. No database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from pingzhan.domain.returnees.judging import rulebook
from pingzhan.domain.returnees.judging.engine import decide
from pingzhan.domain.returnees.judging.facts import (
    Contact,
    Decision,
    Episode,
    Facts,
    Isolation,
    Level,
    Listed,
    Met,
    Method,
    Outcome,
    Overrides,
    Place,
    Result,
    Stay,
    Swab,
    Symptom,
)

DAY = timedelta(days=1)
P8, P8N, P9, M20, M10, B = (
    date(2022, 4, 20),
    date(2022, 5, 20),
    date(2022, 7, 1),
    date(2022, 11, 20),
    date(2022, 12, 20),
    date(2026, 11, 25),
)
ADMIT, HOLD, ISOLATE = Outcome.ADMIT, Outcome.HOLD, Outcome.ISOLATE
CENTRAL, HOME = Place.CENTRAL, Place.HOME
CODE = "370102"


def ask(
    on: date,
    *,
    contact: str = "",
    level: str = "",
    ago: int = 1,
    central: int = 0,
    home: int = 0,
    negatives: tuple[int, ...] = (),
    positive: int | None = None,
    antigen: bool = False,
    temperature: str | None = None,
    symptom: str = "",
    gone: int | None = None,
    cleared: int | None = None,
    version: str = "",
    history: int | None = None,
) -> Decision:
    """Decide about one exposure so many days ago, followed by days of isolation until yesterday."""
    last = on - ago * DAY
    isolations = []
    if central:
        isolations.append(Isolation(last + DAY, last + central * DAY, CENTRAL))
    if home:
        isolations.append(Isolation(last + (central + 1) * DAY, last + (central + home) * DAY, HOME))
    method = Method.ANTIGEN if antigen else Method.NUCLEIC
    tests = [Swab(on - n * DAY, Result.NEGATIVE, method) for n in negatives]
    if positive is not None:
        tests.append(Swab(on - positive * DAY, Result.POSITIVE))
    at = datetime.combine(on, datetime.min.time()) + timedelta(hours=8)
    ended = at - timedelta(hours=gone) if gone is not None else None
    facts = Facts(
        stays=(Stay(CODE, "X", last - 3 * DAY, last),) if level else (),
        met=(Met(Contact(contact), last),) if contact else (),
        tests=tuple(tests),
        isolations=tuple(isolations),
        episodes=(Episode(Symptom(symptom), on - 5 * DAY, ended),) if symptom else (),
        temperature=Decimal(temperature) if temperature else None,
        cleared=on - cleared * DAY if cleared is not None else None,
    )
    listed = [Listed(CODE, "X", Level(level), last - 5 * DAY)] if level else []
    return decide(facts, at, listed=listed, overrides=Overrides(version=version, history_days=history))


#: day, what is known, outcome, days that remain, where, days until he may work (None: cannot be told)
CASES = [
    # Nothing at all, under each version.
    (P8, {}, ADMIT, 0, None, 0),
    (P8N, {}, ADMIT, 0, None, 0),
    (P9, {}, ADMIT, 0, None, 0),
    (M20, {}, ADMIT, 0, None, 0),
    (M10, {}, ADMIT, 0, None, 0),
    (B, {}, ADMIT, 0, None, 0),
    # Close contacts: 14 + 7, 7 + 3, 5 + 3, 5 at home, nothing.
    (P8, {"contact": "close"}, ISOLATE, 21, CENTRAL, 21),
    (P8N, {"contact": "close"}, ISOLATE, 21, CENTRAL, 21),
    (P9, {"contact": "close"}, ISOLATE, 10, CENTRAL, 10),
    (M20, {"contact": "close"}, ISOLATE, 8, CENTRAL, 8),
    (M10, {"contact": "close"}, ISOLATE, 5, HOME, 5),
    (B, {"contact": "close"}, ADMIT, 0, None, 0),
    # The last day of a version and the first of the next.
    (date(2022, 6, 27), {"contact": "close"}, ISOLATE, 21, CENTRAL, 21),
    (date(2022, 6, 28), {"contact": "close"}, ISOLATE, 10, CENTRAL, 10),
    (date(2022, 11, 10), {"contact": "close"}, ISOLATE, 10, CENTRAL, 10),
    (date(2022, 11, 11), {"contact": "close"}, ISOLATE, 8, CENTRAL, 8),
    (date(2022, 12, 6), {"contact": "close"}, ISOLATE, 8, CENTRAL, 8),
    (date(2022, 12, 7), {"contact": "close"}, ISOLATE, 5, HOME, 5),
    (date(2023, 1, 7), {"contact": "close"}, ISOLATE, 5, HOME, 5),
    (date(2023, 1, 8), {"contact": "close"}, ADMIT, 0, None, 0),
    # Half-way: the central part done, the home part not; home days do not stand for central ones.
    (P8N, {"contact": "close", "ago": 15, "central": 14}, ISOLATE, 7, HOME, 7),
    (P9, {"contact": "close", "ago": 8, "central": 7}, ISOLATE, 3, HOME, 3),
    (P9, {"contact": "close", "ago": 8, "home": 7}, ISOLATE, 7, CENTRAL, 7),
    (P9, {"contact": "close", "ago": 4, "central": 3}, ISOLATE, 7, CENTRAL, 7),
    # All of it done: tests and temperature decide.
    (P9, {"contact": "close", "ago": 11, "central": 7, "home": 3}, HOLD, 0, None, 1),
    (P9, {"contact": "close", "ago": 11, "central": 7, "home": 3, "negatives": (1,)}, HOLD, 0, None, 0),
    (
        P9,
        {"contact": "close", "ago": 11, "central": 7, "home": 3, "negatives": (1,), "temperature": "36.4"},
        ADMIT, 0, None, 0,
    ),
    (
        P9,
        {"contact": "close", "ago": 11, "central": 7, "home": 3, "negatives": (3,), "temperature": "36.4"},
        HOLD, 0, None, 1,
    ),
    (
        P9,
        {"contact": "close", "ago": 11, "central": 7, "home": 3, "negatives": (1,), "temperature": "36.4",
         "antigen": True},
        HOLD, 0, None, 1,
    ),
    (P8, {"contact": "close", "ago": 22, "central": 14, "home": 7}, ADMIT, 0, None, 0),
    (P8, {"contact": "close", "ago": 21, "central": 14, "home": 6, "negatives": (0, 1)}, ISOLATE, 1, HOME, 1),
    (M10, {"contact": "close", "ago": 6, "home": 5, "negatives": (0,), "antigen": True}, ADMIT, 0, None, 0),
    (M10, {"contact": "close", "ago": 6, "home": 5}, HOLD, 0, None, 1),
    # Not isolated, but long ago.
    (P9, {"contact": "close", "ago": 14}, ISOLATE, 10, CENTRAL, 1),
    (P9, {"contact": "close", "ago": 15}, ADMIT, 0, None, 0),
    (P8, {"contact": "close", "ago": 21}, ISOLATE, 21, CENTRAL, 1),
    # Contacts of contacts: 7 central, 7 at home, not determined.
    (P8, {"contact": "secondary"}, ISOLATE, 7, CENTRAL, 7),
    (P9, {"contact": "secondary"}, ISOLATE, 7, HOME, 7),
    (M20, {"contact": "secondary"}, HOLD, 0, None, 8),
    (M10, {"contact": "secondary"}, ADMIT, 0, None, 0),
    (B, {"contact": "secondary"}, ADMIT, 0, None, 0),
    # Who met somebody from a key region: only the notice asks.
    (P8, {"contact": "person"}, ADMIT, 0, None, 0),
    (P8N, {"contact": "person"}, HOLD, 0, None, 7),
    (P9, {"contact": "person", "ago": 13}, HOLD, 0, None, 2),
    (M10, {"contact": "person"}, ADMIT, 0, None, 0),
    # Regions.
    (P8, {"level": "high"}, ISOLATE, 14, CENTRAL, 14),
    (P8, {"level": "sealed"}, ISOLATE, 14, CENTRAL, 14),
    (P8, {"level": "medium"}, ISOLATE, 14, HOME, 14),
    (P8, {"level": "low"}, ADMIT, 0, None, 0),
    (P8N, {"level": "key"}, ISOLATE, 14, CENTRAL, 14),
    (P9, {"level": "high"}, ISOLATE, 7, CENTRAL, 7),
    (P9, {"level": "control"}, ISOLATE, 7, HOME, 7),
    (P9, {"level": "medium"}, ISOLATE, 7, HOME, 7),
    (P9, {"level": "low", "ago": 3}, HOLD, 0, None, 2),
    (P9, {"level": "low", "ago": 3, "negatives": (1,)}, HOLD, 0, None, 1),
    (P9, {"level": "low", "ago": 3, "negatives": (0, 2)}, ADMIT, 0, None, 0),
    (M20, {"level": "high"}, ISOLATE, 7, HOME, 7),
    (M20, {"level": "medium"}, HOLD, 0, None, 7),
    (M20, {"level": "low"}, ADMIT, 0, None, 0),
    (M10, {"level": "high"}, ADMIT, 0, None, 0),
    (B, {"level": "sealed"}, ADMIT, 0, None, 0),
    # A measure set puts an earlier version in force, with and without the notice.
    (B, {"contact": "close", "version": "plan8+notice2022"}, ISOLATE, 21, CENTRAL, 21),
    (B, {"contact": "close", "version": "+notice2022"}, HOLD, 0, None, 14),
    (P9, {"contact": "person", "version": "+notice2022"}, HOLD, 0, None, 7),
    (B, {"contact": "person", "version": "plan9"}, ADMIT, 0, None, 0),
    (B, {"contact": "person", "version": "plan9+notice2022"}, HOLD, 0, None, 7),
    (P9, {"contact": "close", "ago": 12, "history": 10}, ADMIT, 0, None, 0),
    # Positive tests.
    (P8, {"positive": 3}, HOLD, 0, None, None),
    (P9, {"positive": 3, "negatives": (0,)}, HOLD, 0, None, None),
    (P9, {"positive": 3, "negatives": (0, 1)}, ADMIT, 0, None, 0),
    (M10, {"positive": 3}, ISOLATE, 5, HOME, 5),
    (M10, {"positive": 6, "negatives": (1,)}, ADMIT, 0, None, 0),
    (M10, {"positive": 6, "negatives": (2,)}, ISOLATE, 2, HOME, 2),
    (M10, {"positive": 8}, ADMIT, 0, None, 0),
    (B, {"positive": 3}, ADMIT, 0, None, 0),
    # How he is, whatever the version.
    (B, {"symptom": "cough"}, HOLD, 0, None, None),
    (B, {"symptom": "fever"}, HOLD, 0, None, None),
    (B, {"symptom": "fever", "gone": 47}, HOLD, 0, None, 1),
    (B, {"symptom": "fever", "gone": 48}, ADMIT, 0, None, 0),
    (B, {"symptom": "cough", "gone": 1}, ADMIT, 0, None, 0),
    (B, {"symptom": "vomiting", "gone": 71}, HOLD, 0, None, 1),
    (B, {"symptom": "diarrhoea", "gone": 72}, ADMIT, 0, None, 0),
    (B, {"symptom": "rash"}, HOLD, 0, None, None),
    (B, {"symptom": "rash", "gone": 1}, ADMIT, 0, None, 0),
    (B, {"temperature": "37.2"}, ADMIT, 0, None, 0),
    (B, {"temperature": "37.3"}, HOLD, 0, None, None),
    # While the disease must be excluded, a cough that is over needs a test or a hospital.
    (P9, {"symptom": "cough", "gone": 10}, HOLD, 0, None, 1),
    (P9, {"symptom": "cough", "gone": 10, "negatives": (0,)}, ADMIT, 0, None, 0),
    (P9, {"symptom": "cough", "gone": 10, "cleared": 0}, ADMIT, 0, None, 0),
    (P9, {"symptom": "cough", "gone": 30, "negatives": (3,)}, HOLD, 0, None, 1),
]  # fmt: skip


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_case(case: tuple[date, dict[str, object], Outcome, int, Place | None, int | None]) -> None:
    on, known, outcome, days, place, until = case
    made = ask(on, **known)  # type: ignore[arg-type]
    assert (made.outcome, made.days, made.place) == (outcome, days, place)
    assert made.earliest == (None if until is None else on + until * DAY)


def test_versions_follow_each_other_without_gap_or_overlap() -> None:
    ends = [one.end for one in rulebook.VERSIONS]
    begins = [one.begin for one in rulebook.VERSIONS]
    assert begins[0] is None
    assert ends[-1] is None
    assert begins[1:] == ends[:-1]
    assert len({one.key for one in rulebook.VERSIONS}) == len(rulebook.VERSIONS)


def test_an_unknown_version_is_refused() -> None:
    for key in ("plan7", "plan8+notice2030", "plan7+notice2022"):
        with pytest.raises(ValueError, match="no rule version"):
            ask(B, version=key)


@pytest.mark.parametrize(
    ("stay", "name", "entry", "entry_name", "hit"),
    [
        ("370102", "", "370102", "", True),
        ("370102001", "", "370102", "", True),
        ("370102", "", "370100", "", True),
        ("370102", "", "370000", "", True),
        ("370100", "", "370102", "", True),
        ("370102", "", "370103", "", False),
        ("370102", "", "410102", "", False),
        ("370102001001", "", "370102001", "", True),
        ("370102002001", "", "370102001", "", False),
        ("370000", "\u5c71\u4e1c\u7701\u9752\u6eaa\u53bf", "370102", "\u9752\u6eaa\u53bf", True),
        ("370000", "\u5c71\u4e1c\u7701\u9752\u6eaa\u53bf", "370103", "\u77f3\u5858\u53bf", False),
        ("370000", "\u5c71\u4e1c\u7701", "370103", "\u77f3\u5858\u53bf", True),
        (
            "370000",
            "\u5c71\u4e1c\u7701\u4e91\u5cad\u5e02",
            "370103",
            "\u4e91\u5cad\u5e02\u77f3\u5858\u53bf",
            True,
        ),
    ],
)
def test_which_stays_fall_under_an_entry(
    stay: str, name: str, entry: str, entry_name: str, hit: bool
) -> None:
    facts = Facts(stays=(Stay(stay, name, P9 - 5 * DAY, P9 - DAY),))
    listed = [Listed(entry, entry_name, Level.HIGH, P9 - 5 * DAY)]
    made = decide(facts, datetime(2022, 7, 1, 8), listed=listed)
    assert (made.outcome is ISOLATE) == hit


@pytest.mark.parametrize(
    ("begin", "end", "hit"),
    [
        (-20, None, True),
        (-1, None, True),
        (0, None, True),
        (1, None, False),
        (-20, -5, False),
        (-20, -4, True),
    ],
)
def test_the_list_counts_as_it_stood_from_the_stay_on(begin: int, end: int | None, hit: bool) -> None:
    facts = Facts(stays=(Stay(CODE, "X", P9 - 5 * DAY, P9 - 2 * DAY),))
    entry = Listed(CODE, "X", Level.HIGH, P9 + begin * DAY, None if end is None else P9 + end * DAY)
    made = decide(facts, datetime(2022, 7, 1, 8), listed=[entry])
    assert (made.outcome is ISOLATE) == hit
