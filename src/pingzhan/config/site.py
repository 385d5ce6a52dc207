"""Which database and which secret this installation uses: given by variables, else kept in the data folder."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

from pingzhan.config.embedded import default_data_dir

_RUNNING = "running.json"
_SECRET = "secret-key"  # noqa: S105 - the name of a file


def use_running_site() -> None:
    """Point this process at the running site of the data folder, unless PINGZHAN_DATABASE_URL names another.

    A command given in a second window (``pingzhan switch order ...``) so reaches the database that ``up`` uses.
    """
    folder = default_data_dir()
    if not os.environ.get("PINGZHAN_DATABASE_URL"):
        with suppress(OSError, ValueError, KeyError):
            found = json.loads((folder / _RUNNING).read_text())
            os.environ["PINGZHAN_DATABASE_URL"] = found["database"]
            if found.get("owner"):
                os.environ["PINGZHAN_OWNER_DATABASE_URL"] = found["owner"]
    if not os.environ.get("PINGZHAN_SECRET_KEY"):
        with suppress(OSError):
            os.environ["PINGZHAN_SECRET_KEY"] = (folder / _SECRET).read_text().strip()


def remember_running(folder: Path, *, database: str, owner: str, port: int) -> None:
    """Write down where the running site is, readable by its owner only.

    ``database`` is the address of the application's role, ``owner`` that of the tables' owner, if another.
    """
    found = {"database": database, "owner": owner, "port": port, "pid": os.getpid()}
    _write_private(folder / _RUNNING, json.dumps(found))


def forget_running(folder: Path) -> None:
    """Remove the note when the site stops."""
    (folder / _RUNNING).unlink(missing_ok=True)


def secret_key(folder: Path) -> str:
    """Return the secret of this installation, made at its first start and readable by its owner only."""
    path = folder / _SECRET
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def open_private(path: Path) -> IO[str]:
    """Open a file for appending, made readable by its owner only."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open_private(path) as file:
        file.write(text)
