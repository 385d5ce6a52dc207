"""The register of figures: what a report counts, by whom, from which facts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise

from pingzhan.domain.command.models import Activation
from pingzhan.domain.territory.models import Unit

logger = logging.getLogger(__name__)


@dataclass
class Scope:
    """What a report counts: the unit and everything below it, in one world.

    ``since`` is when its emergency began (None in routine), ``after`` when the report before was counted, ``at``
    the database time of the count. ``once(name, fn)`` computes a thing that several figures share.
    """

    zone: Unit
    unit: Unit
    world: int
    at: datetime
    activation: Activation | None = None
    since: datetime | None = None
    after: datetime | None = None
    _known: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, fn: Callable[[], Any]) -> Any:
        """Return what ``fn`` returned when it was first asked for under this name."""
        if name not in self._known:
            self._known[name] = fn()
        return self._known[name]

    @property
    def begin(self) -> datetime | None:
        """Return from when on things that happen are counted: the emergency, else the report before."""
        return self.since or self.after


@dataclass(frozen=True)
class Figure:
    """One number: ``fn(scope)`` counts it; None means that it does not apply, and it is left out.

    ``source`` says from which register it comes. ``main`` figures stand in the chart.
    """

    key: str
    label: str | Promise
    fn: Callable[[Scope], int | None]
    unit: str | Promise = ""
    source: str | Promise = ""
    order: int = 500
    main: bool = False


_figures: dict[str, Figure] = {}


def register_figure(
    key: str,
    label: str | Promise,
    fn: Callable[[Scope], int | None],
    *,
    unit: str | Promise = "",
    source: str | Promise = "",
    order: int = 500,
    main: bool = False,
) -> None:
    """Have every report count one more number; called from an application's ready().

    The same key again replaces the former. ``fn`` reads only; it runs inside the transaction that writes the
    draft, and one that raises is told in the report as not counted instead of losing the report.
    """
    _figures[key] = Figure(key, label, fn, unit, source, order, main)


def unregister_figure(key: str) -> None:
    """Forget a figure; for tests."""
    _figures.pop(key, None)


def figures() -> list[Figure]:
    """Return the registered figures in the order of a report."""
    return sorted(_figures.values(), key=lambda one: (one.order, one.key))


def label_of(row: Mapping[str, Any]) -> str:
    """Return the label of a stored number in the reader's language, as it was stored if nobody counts it now."""
    known = _figures.get(str(row["key"]))
    return str(known.label) if known else str(row["label"])


def count(scope: Scope) -> list[dict[str, Any]]:
    """Return all numbers of a scope, each with unit, source and the time of the count, ready to be stored."""
    found: list[dict[str, Any]] = []
    for one in figures():
        try:
            with transaction.atomic():
                value = one.fn(scope)
        except Exception:
            logger.exception("figure %s could not be counted", one.key)
            found.append(_row(one, None, scope))
            continue
        if value is not None:
            found.append(_row(one, value, scope))
    return found


def _row(one: Figure, value: int | None, scope: Scope) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": str(one.label),
        "unit": str(one.unit),
        "source": str(one.source),
        "value": value,
        "at": scope.at.isoformat(),
        "main": one.main,
    }
