from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pingzhan.config.cli import up
from pingzhan.config.env import SettingError

SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    folder: Path, database: str, port: int
) -> Iterator[tuple[subprocess.Popen[str], dict[str, object]]]:
    """Run ``pingzhan up`` and give its process and ready line; whatever it leaves behind is killed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PINGZHAN_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pingzhan", "up", "--json"],
        env={
            **kept,
            "PINGZHAN_DATA_DIR": str(folder),
            "PINGZHAN_DATABASE_URL": database,
            "PINGZHAN_PORT": str(port),
        },
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)
        process.stdout.close()


def children_of(pid: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(path.parent.name))
    return found


def web_processes_of(pid: int) -> set[int]:
    """Return the processes that answer: the children of the web server that ``pingzhan up`` started."""
    (server,) = [one for one in children_of(pid) if b"granian" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return children_of(server)


def wait_for_another(pid: int, before: set[int]) -> bool:
    deadline = time.monotonic() + 60
    while len(web_processes_of(pid) - before) == 0:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def port_is_free(port: int) -> bool:
    try:
        up.refuse_busy_port("127.0.0.1", port)
    except up.StartError:
        return False
    return True


def wait_for_free(port: int) -> bool:
    deadline = time.monotonic() + 30
    while not port_is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_up_serves_refuses_a_second_one_and_ends_whole_even_when_killed(
    open_folder: Path, empty_database: str
) -> None:
    port = free_port()
    with running(open_folder, empty_database, port) as (process, ready):
        assert (ready["ready"], ready["url"], ready["demo"]) == (True, f"http://127.0.0.1:{port}", False)
        assert str(ready["setup"]).startswith(f"http://127.0.0.1:{port}/setup/")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
            assert answer.status == 200
        with pytest.raises(up.StartError) as refused:
            up.refuse_busy_port("127.0.0.1", port)
        assert str(refused.value) == (
            f"端口 {port} 已被占用，请先停掉占用它的程序，或用 PINGZHAN_PORT 换一个端口。"
        )
        for name in ("secret-key", "running.json", "notices.log"):
            assert (open_folder / name).stat().st_mode & 0o777 == 0o600
        serving = web_processes_of(process.pid)
        assert len(serving) >= 2
        os.kill(min(serving), signal.SIGKILL)
        assert wait_for_another(process.pid, serving), "nobody took the place of a killed web process"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert port_is_free(port)
        assert not (open_folder / "running.json").exists()

    secret = (open_folder / "secret-key").read_text()
    with running(open_folder, empty_database, port) as (process, ready):
        assert ready["ready"]
        process.kill()
        process.wait(10)
        assert wait_for_free(port), "the web server outlived its parent"
    assert (open_folder / "secret-key").read_text() == secret


def test_the_ready_line_says_how_to_sign_in() -> None:
    address, notices = "http://127.0.0.1:8000", Path("/data/notices.log")
    assert up.ready_line(address, "/setup/x", notices, demo_mode=False, as_json=False).splitlines()[:2] == [
        "平战已就绪：http://127.0.0.1:8000",
        "首次设置管理员（一次有效，24 小时内）：http://127.0.0.1:8000/setup/x",
    ]
    assert up.ready_line(address, None, notices, demo_mode=True, as_json=False).splitlines()[1] == (
        "演示人物一键登录：http://127.0.0.1:8000/demo/"
    )
    assert up.ready_line(address, None, notices, demo_mode=False, as_json=False).splitlines()[1] == (
        "登录：http://127.0.0.1:8000/accounts/login/"
    )


def test_a_port_that_is_no_number_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINGZHAN_PORT", "eight")
    with pytest.raises(SettingError, match="PINGZHAN_PORT 应为整数，现在是：eight。"):
        up.up.main(args=[], standalone_mode=False)


@pytest.mark.parametrize(("cores", "wanted"), [(1, "2"), (2, "2"), (3, "3"), (16, "4")])
def test_as_many_web_processes_as_cores_but_two_at_least_and_four_at_most(
    monkeypatch: pytest.MonkeyPatch, cores: int, wanted: str
) -> None:
    monkeypatch.delenv("PINGZHAN_WEB_WORKERS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))
    options = up.server_options()
    assert options[options.index("--workers") + 1] == wanted


def test_the_number_of_web_processes_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINGZHAN_WEB_WORKERS", "7")
    assert up.web_processes() == 7
    monkeypatch.setenv("PINGZHAN_WEB_WORKERS", "0")
    with pytest.raises(up.StartError, match="PINGZHAN_WEB_WORKERS"):
        up.web_processes()
