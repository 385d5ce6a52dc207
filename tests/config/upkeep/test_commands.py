"""The upkeep commands: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pingzhan.config.cli.locale import locale
from pingzhan.config.cli.modules import modules
from pingzhan.config.cli.punct import punct
from pingzhan.config.upkeep import catalogue
from pingzhan.config.upkeep import modules as overview


def test_punct_lists_and_fails_then_fixes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("平时,战时。\n", encoding="utf-8")  # zhpunct: off
    found = CliRunner().invoke(punct, ["check", str(tmp_path)])
    assert (found.exit_code, "a.md:1" in found.output) == (1, True)
    assert CliRunner().invoke(punct, ["fix", str(path)]).exit_code == 0
    assert CliRunner().invoke(punct, ["check", str(path)]).exit_code == 0
    assert path.read_text(encoding="utf-8") == "平时\uff0c战时。\n"


def test_locale_check_ends_with_one_while_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "check", lambda: ["缺少英文：'甲'"])
    found = CliRunner().invoke(locale, ["check", "--json"])
    assert (found.exit_code, json.loads(found.output)) == (1, {"faults": ["缺少英文：'甲'"]})
    monkeypatch.setattr(catalogue, "check", list)
    assert CliRunner().invoke(locale, ["check"]).exit_code == 0


def test_locale_missing_prints_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "missing", lambda messages, _known: list(messages.values())[:1])
    rows = json.loads(CliRunner().invoke(locale, ["missing", "--json"]).output)["missing"]
    assert [sorted(row) for row in rows] == [["files", "plural", "text"]]


def test_modules_check_tells_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "is_current", lambda: False)
    found = CliRunner().invoke(modules, ["check"])
    assert found.exit_code == 1
    assert "pingzhan modules write" in found.output
