"""Reading the text of a notice: the one way from text to ``Reading``."""

from __future__ import annotations

import re

from pingzhan.domain.organisation.reading.compact import Compact, compact
from pingzhan.domain.organisation.reading.draft import UNREAD, Draft
from pingzhan.domain.organisation.reading.layout import GroupDraft, Layout, Part, lay_out
from pingzhan.domain.organisation.reading.marks import Mark, find_marks
from pingzhan.domain.organisation.reading.mentions import find_bodies, find_mentions
from pingzhan.domain.organisation.reading.model import (
    DutyClause,
    Entry,
    GroupList,
    GroupRead,
    Mention,
    Reading,
    Span,
    Unread,
)
from pingzhan.domain.organisation.reading.tables import find_tables
from pingzhan.domain.organisation.reading.tabular import read_table

_TITLE = re.compile(
    r"关于[^。;:.]{4,80}?的(?:实施意见|意见|通知|实施方案|工作方案|方案|决定|办法|规定|预案)(?!\.[A-Za-z])"
)


def read_text(text: str) -> Reading:
    """Read the text of a notice. Any text is read; what is not understood is in ``unread``. Never raises."""
    c = compact(text)
    tables = find_tables(c)
    marks = find_marks(c, tuple((table.a, table.b) for table in tables))
    layout = lay_out(c, marks)
    draft = Draft(c, [UNREAD] * len(c.chars), groups=list(layout.groups))
    for a, b in layout.headings:
        draft.paint(a, b, "heading")
    by_start = {table.a: table for table in tables}
    for part in layout.parts:
        if part.kind == "table":
            read_table(draft, by_start[part.a], part.group)
        else:
            _read_part(draft, part)
    return _reading(draft, layout, marks)


def _read_part(draft: Draft, part: Part) -> None:
    numbers = tuple(number for number in part.numbers if number[1] <= part.b)
    if part.kind == "role" and part.group is not None:
        draft.add_members(part.group, part.role, part.a, part.b, numbers)
    elif part.kind == "duty" and part.group is not None:
        draft.add_duties(part.group, part.a, part.b, numbers)
    elif part.kind == "body":
        draft.paint(part.a, part.b, "body")


def _reading(draft: Draft, layout: Layout, marks: list[Mark]) -> Reading:
    c = draft.c
    kept = [group for group in draft.groups if id(group) in draft.entries or id(group) in draft.clauses]
    for group in draft.groups:
        # A heading without a list or duties is text that was not understood.
        draft.paint(group.a, group.b, "heading" if group in kept else UNREAD)
    mentions = find_mentions(c)
    _name_apart(kept)
    groups = _groups(draft, kept, mentions)
    if not groups:
        draft.paint(0, len(draft.cover), UNREAD)
    spans = _spans(draft)
    headings = (*(c.clean(a, b) for a, b in layout.section_titles), *(group.name for group in groups))
    title = _TITLE.search(c.chars)
    return Reading(
        text=c.source,
        title=c.clean(*title.span()) if title else "",
        groups=groups,
        unread=tuple(
            Unread(s.start, s.end, c.source[s.start : s.end], c.place_at(s.start, s.end))
            for s in spans
            if s.kind == "unread"
        ),
        mentions=mentions,
        bodies=find_bodies(c, (group.name for group in groups)),
        group_lists=tuple(
            GroupList(tuple(mark.text.split("、")), c.place(mark.a, mark.b))
            for mark in marks
            if mark.kind == "listed"
        ),
        headings=headings,
        spans=spans,
    )


def _name_apart(groups: list[GroupDraft]) -> None:
    """Give every group a name of its own: a number when it is repeated."""
    taken: dict[str, int] = {}
    for group in groups:
        name = group.name
        taken[name] = taken.get(name, 0) + 1
        group.name = name if taken[name] == 1 else f"{name}\uff08{taken[name]}\uff09"


def _groups(draft: Draft, kept: list[GroupDraft], mentions: tuple[Mention, ...]) -> tuple[GroupRead, ...]:
    c = draft.c
    groups: list[GroupRead] = []
    n = 0
    for group in kept:
        entries: list[Entry] = []
        for role, member in sorted(draft.entries.get(id(group), []), key=lambda found: found[1].a):
            n += 1
            start, end = c.span(member.a, member.b)
            entries.append(
                Entry(
                    n=n,
                    group=group.name,
                    role=role,
                    name=member.name,
                    title=_title(c, member.title) if member.title else None,
                    class_rule=c.clean(*member.rule) if member.rule else None,
                    start=start,
                    end=end,
                    place=c.place(member.a, member.b),
                )
            )
        clauses = tuple(
            DutyClause(c.clean(a, b), *c.span(a, b), c.place(a, b))
            for a, b in draft.clauses.get(id(group), [])
        )
        if group.b > group.a:
            where = c.place(group.a, group.b)
        elif group.named_at:
            where = c.place(*group.named_at)
        elif entries or clauses:
            where = entries[0].place if entries else clauses[0].place
        else:
            continue  # headings without anybody or any duty under them name no group
        inside = [
            mention
            for mention in mentions
            if any(clause.start <= mention.place.start < clause.end for clause in clauses)
        ]
        groups.append(
            GroupRead(
                name=group.name,
                kind="leading" if group.kind == "leading" else "work",
                entries=tuple(entries),
                duties=clauses,
                place=where,
                levels=tuple(mention for mention in inside if mention.kind == "level"),
                times=tuple(mention for mention in inside if mention.kind == "time"),
            )
        )
    return tuple(groups)


def _title(c: Compact, span: tuple[int, int]) -> str:
    return c.clean(*span).strip("、\uff0c")


def _spans(draft: Draft) -> tuple[Span, ...]:
    """Return the stretches of the source text in order; a stretch runs over the blanks inside it."""
    c = draft.c
    spans = [Span(start, end, "page") for start, end in c.pages if c.source[start:end].strip()]
    breaks = {c.index(start) for start, _end in c.pages}
    i = 0
    while i < len(draft.cover):
        kind, j = draft.cover[i], i + 1
        while j < len(draft.cover) and draft.cover[j] == kind and j not in breaks:
            j += 1
        start, end = c.span(i, j)
        spans.append(Span(start, end, kind or "unread"))
        i = j
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))
