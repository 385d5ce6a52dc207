"""Tables that the roster takes in."""

from pingzhan.domain.roster.importers.absences import ABSENCES
from pingzhan.domain.roster.importers.holidays import HOLIDAYS
from pingzhan.domain.roster.importers.shifts import SHIFTS
from pingzhan.foundation.imports.spec import register_import

__all__ = ["ABSENCES", "HOLIDAYS", "SHIFTS", "register"]


def register() -> None:
    """Make the imports known."""
    for spec in (SHIFTS, ABSENCES, HOLIDAYS):
        register_import(spec)
