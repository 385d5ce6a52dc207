"""On which days of a week which enterprises are tested: pure arithmetic, no database.

Annex 3 (2): 每周组织两次. Two rounds lie three or four days apart (Monday and Thursday, or Tuesday and Friday), and the
enterprises are shared between the two pairs so that each day has about as many people.
"""

from __future__ import annotations

from collections.abc import Mapping

Days = tuple[int, ...]
"""Days of a week, 0 is Monday."""

PATTERNS: dict[int, tuple[Days, ...]] = {
    1: ((0,), (1,), (2,), (3,), (4,)),
    2: ((0, 3), (1, 4)),
    3: ((0, 2, 4),),
    4: ((0, 2, 4, 6),),
    5: ((0, 1, 2, 3, 4),),
    6: ((0, 1, 2, 3, 4, 5),),
    7: ((0, 1, 2, 3, 4, 5, 6),),
}
"""By rounds a week: the sets of days among which the enterprises are shared."""


def shortest_gap(days: Days) -> int:
    """Return the fewest days between two rounds when the week repeats."""
    return min(
        (after - before for before, after in zip(days, (*days[1:], days[0] + 7), strict=True)), default=7
    )


def patterns(rounds: int, interval_hours: int) -> tuple[Days, ...] | None:
    """Return the sets of days for so many rounds a week, None where the interval does not allow them.

    A round begins and ends on one day, so days that lie n apart are at least n days minus a working day apart; the
    interval is compared with whole days, as a team comes at about the same hour.
    """
    found = PATTERNS[min(7, max(1, rounds))]
    return found if all(shortest_gap(days) * 24 >= interval_hours for days in found) else None


def shared(heads: Mapping[int, int], days: tuple[Days, ...]) -> dict[Days, list[int]]:
    """Share enterprises between sets of days: the largest first, each to the set with the fewest people so far."""
    loads = dict.fromkeys(days, 0)
    found: dict[Days, list[int]] = {one: [] for one in days}
    for unit in sorted(heads, key=lambda key: (-heads[key], key)):
        least = min(days, key=lambda one: (loads[one], len(found[one]), one))
        found[least].append(unit)
        loads[least] += heads[unit]
    return {one: sorted(units) for one, units in found.items()}


def key_days(days: Days, every: int) -> Days:
    """Return the further days on which key groups are tested so that no more than ``every`` days lie between two.

    The rounds of everybody count; the week repeats.
    """
    found: list[int] = []
    last = days[-1] - 7
    for day in range(7):
        if day in days:
            last = day
        elif day - last >= every:
            found.append(day)
            last = day
    return tuple(found)
