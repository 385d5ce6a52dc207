"""The four rounds that planning is measured on: streets with enterprises of very different size, seeded.

W has long windows, S tight ones and two shifts; the number is how many enterprises there are. The files in
``bench/instances`` are what counts, since NumPy promises no stable streams; ``python -m bench.rounds`` writes them
again, and a test compares their hashes.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "instances"
POOL = 10
LAB_HOURS = 5
"""Hours in which the laboratory can test the whole round."""
ROUNDS: dict[str, tuple[int, int, int, float, float, str]] = {
    "W60": (60, 10, 11, 6.0, 5.0, "8d2bd5d24449"),
    "S60": (60, 10, 12, 6.0, 5.0, "0eb9513ed8e8"),
    "W500": (500, 80, 13, 8.0, 7.0, "59f8a8c6df35"),
    "S500": (500, 80, 14, 8.0, 7.0, "1f8027ab729f"),
}
"""Sites, teams, seed, width and height in kilometres, and the hash of the chunks."""


def make(name: str) -> dict[str, Any]:
    """Return an instance as JSON data. The draws come in a fixed order: places, heads, samplers, windows."""
    n, teams, seed, width, height, _hash = ROUNDS[name]
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, width, n), rng.uniform(0, height, n)
    k = n // 2
    u, e = rng.random(k), rng.normal(0, 0.12, k)
    y[:k] = np.where(u < 0.5, 0.3 * height, 0.75 * height) + e
    heads = np.clip(np.rint(np.exp(rng.normal(math.log(70), 1.1, n))), 5, 4000).astype(int)
    samplers = rng.choice([2, 3, 4], teams, p=[0.3, 0.4, 0.3])
    sites: list[dict[str, Any]] = []
    for i in range(n):
        u1 = rng.random()
        sites.append(
            {
                "id": f"s{i + 1}",
                "pos": [float(x[i]), float(y[i])],
                "cohorts": cohorts(int(heads[i]), float(u1), tight=name[0] == "S"),
            }
        )
    tubes = sum(
        -(-part // POOL) for site in sites for one in site["cohorts"] for part in parts(one["persons"])
    )
    return {
        "version": 1,
        "round": {"id": name, "date": "2022-05-12", "seed": 1, "budget": {"cpu_s": 5}},
        "params": {
            "rate_per_sampler_h": 60, "setup_min": 12, "lab_stop_min": 20, "age_max_min": 240,
            "max_trips": 3, "start": 27_000, "chunk_max": 240, "chunk_keep": 300,
            "pool": {"size": 10, "mode": "swab"},
        },
        "labs": [{"id": "lab", "pos": [width / 2, height + 2.5], "open": 0, "close": 172_800,
                  "tubes_per_h": tubes / LAB_HOURS, "run_min": 240}],
        "sites": sites,
        "teams": [{"id": f"t{j + 1}", "samplers": int(samplers[j])} for j in range(teams)],
        "travel": {"speed_kmh": 35, "detour": 1.3, "fixed_s": 120},
    }  # fmt: skip


def cohorts(heads: int, u: float, *, tight: bool) -> list[dict[str, Any]]:
    """Return the cohorts of a site by one draw: two shifts, all day, the early morning, or 10 to 16 o'clock."""
    if tight and heads >= 300 and u < 0.5:
        first = round(0.6 * heads)
        return [
            {"id": "c1", "persons": first, "open": 27_000, "close": 50_400},
            {"id": "c2", "persons": heads - first, "open": 50_400, "close": 61_200},
        ]
    if u < 0.78:
        window = (27_000, 64_800)
    elif u < 0.90:
        window = (27_000, 39_600)
    else:
        window = (36_000, 57_600)
    return [{"id": "c1", "persons": heads, "open": window[0], "close": window[1]}]


def parts(persons: int) -> list[int]:
    """Return the parts into which a cohort is cut: whole up to 300 persons, else near-equal parts of 240 at most."""
    count = 1 if persons <= 300 else -(-persons // 240)
    return [persons // count + (n < persons % count) for n in range(count)]


def digest(chunks: list[list[int]]) -> str:
    """Return the first 12 digits of the hash of [site, persons, open, close] rows, seconds after 07:00."""
    return hashlib.sha256(repr(chunks).encode()).hexdigest()[:12]


def load(name: str) -> dict[str, Any]:
    """Return an instance as it is kept in the repository."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Write the four files."""
    FOLDER.mkdir(exist_ok=True)
    for name in ROUNDS:
        text = json.dumps(make(name), ensure_ascii=False, indent=1) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
