"""What the organisation module tells others after commit."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class StructurePublished:
    """A structure version became the one in force for its zone; running activations keep their own."""

    zone_id: int
    version_id: int
    n: int


@dataclass(frozen=True)
class PeopleChanged:
    """Absences, contacts or responsibilities changed: who is eligible for a seat may differ now."""

    unit_path: str
    person_ids: tuple[int, ...]


#: Sent after commit with ``event=StructurePublished(...)``.
structure_published = Signal()
#: Sent after commit with ``event=PeopleChanged(...)``.
people_changed = Signal()
