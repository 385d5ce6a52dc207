"""Tables of the organisation module: people, structure versions, and the work on a draft."""

from pingzhan.domain.organisation.models.draft import Finding, ReadEntry
from pingzhan.domain.organisation.models.people import Absence, Contact, Person, Responsibility
from pingzhan.domain.organisation.models.structure import Clause, Group, Holding, Post, StructureVersion

__all__ = [
    "Absence",
    "Clause",
    "Contact",
    "Finding",
    "Group",
    "Holding",
    "Person",
    "Post",
    "ReadEntry",
    "Responsibility",
    "StructureVersion",
]
