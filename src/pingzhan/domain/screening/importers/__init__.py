"""The import of what a laboratory found."""

from pingzhan.domain.screening.importers.results import RESULTS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the import known."""
    register_import(RESULTS)
