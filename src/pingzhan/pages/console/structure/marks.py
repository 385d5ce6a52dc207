"""The source text of a draft cut at the places of its findings, so that each can be marked and jumped to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pingzhan.domain.organisation.api import FindingView
from pingzhan.domain.organisation.enums import FindingState
from pingzhan.domain.organisation.models import StructureVersion

#: Characters shown on both sides of a place that is quoted beside its finding.
AROUND = 18


@dataclass(frozen=True)
class Segment:
    """A run of the text: plain, or marked; ``anchor`` is where a finding jumps to."""

    text: str
    anchor: str = ""
    css: str = ""


@dataclass(frozen=True)
class Quote:
    """A place with a little text around it, and the anchor of the same place in the whole text."""

    before: str
    text: str
    after: str
    anchor: str


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    css: str


def _spans(version: StructureVersion, views: Iterable[FindingView]) -> list[_Span]:
    spans = [
        _Span(
            place["start"],
            place["end"],
            "mark-open" if view.finding.state == FindingState.OPEN else "mark-done",
        )
        for view in views
        for place in view.finding.places
    ]
    spans += [_Span(start, end, "mark-unread") for start, end in unread_of(version)]
    return [span for span in spans if 0 <= span.start < span.end <= len(version.source_text)]


def unread_of(version: StructureVersion) -> list[tuple[int, int]]:
    """Return the places of the text that the reader did not understand."""
    return [(int(start), int(end)) for start, end in version.reading.get("unread", [])]


def anchor_of(start: int) -> str:
    """Return the id that the text carries at a place."""
    return f"p{start}"


def segments(version: StructureVersion, views: Sequence[FindingView]) -> list[Segment]:
    """Return the whole text as segments in order; joined they are exactly the source text.

    Where several places overlap, an open question is shown rather than unread text, and that rather than an
    answered question.
    """
    text = version.source_text
    spans = _spans(version, views)
    cuts = sorted({0, len(text), *(s.start for s in spans), *(s.end for s in spans)})
    order = {"mark-open": 0, "mark-unread": 1, "mark-done": 2}
    starts = {span.start for span in spans}
    result: list[Segment] = []
    for start, end in pairwise(cuts):
        over = [span.css for span in spans if span.start < end and start < span.end]
        css = min(over, key=order.__getitem__) if over else ""
        result.append(Segment(text[start:end], anchor_of(start) if start in starts else "", css))
    return result


def quotes(version: StructureVersion, view: FindingView) -> list[Quote]:
    """Return the places of one finding with the text around them."""
    text = version.source_text
    return [
        Quote(
            text[max(0, start - AROUND) : start],
            text[start:end],
            text[end : end + AROUND],
            anchor_of(start),
        )
        for start, end in ((place["start"], place["end"]) for place in view.finding.places)
        if 0 <= start < end <= len(text)
    ]
