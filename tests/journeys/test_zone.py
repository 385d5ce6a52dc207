"""The demo zone that all journeys work on."""

from __future__ import annotations

import pytest

from tests.journeys.site import Site


@pytest.mark.first
def test_the_zone_is_built_once_and_then_found(idle: Site) -> None:
    idle.build()
    made = sorted(path.name for path in idle.demo_keys.iterdir())
    stamp = (idle.demo_keys / "ring.json").stat()
    assert "ring.json" in made
    idle.build()
    assert (idle.demo_keys / "ring.json").stat() == stamp
