"""Row locks leave foreign keys alone.

A plain FOR UPDATE on a row that others refer to makes every insert of a reference wait at its commit. Whoever
waits there may hold the lock of the trail, for which the first one waits: a deadlock. FOR NO KEY UPDATE shuts out
the same changes and lets references pass.
"""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "pingzhan"
# The queue's rows are referred to by nobody.
ALONE = {"foundation/jobs/retry.py"}


def test_row_locks_say_no_key() -> None:
    plain = [
        f"{path.relative_to(SOURCE)}: {call}"
        for path in SOURCE.rglob("*.py")
        if str(path.relative_to(SOURCE)) not in ALONE
        for call in re.findall(r"select_for_update\([^\n]*", path.read_text(encoding="utf-8"))
        if "no_key=True" not in call
    ]
    assert plain == []
