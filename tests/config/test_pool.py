"""The command line of pooling: the JSON shape is a door that others use."""

from __future__ import annotations

import json

import pytest

from pingzhan.config.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["pool", *words])
    return int(ended.value.code or 0), capsys.readouterr().out


def test_evaluate_prints_five_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    words = "evaluate --prevalence 0.01 --scheme hierarchical --sizes 12,4,1 --se 0.95 --sp 0.99 --json"
    code, out = run(capsys, *words.split())
    assert code == 0
    found = json.loads(out)
    assert list(found) == ["tests_per_person", "pse", "psp", "ppv", "npv"]
    assert found["tests_per_person"] == pytest.approx(0.14888863, abs=1e-6)


def test_wrong_sizes_are_refused_with_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    words = "evaluate --prevalence 0.01 --scheme dorfman --sizes ten --json"
    code, out = run(capsys, *words.split())
    assert code == 1
    assert json.loads(out)["error"]["place"] == "sizes"


def test_the_table_is_read_by_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "table", "--json")
    assert code == 0
    rows = {row["prevalence"]: row for row in json.loads(out)["rows"]}
    assert rows[0.01]["dorfman"]["size"] == 11
    code, out = run(capsys, "table")
    assert code == 0
    assert len(out.splitlines()) == 1 + len(rows)
