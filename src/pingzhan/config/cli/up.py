"""``pingzhan up``: database, migrations, demo zone, worker and web server, until told to stop."""

from __future__ import annotations

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

import click

from pingzhan.config import embedded, site

READY_SECONDS = 60


@click.command()
@click.option("--port", type=int, default=None, help="端口，默认 PINGZHAN_PORT 或 8000。")
@click.option("--json", "as_json", is_flag=True, help="就绪行用 JSON 输出。")
def up(port: int | None, as_json: bool) -> None:
    """Start everything and print how to sign in."""
    chosen = port if port is not None else int(os.environ.get("PINGZHAN_PORT") or 8000)
    os.environ["PINGZHAN_PORT"] = str(chosen)
    host = os.environ.setdefault("PINGZHAN_HOST", "127.0.0.1")
    refuse_busy_port(host, chosen)
    folder = embedded.default_data_dir()
    try:
        with database(folder):
            serve(folder, host, chosen, as_json=as_json)
    except embedded.EmbeddedError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@click.option("--json", "as_json", is_flag=True)
def demo(as_json: bool) -> None:
    """Fill an empty database with the demo zone; a database that holds a zone stays as it is."""
    folder = embedded.default_data_dir()
    site.use_running_site()
    try:
        with database(folder):
            made = prepare(demo_zone=True)
    except embedded.EmbeddedError as error:
        raise click.ClickException(str(error)) from error
    text = "演示开发区已建立。" if made else "库中已有开发区，没有改动。"
    click.echo(json.dumps({"created": made}) if as_json else text)


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
        os.environ["PINGZHAN_DATABASE_URL"] = server.uri()
        os.environ.setdefault("PINGZHAN_SECRET_KEY", site.secret_key(folder))
        yield
    finally:
        server.stop()


def prepare(*, demo_zone: bool) -> bool:
    """Apply migrations and, if asked, build the demo zone; return whether it was built now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if not demo_zone:
        return False
    from pingzhan.config.demo import ensure_demo

    return ensure_demo()


def refuse_busy_port(host: str, port: int) -> None:
    """Raise a one-sentence error when somebody listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"端口 {port} 已被占用，请先停掉占用它的程序，或用 PINGZHAN_PORT 换一个端口。"
            ) from error


def serve(folder: Path, host: str, port: int, *, as_json: bool) -> None:
    """Prepare the database, run worker and web server, print the ready line, end all of them on a signal."""
    demo_mode = os.environ.get("PINGZHAN_DEMO", "").lower() in ("1", "yes", "true", "on")
    prepare(demo_zone=demo_mode)
    from django.conf import settings
    from django.db import connection

    from pingzhan.foundation.accounts.actions import ensure_setup_link

    setup_path = ensure_setup_link()
    connection.close()
    if not settings.STATICFILES_DIRS:
        raise click.ClickException("网页资源还没有构建，请运行 make up，或在 web 文件夹运行 npm ci 和 npm run build。")

    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = {
        "后台": subprocess.Popen([sys.executable, "-m", "pingzhan", "worker"], start_new_session=True),
        "网页": subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "asginl", "--host", host, "--port", str(port),
                "--workers", os.environ.get("PINGZHAN_WEB_WORKERS", "1"), "--no-ws", "--log-level", "warning",
                "pingzhan.config.asgi:application",
            ],
            start_new_session=True,
        ),
    }  # fmt: skip
    site.remember_running(folder, database=os.environ["PINGZHAN_DATABASE_URL"], port=port)
    try:
        address = f"http://{host}:{port}"
        wait_until_ready(address, children, lambda: stopping)
        if not stopping:
            click.echo(ready_line(address, setup_path, demo_mode=settings.DEMO, as_json=as_json))
        while not stopping:
            time.sleep(0.3)
            for name, child in children.items():
                if child.poll() is not None:
                    raise click.ClickException(f"{name}进程意外停止（退出码 {child.returncode}），请看上面的日志。")
    finally:
        end(children)
        site.forget_running(folder)


def wait_until_ready(address: str, children: dict[str, subprocess.Popen[bytes]], stopped: object) -> None:
    """Return when the web server answers, or when told to stop. Raises when a process ends first."""
    assert callable(stopped)
    deadline = time.monotonic() + READY_SECONDS
    while not stopped():
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=2) as answer:  # noqa: S310 - own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        for name, child in children.items():
            if child.poll() is not None:
                raise click.ClickException(f"{name}进程没有启动（退出码 {child.returncode}），请看上面的日志。")
        if time.monotonic() > deadline:
            raise click.ClickException(f"{READY_SECONDS} 秒内网页没有就绪，请看上面的日志。")


def ready_line(address: str, setup_path: str | None, *, demo_mode: bool, as_json: bool) -> str:
    """Return the ready line: where to go and how to sign in."""
    setup = f"{address}{setup_path}" if setup_path else None
    if as_json:
        return json.dumps({"ready": True, "url": address, "demo": demo_mode, "setup": setup})
    lines = [f"平战已就绪：{address}"]
    if demo_mode:
        lines.append(f"演示人物一键登录：{address}/demo/")
    if setup:
        lines.append(f"首次设置管理员（一次有效，24 小时内）：{setup}")
    elif not demo_mode:
        lines.append(f"登录：{address}/accounts/login/")
    lines.append("按 Ctrl+C 停止。")
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
