"""Who answers for which enterprise from a spreadsheet; the columns are those of the export."""

from pingzhan.domain.frontline.importers.responsible import RESPONSIBLE
from pingzhan.foundation.imports.spec import register_import


def register() -> None:
    """Make the import known."""
    register_import(RESPONSIBLE)
