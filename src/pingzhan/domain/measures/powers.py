"""Who may decide what, as data: the powers of the three laws (a zone executes, proposes, reports)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pingzhan.domain.measures.enums import OWN_DECIDERS


@dataclass(frozen=True)
class Power:
    """One kind of measure, the lowest body that may decide it, and the article that says so."""

    key: str
    title: str
    title_en: str
    decider: str
    law: str
    class_a: bool = False

    @property
    def reserved(self) -> bool:
        """Return whether a zone or an employer may not decide it."""
        return self.decider not in OWN_DECIDERS


@cache
def powers() -> dict[str, Power]:
    """Return all powers by key, in the order of powers.toml."""
    text = resources.files("pingzhan.domain.measures").joinpath("powers.toml").read_text("utf-8")
    return {key: Power(key=key, **entry) for key, entry in tomllib.loads(text).items()}
