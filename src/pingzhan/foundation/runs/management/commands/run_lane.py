"""The process of the heavy lane; started by the worker, never by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from pingzhan.foundation.runs.lanes import lane_process


class Command(BaseCommand):
    """Executes heavy work until standard input ends."""

    help = "Execute heavy work until standard input ends; started by the worker."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        lane_process()
