"""A park with two enterprises, and short ways to fill a store."""

from __future__ import annotations

import pytest

from tests.domain.people.crowd import Firm, Park, build_park
from tests.factories import kept


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def forge(park: Park) -> Firm:
    return park.firms[1]
