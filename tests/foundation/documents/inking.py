"""Where ink lies on a rendered page: a small reader of grey pictures, no font metrics involved."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

A4_MM = (210.0, 297.0)
TOP, BOTTOM, LEFT, RIGHT = 37.0, 35.0, 28.0, 26.0


@dataclass(frozen=True)
class Page:
    """A page as rows of darkness (0 white, 255 black)."""

    width: int
    height: int
    rows: list[bytes]

    @property
    def per_mm(self) -> float:
        return self.height / A4_MM[1]

    def bands(
        self, top: float, bottom: float, left: float = 0.0, right: float = A4_MM[0]
    ) -> list[tuple[float, float]]:
        """Return the inked bands between two heights, each from - to in millimetres from the upper edge."""
        x0, x1 = round(left * self.per_mm), round(right * self.per_mm)
        found: list[tuple[float, float]] = []
        start: int | None = None
        y0, y1 = round(top * self.per_mm), min(round(bottom * self.per_mm), self.height)
        for y in range(y0, y1 + 1):
            dark = y < y1 and max(self.rows[y][x0:x1]) > 96
            if dark and start is None:
                start = y
            elif not dark and start is not None:
                found.append((start / self.per_mm, y / self.per_mm))
                start = None
        return found

    def span(self, top: float, bottom: float) -> tuple[float, float]:
        """Return the leftmost and rightmost ink between two heights, in millimetres from the left edge."""
        y0, y1 = round(top * self.per_mm), round(bottom * self.per_mm)
        columns = [max(row[x] for row in self.rows[y0:y1]) > 96 for x in range(self.width)]
        inked = [x for x, dark in enumerate(columns) if dark]
        return inked[0] / self.per_mm, (inked[-1] + 1) / self.per_mm


def lines(page: Page, pitch_mm: float = 28.95 / 72 * 25.4) -> int:
    """Return how many lines of the body are inked; the two halves of a line of 一 or 二 count once."""
    count, last = 0, -100.0
    for top, bottom in page.bands(TOP - 1, A4_MM[1] - BOTTOM + 1, LEFT - 1, A4_MM[0] - RIGHT + 1):
        middle = (top + bottom) / 2
        if middle - last > 0.6 * pitch_mm:
            count += max(1, round((bottom - top) / pitch_mm))
            last = middle
    return count


def from_pgm(data: bytes) -> Page:
    """Read a binary grey picture (P5), as pdftoppm -gray writes it."""
    magic, size, depth, pixels = data.split(b"\n", 3)
    assert (magic, depth) == (b"P5", b"255")
    width, height = map(int, size.split())
    return Page(width, height, [_dark(pixels[y * width : (y + 1) * width]) for y in range(height)])


_INVERTED = bytes(255 - value for value in range(256))


def _dark(grey: bytes) -> bytes:
    return grey.translate(_INVERTED)


def from_png(data: bytes) -> Page:
    """Read a PNG of 8 bits a channel, as typst writes it; darkness is that of the green channel."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if name == b"IHDR":
            width, height, bits, kind = struct.unpack(">IIBB", body[:10])
            assert bits == 8
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    step = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    raw = zlib.decompress(packed)
    stride = width * step
    before = bytearray(stride)
    rows = []
    for y in range(height):
        start = y * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], line, before, step)
        rows.append(_dark(bytes(line[min(1, step - 1) :: step])))
        before = line
    return Page(width, height, rows)


def _unfilter(kind: int, line: bytearray, up: bytearray, step: int) -> None:
    if kind == 2:
        line[:] = bytes((a + b) & 255 for a, b in zip(line, up, strict=True))
    elif kind:
        for x in range(len(line)):
            left = line[x - step] if x >= step else 0
            corner = up[x - step] if x >= step else 0
            if kind == 1:
                guess = left
            elif kind == 3:
                guess = (left + up[x]) // 2
            else:
                near = left + up[x] - corner
                gaps = (abs(near - left), abs(near - up[x]), abs(near - corner))
                guess = (left, up[x], corner)[gaps.index(min(gaps))]
            line[x] = (line[x] + guess) & 255
