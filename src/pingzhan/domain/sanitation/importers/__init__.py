"""Imports of cleaning records and of areas; that of kitchen checks registers itself with the canteen."""

from pingzhan.domain.sanitation.importers.areas import AREAS
from pingzhan.domain.sanitation.importers.records import RECORDS
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the imports known."""
    register_import(RECORDS)
    register_import(AREAS)
