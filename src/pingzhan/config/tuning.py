"""Settings of the interpreter for processes that live long."""

from __future__ import annotations

import gc


def calm_collector() -> None:
    """Keep the cyclic garbage collector from walking all loaded code again and again.

    What is loaded at the start is left out for good, and collections wait for more new objects. A switch makes
    tens of thousands of short-lived rows: with the default thresholds a full collection falls into the middle of
    it, which doubled the slowest tenth of the orders for one enterprise (bench/switch). The middle generation is
    walked often: what pages leave behind in cycles, ten thousand objects for each young collection, would otherwise
    be one pause of half a second (bench/obligations).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 4, 500)
