"""The decision: every rule speaks, the strictest wins, and each that spoke is named.

Days are counted from the last day of an exposure. Isolation counts by the days spent in it after that day; who
was not isolated waits until the whole look-back period is over. So more risk (another exposure, a later one, a
graver one, a test less, a symptom more) never lets anybody go on post sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from pingzhan.domain.returnees.judging import rulebook, sentences
from pingzhan.domain.returnees.judging.facts import (
    CONTACTS,
    LEVELS,
    OUTCOMES,
    Contact,
    Decision,
    Episode,
    Facts,
    Level,
    Listed,
    Method,
    Outcome,
    Overrides,
    Place,
    Reason,
    Result,
)
from pingzhan.domain.returnees.judging.regions import hits
from pingzhan.domain.returnees.judging.rulebook import AIRWAYS, HAZARDS, NOTICE, Demand, Notice, Version

DAY = timedelta(days=1)
NO_OVERRIDES = Overrides()
K = TypeVar("K", Contact, Level)


@dataclass(frozen=True, slots=True)
class Book:
    """The rules that hold for one decision."""

    version: Version
    notice: Notice | None
    history: int
    fever_line: Decimal
    overrides: Overrides

    @property
    def key(self) -> str:
        """Return the name of all versions that are looked at."""
        return f"{self.version.key}+{self.notice.key}" if self.notice is not None else self.version.key


def book_on(day: date, overrides: Overrides = NO_OVERRIDES) -> Book:
    """Return the rules of a day. Raises ValueError for an override that names no version."""
    if overrides.version:
        version, with_notice = rulebook.book_version(overrides.version, day)
    else:
        version, with_notice = rulebook.version_on(day), NOTICE.begin <= day < NOTICE.end
    return Book(
        version,
        NOTICE if with_notice else None,
        overrides.history_days if overrides.history_days is not None else rulebook.HISTORY_DAYS,
        overrides.fever_line if overrides.fever_line is not None else rulebook.FEVER_LINE,
        overrides,
    )


@dataclass(frozen=True, slots=True)
class _Finding:
    reason: Reason
    days: int = 0
    place: Place | None = None
    tests: tuple[date, ...] = ()


def decide(
    facts: Facts,
    at: datetime,
    *,
    listed: Sequence[Listed] = (),
    overrides: Overrides = NO_OVERRIDES,
) -> Decision:
    """Return what the rules say of somebody who wants to go on post at ``at`` (local time without zone).

    Always a decision with at least one reason; the same facts give the same decision. Raises ValueError only
    for an override that names no version.
    """
    on = at.date()
    book = book_on(on, overrides)
    findings = [
        *_contacts(facts, on, book),
        *_regions(facts, on, book, listed),
        *_positive(facts, on, book),
        *_episodes(facts, at, book),
        *_temperature(facts, on, book),
    ]
    if not findings:
        findings = [_Finding(sentences.nothing(book.version, book.history))]
    return _joined(findings, on, book)


def _joined(findings: Sequence[_Finding], on: date, book: Book) -> Decision:
    outcome = max((one.reason.outcome for one in findings), key=OUTCOMES.index)
    isolating = [one for one in findings if one.reason.outcome is Outcome.ISOLATE]
    binding = [one.reason.until for one in findings if one.reason.outcome is not Outcome.ADMIT]
    known = [day for day in binding if day is not None]
    return Decision(
        outcome=outcome,
        reasons=tuple(
            one.reason
            for one in sorted(findings, key=lambda one: OUTCOMES.index(one.reason.outcome), reverse=True)
        ),
        version=book.key,
        days=max((one.days for one in isolating), default=0),
        place=min((one.place for one in isolating if one.place), key=list(Place).index, default=None),
        tests=tuple(sorted({day for one in findings for day in one.tests if day >= on})),
        earliest=None if len(known) < len(binding) else max([on, *known]),
    )


def _contacts(facts: Facts, on: date, book: Book) -> Iterator[_Finding]:
    for one in facts.met:
        asked = book.notice is not None and one.kind in book.notice.contacts
        demand, own = _standard(one.kind, CONTACTS, book.version.contacts, asked=asked)
        if demand is not None or asked:
            exposure = _Exposure(one.last, f"contact.{one.kind}", sentences.contact(one), asked, own)
            yield from exposure.findings(facts, on, book, demand)


def _regions(facts: Facts, on: date, book: Book, listed: Iterable[Listed]) -> Iterator[_Finding]:
    for hit in hits(facts.stays, listed, on):
        level = hit.entry.level
        asked = book.notice is not None and level in book.notice.levels
        demand, own = _standard(level, LEVELS, book.version.levels, asked=asked)
        if demand is not None or asked:
            exposure = _Exposure(min(hit.stay.end, on), f"region.{level}", sentences.stay(hit), asked, own)
            yield from exposure.findings(facts, on, book, demand)


def _standard(
    kind: K, order: Sequence[K], table: Mapping[K, Demand], *, asked: bool
) -> tuple[Demand | None, bool]:
    """Return what is asked for a kind, and whether the version itself asks it.

    Where only the notice asks, the isolation of the next graver kind is what "隔离期满" can mean.
    """
    if kind in table:
        return table[kind], True
    if asked:
        for graver in order[order.index(kind) + 1 :]:
            if graver in table:
                return table[graver], False
    return None, False


@dataclass(frozen=True, slots=True)
class _Exposure:
    last: date
    rule: str
    words: sentences.Pair
    asked: bool
    """Whether the notice's sentence asks as well."""
    own: bool
    """Whether the national version asks itself; else its demand is only how the waiting can end sooner."""

    def findings(self, facts: Facts, on: date, book: Book, demand: Demand | None) -> Iterator[_Finding]:
        """Yield what this exposure leads to; nothing when it is too long ago."""
        wanted = demand or Demand()
        lookback = max(book.history, wanted.days)
        free = self.last + (lookback + 1) * DAY
        if on >= free:
            return
        left, place = _remaining(facts, self.last, on, wanted)
        if demand is None:
            left = (free - on).days
        negatives = max(wanted.negatives if self.own else 0, 1 if self.asked else 0)
        missing = max(0, negatives - _negatives(facts, self.last, on, wanted))
        until = min(on + max(left, missing) * DAY, free)
        unmeasured = self.asked and facts.temperature is None
        tests = tuple(self.last + n * DAY for n in wanted.tests) if self.own and left else ()
        say = sentences.Exposed(
            rule=self.rule,
            words=self.words,
            version=book.version,
            notice=book.notice if self.asked else None,
            demand=demand if self.own else None,
            begin=self.last,
            until=until,
        )
        if left and self.own:
            yield _Finding(say.isolate(left), left, place, tests)
        elif left:
            yield _Finding(say.wait(lookback))
        elif missing:
            yield _Finding(say.untested(missing), tests=(on,))
        elif unmeasured:
            yield _Finding(say.unmeasured())
        else:
            yield _Finding(say.served())
        if self.asked and self.own and left:
            yield _Finding(say.wait(lookback))


