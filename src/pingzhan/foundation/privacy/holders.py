"""Who holds something of a person: every module says what it stores and how it is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Count = Callable[[Sequence[int]], int]
Related = Callable[[Sequence[int]], Sequence[int]]


@dataclass(frozen=True)
class Holder:
    """Rows of one table that belong to subjects of ``kind`` ('*': of every kind).

    ``count(ids)`` returns how many rows still hold something of these subjects; after ``scrub(ids)``, which
    overwrites their sealed values, hashes and tokens (keeping the rows, so that counts stay true) and returns
    how many rows it changed, it returns 0. Both work in a fixed number of statements. ``describe`` says for
    the protocol and the person concerned what is stored, and what is kept after the erasure and why.
    """

    key: str
    label: str | Promise
    kind: str
    count: Count
    scrub: Count
    describe: str | Promise = ""


_holders: dict[str, Holder] = {}
_kinds: dict[str, str | Promise] = {}
_related: dict[str, Related] = {}


def register_holder(holder: Holder) -> None:
    """Make a holder known; called from an application's ready(). A second one with the key replaces it."""
    _holders[holder.key] = holder


def holders(kind: str) -> tuple[Holder, ...]:
    """Return the holders of subjects of a kind, in the order of their registration."""
    return tuple(holder for holder in _holders.values() if holder.kind in (kind, "*"))


def all_holders() -> tuple[Holder, ...]:
    """Return every registered holder."""
    return tuple(_holders.values())


def register_related(kind: str, related: Related) -> None:
    """Have ``related(ids)`` name the subjects whose data is of the same persons (records merged into theirs).

    An order for one of them takes in all of them.
    """
    _related[kind] = related


def with_related(ids: Sequence[int]) -> list[int]:
    """Return the subjects and those related to them, each once."""
    found = list(ids)
    for related in _related.values():
        found += related(ids)
    return list(dict.fromkeys(found))


def register_kind(kind: str, label: str | Promise) -> None:
    """Give a kind of subject its name for people ('official': 机关干部)."""
    _kinds[kind] = label


def kind_label(kind: str) -> str:
    """Return the name of a kind of subject; an unknown one is shown as it is."""
    return str(_kinds.get(kind, kind))


def kinds() -> tuple[str, ...]:
    """Return the kinds that have a name."""
    return tuple(_kinds)
