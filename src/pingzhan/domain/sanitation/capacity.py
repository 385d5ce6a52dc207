"""How many may sit at once."""

from __future__ import annotations


def places(seats: int, percent: int) -> int:
    """Seats that may be taken at `percent` (0 to 100), rounded down; ValueError outside that or below 0 seats."""
    if seats < 0 or not 0 <= percent <= 100:
        raise ValueError("seats from 0, percent from 0 to 100")
    return seats * percent // 100
