"""Workers from spreadsheets: the columns, the check against what is stored, the writing of a batch."""

from pingzhan.domain.people.importers.spec import WORKERS, register

__all__ = ["WORKERS", "register"]
