"""Panels that other pages add to 我的任务, each by the package it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Panel = Callable[[HttpRequest], tuple[str, dict[str, Any]] | None]
"""Returns a template and what it shows, or None when there is nothing for this person."""

_task_panels: dict[str, Panel] = {}


def register_task_panel(key: str, panel: Panel) -> None:
    """Show a panel on 我的任务, above the tasks; called from an application's ready().

    Its number of queries is fixed, since the page is drawn anew whenever something changed.
    """
    _task_panels[key] = panel


def task_panels(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the panels of this person, in the order of their registration."""
    found = [panel(request) for panel in _task_panels.values()]
    return [{"template": one[0], **one[1]} for one in found if one is not None]
