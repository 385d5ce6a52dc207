"""Arithmetic of a stock ledger of one item: what is there, how fast it goes, how much to buy.

Amounts are whole units (pieces, bottles). The need is given in units for a thousand heads a day, so that no
fraction of a unit is ever rounded twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple


class Rate(NamedTuple):
    """So many units in so many days, neither divided nor rounded: ``units`` from 0, ``days`` from 1."""

    units: int
    days: int

    @property
    def a_day(self) -> Fraction:
        """Return the units a day."""
        return Fraction(self.units, self.days)

    def need(self, days: int) -> int:
        """Return the units that go in ``days`` days, rounded up."""
        return -(-self.units * days // self.days)

    def lasts(self, there: int) -> int | None:
        """Return the whole days that ``there`` lasts; None where nothing is used."""
        return there * self.days // self.units if self.units else None

    def over(self, other: Rate) -> bool:
        """Return whether this rate is above the other."""
        return self.units * other.days > other.units * self.days


def minimum(*, heads: int, per_thousand: int, days: int) -> int:
    """Units that must be there for `heads` people over `days` days, rounded up."""
    return -(-heads * per_thousand * days // 1000)


def to_buy(*, there: int, expiring: int, least: int) -> int:
    """Units to buy to reach `least`, not counting the `expiring` of those there; 0 where enough is there."""
    return max(0, least - max(0, there - expiring))


@dataclass(frozen=True, slots=True)
class Lot:
    """What is there of one batch; ``expires`` is its last day, None where it keeps."""

    key: int
    amount: int
    expires: date | None


def expired(lot: Lot, today: date) -> bool:
    """Return whether the last day of a batch is over."""
    return lot.expires is not None and lot.expires < today


def pick(lots: Iterable[Lot], amount: int, *, today: date, any_age: bool = False) -> list[tuple[int, int]]:
    """Return how much to take of which batch, earliest expiry first; what never expires comes last.

    What has expired is left where it is unless ``any_age``. ValueError where there is not enough.
    """
    left, taken = amount, []
    for lot in sorted(lots, key=lambda one: (one.expires or date.max, one.key)):
        if not any_age and expired(lot, today):
            continue
        part = min(left, lot.amount)
        if part:
            taken.append((lot.key, part))
            left -= part
    if left:
        raise ValueError("more asked for than is there")
    return taken


LEAST_MEASURED = 7
"""Days of records before the measured rate is trusted."""


def rate(used: int, *, today: date, since: date | None, norm: Rate, days: int = 14) -> tuple[Rate, bool]:
    """Return the rate of use, and whether that was measured.

    ``used`` is what went in the ``days`` days that end with yesterday; what expired was not used. ``since`` is the
    day of the first record: a young ledger is measured over the days it has, before which nothing was used. With
    fewer than seven days, or nothing used in them, it is the ``norm``.
    """
    kept = min(days, (today - since).days) if since is not None else 0
    return (Rate(used, kept), True) if used and kept >= LEAST_MEASURED else (norm, False)
