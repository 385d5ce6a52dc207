"""Folders that another system user may pass through, and databases of their own."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for a data directory; pytest's own lie under a private one, which root's server refuses."""
    folder = Path(tempfile.mkdtemp(prefix="pz-config-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_database(database_server: str) -> Iterator[str]:
    """The address of a new database on the run's server, dropped afterwards."""
    name = f"config_{secrets.token_hex(4)}"
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    parts = conninfo_to_dict(database_server)
    place = f"host={parts.get('host', '')}&port={parts.get('port') or 5432}"
    yield f"postgresql://{parts.get('user', '')}@/{name}?{place}"
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