def _remaining(facts: Facts, last: date, on: date, demand: Demand) -> tuple[int, Place | None]:
    """Return the days of isolation that are missing on ``on`` and where the next one is spent."""
    central: set[date] = set()
    spent: set[date] = set()
    for one in facts.isolations:
        day = max(one.begin, last + DAY)
        while day <= min(one.end, on - DAY):
            spent.add(day)
            if one.place is Place.CENTRAL:
                central.add(day)
            day += DAY
    missing_central = demand.central - len(central)
    left = max(0, missing_central, demand.days - len(spent))
    return left, (Place.CENTRAL if missing_central > 0 else Place.HOME) if left else None


def _negatives(facts: Facts, last: date, on: date, demand: Demand) -> int:
    """Return on how many different days of the window, after the exposure, a test was negative."""
    since = max(last + DAY, on - demand.window * DAY)
    return len(
        {
            one.on
            for one in facts.tests
            if one.result is Result.NEGATIVE
            and since <= one.on <= on
            and (demand.antigen or one.method is Method.NUCLEIC)
        }
    )


def _positive(facts: Facts, on: date, book: Book) -> Iterator[_Finding]:
    rule = book.version.positive
    found = [one.on for one in facts.tests if one.result is Result.POSITIVE and one.on <= on]
    if rule is None or not found:
        return
    last = max(found)
    after = {one.on for one in facts.tests if one.result is Result.NEGATIVE and last < one.on <= on}
    if rule.days:
        early = [day for day in after if day > last + rule.early * DAY - DAY]
        if on <= last + rule.days * DAY and not early:
            left = (last + (rule.days + 1) * DAY - on).days
            yield _Finding(
                sentences.positive_home(book.version, rule, last, on + left * DAY), left, Place.HOME
            )
    elif on <= last + rule.memory * DAY and len(after) < rule.negatives:
        yield _Finding(sentences.positive_hold(book.version, rule, last))


def _episodes(facts: Facts, at: datetime, book: Book) -> Iterator[_Finding]:
    for hazard in HAZARDS:
        hours = book.overrides.hours.get(hazard.key, hazard.hours)
        mine = [one for one in facts.episodes if one.symptom in hazard.symptoms]
        lasting = [one for one in mine if _lasts(one, at)]
        if lasting:
            yield _Finding(sentences.lasting(hazard, lasting))
            continue
        for one in mine:
            free = _free(one, hours)
            if free is not None and at < free:
                yield _Finding(sentences.waiting(hazard, one, hours, _first_day(free)))
    if book.version.excluded:
        yield from _excluded(facts, at, book)


def _lasts(one: Episode, at: datetime) -> bool:
    return one.ended is None or one.ended > at


def _free(one: Episode, hours: int) -> datetime | None:
    return None if one.ended is None else one.ended + timedelta(hours=hours)


def _first_day(moment: datetime) -> date:
    """Return the first day that lies behind a moment whole."""
    return moment.date() if moment.time() == time.min else moment.date() + DAY


def _excluded(facts: Facts, at: datetime, book: Book) -> Iterator[_Finding]:
    """Yield a hold while nobody has excluded the disease after symptoms of the airways that are over."""
    on = at.date()
    for one in facts.episodes:
        if one.symptom not in AIRWAYS or one.ended is None or one.ended > at:
            continue
        gone = one.ended.date()
        free = gone + (book.history + 1) * DAY
        tested = any(
            test.result is Result.NEGATIVE and test.method is Method.NUCLEIC and gone <= test.on <= on
            for test in facts.tests
        )
        cleared = facts.cleared is not None and gone <= facts.cleared <= on
        if on < free and not (tested or cleared):
            yield _Finding(sentences.unexcluded(book.version, one, min(on + DAY, free)), tests=(on,))


def _temperature(facts: Facts, on: date, book: Book) -> Iterator[_Finding]:
    if facts.temperature is not None and facts.temperature >= book.fever_line:
        yield _Finding(sentences.fever(facts.temperature, book.fever_line, on))
