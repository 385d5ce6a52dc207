"""``pingzhan doctor``: what is missing, one Chinese sentence each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from pingzhan.config import embedded, env, site
from pingzhan.config.cli import setup_django, show
from pingzhan.kernel.errors import DomainError

ROOT = Path(__file__).resolve().parents[4]
PYTHON = (3, 11)
NODE_MAJOR = 22
POSTGRESQL = 150000
"""Oldest supported server, as libpq counts versions."""
CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Check:
    """One thing looked at: ``ok``, what needs it, and a sentence that says what is there or what to do."""

    name: str
    ok: bool
    needed_for: Literal["run", "build", "tests", "security"]
    message: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
def doctor(as_json: bool) -> None:
    """检查还缺什么，每项一句话；运行所需有缺时返回 1。"""
    found = list(checks())
    ok = all(check.ok for check in found if check.needed_for == "run")
    lines = [f"{'有' if check.ok else '缺'}  {check.name}：{check.message}" for check in found]
    lacking = sum(not check.ok for check in found)
    lines.append("什么都不缺。" if not lacking else f"共缺 {lacking} 项。")
    show({"ok": ok, "checks": [asdict(check) for check in found]}, as_json=as_json, text="\n".join(lines))
    sys.exit(0 if ok else 1)


def checks() -> Iterator[Check]:
    """Look at everything in turn; nothing is started, installed or changed."""
    yield python()
    yield node()
    yield assets()
    yield data_folder()
    yield from database()
    yield from test_needs()


def python() -> Check:
    """Return whether this Python is new enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= PYTHON
    return Check("Python", ok, "run", f"{version}。" if ok else f"需要 3.11 或更高版本，现在是 {version}。")


def node() -> Check:
    """Return whether a Node that can build the assets is there: our own, else the system's."""
    own = Path(sys.executable).with_name("node")
    program = str(own) if own.exists() else shutil.which("node")
    version = _first_line(program, "--version").lstrip("v") if program else ""
    if not version:
        return Check("Node", False, "build", "没有 Node，请运行 make up 安装锁定的版本。")
    ok = version.split(".")[0].isdigit() and int(version.split(".")[0]) >= NODE_MAJOR
    return Check(
        "Node", ok, "build", f"{version}。" if ok else f"需要 {NODE_MAJOR} 或更高版本，现在是 {version}。"
    )


def assets() -> Check:
    """Return whether the web assets are built."""
    dist = Path(env.text("PINGZHAN_WEB_DIST", str(ROOT / "web" / "dist")))
    ok = (dist / ".vite" / "manifest.json").is_file()
    return Check("网页资源", ok, "run", "已构建。" if ok else "还没有构建，请运行 make up。")


def data_folder() -> Check:
    """Return whether the data folder can be used, or made."""
    folder = embedded.default_data_dir()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        message = f"不能写入 {nearest}，请用 PINGZHAN_DATA_DIR 另选一个。"
        return Check("数据文件夹", False, "run", message)
    if os.geteuid() == 0 and (closed := embedded.private_parent(folder / "postgres")):
        message = f"{closed} 别人进不去，以 root 运行时请把 PINGZHAN_DATA_DIR 改到 /var/lib 或 /srv 之下。"
        return Check("数据文件夹", False, "run", message)
    return Check("数据文件夹", True, "run", f"{folder}。")


def database() -> Iterator[Check]:
    """Look at the server in use and, when it answers, at migrations and the worker."""
    site.use_running_site()
    if not os.environ.get("PINGZHAN_DATABASE_URL"):
        try:
            embedded.wheel_programs()
        except embedded.EmbeddedError as error:
            yield Check("PostgreSQL", False, "run", str(error))
        else:
            yield Check("PostgreSQL", True, "run", "内置数据库已安装，运行 make up 时启动。")
        return
    server = _server()
    yield server
    if server.ok:
        setup_django()
        yield _migrations()
        yield _roles()
        yield _triggers()
        yield _key_ring()
        yield _worker()


def _server() -> Check:
    import psycopg

    try:
        with psycopg.connect(
            os.environ["PINGZHAN_DATABASE_URL"], connect_timeout=CONNECT_SECONDS
        ) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        message = f"连不上，请检查 PINGZHAN_DATABASE_URL 和数据库服务（{reason}）。"
        return Check("PostgreSQL", False, "run", message)
    text = f"{version // 10000}.{version % 10000}"
    if version < POSTGRESQL:
        return Check("PostgreSQL", False, "run", f"需要 15 或更高版本，现在是 {text}。")
    return Check("PostgreSQL", True, "run", f"{text}。")


