"""What a new plan of sittings changes for each team."""

from __future__ import annotations

from pingzhan.domain.sanitation.changes import Change, changes
from pingzhan.domain.sanitation.sittings import Seating


def test_only_teams_whose_meal_changes_are_named() -> None:
    before = Seating(((1, 2), (3,)), (4, 5), (), True)
    after = Seating(((1,), (2, 4)), (3, 5, 6), (), True)
    assert changes(before, after) == (
        Change(2, 0, 1),
        Change(3, 1, None),
        Change(4, None, 1),
        Change(6, None, None),
    )
    assert changes(before, before) == ()
