"""The overview of modules says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pingzhan.config.upkeep import modules

FILES = {
    "kernel/__init__.py": '"""Values."""\n',
    "domain/__init__.py": '"""Duties."""\n',
    "pages/__init__.py": '"""Pages."""\n',
    "config/__init__.py": '"""Config."""\n',
    "foundation/__init__.py": '"""Foundation."""\n',
    "foundation/access/__init__.py": '"""Who may."""\n',
    "domain/low/__init__.py": '"""The low one. Serves annex 1."""\n',
    "domain/low/models.py": (
        "from django.db import models\nclass Thing(models.Model):\n"
        '    """A thing. It has\n    parts."""\nclass Kind(models.TextChoices):\n    """No table."""\n'
    ),
    "domain/low/events.py": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Happened:\n"
        '    """It happened."""\nsignal = 1\n'
    ),
    "domain/low/actions/__init__.py": '"""Writes."""\n',
    "domain/low/actions/making.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pingzhan.pages import view\n"
        'def make():\n    """Make one | or two.\n\n    More."""\n'
        "    from pingzhan.foundation.access import actor\n"
    ),
    "domain/low/api.py": 'from pingzhan.domain.low.actions.making import make\n__all__ = ["make"]\n',
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "pingzhan" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "pingzhan"


def test_a_part_tells_its_purpose_api_events_models_and_arrows(package: Path) -> None:
    low = next(part for part in modules.parts(package) if part.name == "low")
    assert low.purpose == "The low one. Serves annex 1."
    assert low.api == (modules.Named("make", "Make one \\| or two."),)
    assert low.events == (modules.Named("Happened", "It happened."),)
    assert low.models == (modules.Named("Thing", "A thing."),)
    # An import inside a function counts, one for the type checker only does not.
    assert low.imports == ("foundation.access",)


def test_the_overview_goes_stale_with_the_code(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "docs" / "modules.md"
    assert not modules.is_current(package, path)
    modules.write(package, path)
    assert modules.is_current(package, path)
    (package / "domain" / "low" / "__init__.py").write_text('"""Another."""\n', encoding="utf-8")
    assert not modules.is_current(package, path)
