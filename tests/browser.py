"""Which browser the tests drive."""

from __future__ import annotations

import os
from pathlib import Path

CANDIDATES = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
"""The same engine without and with the window around it, which takes more of a processor than the pages do."""


def chromium() -> str:
    """Return the path of the browser: the one that PZ_CHROMIUM names, else the first that is installed."""
    given = os.environ.get("PZ_CHROMIUM")
    return given or next((path for path in CANDIDATES if Path(path).exists()), CANDIDATES[-1])
