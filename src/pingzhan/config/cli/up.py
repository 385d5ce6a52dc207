"""``pingzhan up``: database, migrations, demo zone, worker and web server, until told to stop."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

import click

from pingzhan.config import embedded, env, site
from pingzhan.kernel.errors import DomainError

READY_SECONDS = 60
PR_SET_PDEATHSIG = 1


class StartError(DomainError):
    """The product cannot start or go on; the message says why and what to do."""


@click.command()
@click.option("--port", type=int, default=None, help="端口，默认 PINGZHAN_PORT 或 8000。")
@click.option("--json", "as_json", is_flag=True, help="就绪行用 JSON 输出。")
def up(port: int | None, as_json: bool) -> None:
    """Start everything and print how to sign in."""
    chosen = port if port is not None else env.number("PINGZHAN_PORT", 8000)
    os.environ["PINGZHAN_PORT"] = str(chosen)
    host = os.environ.setdefault("PINGZHAN_HOST", "127.0.0.1")
    os.environ["PINGZHAN_WEB_WORKERS"] = str(web_processes())
    refuse_busy_port(host, chosen)
    folder = embedded.default_data_dir()
    end_on_signal()
    with database(folder):
        serve(folder, host, chosen, as_json=as_json)


def web_processes() -> int:
    """Return how many web processes serve: PINGZHAN_WEB_WORKERS, else one for each core, at least 2, at most 4.

    One Python process works on one page at a time, however many wait. Raises StartError below 1.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    number = env.number("PINGZHAN_WEB_WORKERS", max(2, min(cores, 4)))
    if number < 1:
        raise StartError("PINGZHAN_WEB_WORKERS 应为 1 或更大的整数。")
    return number


def server_options() -> list[str]:
    """Return what the web server is told besides where to listen; the benchmark starts it the same way."""
    return [
        *("--interface", "asginl", "--workers", str(web_processes()), "--no-ws", "--log-level", "warning"),
        "--respawn-failed-workers",  # the others go on; its end is in the log
        "pingzhan.config.asgi:application",
    ]


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """Give the process a database: the one it was told to use, else the embedded one, stopped at the end."""
    if os.environ.get("PINGZHAN_DATABASE_URL"):
        if not os.environ.get("PINGZHAN_SECRET_KEY"):
            folder.mkdir(parents=True, exist_ok=True)
            os.environ["PINGZHAN_SECRET_KEY"] = site.secret_key(folder)
        yield
        return
    server = embedded.start(folder)
    try:
        embedded.ensure_database(server)
        embedded.ensure_app_role(server.uri())
        os.environ["PINGZHAN_OWNER_DATABASE_URL"] = server.uri()
        os.environ["PINGZHAN_DATABASE_URL"] = server.uri(user=env.APP_ROLE)
        os.environ.setdefault("PINGZHAN_SECRET_KEY", site.secret_key(folder))
        yield
    finally:
        server.stop()


def prepare() -> None:
    """Start Django, make the key ring of a new site, and apply the migrations."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from pingzhan.config.owner import as_owner
    from pingzhan.foundation.privacy.upkeep import ensure_ring

    ensure_ring()
    with as_owner():
        call_command("migrate", verbosity=0, interactive=False)


def end_on_signal(code: int | None = None) -> None:
    """Have SIGINT and SIGTERM end the program in order, so that the database is stopped at any stage.

    ``code`` is the exit code; without it the usual 128 + signal number says that the work was cut short.
    """

    def end_now(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number if code is None else code)

    signal.signal(signal.SIGINT, end_now)
    signal.signal(signal.SIGTERM, end_now)


def refuse_busy_port(host: str, port: int) -> None:
    """Raise a one-sentence error when somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise StartError(
                f"端口 {port} 已被占用，请先停掉占用它的程序，或用 PINGZHAN_PORT 换一个端口。"
            ) from error


def serve(folder: Path, host: str, port: int, *, as_json: bool) -> None:
    """Prepare the database, run worker and web server, print the ready line, end all of them on a signal."""
    prepare()
    from django.conf import settings
    from django.db import connection

    from pingzhan.foundation.accounts.actions import ensure_setup_link

    if not settings.STATICFILES_DIRS:
        raise StartError("网页资源还没有构建，请运行 make up，或在 web 文件夹运行 npm ci 和 npm run build。")
    if settings.DEMO:
        from pingzhan.config.demo import ensure_demo

        ensure_demo()
    setup_path = ensure_setup_link()
    connection.close()

    notices = folder / "notices.log"
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with site.open_private(notices) as output:
            children["后台"] = _child("pingzhan", "worker", stdout=output)
        children["网页"] = _child(
            "granian", "--host", host, "--port", str(port),
            *server_options(),
        )  # fmt: skip
        site.remember_running(
            folder,
            database=os.environ["PINGZHAN_DATABASE_URL"],
            owner=os.environ.get("PINGZHAN_OWNER_DATABASE_URL", ""),
            port=port,
        )
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104
        wait_until_ready(address, children)
        click.echo(ready_line(address, setup_path, notices, demo_mode=settings.DEMO, as_json=as_json))
        end_on_signal(0)
        while True:
            time.sleep(0.3)
            for name, child in children.items():
                if child.poll() is not None:
                    raise StartError(f"{name}进程意外停止（退出码 {child.returncode}），请看上面的日志。")
    finally:
        # A second Ctrl+C must not leave half of it running.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end(children)
        site.forget_running(folder)


def _child(*module_and_arguments: str, stdout: IO[str] | None = None) -> subprocess.Popen[bytes]:
    """Start a Python module in a process group of its own: Ctrl+C reaches it through us, once."""
    return subprocess.Popen(
        [sys.executable, "-m", *module_and_arguments],
        stdout=stdout,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here
    )


def _end_with_parent() -> None:
    """Have the system tell this child to stop should its parent be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until_ready(address: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Return when the web server answers. Raises when a process ends first or time runs out."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with direct.open(f"{address}/health/", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        for name, child in children.items():
            if child.poll() is not None:
                raise StartError(f"{name}进程没有启动（退出码 {child.returncode}），请看上面的日志。")
        if time.monotonic() > deadline:
            raise StartError(f"{READY_SECONDS} 秒内网页没有就绪，请看上面的日志。")


def ready_line(address: str, setup_path: str | None, notices: Path, *, demo_mode: bool, as_json: bool) -> str:
    """Return the ready line: where to go, how to sign in, where the console channel writes its notices."""
    setup = f"{address}{setup_path}" if setup_path else None
    if as_json:
        data = {"ready": True, "url": address, "demo": demo_mode, "setup": setup, "notices": str(notices)}
        return json.dumps(data, ensure_ascii=False)
    lines = [f"平战已就绪：{address}"]
    if demo_mode:
        lines.append(f"演示人物一键登录：{address}/demo/")
    if setup:
        lines.append(f"首次设置管理员（一次有效，24 小时内）：{setup}")
    elif not demo_mode:
        lines.append(f"登录：{address}/accounts/login/")
    lines += [f"控制台渠道的通知写入：{notices}", "按 Ctrl+C 停止。"]
    return "\n".join(lines)


def end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to stop, then make it."""
    for child in children.values():
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children.values():
        try:
            child.wait(12)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(5)
