"""Rights that do not come from a role grant: from a post held now, or from answering for an enterprise.

Modules above register where such rights come from. They are asked for every request of a person who is known,
one query each, so that the switch itself changes what people may do and the stand-down takes it away at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from pingzhan.foundation.access.roles import Permission


@dataclass(frozen=True)
class Right:
    """Some permissions for a unit and all below it, and why they are held, as one sentence."""

    permissions: frozenset[Permission]
    path: str
    reason: str
    source: str = ""


@dataclass(frozen=True)
class Holder:
    """A person with such a right, for the page that says who can see a unit and why."""

    person_id: int
    name: str
    user_id: int | None
    right: Right


Given = tuple[Collection[Permission], str, str]
Source = Callable[[int], Iterable[Given]]
Holders = Callable[[str], Iterable[tuple[int, str, int | None, Collection[Permission], str, str]]]


@dataclass(frozen=True)
class _Registered:
    name: str
    source: Source
    holders: Holders | None = field(default=None)


_sources: dict[str, _Registered] = {}


def register_rights_source(name: str, source: Source, holders: Holders | None = None) -> None:
    """Make a source known; called from an application's ready().

    ``source(person_id)`` returns (permissions, unit path, reason) for one person, in at most one query.
    ``holders(unit_path)`` returns (person id, name, account id, permissions, path, reason) of everybody whose
    right from this source covers the unit; without it the source shows only on a person's own page.
    """
    _sources[name] = _Registered(name, source, holders)


def rights_of(person_id: int | None) -> tuple[Right, ...]:
    """Return the rights of a person from all sources (one query each); nothing for nobody."""
    if person_id is None:
        return ()
    return tuple(
        Right(frozenset(permissions), path, reason, one.name)
        for one in _sources.values()
        for permissions, path, reason in one.source(person_id)
    )


def holders_over(unit_path: str) -> list[Holder]:
    """Return everybody whose right from a source covers the unit."""
    return [
        Holder(person_id, name, user_id, Right(frozenset(permissions), path, reason, one.name))
        for one in _sources.values()
        if one.holders is not None
        for person_id, name, user_id, permissions, path, reason in one.holders(unit_path)
    ]
