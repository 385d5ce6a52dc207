"""Typed readers of environment variables; a wrong value stops the start with one sentence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

APP_ROLE = "pingzhan_app"
"""The application's database role, unless the site's addresses name another."""


class SettingError(RuntimeError):
    """An environment variable has a value that cannot be used; the message names it."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points to, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingError(f"{name}_FILE 指向的文件读不出来：{path}（{error.strerror}）。") from error
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes-or-no variable. Raises SettingError unless it is 1/0, yes/no, true/false or absent."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in ("1", "yes", "true", "on"):
        return True
    if value in ("0", "no", "false", "off"):
        return False
    raise SettingError(f"{name} 只能写 1 或 0，现在是：{value}。")


def number(name: str, default: int) -> int:
    """Return a whole number. Raises SettingError when it is not one."""
    value = os.environ.get(name, "").strip()
    if value == "":
        return default
    try:
        return int(value)
    except ValueError as error:
        raise SettingError(f"{name} 应为整数，现在是：{value}。") from error


def database(url: str) -> dict[str, object]:
    """Return Django's description of a PostgreSQL address (TCP, or a socket folder in ``?host=``).

    Raises SettingError for another kind of database.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingError("PINGZHAN_DATABASE_URL 应以 postgresql:// 开头。")
    query = dict(item.split("=", 1) for item in parts.query.split("&") if "=" in item)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "pingzhan",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or (parts.hostname or ""),
        "PORT": str(parts.port or query.get("port", "") or ""),
    }


@dataclass(frozen=True)
class Roles:
    """Whom this process signs in to the database as; ``owner`` may change tables, ``chosen`` is in use."""

    app: dict[str, object]
    owner: dict[str, object]
    chosen: dict[str, object]
    app_role: str

    @property
    def apart(self) -> bool:
        """Return whether the application and the owner are two roles."""
        return self.app["USER"] != self.owner["USER"]


def roles() -> Roles:
    """Return the roles that PINGZHAN_DATABASE_URL and PINGZHAN_OWNER_DATABASE_URL name.

    Without the second there is one role for both. PINGZHAN_AS_OWNER=1 has the process work as the owner.
    """
    app = database(text("PINGZHAN_DATABASE_URL", "postgresql:///pingzhan"))
    given = text("PINGZHAN_OWNER_DATABASE_URL")
    owner = database(given) if given else app
    apart = app["USER"] != owner["USER"]
    chosen = owner if flag("PINGZHAN_AS_OWNER") else app
    return Roles(app, owner, dict(chosen), str(app["USER"]) if apart else APP_ROLE)
