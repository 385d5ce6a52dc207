"""What holds for every person and every day: a decision with reasons, and more risk never admits sooner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingzhan.domain.returnees.judging.engine import book_on, decide
from pingzhan.domain.returnees.judging.facts import (
    CONTACTS,
    LEVELS,
    OUTCOMES,
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
from pingzhan.domain.returnees.judging.rulebook import HAZARDS, NOTICE, VERSIONS
from tests.domain.returnees.naive import verdict

DAY = timedelta(days=1)
CODES = ("370102", "370103", "370100", "410102", "370102001")
KEYS = ["", *(one.key for one in VERSIONS), *(f"{one.key}+{NOTICE.key}" for one in VERSIONS)]
DAYS = st.dates(date(2022, 4, 1), date(2023, 2, 1)) | st.just(date(2026, 11, 25))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Facts, datetime, list[Listed], Overrides]:
    """A person, a moment, a list and a measure set."""
    on = draw(DAYS)
    at = datetime.combine(on, datetime.min.time()) + timedelta(hours=draw(st.integers(0, 23)))
    ago = st.integers(0, 30).map(lambda n: on - n * DAY)
    span = st.tuples(ago, st.integers(0, 20))
    stays = draw(
        st.lists(
            st.builds(lambda c, s: Stay(c, "X", s[0], s[0] + s[1] * DAY), st.sampled_from(CODES), span),
            max_size=3,
        )
    )
    ended = st.none() | st.integers(0, 400).map(lambda n: at - timedelta(hours=n))
    facts = Facts(
        stays=tuple(stays),
        met=tuple(draw(st.lists(st.builds(Met, st.sampled_from(Contact), ago), max_size=2))),
        tests=tuple(
            draw(st.lists(st.builds(Swab, ago, st.sampled_from(Result), st.sampled_from(Method)), max_size=4))
        ),
        isolations=tuple(
            draw(
                st.lists(
                    st.builds(
                        lambda s, p: Isolation(s[0], s[0] + s[1] * DAY, p), span, st.sampled_from(Place)
                    ),
                    max_size=2,
                )
            )
        ),
        episodes=tuple(
            draw(
                st.lists(
                    st.builds(lambda k, e: Episode(k, on - 20 * DAY, e), st.sampled_from(Symptom), ended),
                    max_size=2,
                )
            )
        ),
        temperature=draw(st.none() | st.sampled_from([Decimal("36.5"), Decimal("37.3"), Decimal("39.0")])),
        cleared=draw(st.none() | ago),
    )
    listed = draw(
        st.lists(
            st.builds(
                lambda c, v, b, n: Listed(c, "X", v, b, None if n is None else b + n * DAY),
                st.sampled_from(CODES),
                st.sampled_from(Level),
                ago,
                st.none() | st.integers(1, 20),
            ),
            max_size=3,
        )
    )
    overrides = Overrides(
        version=draw(st.sampled_from(KEYS)), history_days=draw(st.none() | st.integers(1, 28))
    )
    return facts, at, listed, overrides


def rank(made: Decision) -> tuple[int, date]:
    """How strict a decision is, and how late: no day at all is the latest."""
    return OUTCOMES.index(made.outcome), made.earliest or date.max


def run(case: tuple[Facts, datetime, list[Listed], Overrides]) -> Decision:
    facts, at, listed, overrides = case
    return decide(facts, at, listed=listed, overrides=overrides)


@settings(max_examples=400, deadline=None)
@given(cases())
def test_there_is_always_a_decision_and_it_is_explained(
    case: tuple[Facts, datetime, list[Listed], Overrides],
) -> None:
    facts, at, listed, overrides = case
    made = run(case)
    assert made == decide(facts, at, listed=tuple(listed), overrides=overrides)
    assert made.reasons
    known = {one.key for one in VERSIONS} | {NOTICE.key} | {one.key for one in HAZARDS} | {"annex2.3"}
    for one in made.reasons:
        assert one.rule
        assert one.version in known
        assert all((one.zh, one.en, one.clause_zh, one.clause_en))
        assert one.zh.isascii() is False
        assert one.en.replace("\u00b0", "").isascii()
    assert made.outcome == max((one.outcome for one in made.reasons), key=OUTCOMES.index)
    assert made.version == book_on(at.date(), overrides).key
    # A decision that lets nobody in says when or why not; one that admits says today.
    if made.outcome is Outcome.ADMIT:
        assert made.earliest == at.date()
        assert made.days == 0
    else:
        assert any(one.outcome is made.outcome for one in made.reasons)
        assert made.earliest is None or made.earliest >= at.date()
    assert (made.outcome is Outcome.ISOLATE) == (made.days > 0) == (made.place is not None)


def riskier(
    draw: st.DataObject, case: tuple[Facts, datetime, list[Listed], Overrides]
) -> tuple[Facts, list[Listed]]:
    """The same person with one more risk, or one comfort less."""
    facts, at, listed, _overrides = case
    on = at.date()
    ago = st.integers(0, 30).map(lambda n: on - n * DAY)
    change = draw.draw(st.integers(0, 12))
    if change == 0:
        return replace(
            facts, met=(*facts.met, Met(draw.draw(st.sampled_from(Contact)), draw.draw(ago)))
        ), listed
    if change == 1 and facts.met:
        first, *rest = facts.met
        graver = CONTACTS[min(CONTACTS.index(first.kind) + 1, len(CONTACTS) - 1)]
        return replace(facts, met=(Met(graver, first.last), *rest)), listed
    if change == 2 and facts.met:
        first, *rest = facts.met
        return replace(facts, met=(Met(first.kind, min(first.last + DAY, on)), *rest)), listed
    if change == 3 and listed:
        entry, *others = listed
        level = LEVELS[min(LEVELS.index(entry.level) + 1, len(LEVELS) - 1)]
        return facts, [replace(entry, level=level), *others]
    if change == 4:
        entry = Listed(
            draw.draw(st.sampled_from(CODES)), "X", draw.draw(st.sampled_from(Level)), draw.draw(ago)
        )
        return facts, [*listed, entry]
    if change == 5 and facts.stays:
        longer = replace(facts.stays[0], end=facts.stays[0].end + DAY)
        return replace(facts, stays=(longer, *facts.stays[1:])), listed
    if change == 6 and facts.isolations:
        return replace(facts, isolations=facts.isolations[1:]), listed
    if change == 7:
        kept = [one for one in facts.tests if one.result is Result.POSITIVE]
        lost = [one for one in facts.tests if one.result is Result.NEGATIVE][1:]
        return replace(facts, tests=(*kept, *lost)), listed
    if change == 8:
        return replace(facts, tests=(*facts.tests, Swab(draw.draw(ago), Result.POSITIVE))), listed
    if change == 9:
        worse = Episode(draw.draw(st.sampled_from(Symptom)), on - 20 * DAY)
        return replace(facts, episodes=(*facts.episodes, worse)), listed
    if change == 10 and facts.episodes:
        ended = facts.episodes[0].ended
        later = replace(facts.episodes[0], ended=None if ended is None else ended + timedelta(hours=30))
        return replace(facts, episodes=(later, *facts.episodes[1:])), listed
    if change == 11:
        return replace(facts, temperature=Decimal("38.0")), listed
    stay = Stay(draw.draw(st.sampled_from(CODES)), "X", draw.draw(ago), on)
    return replace(facts, stays=(*facts.stays, stay), cleared=None), listed


@settings(max_examples=500, deadline=None)
@given(cases(), st.data())
def test_more_risk_never_admits_sooner(
    case: tuple[Facts, datetime, list[Listed], Overrides], data: st.DataObject
) -> None:
    facts, listed = riskier(data, case)
    before, after = run(case), run((facts, case[1], listed, case[3]))
    assert rank(after)[0] >= rank(before)[0]
    assert rank(after)[1] >= rank(before)[1]


BOUNDARIES = [
    date(2022, 4, 20), date(2022, 5, 10), date(2022, 5, 11), date(2022, 6, 27), date(2022, 6, 28),
    date(2022, 11, 10), date(2022, 11, 11), date(2022, 12, 6), date(2022, 12, 7), date(2023, 1, 7),
    date(2023, 1, 8), date(2026, 11, 25),
]  # fmt: skip
KINDS = [*(str(one) for one in Contact), *(str(one) for one in Level)]


@pytest.mark.parametrize("on", BOUNDARIES, ids=str)
def test_the_engine_agrees_with_a_plain_table(on: date) -> None:
    """Every kind, every day of exposure, several ways of isolation and testing: 33,120 cases for each date."""
    wrong = []
    at = datetime.combine(on, datetime.min.time()) + timedelta(hours=8)
    for kind, ago, central, home, tested, measured in product(
        KINDS, range(1, 24), (0, 3, 7, 14), (0, 3, 7, 14), ((), (0,), (1,), (0, 1), (0, 3)), (True, False)
    ):
        last = on - ago * DAY
        isolations: list[Isolation] = []
        days: list[date] = []
        for length, place in ((central, Place.CENTRAL), (home, Place.HOME)):
            begin = last + (1 + len(days)) * DAY
            if length:
                isolations.append(Isolation(begin, begin + (length - 1) * DAY, place))
            days += [begin + n * DAY for n in range(length)]
        negatives = frozenset(on - n * DAY for n in tested)
        is_contact = kind in set(Contact)
        facts = Facts(
            stays=() if is_contact else (Stay(CODES[0], "X", last - 2 * DAY, last),),
            met=(Met(Contact(kind), last),) if is_contact else (),
            tests=tuple(Swab(one, Result.NEGATIVE) for one in sorted(negatives)),
            isolations=tuple(isolations),
            temperature=Decimal("36.5") if measured else None,
        )
        listed = [] if is_contact else [Listed(CODES[0], "X", Level(kind), last - 9 * DAY)]
        made = decide(facts, at, listed=listed)
        told = verdict(
            kind,
            last,
            on,
            central=frozenset(days[:central]),
            home=frozenset(days[central:]),
            negatives=negatives,
            measured=measured,
        )
        if (str(made.outcome), made.earliest) != told:
            wrong.append((kind, ago, central, home, tested, measured, str(made.outcome), made.earliest, told))
    assert wrong[:5] == []
