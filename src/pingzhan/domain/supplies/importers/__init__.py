"""Imports of the supplies module."""

from pingzhan.domain.supplies.importers.counting import COUNT, register

__all__ = ["COUNT", "register"]
