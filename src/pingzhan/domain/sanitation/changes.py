"""What a new plan of sittings changes for each team."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.domain.sanitation.sittings import Seating


@dataclass(frozen=True, slots=True)
class Change:
    """A team whose meal changes: sittings from 0; None where it gets packed meals or is not in that plan."""

    key: int
    before: int | None
    after: int | None


def changes(before: Seating, after: Seating) -> tuple[Change, ...]:
    """Teams that eat at another sitting than before, come, go or change to or from packed meals, by key."""
    old, new = _where(before), _where(after)
    return tuple(
        Change(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if key not in old or key not in new or old[key] != new[key]
    )


def _where(plan: Seating) -> dict[int, int | None]:
    at: dict[int, int | None] = dict.fromkeys(plan.packed)
    at.update({key: number for number, sitting in enumerate(plan.sittings) for key in sitting})
    return at
