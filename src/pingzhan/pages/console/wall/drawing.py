"""The park plan as SVG: outlines fitted into the panel, names where they do not collide with the pulsing point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 940, 690
"""Size of the drawing in its own units: the panel at 1920x1080, so one unit is one CSS pixel there."""
NAME_SIZE = 18
"""Size of a name; a plot narrower than its name shows none, and the data table names it."""
LINE = 23
PULSE = 9
MARGIN = 10

Point = tuple[float, float]


@dataclass(frozen=True)
class PlotState:
    """What is known of one enterprise at this moment. ``tone``: bad, warn, doing, ok or calm."""

    name: str
    tone: str
    word: str
    note: str = ""
    outlined: bool = False


@dataclass(frozen=True)
class Plot:
    """One outline to draw. ``pulse`` is the middle of the pulsing point, None without."""

    points: str
    tone: str
    lines: tuple[str, ...]
    word: str
    title: str
    x: float
    y: float
    word_y: float
    pulse: Point | None
    outlined: bool


@dataclass(frozen=True)
class Ground:
    """An outline that carries no state: an area, a road, water. ``x`` and ``y`` are where its name stands."""

    points: str
    kind: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """The whole plan; ``unnamed`` plots are too small for their names."""

    grounds: list[Ground] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    unnamed: int = 0
    width: int = WIDTH
    height: int = HEIGHT


def draw(features: Sequence[Mapping[str, Any]], states: Mapping[str, PlotState]) -> Drawing:
    """Return the drawing of GeoJSON features; ``states`` are by unit code."""
    found = [(one, ring) for one in features for ring in _rings(one)]
    if not found:
        return Drawing()
    place = _Fit([point for _one, ring in found for point in ring])
    grounds: list[tuple[list[Point], str, str]] = []
    plots: list[Plot] = []
    outlines: list[list[Point]] = []
    for one, ring in found:
        told = one.get("properties") or {}
        state = states.get(str(told.get("code") or ""))
        corners = [place(point) for point in ring]
        if state is not None:
            plots.append(_plot(corners, state))
            outlines.append(corners)
        elif told.get("kind") != "enterprise":
            name, kind = str(told.get("name") or ""), str(told.get("kind") or "")
            grounds.append((corners, kind, name))
    taken = [_box(corners) for corners in outlines]
    return Drawing([_ground(*one, taken) for one in grounds], plots, sum(not plot.lines for plot in plots))


def _box(corners: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _ground(
    corners: Sequence[Point], kind: str, name: str, taken: Sequence[tuple[float, float, float, float]]
) -> Ground:
    """Return an outline with its name at the first of five places where no plot lies over it, else unnamed."""
    left, top, right, bottom = _box(corners)
    wide = _width(name)
    middle = _middle(corners)
    for x, y in (
        (left + 8, top + 22),
        (left + 8, bottom - 8),
        (right - wide - 8, top + 22),
        (right - wide - 8, bottom - 8),
        (middle[0] - wide / 2, middle[1] + 6),
    ):
        clear = all(x + wide < a or x > c or y + 4 < b or y - 16 > d for a, b, c, d in taken)
        inside = all(_inside(corners, (x + part * wide, y - 6)) for part in (0, 0.5, 1))
        if name and clear and inside:
            return Ground(_text(corners), kind, name, round(x, 1), round(y, 1))
    return Ground(_text(corners), kind, "", 0, 0)


def _rings(feature: Mapping[str, Any]) -> Iterator[list[Point]]:
    """Yield the outer outlines of a feature in metres, without the closing corner."""
    shape = feature["geometry"]
    polygons = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}.get(
        shape["type"], []
    )
    for polygon in polygons:
        yield [(float(p[0]), float(p[1])) for p in polygon[0][:-1]]


class _Fit:
    """Maps metres (north up) to the drawing, all inside, proportions kept."""

    def __init__(self, points: Sequence[Point]) -> None:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
        self.x0 = (WIDTH - wide * self.scale) / 2 - min(xs) * self.scale
        self.y0 = (HEIGHT + high * self.scale) / 2 + min(ys) * self.scale

    def __call__(self, point: Point) -> Point:
        return round(self.x0 + point[0] * self.scale, 1), round(self.y0 - point[1] * self.scale, 1)


def _text(corners: Sequence[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def _plot(corners: Sequence[Point], state: PlotState) -> Plot:
    left, right = min(p[0] for p in corners), max(p[0] for p in corners)
    top, bottom = min(p[1] for p in corners), max(p[1] for p in corners)
    x, y = _middle(corners)
    lines = _lines(state.name, right - left - 8, int((bottom - top - 8) // LINE))
    room = (len(lines) + 1) * LINE <= bottom - top - 6 and _width(state.word) <= right - left - 6
    with_word = bool(lines) and bool(state.word) and room
    rows = len(lines) + int(with_word)
    first = y - (rows - 1) * LINE / 2 + NAME_SIZE * 0.35
    return Plot(
        points=_text(corners),
        tone=state.tone,
        lines=lines,
        word=state.word if with_word else "",
        title=" · ".join(part for part in (state.name, state.word, state.note) if part),
        x=round(x, 1),
        y=round(first, 1),
        word_y=round(first + len(lines) * LINE, 1),
        pulse=_pulse(corners, right, top, (x, y - rows * LINE / 2)) if state.tone == "bad" else None,
        outlined=state.outlined,
    )


def _lines(name: str, width: float, most: int) -> tuple[str, ...]:
    """Return the name in one line or two, nothing when it does not fit."""
    if _width(name) <= width and most >= 1:
        return (name,)
    half = -(-len(name) // 2)
    parts = (name[:half], name[half:])
    return parts if most >= 2 and max(map(_width, parts)) <= width else ()


def _width(text: str) -> float:
    """Return about how wide a text is drawn: ASCII takes little more than half a character."""
    return sum(NAME_SIZE * (0.56 if mark.isascii() else 1) for mark in text)


def _middle(corners: Sequence[Point]) -> Point:
    """Return the centre of gravity of an outline, the middle of its box when it has no area."""
    twice, sx, sy = 0.0, 0.0, 0.0
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        part = x0 * y1 - x1 * y0
        twice += part
        sx += (x0 + x1) * part
        sy += (y0 + y1) * part
    if abs(twice) < 1e-6:
        return sum(p[0] for p in corners) / len(corners), sum(p[1] for p in corners) / len(corners)
    return sx / (3 * twice), sy / (3 * twice)


def _pulse(corners: Sequence[Point], right: float, top: float, above: Point) -> Point:
    """Return where the point stands: in the upper right corner, else over the name; never on it."""
    corner = (right - 2 * PULSE, top + 2 * PULSE)
    x, y = corner if _inside(corners, corner) else (above[0], above[1] - PULSE)
    return round(x, 1), round(y, 1)


def _inside(corners: Sequence[Point], point: Point) -> bool:
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd
