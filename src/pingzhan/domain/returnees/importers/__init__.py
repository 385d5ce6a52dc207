"""Returns and the list of key regions from spreadsheets."""

from pingzhan.domain.returnees.importers.regions import REGIONS
from pingzhan.domain.returnees.importers.returns import RETURNS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make both imports known."""
    register_import(RETURNS)
    register_import(REGIONS)


__all__ = ["REGIONS", "RETURNS", "register"]
