"""Imports of appointments, of goods lots, of the permitted list under closed management, and of meetings."""

from pingzhan.domain.gate.importers.appointments import APPOINTMENTS
from pingzhan.domain.gate.importers.lots import LOTS
from pingzhan.domain.gate.importers.meetings import MEETINGS
from pingzhan.domain.gate.importers.permits import PERMITS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the imports known."""
    for spec in (LOTS, APPOINTMENTS, PERMITS, MEETINGS):
        register_import(spec)
