"""What was read so far, and what every character of the text was taken for."""

from __future__ import annotations

from dataclasses import dataclass, field

from pingzhan.domain.organisation.reading import duties, members
from pingzhan.domain.organisation.reading.compact import Compact
from pingzhan.domain.organisation.reading.layout import GroupDraft

UNREAD = ""


@dataclass
class Draft:
    """What was read of each group so far, and what every character was taken for."""

    c: Compact
    cover: list[str]
    entries: dict[int, list[tuple[str, members.Member]]] = field(default_factory=dict)
    clauses: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    groups: list[GroupDraft] = field(default_factory=list)

    def paint(self, a: int, b: int, kind: str) -> None:
        """Say what ``chars[a:b]`` is."""
        self.cover[a:b] = [kind] * (b - a)

    def add_members(
        self, group: GroupDraft, role: str, a: int, b: int, skip: tuple[tuple[int, int], ...] = ()
    ) -> None:
        """Read ``chars[a:b]`` as holders of one role."""
        found = members.parse(self.c, a, b, role=role, skip=skip)
        for start, end in (*found.separators, *skip):
            if start < found.stop:
                self.paint(start, end, "list")
        for member in found.entries:
            self.add(group, role, member)

    def add(self, group: GroupDraft, role: str, member: members.Member) -> None:
        """Add one entry to a group."""
        self.paint(member.a, member.b, "entry")
        self.entries.setdefault(id(group), []).append((role, member))

    def add_duties(
        self, group: GroupDraft, a: int, b: int, numbers: tuple[tuple[int, int], ...] = ()
    ) -> None:
        """Read ``chars[a:b]`` as the duties of a group."""
        found, stop = duties.split(self.c, a, b, numbers)
        self.paint(a, stop, "duty")
        self.clauses.setdefault(id(group), []).extend(found)
