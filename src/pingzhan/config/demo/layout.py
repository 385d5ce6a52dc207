"""The drawing of a demo zone: areas round a lake, roads, and plots of unlike size and shape, in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from pingzhan.config.demo import data
from pingzhan.domain.territory import api as territory

Feature = dict[str, object]
Box = tuple[float, float, float, float]
Ring = list[list[float]]

_PER_PLOT = 150_000.0
"""Square metres of the zone for each enterprise, roads and water taken in."""
_SHAPE = 1.35
"""Width by height of the whole drawing, that of a screen's middle."""
_STRIP = 0.15
"""Share of the width between the eastern and the western areas: a road and the lake."""
_ROAD = 70.0
_EDGE = 18.0
_NAME = 78.0
"""Room at the north of an area for its name."""
_GAP = 9.0


def layout(firms: Sequence[territory.FirmSpec]) -> list[Feature]:
    """Return the outlines of roads, lake, areas and of one plot for each enterprise, none over another."""
    width = math.sqrt(max(4, len(firms)) * _PER_PLOT * _SHAPE)
    height = width / _SHAPE
    by_area = {code: [firm for firm in firms if firm.area == code] for code, _name in data.AREAS}
    names = dict(data.AREAS)
    left, right = ("A2", "A3"), ("A4", "A1")  # north, south: west and south areas, logistics and east
    strip = width * _STRIP
    share = _share(by_area, left, right)
    middle = (width - strip) * share
    features: list[Feature] = [
        _feature("", "明湖大道", "road", _rectangle((middle + strip * 0.36, 0, strip * 0.28, height))),
        _feature("", "明湖", "water", _lake(middle + strip / 2, height * 0.62, strip * 0.47, height * 0.2)),
    ]
    plots: list[Feature] = []
    for column, codes in ((0, left), (1, right)):
        x = 0.0 if column == 0 else middle + strip
        w = middle if column == 0 else width - strip - middle
        north = (height - _ROAD) * _share(by_area, codes[:1], codes[1:])
        boxes = ((x, height - north, w, north), (x, 0.0, w, height - _ROAD - north))
        for code, box in zip(codes, boxes, strict=True):
            features.append(_feature(code, names[code], "area", _rectangle(box)))
            x0, y0, w0, h0 = box
            inner = (x0 + _EDGE, y0 + _EDGE, w0 - 2 * _EDGE, h0 - _EDGE - _NAME)
            for firm, own in _divide(by_area[code], inner):
                plots.append(_feature(firm.code, firm.data.name, "enterprise", _plot(firm.code, own)))
    return features + plots


def _weight(firms: Sequence[territory.FirmSpec]) -> float:
    return sum(600 + firm.data.headcount for firm in firms)


def _share(by_area: dict[str, list[territory.FirmSpec]], one: Sequence[str], other: Sequence[str]) -> float:
    """Return the first part's share of the room, never less than a quarter."""
    first, second = (sum(_weight(by_area[code]) for code in codes) for codes in (one, other))
    return min(0.75, max(0.25, first / (first + second))) if first + second else 0.5


def _divide(firms: Sequence[territory.FirmSpec], box: Box) -> list[tuple[territory.FirmSpec, Box]]:
    """Return a box for each enterprise, larger for the larger ones, cut across the longer side each time."""
    if len(firms) < 2:
        return [(firm, box) for firm in firms]
    cut = min(range(1, len(firms)), key=lambda n: abs(_weight(firms[:n]) - _weight(firms[n:])))
    part = min(0.72, max(0.28, _weight(firms[:cut]) / _weight(firms)))
    x, y, w, h = box
    if w >= h:
        first, second = (x, y, w * part, h), (x + w * part, y, w * (1 - part), h)
    else:
        first, second = (x, y + h * (1 - part), w, h * part), (x, y, w, h * (1 - part))
    return _divide(firms[:cut], first) + _divide(firms[cut:], second)


def _plot(code: str, box: Box) -> Ring:
    """Return the outline inside a box: slightly askew, some with a corner cut off, always the same for a code."""
    rng = Random(code)
    x, y, w, h = box[0] + _GAP, box[1] + _GAP, box[2] - 2 * _GAP, box[3] - 2 * _GAP

    def inward() -> tuple[float, float]:
        return rng.random() * 0.05 * w, rng.random() * 0.05 * h

    (a, b), (c, d), (e, f), (g, i) = (inward() for _ in range(4))
    ring = [(x + a, y + b), (x + w - c, y + d), (x + w - e, y + h - f), (x + g, y + h - i)]
    if rng.random() < 0.45:
        corner = rng.randrange(4)
        ring[corner : corner + 1] = _cut(ring, corner)
    return [[round(px, 1), round(py, 1)] for px, py in [*ring, ring[0]]]


def _cut(ring: Sequence[tuple[float, float]], at: int) -> list[tuple[float, float]]:
    """Return the two corners that replace one: a quarter of the way to its neighbours."""
    (x, y), before, after = ring[at], ring[at - 1], ring[(at + 1) % len(ring)]
    return [(x + (other[0] - x) * 0.25, y + (other[1] - y) * 0.25) for other in (before, after)]


def _lake(x: float, y: float, rx: float, ry: float) -> Ring:
    points = []
    for n in range(24):
        angle = 2 * math.pi * n / 24
        swell = 1 + 0.08 * math.sin(2 * angle + 1)
        points.append(
            [round(x + rx * swell * math.cos(angle) / 1.08, 1), round(y + ry * swell * math.sin(angle), 1)]
        )
    return [*points, points[0]]


def _rectangle(box: Box) -> Ring:
    x, y, w, h = (round(part, 1) for part in box)
    return [[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]


def _feature(code: str, name: str, kind: str, ring: Ring) -> Feature:
    told = {"code": code, "name": name, "kind": kind} if code else {"name": name, "kind": kind}
    return {
        "type": "Feature",
        "properties": told,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
