"""Who is who among the entries: the same name is asked about, never merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pingzhan.domain.organisation.reading.words import LIAISON_ROLES, VARIANTS

if TYPE_CHECKING:
    from pingzhan.domain.organisation.reading.model import Answers, Entry

_FORMS = {char: forms[0] for forms in VARIANTS for char in forms}


@dataclass(frozen=True)
class PersonRead:
    """One person as far as the text tells: the entries that are his, and his title if given.

    ``certain`` is False when another person of the notice has the same name and nobody has said who is meant.
    """

    name: str
    title: str | None
    entries: tuple[Entry, ...]
    certain: bool = True


def same_title(a: str, b: str) -> bool:
    """Return whether two titles are one and the same, one perhaps written with more of its unit."""
    return a == b or a.endswith(b) or b.endswith(a)


def ambiguous_names(entries: Iterable[Entry], answers: Answers) -> dict[str, tuple[Entry, ...]]:
    """Return the names that may be several persons, with all their entries.

    So it is when a name stands with two different titles, or twice in one list under different roles or
    titles. A name already answered is left out.
    """
    by_name: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.name is not None and entry.name not in answers.same_name:
            by_name[entry.name].append(entry)
    return {name: tuple(found) for name, found in by_name.items() if _may_differ(found)}


def _may_differ(found: Sequence[Entry]) -> bool:
    titled = [entry.title for entry in found if entry.title]
    if any(not same_title(titled[0], title) for title in titled[1:]):
        return True
    # A member may be his group's liaison too: that is no second person.
    groups = [entry.group for entry in found if entry.role not in LIAISON_ROLES]
    return len(set(groups)) < len(groups)


def clusters(entries: Iterable[Entry], answers: Answers) -> list[tuple[tuple[Entry, ...], bool]]:
    """Return the entries of each person, and whether that is certain, in the order of their first entry.

    Of an ambiguous name each title is a person; an entry without title that may be any of them belongs to
    none, unless the name has fewer than two titles: then each entry is a person.
    """
    by_name: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.name is not None:
            by_name[_spelling(entry.name, answers)].append(entry)
    unsure = ambiguous_names(entries, answers)
    out: list[tuple[tuple[Entry, ...], bool]] = []
    for found in by_name.values():
        name = found[0].name or ""
        if name in answers.same_name:
            out.extend((part, True) for part in _answered(found, answers.same_name[name]))
        elif name in unsure:
            out.extend((part, False) for part in _by_title(found))
        else:
            out.append((tuple(found), True))
    return sorted(out, key=lambda part: part[0][0].n)


def _spelling(name: str, answers: Answers) -> str:
    for pair in answers.same_person:
        if name in pair:
            return min(pair)
    return name


def _answered(found: list[Entry], parts: Sequence[Sequence[int]]) -> list[tuple[Entry, ...]]:
    left = {entry.n: entry for entry in found}
    out = []
    for part in parts:
        members = tuple(left.pop(n) for n in part if n in left)
        if members:
            out.append(members)
    return [*out, *((entry,) for entry in left.values())]


def _by_title(found: list[Entry]) -> list[tuple[Entry, ...]]:
    parts: list[list[Entry]] = []
    for entry in found:
        if entry.title:
            for part in parts:
                if same_title(part[0].title or "", entry.title) and entry.group not in {
                    e.group for e in part
                }:
                    part.append(entry)
                    break
            else:
                parts.append([entry])
    if len(parts) < 2:
        return [(entry,) for entry in found]
    return [tuple(part) for part in parts]


def persons_of(entries: Sequence[Entry], answers: Answers) -> tuple[PersonRead, ...]:
    """Return the persons among entries (see ``Reading.persons``)."""
    return tuple(
        PersonRead(
            part[0].name or "", next((entry.title for entry in part if entry.title), None), part, certain
        )
        for part, certain in clusters(entries, answers)
    )


def similar_names(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that sound the same, tone included, or differ in variant forms.

    One edit apart is not enough: on a list of forty names that flags ten false pairs (command.md section 3).
    """
    out: dict[tuple[str, str], None] = {}
    for key in (_written, _read):
        alike: dict[str, list[str]] = defaultdict(list)
        for name in names:
            alike[key(name)].append(name)
        for found in alike.values():
            for i, first in enumerate(found):
                for second in found[i + 1 :]:
                    out[first, second] = None
    return sorted(out, key=lambda pair: (names.index(pair[0]), names.index(pair[1])))


def _written(name: str) -> str:
    return "".join(_FORMS.get(char, char) for char in name)


def _read(name: str) -> str:
    """Return the reading with tone, character by character: a dictionary of phrases knows no names."""
    from pypinyin import Style, pinyin

    return " ".join(pinyin(char, style=Style.TONE3)[0][0] for char in name)
