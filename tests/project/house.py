"""What the tests of the project itself look at: the house's order and the files under version control."""

from __future__ import annotations

import configparser
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "pingzhan"
DOMAIN = SRC / "domain"


@cache
def contracts() -> configparser.ConfigParser:
    """Return the contracts of the house as import-linter reads them."""
    parser = configparser.ConfigParser(comment_prefixes=(";",))
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser


def layers(contract: str) -> list[list[str]]:
    """Return the layers of a contract from the bottom up; the names of one layer are equals."""
    lines = contracts()[f"importlinter:contract:{contract}"]["layers"].split("\n")
    return [re.findall(r"[\w.]+", line) for line in reversed(lines) if line.strip()]


@cache
def ranks() -> dict[str, int]:
    """Return dotted name of every part of the house -> rank; a part may use those of lower rank."""
    order: list[list[str]] = []
    for ring in layers("rings"):
        for inner in ("foundation", "domain"):
            if ring == [f"pingzhan.{inner}"]:
                order += [[f"pingzhan.{inner}.{name}" for name in layer] for layer in layers(inner)]
                break
        else:
            order.append(ring)
    return {name: rank for rank, names in enumerate(order) for name in names}


def rank_of(module: str) -> int:
    """Return the rank of the part of the house that a module belongs to."""
    while module not in ranks():
        module = module.rpartition(".")[0]
    return ranks()[module]


def domain_modules() -> list[Path]:
    """Return the folders of the domain modules that exist."""
    return sorted(path.parent for path in DOMAIN.glob("*/__init__.py"))


@cache
def repository_files() -> tuple[Path, ...]:
    """Return the files that are, or are about to be, under version control; skips outside a checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file())


def text_of(path: Path) -> str | None:
    """Return the text of a file, None when it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def relative(path: Path) -> str:
    """Return the path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()
