"""The last check of a store in a period, for obligations that are made after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Asked, Rows, latest, register_held
from pingzhan.domain.obligations.api import Evidence as Piece
from pingzhan.domain.supplies.duties import CHECK, keys_met
from pingzhan.domain.supplies.models import StockCheck
from pingzhan.domain.supplies.queries.standing import stand
from pingzhan.domain.territory.models import Unit


def _checks(asked: Asked) -> Sequence[Piece]:
    """Return the checks with the measures that the store meets now: as many queries for all as for one."""
    rows = StockCheck.objects.filter(withdrawn_at__isnull=True)
    found = latest(asked, Rows(rows, CHECK, "at", "at"))
    units = list(Unit.objects.filter(pk__in={one.unit_id for one in found})) if found else []
    keys = keys_met(stand(units)) if units else {}
    return [replace(one, measures=keys[one.unit_id]) for one in found]


def register() -> None:
    """Let obligations that are made after a check ask for it."""
    register_held(Evidence.SUPPLIES_CHECK.value, _checks)
