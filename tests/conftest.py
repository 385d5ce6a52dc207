"""Fixtures of every test: one database server for the run, no network but the loopback address."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import hypothesis
import pytest

from pingzhan.config import embedded
from tests.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

_SERVER_URL = "PINGZHAN_TEST_SERVER"
"""Address of the run's server, handed to the xdist workers; set by the first process."""
_PREFIX = "pz-test-"

_own: list[tuple[embedded.Embedded, Path]] = []


def _start_server() -> str:
    """Return the address of the server to test on: the given one, else a fresh embedded one."""
    given = os.environ.get("PINGZHAN_DATABASE_URL")
    if given:
        return given
    parent = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())
    embedded.sweep(parent, _PREFIX)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    folder.chmod(0o711)  # when root runs the tests, the server runs as another user
    server = embedded.start(folder, for_tests=True)
    _own.append((server, folder))
    # Being told to stop ends the run the way Ctrl+C does, so that the server is stopped too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    embedded.ensure_database(server)
    return server.uri()


if _SERVER_URL not in os.environ:
    os.environ[_SERVER_URL] = _start_server()
os.environ["PINGZHAN_DATABASE_URL"] = os.environ[_SERVER_URL]
os.environ.setdefault("PINGZHAN_SECRET_KEY", secrets.token_urlsafe(32))
os.environ["PINGZHAN_DEMO"] = "1"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# A key ring of its own for each process: a test that changes keys must not shut out a neighbour's data.
_keys = tempfile.TemporaryDirectory(prefix="pz-test-keys-")
os.environ["PINGZHAN_KEY_DIR"] = _keys.name
_uploads = tempfile.TemporaryDirectory(prefix="pz-test-uploads-")
os.environ["PINGZHAN_UPLOAD_DIR"] = _uploads.name
_sheets = tempfile.TemporaryDirectory(prefix="pz-test-sheets-")
os.environ["PINGZHAN_SHEET_DIR"] = _sheets.name
# Not in pyproject.toml: pytest-django would read the settings before this file names the database.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
django.setup()


def _make_ring() -> None:
    from django.conf import settings

    from pingzhan.foundation.privacy import keyring

    # A worker of xdist has its settings before this file runs: they still name the first process's folders.
    settings.KEY_DIR, settings.UPLOAD_DIR = Path(_keys.name), Path(_uploads.name)
    settings.SHEET_DIR = Path(_sheets.name)
    # Else every client of a test reads the whole folder of static files before its first request.
    settings.WHITENOISE_AUTOREFRESH = True
    keyring.create()


_make_ring()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the first process migrate while the others still collect: none of them then waits idly for it."""
    option = session.config.option
    if getattr(option, "numprocesses", None) and not option.collectonly:
        from tests import template

        threading.Thread(target=template.ready, daemon=True).start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started; xdist workers started nothing."""
    del config
    while _own:
        server, folder = _own.pop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


_EXAMPLES = float(os.environ.get("PINGZHAN_TEST_EXAMPLES", "1"))
"""How many times the usual number of examples a property is tried with; a submission takes a part of them."""
# How busy the machine is says nothing about the product: nothing that is generated has to be quick. A submission
# tries the same examples wherever it runs, so that its answer is about what was submitted; the whole looks further.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=_EXAMPLES < 1,
)
hypothesis.settings.load_profile("any machine")

_multiplied: set[int] = set()


def _multiply(test: object) -> None:
    test = getattr(test, "__func__", test)
    chosen = getattr(test, "_hypothesis_internal_use_settings", None)
    if _EXAMPLES != 1 and chosen is not None and id(test) not in _multiplied:
        from hypothesis import HealthCheck, settings

        _multiplied.add(id(test))
        more = settings(
            chosen,
            max_examples=max(5, round(chosen.max_examples * _EXAMPLES)),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        setattr(test, "_hypothesis_internal_use_settings", more)  # noqa: B010


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Whatever drives a browser is a journey and comes last; those of one file and posture share a process.

    The browser's driver keeps an event loop running, in which a test's own ``asyncio.run`` would be refused. The
    largest groups begin first, so that the processes end together. What builds the zone of the journeys comes
    before everything: meanwhile the other processes have tests to run.
    """
    groups: Counter[str] = Counter()
    for item in items:
        if "playwright_driver" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.journey)
            posture = item.callspec.params.get("posture", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(group := f"{item.path.stem}-{posture}"))
            groups[group] += 1
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
        _multiply(getattr(item, "obj", None))
    yield

    def place(item: pytest.Item) -> tuple[int, int]:
        if item.get_closest_marker("journey") is None:
            return (-1 if item.get_closest_marker("first") else 0), 0
        mark = item.get_closest_marker("xdist_group")
        return 1, -groups[mark.args[0]] if mark else 0

    items.sort(key=place)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the run's migrated database instead of migrating in every process."""
    del django_db_modify_db_settings_parallel_suffix
    from tests import emptying, template

    template.prepare()
    emptying.install()


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    """Every test begins with the default settings, already read: no test pays or counts that query."""
    from pingzhan.foundation.options import registry

    registry._cache.clear()
    registry._cached_at[0] = float("inf")
    yield
    registry.forget()


@pytest.fixture(autouse=True)
def _chinese() -> None:
    """Begin every test in Chinese: a page asked for in English leaves its language to the thread."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _second_factor(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests sign in by ``force_login`` alone; those of the requirement carry the mark second_factor."""
    from django.test import override_settings

    with override_settings(SECOND_FACTOR=request.node.get_closest_marker("second_factor") is not None):
        yield


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Return the one driver of browsers: a second one in the same process is refused."""
    if not Path(chromium()).exists():
        pytest.skip("没有浏览器：请由管理员安装 Debian 软件包 chromium。")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def database_server() -> str:
    """Return the address of a database on the run's server, for tests that make databases of their own."""
    return os.environ[_SERVER_URL]
