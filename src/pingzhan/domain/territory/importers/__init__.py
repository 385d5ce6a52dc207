"""Spreadsheets in: enterprises of a zone; sites, shifts and teams of an enterprise."""

from pingzhan.domain.territory.importers.enterprises import ENTERPRISES
from pingzhan.domain.territory.importers.parts import SITES, TEAMS
from pingzhan.domain.territory.importers.shifts import SHIFTS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the imports known."""
    for spec in (ENTERPRISES, SITES, SHIFTS, TEAMS):
        register_import(spec)
