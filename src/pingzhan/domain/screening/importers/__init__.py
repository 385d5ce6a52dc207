"""The imports of what a laboratory found, and of swabs outside the rounds."""

from pingzhan.domain.screening.importers.probes import PROBES
from pingzhan.domain.screening.importers.results import RESULTS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the imports known."""
    register_import(RESULTS)
    register_import(PROBES)
