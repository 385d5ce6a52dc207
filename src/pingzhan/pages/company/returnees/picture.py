"""One return as a picture: days from left to right, a lane for each kind of fact, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import (
    ContactKind,
    IsolationPlace,
    Outcome,
    SymptomKind,
    TestMethod,
    TestResult,
)

WIDTH, LEFT, TOP, LANE = 900, 90, 34, 34
DAY = timedelta(days=1)
LONGEST = 75
"""Days shown at most; earlier ones are in the table only."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the table: what, from, to, in words, and how it looks in the picture."""

    lane: str
    begin: date
    end: date | None
    words: str
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Span:
    """A bar from day to day, in pixels."""

    x: int
    width: int
    tone: str
    title: str


@dataclass(slots=True)
class Lane:
    """A lane with its bars."""

    label: str
    y: int
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the drawing needs, in pixels. ``today`` is where the picture opens if it is wider than its frame."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    lanes: list[Lane]
    ticks: list[tuple[int, str]]
    references: list[tuple[int, str]]
    today: int


def facts_of(opened: returnees.Opened, latest: returnees.Shown | None, today: date) -> list[Fact]:
    """Return what is known of a return as rows of a table, lane by lane."""
    facts = opened.declared.facts
    rows = [
        *(Fact(_("旅居"), one.begin, one.end, f"{one.name} {one.code}".strip()) for one in facts.stays),
        *(
            Fact(_("接触"), one.last, one.last, str(ContactKind(one.kind.value).label), "bad")
            for one in facts.met
        ),
        *(
            Fact(
                _("症状"),
                one.since,
                one.ended.date() if one.ended is not None else None,
                str(SymptomKind(one.symptom.value).label),
                "warn",
            )
            for one in facts.episodes
        ),
        *(
            Fact(_("隔离"), one.begin, one.end, str(IsolationPlace(one.place.value).label), "ok")
            for one in facts.isolations
        ),
        *(
            Fact(
                _("检测"),
                one.on,
                one.on,
                f"{TestMethod(one.method.value).label} {TestResult(one.result.value).label}",
                "ok" if one.result is returnees.Result.NEGATIVE else "bad",
            )
            for one in facts.tests
        ),
        *(
            Fact(_("体温"), one.on, one.on, _("%(value)s ℃") % {"value": one.value}, "info")
            for one in opened.declared.temperatures
        ),
    ]
    if facts.cleared is not None:
        rows.append(Fact(_("医院"), facts.cleared, facts.cleared, _("医院确认排除"), "ok"))
    if latest is not None and latest.row.outcome != Outcome.ADMIT:
        begin = today
        end = latest.row.earliest - DAY if latest.row.earliest is not None else None
        if end is None or end >= begin:
            rows.append(Fact(_("判定"), begin, end, str(Outcome(latest.row.outcome).label), "bad"))
    return rows


def draw(rows: Sequence[Fact], return_on: date, today: date, history: int) -> Picture:
    """Return the picture of the rows: from the look-back period on until the last day that is spoken of."""
    last = max([return_on, today, *(one.end or one.begin for one in rows)]) + 2 * DAY
    first = min([return_on - history * DAY, *(one.begin for one in rows)])
    first = max(first, last - LONGEST * DAY)
    days = (last - first).days + 1
    right = WIDTH - 16

    def x(day: date) -> int:
        return LEFT + round((max(first, min(day, last + DAY)) - first).days * (right - LEFT) / days)

    lanes: dict[str, Lane] = {}
    for row in rows:
        if row.lane not in lanes:
            lanes[row.lane] = Lane(row.lane, TOP + LANE * len(lanes) + LANE // 2)
        end = row.end if row.end is not None else last
        if end < first:
            continue
        words = f"{row.words} {row.begin:%m-%d}" + (
            f"–{end:%m-%d}" if row.end and row.end != row.begin else ""
        )
        lanes[row.lane].spans.append(
            Span(x(row.begin), max(5, x(end + DAY) - x(row.begin) - 1), row.tone, words)
        )
    bottom = TOP + LANE * max(1, len(lanes))
    ticks = [(x(first + n * DAY), f"{first + n * DAY:%m-%d}") for n in range(0, days, max(1, -(-days // 12)))]
    references = [(x(return_on), _("返岗"))]
    if today != return_on:
        references.append((x(today), _("今天")))
    return Picture(
        WIDTH, bottom + 30, LEFT, right, TOP, bottom, list(lanes.values()), ticks, references, x(today)
    )
