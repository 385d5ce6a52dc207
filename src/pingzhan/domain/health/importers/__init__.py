"""Imports of the health module."""

from pingzhan.domain.health.importers.temperatures import register

__all__ = ["register"]
