"""Photographs without what a camera writes beside the picture: place, device, owner, small previews.

The pixels are not touched: the parts of the file that carry other data are left out. Only the turn of the
picture (EXIF orientation) is kept, since phones write a portrait lying on its side.
"""

from __future__ import annotations

import struct
import zlib

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

JPEG, PNG = "image/jpeg", "image/png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SOI, _SOS, _EOI = b"\xff\xd8", 0xDA, 0xD9
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
#: APP0 is the JFIF head, APP14 Adobe's colour transform: without them a picture changes its colours.
_JFIF_HEAD, _ADOBE_HEAD = 0xE0, 0xEE
_KEPT_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)


def stripped(data: bytes) -> tuple[bytes, str]:
    """Return a photograph without its other data, and its media type.

    Raises Invalid for anything but a whole JPEG or PNG.
    """
    try:
        if data.startswith(_SOI):
            return _jpeg(data), JPEG
        if data.startswith(_SIGNATURE):
            return _png(data), PNG
    except (IndexError, struct.error, ValueError) as error:
        raise _no_picture() from error
    raise _no_picture()


def _no_picture() -> Invalid:
    return Invalid(
        _("照片只能是完好的 JPEG 或 PNG 文件。"), hint=_("请用手机相机重新拍摄后上传。"), code="photo_kind"
    )


def _jpeg(data: bytes) -> bytes:
    out = [_SOI]
    at, turn, scanned = 2, 1, False
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _EOI:  # what a phone appends behind it (motion, depth) is left out
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2 or at + 2 + length > len(data):
            raise ValueError("cut off")
        part = data[at : at + 2 + length]
        if marker == 0xE1 and part[4:10] == _EXIF:
            turn = _turn_of(part[10:])
        out.append(_kept(marker, part))
        at += 2 + length
        if marker == _SOS:
            end = _end_of_scan(data, at)
            out.append(data[at:end])
            at, scanned = end, True
    if not scanned:
        raise ValueError("no picture")
    if turn != 1:
        out.insert(1, _turn_segment(turn))
    return b"".join((*out, bytes((0xFF, _EOI))))


def _kept(marker: int, part: bytes) -> bytes:
    """Return what stays of a segment: of the application's own only what decides about shape and colours."""
    if marker == _JFIF_HEAD and part[4:9] == b"JFIF\x00" and len(part) >= 18:
        return b"\xff\xe0\x00\x10" + part[4:16] + b"\x00\x00"  # without the preview
    if marker == _ADOBE_HEAD and part[4:9] == b"Adobe" and len(part) >= 16:
        return b"\xff\xee\x00\x0e" + part[4:16]
    return b"" if 0xE0 <= marker <= 0xEF or marker == 0xFE else part


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where compressed data ends: inside it an 0xFF is followed by 0 or a restart marker."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _turn_of(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}[tiff[:2]] if tiff[:2] in (b"II", b"MM") else ""
    if not order:
        return 1
    (offset,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, offset)
    for n in range(count):
        tag, _kind, _n, value = struct.unpack_from(f"{order}HHIH", tiff, offset + 2 + 12 * n)
        if tag == _ORIENTATION and 1 <= value <= 8:
            return int(value)
    return 1


def _turn_segment(turn: int) -> bytes:
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    return struct.pack(">BBH", 0xFF, 0xE1, 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff


def _png(data: bytes) -> bytes:
    out = [_SIGNATURE]
    at, names = len(_SIGNATURE), []
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut off")
        (crc,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != crc:
            raise ValueError("damaged")
        if name in _KEPT_CHUNKS:
            out.append(data[at:end])
        names.append(name)
        at = end
        if name == b"IEND":
            break
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or b"IDAT" not in names:
        raise ValueError("no picture")
    return b"".join(out)
