"""The frame is tested alone: no domain fills its band or its navigation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pingzhan.foundation.ui import context


@pytest.fixture(autouse=True)
def no_sources(request: pytest.FixtureRequest) -> Iterator[None]:
    if "address" in request.fixturenames:  # the browser tests register their own
        yield
        return
    kept = dict(context._sources)
    context._sources.clear()
    yield
    context._sources.clear()
    context._sources.update(kept)
