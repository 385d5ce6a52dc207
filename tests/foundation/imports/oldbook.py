"""Workbooks of the old form (.xls, BIFF8 in an OLE file) with text and number cells, as Excel 97 wrote them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_GLOBALS, _SHEET = 0x0005, 0x0010

Cells = Iterable[tuple[int, int, str | float]]
"""Row and column, both from 0, and what stands there."""


def xls(
    cells: Cells, *, sheet: str = "\u96f6\u4ef6", merged: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """Return a workbook with one sheet; ``merged``: first row, last row, first column, last column."""
    name = sheet.encode("utf-16-le")
    head = _begin(_GLOBALS) + _record(0x0042, struct.pack("<H", 1200))
    entry = struct.pack("<BBBB", 0, 0, len(name) // 2, 1) + name
    start = len(head) + 4 + 4 + len(entry) + 4
    head += _record(0x0085, struct.pack("<I", start) + entry) + _record(0x000A)
    body = b"".join(_cell(row, column, value) for row, column, value in cells)
    if merged:
        body += _record(
            0x00E5, struct.pack("<H", len(merged)) + b"".join(struct.pack("<4H", *one) for one in merged)
        )
    return _ole(head + _begin(_SHEET) + body + _record(0x000A))


def table(rows: Sequence[Sequence[str | float]]) -> Cells:
    """Yield the cells of rows that stand one below the other from the first."""
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                yield number, column, value


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _ole(stream: bytes) -> bytes:
    """Return the stream as the workbook of an OLE file: its sectors, then the directory, then the table of sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    tables = 1
    while tables * (SECTOR // 4) < count + 1 + tables:
        tables += 1
    chain = [*range(1, count), _END, _END, *[_FAT] * tables]
    chain += [_FREE] * (tables * (SECTOR // 4) - len(chain))
    directory = _entry("Root Entry", 5, child=1, start=_END, size=0)
    directory += _entry("Workbook", 2, child=_FREE, start=0, size=len(stream))
    directory += _entry("", 0, child=_FREE, start=0, size=0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, count, 0, 4096, _END, 0, _END, 0
    )
    places = [count + 1 + n for n in range(tables)]
    assert tables <= 109, "larger files need a table of tables"
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    return header + stream + directory + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    fields = struct.pack("<HBBIII", length, kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + fields + bytes(36) + struct.pack("<IQ", start, size)
