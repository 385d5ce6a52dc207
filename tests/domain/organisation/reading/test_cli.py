"""``pingzhan notice read``: a process of its own, without a database and without Django."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .making import FIXTURES, INVENTED

_CODE = """
import sys
from pingzhan.config import cli
try:
    cli.main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code or 0
else:
    code = 0
loaded = [name for name in ("django", "psycopg") if name in sys.modules]
print(loaded, file=sys.stderr)
sys.exit(code)
"""


def run(*words: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PINGZHAN_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", _CODE, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**env, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_json_shape_without_django() -> None:
    done = run("notice", "read", str(INVENTED), "--json")
    assert done.returncode == 0
    assert done.stderr.strip().endswith("[]")
    data = json.loads(done.stdout)
    assert data == json.loads((FIXTURES / "notice_invented.json").read_text(encoding="utf-8"))
    assert {"groups", "findings", "counts"} <= set(data)
    assert {group["kind"] for group in data["groups"]} == {"leading", "work"}
    for group in data["groups"]:
        assert all({"role", "name", "title", "class_rule"} <= set(entry) for entry in group["entries"])
        assert all(isinstance(duty, str) for duty in group["duties"])
    assert all(kind["count"] == len(kind["items"]) for kind in data["findings"])


def test_for_a_person() -> None:
    done = run("notice", "read", str(FIXTURES / "notices" / "numbered_duties_first.txt"))
    assert done.returncode == 0
    assert "综合协调组" in done.stdout
    assert "没有读懂的文字 4 处" in done.stdout


def test_refusal_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "通知.wps"
    path.write_bytes(b"abc")
    done = run("notice", "read", str(path))
    assert done.returncode == 1
    assert ".docx" in done.stderr
    told = json.loads(run("notice", "read", str(path), "--json").stdout)
    assert told["error"]["code"] == "format"
