from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pingzhan.config import embedded
from pingzhan.config.cli import doctor
from pingzhan.config.env import APP_ROLE


def examine(folder: Path, **variables: str) -> tuple[int, dict[str, tuple[bool, str]]]:
    """Run doctor in a process of its own; return its exit code and (ok, message) by name."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PINGZHAN_")}
    done = subprocess.run(
        [sys.executable, "-m", "pingzhan", "doctor", "--json"],
        env={**kept, "PINGZHAN_DATA_DIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0)
    return done.returncode, {check["name"]: (check["ok"], check["message"]) for check in answer["checks"]}


def test_a_fresh_machine_lacks_only_the_assets(open_folder: Path) -> None:
    code, found = examine(open_folder / "data", PINGZHAN_WEB_DIST=str(open_folder / "none"))
    assert code == 1
    assert found["网页资源"] == (False, "还没有构建，请运行 make up。")
    assert found["PostgreSQL"] == (True, "内置数据库已安装，运行 make up 时启动。")
    assert found["Python"][0]
    assert found["数据文件夹"] == (True, f"{open_folder / 'data'}。")
    assert not (open_folder / "data").exists()


def test_an_empty_database_lacks_migrations_and_worker(open_folder: Path, empty_database: str) -> None:
    code, found = examine(open_folder, PINGZHAN_DATABASE_URL=empty_database)
    assert code == 1
    assert found["PostgreSQL"][0]
    assert not found["数据库结构"][0]
    assert found["数据库结构"][1].endswith("没有执行，请运行 make up。")
    assert found["后台进程"] == (False, "没有心跳，请运行 make up。")


def test_a_server_that_does_not_answer_is_one_sentence(open_folder: Path) -> None:
    code, found = examine(
        open_folder, PINGZHAN_DATABASE_URL=f"postgresql://postgres@/x?host={open_folder / 'nobody'}"
    )
    assert code == 1
    ok, message = found["PostgreSQL"]
    assert not ok
    assert message.startswith("连不上，请检查 PINGZHAN_DATABASE_URL 和数据库服务（")
    assert "数据库结构" not in found


def test_root_below_a_private_folder_is_told_where_to_go(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setenv("PINGZHAN_DATA_DIR", str(private / "data"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    check = doctor.data_folder()
    assert not check.ok
    assert (
        check.message
        == f"{private} 别人进不去，以 root 运行时请把 PINGZHAN_DATA_DIR 改到 /var/lib 或 /srv 之下。"
    )


@pytest.mark.parametrize(("version", "ok"), [("v24.19.0", True), ("v18.20.4", False), ("", False)])
def test_an_old_node_is_not_enough(version: str, ok: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_first_line", lambda *_arguments: version)
    assert doctor.node().ok is ok


def test_what_tests_need_does_not_fail_the_product(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PZ_CHROMIUM", str(tmp_path / "none"))
    browser = next(doctor.test_needs())
    assert (browser.ok, browser.needed_for) == (False, "tests")
    assert browser.message == "测试需要 Debian 软件包 chromium，make test 会在有权限时安装。"


@pytest.mark.long
def test_one_role_for_everything_is_warned_of_and_does_not_stop_the_product(
    open_folder: Path, empty_database: str
) -> None:
    embedded.ensure_app_role(empty_database)
    scheme, _, rest = empty_database.partition("://")
    app = f"{scheme}://{APP_ROLE}@{rest.partition('@')[2]}"
    apart = {"PINGZHAN_DATABASE_URL": app, "PINGZHAN_OWNER_DATABASE_URL": empty_database}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PINGZHAN_")}
    subprocess.run(
        [sys.executable, "-m", "pingzhan", "manage", "migrate", "-v0"],
        env={**kept, "PINGZHAN_DATA_DIR": str(open_folder), **apart},
        check=True,
    )
    _code, found = examine(open_folder, **apart)
    assert found["数据库账号"][0]
    _code, found = examine(open_folder, PINGZHAN_DATABASE_URL=empty_database)
    assert not found["数据库账号"][0]
    assert "PINGZHAN_OWNER_DATABASE_URL" in found["数据库账号"][1]
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(f"GRANT UPDATE ON audit_auditrecord TO {APP_ROLE}".encode())
    code, found = examine(open_folder, **apart)
    assert (code, found["数据库账号"][0]) == (1, False)
    assert "\u80fd\u6539\u52a8 1 \u5f20\u5386\u53f2\u8868" in found["数据库账号"][1]
    assert found["触发器"][0]
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("ALTER TABLE audit_auditrecord DISABLE TRIGGER audit_append_only")
    code, found = examine(open_folder, **apart)
    assert (code, found["触发器"][0]) == (1, False)
    assert "audit_auditrecord" in found["触发器"][1]
