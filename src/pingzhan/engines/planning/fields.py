"""Reading JSON: every field is checked where it is read, and an error names its path."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pingzhan.engines.planning.errors import PlanningError

_LOST = object()


class Fields:
    """The members of one JSON object; ``path`` is where it stands. Numbers are never taken from texts or booleans."""

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise PlanningError("这里要是一个 JSON 对象。", place=path or "$")
        self.data: Mapping[str, Any] = data
        self.path = path

    def at(self, key: str) -> str:
        """Return the path of a member."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Return whether the member is there and not null."""
        return self.data.get(key) is not None

    def text(self, key: str, default: Any = _LOST) -> str:
        """Return a text that is not empty; whole numbers are taken as identifiers."""
        value = self._get(key, default)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (not value and value != default):
            raise PlanningError("这里要是一段文字。", place=self.at(key))
        return value

    def whole(self, key: str, default: Any = _LOST, *, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number from ``least`` to ``most``; 600.0 is whole."""
        value = self._get(key, default)
        if value is None and default is None:
            return None  # type: ignore[return-value]
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != int(_finite(value, self.at(key)))
        ):
            raise PlanningError("这里要是一个整数。", place=self.at(key))
        return int(self._between(value, key, least, most))

    def number(self, key: str, default: Any = _LOST, *, least: float = 0.0, most: float = 1e9) -> float:
        """Return a number from ``least`` to ``most``."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PlanningError("这里要是一个数。", place=self.at(key))
        return float(self._between(_finite(value, self.at(key)), key, least, most))

    def flag(self, key: str, default: Any = _LOST) -> bool:
        """Return true or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise PlanningError("这里要是 true 或 false。", place=self.at(key))
        return value

    def child(self, key: str) -> Fields:
        """Return the object under a key; an empty one when it is missing."""
        value = self.data.get(key)
        return Fields({} if value is None else value, self.at(key))

    def rows(self, key: str, *, needed: bool = False) -> Iterator[Fields]:
        """Yield the objects of a list."""
        value = self.data.get(key)
        if value is None:
            value = []
        if not isinstance(value, list) or (needed and not value):
            raise PlanningError(
                "这里要是一个列表，至少一项。" if needed else "这里要是一个列表。", place=self.at(key)
            )
        for n, one in enumerate(value):
            yield Fields(one, f"{self.at(key)}[{n}]")

    def pair(self, key: str, default: Any = _LOST) -> tuple[float, float]:
        """Return a position: two finite numbers."""
        value = self._get(key, default)
        if value is None and default is None:
            return None  # type: ignore[return-value]
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise PlanningError("位置要写成两个数，例如 [3.2, 1.5]。", place=self.at(key))
        for one in value:
            if isinstance(one, bool) or not isinstance(one, int | float):
                raise PlanningError("位置要写成两个数，例如 [3.2, 1.5]。", place=self.at(key))
        return (_finite(value[0], self.at(key)), _finite(value[1], self.at(key)))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when missing."""
        value = self.data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise PlanningError("这里要是一列文字。", place=self.at(key))
        return tuple(value)

    def _get(self, key: str, default: Any) -> Any:
        value = self.data.get(key)
        if value is None:
            if default is _LOST:
                raise PlanningError("缺少这一项。", place=self.at(key))
            return default
        return value

    def _between(self, value: float, key: str, least: float, most: float) -> float:
        if not least <= value <= most:
            raise PlanningError(
                f"这里要在 {least:g} 到 {most:g} 之间，写的是 {value:g}。", place=self.at(key)
            )
        return value


def _finite(value: float, place: str) -> float:
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise PlanningError("这里要是一个有限的数。", place=place)
    return found
