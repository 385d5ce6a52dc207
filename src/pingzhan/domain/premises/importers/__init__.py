"""Imports of training attendance, duty sheet, emergency team, drills and production figures."""

from pingzhan.domain.premises.importers.duty import DUTY
from pingzhan.domain.premises.importers.exercises import EXERCISES
from pingzhan.domain.premises.importers.figures import FIGURES
from pingzhan.domain.premises.importers.team import TEAM
from pingzhan.domain.premises.importers.training import ATTENDANCE
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the imports known."""
    for spec in (ATTENDANCE, FIGURES, DUTY, TEAM, EXERCISES):
        register_import(spec)
