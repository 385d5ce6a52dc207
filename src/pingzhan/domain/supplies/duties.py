"""What a check of the stock means for the obligations of annex 2 (7); three measures share its evidence.

That somebody went through the store is true of every check. That enough lies there, and that what was short or
past its date has been bought, is true only where it is so: such an obligation stays open after the check and is
closed by the receipt, the disposal or the order that makes it true. It is always closed as of the check, so that
what came in today does not stand for a check that nobody made.
"""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.measures.api import in_force_many
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import satisfy, unsatisfy
from pingzhan.domain.supplies.models import StockCheck
from pingzhan.domain.supplies.queries.standing import Store, last_checks, stand
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

CHECK = "supply_check"
"""Kind of evidence row, as obligations name it."""
ENOUGH, SORTED, REPLENISHED = "supplies.stock", "supplies.sorting", "supplies.replenish"
"""Keys of the three measures; the shipped sets share them."""
JUDGED = (ENOUGH, REPLENISHED)


def met(store: Store) -> tuple[str, ...]:
    """Return which of the judged measures the store meets now."""
    found = []
    if not store.lacking:
        found.append(ENOUGH)
    if not store.stale and all(row.usable + row.coming >= row.least for row in store.lacking):
        found.append(REPLENISHED)
    return tuple(found)


def checked(unit: Unit, check: StockCheck, by: Actor) -> int:
    """The store was checked; return how many duties that closed."""
    return _close(unit, check, keys_met(stand([unit]))[unit.pk], by)


def keys_met(stores: Sequence[Store]) -> dict[int, tuple[str, ...]]:
    """Return the measures that a check of each store meets as it stands, by enterprise.

    A measure with a key of its own (a set of the zone) asks for the check and nothing else.
    """
    found = {}
    held = in_force_many([store.unit.pk for store in stores])
    for store in stores:
        asked = {
            one.key for one in held[store.unit.pk].measures if one.evidence == Evidence.SUPPLIES_CHECK.value
        }
        found[store.unit.pk] = (*sorted((asked | {SORTED}) - set(JUDGED)), *met(store))
    return found


def changed(unit: Unit, by: Actor) -> int:
    """Something came, went or was ordered: what the last check left open may be met now."""
    last = last_checks([unit.pk]).get(unit.pk)
    if last is None:
        return 0
    keys = met(stand([unit])[0])
    return _close(unit, last, keys, by) if keys else 0


def corrected(unit: Unit, by: Actor) -> None:
    """Something in the book was wrong: what rests on the last check is judged anew."""
    last = last_checks([unit.pk]).get(unit.pk)
    if last is not None:
        unsatisfy((CHECK, last.pk))
        checked(unit, last, by)


def withdrawn(check: StockCheck) -> None:
    """A check does not hold any more."""
    unsatisfy((CHECK, check.pk))


def _close(unit: Unit, check: StockCheck, keys: tuple[str, ...], by: Actor) -> int:
    return satisfy(
        unit_id=unit.pk,
        evidence=Evidence.SUPPLIES_CHECK.value,
        at=check.at,
        ref=(CHECK, check.pk),
        measures=keys,
        by=by,
    )
