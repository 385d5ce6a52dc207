"""A running product for the journeys: its own database, server and worker, on a free port."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from pingzhan.config import embedded
from pingzhan.config.env import APP_ROLE
from tests import template

_LOCK = 0x70_7A_4A
"""Held while the demo zone is built, copied or dropped."""
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """The product under test; ``console`` is the file that the console channel writes to.

    The demo zone is built once in a run, in a database named for it, with its keys in ``demo_keys``; every site
    of the run works on a copy of both.
    """

    server_url: str
    folder: Path
    demo_keys: Path
    run_id: str
    port: int = field(default_factory=free_port)
    database: str = field(default_factory=lambda: f"journey_{secrets.token_hex(4)}")
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def console(self) -> Path:
        return self.folder / "console.txt"

    @property
    def demo(self) -> str:
        """Name of the database in which the run's demo zone was built."""
        return f"journey_demo_{self.run_id[:16]}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this site runs with."""
        return {**self._environment(self.database), "PINGZHAN_KEY_DIR": str(self.folder / "keys")}

    def _environment(self, database: str) -> dict[str, str]:
        separator = "&" if "?" in self.server_url else "?"
        base, _, query = self.server_url.partition("?")
        head, _, _name = base.rpartition("/")
        url = f"{head}/{database}" + (f"{'?' if separator == '&' else ''}{query}" if query else "")
        scheme, _, rest = url.partition("://")
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "pingzhan.config.settings",
            "PINGZHAN_OWNER_DATABASE_URL": url,
            # Everything but the migrations works with the rights that the product has in operation.
            "PINGZHAN_DATABASE_URL": f"{scheme}://{APP_ROLE}@{rest.partition('@')[2]}",
            "PINGZHAN_PORT": str(self.port),
            "PINGZHAN_PUBLIC_URL": self.url,
            "PINGZHAN_DEMO": "1",
            "PINGZHAN_SECRET_KEY": "journey-only-" + self.run_id,
            "PINGZHAN_CONSOLE_FILE": str(self.console),
        }

    def run(self, *arguments: str) -> str:
        """Run one ``pingzhan`` command against this site and return what it printed."""
        return self._run(self.environment, *arguments)

    def _run(self, environment: dict[str, str], *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pingzhan", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"pingzhan {' '.join(arguments)}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def build(self) -> None:
        """Build the run's demo zone unless another process has."""
        with psycopg.connect(admin(self.server_url), autocommit=True) as connection:
            self._ready(connection)

    def _ready(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Hold the lock and have the demo zone built."""
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if not self._built(connection):
            self._build(connection)

    def start(self) -> None:
        """Copy the demo zone, start server and worker, wait until it answers."""
        with psycopg.connect(admin(self.server_url), autocommit=True) as connection:
            self._ready(connection)
            connection.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{self.demo}"')
        shutil.copytree(self.demo_keys, self.folder / "keys")
        self.spawn("granian", [
            "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", "1", "--no-ws", "pingzhan.config.asgi:application",
        ])  # fmt: skip
        self.spawn("worker", ["-m", "pingzhan", "worker"])
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/health/", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError("the site did not answer: " + (self.folder / "granian.log").read_text()[-2000:])

    def _built(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [self.demo])
        return found.fetchone() is not None

    def _build(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        building = f"{self.demo}_building"
        embedded.ensure_app_role(self.server_url)
        shutil.rmtree(self.demo_keys, ignore_errors=True)
        connection.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{building}" TEMPLATE "{template.ready()}"')
        # This migrates too, which gives the application's role its rights.
        self._run({**self._environment(building), "PINGZHAN_KEY_DIR": str(self.demo_keys)}, "demo")
        connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{self.demo}"')

    def spawn(self, name: str, arguments: list[str]) -> None:
        """Start one process of the site, its output in a log file of the folder."""
        log = (self.folder / f"{name}.log").open("wb")
        self.processes.append(
            subprocess.Popen(
                [sys.executable, *arguments], env=self.environment, cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
            )
        )  # fmt: skip

    def stop(self) -> None:
        """End what was started and drop the database."""
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(8)
            except ProcessLookupError:
                continue
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(8)
        self.processes.clear()
        with psycopg.connect(admin(self.server_url), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            for name in (self.database, self.demo):  # a site that starts later builds the zone again
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def admin(url: str) -> str:
    """Return the address of the server's maintenance database."""
    return make_conninfo(url, dbname="postgres")