def _migrations() -> Check:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    message = "已是最新。" if not waiting else f"有 {waiting} 个没有执行，请运行 make up。"
    return Check("数据库结构", not waiting, "run", message)


def _roles() -> Check:
    """Return whether the application signs in with a role that cannot change history."""
    from django.conf import settings
    from django.db import DatabaseError

    from pingzhan.foundation.audit.grants import offences

    try:
        tables = offences()
    except DatabaseError:
        return Check("数据库账号", True, "run", "还没有建表。")
    if not tables:
        return Check("数据库账号", True, "run", "系统登录数据库的账号不能改动留痕和历史。")
    if settings.DATABASE_ROLES.apart:
        message = (
            f"系统登录数据库的账号能改动 {len(tables)} 张历史表，请运行 pingzhan manage migrate 重设权限。"
        )
        return Check("数据库账号", False, "run", message)
    # Warned of, not refused: a site may have been given one role only.
    message = (
        "系统和建表用同一个数据库账号，它能停用触发器、改动历史；"
        "请建立账号 pingzhan_app，写进 PINGZHAN_DATABASE_URL，原来的地址写进 PINGZHAN_OWNER_DATABASE_URL。"
    )
    return Check("数据库账号", False, "security", message)


def _triggers() -> Check:
    """Return whether every trigger that a model declares is there, unaltered and enabled."""
    from django.db import DatabaseError

    from pingzhan.foundation.audit.triggers import faults

    try:
        found = faults()
    except DatabaseError:
        return Check("触发器", True, "run", "还没有建表。")
    if not found:
        return Check("触发器", True, "run", "齐全，没有停用或改动的。")
    tables = sorted({one.table for one in found})
    shown = "、".join(tables[:3]) + ("等" if len(tables) > 3 else "")
    message = (
        f"{shown} {len(tables)} 张表上有 {len(found)} 个触发器缺失、停用或被改动，"
        "请运行 pingzhan manage migrate 恢复，并查明原因。"
    )
    return Check("触发器", False, "run", message)


def _key_ring() -> Check:
    """Return whether the key ring is there, private, and holds all keys that the database names."""
    from django.db import DatabaseError

    from pingzhan.foundation.privacy import keyring, upkeep

    if not keyring.exists():
        message = f"没有，下次运行 make up 时建在 {keyring.folder()}，也可以用 PINGZHAN_KEY_DIR 指定文件夹。"
        return Check("密钥环", False, "run", message)
    try:
        missing = upkeep.missing_keys()
    except DatabaseError:
        return Check("密钥环", True, "run", f"{keyring.folder()}。")
    except DomainError as error:
        return Check("密钥环", False, "run", f"{error.message}{error.hint}")
    if missing:
        message = f"缺少数据库用到的密钥 {'、'.join(missing)}，请从密钥备份中恢复。"
        return Check("密钥环", False, "run", message)
    if keyring.folder().stat().st_mode & 0o077:
        return Check("密钥环", False, "run", f"{keyring.folder()} 别人能进入，请把权限改为 0700。")
    return Check("密钥环", True, "run", f"{keyring.folder()}。")


def _worker() -> Check:
    from django.db import DatabaseError

    from pingzhan.foundation.jobs.beats import pulses

    try:
        found = pulses()
    except DatabaseError:
        return Check("后台进程", False, "run", "没有心跳，请运行 make up。")
    silent = [pulse.name for pulse in found if not pulse.healthy]
    if not found:
        return Check("后台进程", False, "run", "没有心跳，请运行 make up。")
    message = "心跳正常。" if not silent else f"没有按时运行或出错：{'、'.join(silent)}。"
    return Check("后台进程", not silent, "run", message)


def test_needs() -> Iterator[Check]:
    """Look at what only the tests need of the system."""
    given = os.environ.get("PZ_CHROMIUM")
    browsers = [given] if given else ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]
    yield _package("浏览器", "chromium", any(Path(path).exists() for path in browsers))
    fonts = Path("/usr/share/fonts")
    yield _package("中文字体", "fonts-noto-cjk", next(fonts.rglob("NotoSansCJK*"), None) is not None)
    floor = Path("/usr/lib/postgresql/15/bin/postgres")
    yield _package("最低版本数据库", "postgresql-15", floor.exists())


def _package(name: str, package: str, ok: bool) -> Check:
    message = "已安装。" if ok else f"测试需要 Debian 软件包 {package}，make test 会在有权限时安装。"
    return Check(name, ok, "tests", message)


def _first_line(program: str, *arguments: str) -> str:
    """Return the first line that a program prints, or nothing when it cannot run."""
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout.strip() else ""
