"""Small photographs, as a phone writes them."""

from __future__ import annotations

import struct
import zlib

SECRET = b"GPS 30.1234 120.5678 of phone 13900000000"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def exif(turn: int, order: str = ">") -> bytes:
    head = {"<": b"II", ">": b"MM"}[order]
    tiff = head + struct.pack(f"{order}HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, turn, 0, 0)
    return segment(0xE1, b"Exif\x00\x00" + tiff + SECRET)


SCAN = b"\x01\x02\xff\x00\x03\xff\xd0\x04"


def jpeg(*parts: bytes, tail: bytes = b"") -> bytes:
    jfif = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    frame = segment(0xDB, b"\x00" * 65) + segment(0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
    return (
        b"\xff\xd8"
        + jfif
        + b"".join(parts)
        + frame
        + segment(0xDA, b"\x01\x01\x00\x00?\x00")
        + SCAN
        + b"\xff\xd9"
        + tail
    )


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*parts: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\x00\x7f"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(parts) + data + chunk(b"IEND", b"")
