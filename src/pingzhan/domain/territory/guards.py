"""What other modules still need: they register a question here, so that nothing in use is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

Kind = Literal["enterprise", "site", "shift", "team"]
Guard = Callable[[Sequence[int]], Sequence[str]]

_guards: dict[str, dict[str, Guard]] = {}


def register_guard(kind: Kind, name: str, guard: Guard) -> None:
    """Have ``guard(ids)`` asked before rows of this kind are closed.

    It returns whole sentences such as "还有 12 名职工住在这里。", none when they are free. For an enterprise
    the ids are those of its unit. ``name`` replaces an earlier guard of the same name.
    """
    _guards.setdefault(kind, {})[name] = guard


def reasons(kind: str, ids: Sequence[int]) -> list[str]:
    """Return why the rows cannot be closed; empty when nobody needs them."""
    if not ids:
        return []
    return [text for guard in _guards.get(kind, {}).values() for text in guard(ids)]
