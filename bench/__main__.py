"""``python -m bench [NAME...]``: run every benchmark, or the named ones, and write build/bench/NAME.json.

Each benchmark is a module here with a ``main()`` that prints one JSON object and exits with 1 when a promise is
not kept. Without PINGZHAN_DATABASE_URL they run on an embedded server of their own, which waits for the disk
like the one of an installation.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pingzhan.config import embedded

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "bench"
PREFIX = "pz-bench-"


def names() -> list[str]:
    """Return the names of the benchmarks: the modules of this folder that have a ``main``."""
    return sorted(path.stem for path in HERE.glob("[a-z]*.py") if "\ndef main(" in path.read_text("utf-8"))


def run(name: str, database: str) -> bool:
    """Run one benchmark in a process of its own, keep and print its numbers; return whether it passed."""
    environment = {
        "PINGZHAN_SECRET_KEY": secrets.token_urlsafe(32),
        **os.environ,
        "PINGZHAN_DATABASE_URL": database,
    }
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if not lines:
        print(f"{name}: no result, exit code {done.returncode}", file=sys.stderr)
        return False
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(json.loads(lines[-1]), indent=1) + "\n")
    print(f"{name}: {lines[-1]}", flush=True)
    return done.returncode == 0


def main() -> None:
    """Run what was asked for; exit code 1 when one promise is not kept."""
    chosen = sys.argv[1:] or names()
    given = os.environ.get("PINGZHAN_DATABASE_URL")
    if given:
        passed = [run(name, given) for name in chosen]
    else:
        parent = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
        embedded.sweep(parent, PREFIX)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        folder.chmod(0o711)  # as root the server runs as another user
        server = embedded.start(folder)
        try:
            embedded.ensure_database(server)
            passed = [run(name, server.uri()) for name in chosen]
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
