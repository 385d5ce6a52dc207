"""What was read: frozen values, each with its place in the source text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pingzhan.domain.organisation.reading.people import PersonRead

GroupKindRead = Literal["leading", "work"]


@dataclass(frozen=True)
class Place:
    """Where something stands: offsets ``[start, end)`` in the source text, its line from 1, a quote."""

    start: int
    end: int
    line: int
    quote: str


@dataclass(frozen=True)
class SourceText:
    """The text of a file exactly as extracted. ``kind`` is txt, docx or pdf; ``encoding`` is set for txt."""

    text: str
    name: str = ""
    kind: str = "txt"
    encoding: str | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of a list of members: a named person, or a class of persons or bodies (``class_rule``).

    ``n`` numbers the entries of a reading from 1 in the order of its groups; answers refer to it. ``group``
    and ``role`` are the words of the notice. Exactly one of ``name`` and ``class_rule`` is set.
    """

    n: int
    group: str
    role: str
    name: str | None
    title: str | None
    class_rule: str | None
    start: int
    end: int
    place: Place


@dataclass(frozen=True)
class DutyClause:
    """One clause of a group's duties, blanks of the layout removed and punctuation made full-width."""

    text: str
    start: int
    end: int
    place: Place


@dataclass(frozen=True)
class Mention:
    """A phrase of the text that findings rest on; ``kind`` is level, time, switch, substitute or postures."""

    kind: str
    text: str
    place: Place


@dataclass(frozen=True)
class BodyMention:
    """A body that somebody is told to report to; ``defined`` says whether the notice sets it up."""

    name: str
    defined: bool
    places: tuple[Place, ...]


@dataclass(frozen=True)
class GroupList:
    """A sentence that lists the groups ("下设…工作组"), with the names it gives."""

    names: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class GroupRead:
    """One group: its list of members and its duties. ``levels`` and ``times`` are those its duties name."""

    name: str
    kind: GroupKindRead
    entries: tuple[Entry, ...]
    duties: tuple[DutyClause, ...]
    place: Place
    levels: tuple[Mention, ...] = ()
    times: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Unread:
    """Text inside or beside the lists that was not understood; shown to the reader, never dropped."""

    start: int
    end: int
    text: str
    place: Place


@dataclass(frozen=True)
class Span:
    """A stretch of the source text and what it was taken for; the spans of a reading cover all of it.

    ``kind`` is heading, list (separators and column heads), entry, duty, body, page or unread.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Answers:
    """What somebody has said about a reading.

    ``same_name`` maps a name to clusters of entry numbers, one cluster a person (entries left out stand
    alone). ``same_person`` holds pairs of near-same names that are one person, ``different`` pairs that are
    not.
    """

    same_name: dict[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    same_person: frozenset[frozenset[str]] = frozenset()
    different: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Finding:
    """One thing wrong or open. ``key`` is stable for the same text; ``subject`` holds plain JSON."""

    kind: str
    key: str
    subject: dict[str, object]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Reading:
    """A notice as read."""

    text: str
    title: str
    groups: tuple[GroupRead, ...]
    unread: tuple[Unread, ...]
    mentions: tuple[Mention, ...]
    bodies: tuple[BodyMention, ...]
    group_lists: tuple[GroupList, ...]
    headings: tuple[str, ...]
    spans: tuple[Span, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, numbered from 1."""
        return tuple(entry for group in self.groups for entry in group.entries)

    @property
    def duties(self) -> tuple[DutyClause, ...]:
        """The duty clauses of all groups."""
        return tuple(duty for group in self.groups for duty in group.duties)

    @property
    def counts(self) -> dict[str, int]:
        """Entries (classes included), persons and duty clauses."""
        return {
            "entries": len(self.entries),
            "persons": len(self.persons()),
            "duties": len(self.duties),
        }

    def persons(self, answers: Answers | None = None) -> tuple[PersonRead, ...]:
        """Return the persons in the order of their first entry; one name may be several persons."""
        from pingzhan.domain.organisation.reading.people import persons_of

        return persons_of(self.entries, answers or Answers())
