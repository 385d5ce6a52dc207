"""What bench.field calls a failure: a gate reached, a record lost, a script error, a list that is too short."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

import playwright.sync_api
import pytest
from bench import field

GOOD: dict[str, Any] = {
    **{name: limit - 0.1 for name, limit in field.GATES.items()},
    "lost": 0, "gaps": 0, "errors": [], "people": 1_000,
}  # fmt: skip


def test_what_is_below_every_gate_passes() -> None:
    assert field.failed_in(GOOD, 1_000) == []


@pytest.mark.parametrize("name", list(field.GATES))
def test_each_gate_fails_by_itself_when_it_is_reached(name: str) -> None:
    assert field.failed_in({**GOOD, name: field.GATES[name]}, 1_000) == [name]


@pytest.mark.parametrize(("name", "value"), [("lost", 1), ("gaps", -1), ("errors", ["x"]), ("people", 999)])
def test_what_has_no_measure_fails_too(name: str, value: Any) -> None:
    assert field.failed_in({**GOOD, name: value}, 1_000) == [name]


@pytest.mark.parametrize(("worst", "code"), [(1_499.9, 0), (1_500.0, 1)])
def test_a_slow_start_ends_with_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], worst: float, code: int
) -> None:
    class Driver:
        chromium: Any = None

        def launch(self, **_options: Any) -> Driver:
            return self

        def close(self) -> None:
            """Nothing was opened."""

    driver = Driver()
    driver.chromium = driver
    monkeypatch.setattr(playwright.sync_api, "sync_playwright", lambda: nullcontext(driver))
    monkeypatch.setattr(field, "place", nullcontext)
    monkeypatch.setattr(field, "prepare", lambda _people: ("", []))
    monkeypatch.setattr(field, "measure", lambda *_asked: {**GOOD, "start_worst_ms": worst})
    monkeypatch.setattr(sys, "argv", ["field"])
    with pytest.raises(SystemExit) as ended:
        field.main()
    assert ended.value.code == code
    assert ("start_worst_ms" in capsys.readouterr().out.rpartition("failed")[2]) == bool(code)
