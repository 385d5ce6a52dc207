"""One migrated database for the run, which every process of it copies: migrating takes long, copying does not."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.db import connections
from psycopg import sql

_SOURCE = Path(__file__).resolve().parent.parent
_PREFIX = "pz_template_"
_KEEP = int(os.environ.get("PINGZHAN_TEST_TEMPLATES", "3"))
"""How many such databases stay on a server that is not ours: the branches a developer goes between."""
_LOCK = 0x70_7A_54
"""Whoever wants the same template waits; another one is made beside it."""


def key() -> str:
    """Return a short text that differs whenever a migrated database might."""
    digest = hashlib.sha256()
    for path in sorted((_SOURCE / "src").rglob("migrations/*.py")):
        digest.update(path.relative_to(_SOURCE).as_posix().encode())
        digest.update(path.read_bytes())
    # Triggers are put in after the migrations, from what the models declare.
    for path in sorted((_SOURCE / "src").rglob("*.py")):
        if path.stem in {"models", "guards", "history", "triggers"} or path.parent.name == "models":
            digest.update(path.read_bytes())
    for name in ("requirements.lock", "src/pingzhan/config/settings.py"):
        digest.update((_SOURCE / name).read_bytes())
    return digest.hexdigest()[:12]


def prepare() -> None:
    """Have the test databases copied from the migrated one."""
    described = connections["default"].settings_dict
    described["TEST"]["TEMPLATE"] = ready()
    described["TEST"]["MIGRATE"] = False


def ready() -> str:
    """Return the name of the migrated database on the run's server, which is made unless it is there."""
    described = connections["default"].settings_dict
    name = _PREFIX + key()
    # In one database for all runs on a server: the lock counts within a database only.
    with psycopg.connect(_address(described, "postgres"), autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK, int(key()[:7], 16)])
        here = [row[0] for row in own.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [_PREFIX]
        )]  # fmt: skip
        if name not in here:
            for old in here[: max(0, len(here) + 1 - _KEEP)]:
                own.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
            building = f"{name}_building"
            own.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
            own.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            _migrate(_address(described, building))
            own.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(building), sql.Identifier(name)
                )
            )
    return name


def _address(described: dict[str, str], name: str) -> str:
    parts = {
        "dbname": name,
        "user": described["USER"],
        "password": described["PASSWORD"],
        "host": described["HOST"],
        "port": described["PORT"],
    }
    return psycopg.conninfo.make_conninfo(**{key: value for key, value in parts.items() if value})


def _migrate(address: str) -> None:
    given = psycopg.conninfo.conninfo_to_dict(address)
    host, port = str(given.get("host", "")), given.get("port", "")
    login = str(given.get("user", "")) + (f":{given['password']}" if given.get("password") else "")
    where = "" if host.startswith("/") else host + (f":{port}" if port else "")
    query = f"?host={host}" + (f"&port={port}" if port else "") if host.startswith("/") else ""
    url = f"postgresql://{login}{'@' if login else ''}{where}/{given['dbname']}{query}"
    subprocess.run(
        [sys.executable, "-m", "pingzhan", "manage", "migrate", "-v", "0"],
        env={**os.environ, "PINGZHAN_DATABASE_URL": url, "PINGZHAN_OWNER_DATABASE_URL": ""},
        check=True,
    )
