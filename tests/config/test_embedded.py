from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from pingzhan.config import embedded

KILLED_OWNER = """
import os, signal, sys
from pathlib import Path
from pingzhan.config import embedded
server = embedded.start(Path(sys.argv[1]), for_tests=True)
print(server.uri("postgres"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run_killed_owner(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_OWNER, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    return done.stdout.strip()


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_server_has_one_owner_sorts_alike_everywhere_and_stops(open_folder: Path) -> None:
    data = open_folder / "data"
    server = embedded.start(data, for_tests=True)
    try:
        embedded.ensure_database(server, "zone")
        embedded.ensure_database(server, "zone")
        with psycopg.connect(server.uri("zone")) as connection:
            row = connection.execute(
                "SELECT datcollate, current_setting('listen_addresses'), current_setting('fsync'),"
                " current_setting('TimeZone'), current_setting('server_encoding')"
                " FROM pg_database WHERE datname = 'zone'"
            ).fetchone()
        assert row == ("C.UTF-8", "", "off", "Asia/Shanghai", "UTF8")
        with pytest.raises(embedded.EmbeddedError, match="正由另一个运行中的平战使用"):
            embedded.start(data)
        made = (data / "postgres").stat()
        assert made.st_uid != 0
        assert stat.S_IMODE(made.st_mode) == 0o700
    finally:
        server.stop()
        server.stop()
    assert not answers(server.uri("postgres"))


def test_the_server_of_a_killed_owner_is_taken_over_and_stopped(open_folder: Path) -> None:
    data = open_folder / "data"
    url = run_killed_owner(data)
    assert answers(url)
    server = embedded.start(data, for_tests=True)
    assert server.uri("postgres") == url
    server.stop()
    assert not answers(url)


def test_sweep_removes_what_killed_test_runs_left_and_nothing_else(open_folder: Path) -> None:
    left, young, used = (open_folder / name for name in ("run-left", "run-young", "run-used"))
    url = run_killed_owner(left)
    for folder in (young, used):
        folder.mkdir()
    server = embedded.start(used, for_tests=True)
    old = time.time() - embedded.STALE_SECONDS - 1
    for folder in (left, used):
        os.utime(folder, (old, old))
    try:
        embedded.sweep(open_folder, "run-")
        assert (left.exists(), young.exists(), used.exists()) == (False, True, True)
        assert answers(server.uri("postgres"))
        assert not answers(url)
    finally:
        server.stop()


def test_root_refuses_a_data_folder_below_a_private_one_and_opens_nothing(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(embedded.EmbeddedError) as refused:
        embedded.start(private / "pingzhan")
    assert str(refused.value) == (
        f"以 root 运行时，数据文件夹 {private / 'pingzhan'} 不能放在别人进不去的文件夹（{private}）里，"
        "请把 PINGZHAN_DATA_DIR 改到 /var/lib 或 /srv 之下。"
    )
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert list(private.iterdir()) == []


def test_data_of_another_major_version_is_refused(open_folder: Path) -> None:
    data = open_folder / "data"
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedError, match="属于 PostgreSQL 17，本版本需要 18"):
        embedded.start(data)


def test_a_folder_that_cannot_be_made_is_one_sentence(open_folder: Path) -> None:
    (open_folder / "file").write_text("")
    with pytest.raises(embedded.EmbeddedError, match="不能写入"):
        embedded.start(open_folder / "file" / "data")


@pytest.mark.parametrize(
    ("user", "variables", "expected"),
    [
        (0, {}, "/var/lib/pingzhan"),
        (1000, {"HOME": "/people/anna"}, "/people/anna/.local/share/pingzhan"),
        (1000, {"HOME": "/people/anna", "XDG_DATA_HOME": "/data/anna"}, "/data/anna/pingzhan"),
        (0, {"PINGZHAN_DATA_DIR": "/srv/zone"}, "/srv/zone"),
    ],
)
def test_where_data_lies(
    monkeypatch: pytest.MonkeyPatch, user: int, variables: dict[str, str], expected: str
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "PINGZHAN_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert embedded.default_data_dir() == Path(expected)


def test_a_long_data_path_gets_a_short_socket_folder(open_folder: Path) -> None:
    data = open_folder / ("x" * 90) / "data"
    server = embedded.start(data, for_tests=True)
    try:
        assert server.socket_dir != server.data
        assert answers(server.uri("postgres"))
    finally:
        server.stop()
    assert not server.socket_dir.exists()
