"""Photographs lose what the camera wrote beside the picture and keep every pixel."""

from __future__ import annotations

import pytest

from pingzhan.foundation.photos.images import JPEG, PNG, stripped
from pingzhan.kernel.errors import Invalid
from tests.factories.pictures import SCAN, SECRET, chunk, exif, jpeg, png, segment


def test_jpeg_loses_place_device_comment_and_what_is_appended() -> None:
    dirty = jpeg(exif(1), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SECRET), segment(0xED, SECRET),
                 segment(0xFE, SECRET), segment(0xE2, b"MPF\x00" + SECRET), tail=SECRET)  # fmt: skip
    clean, kind = stripped(dirty)
    assert (clean, kind) == (jpeg(), JPEG)
    assert stripped(clean) == (clean, JPEG)


@pytest.mark.parametrize("order", ["<", ">"])
def test_jpeg_keeps_how_it_was_held(order: str) -> None:
    clean, _kind = stripped(jpeg(exif(6, order)))
    assert SECRET not in clean
    assert b"Exif\x00\x00" in clean
    assert stripped(clean)[0] == clean
    assert stripped(jpeg(exif(6, "<")))[0] == stripped(jpeg(exif(6, ">")))[0]


def test_jpeg_keeps_the_colour_transform() -> None:
    adobe = segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01")
    assert stripped(jpeg(adobe))[0] == jpeg(adobe)


def test_jpeg_loses_the_small_previews_and_what_stands_in_the_kept_parts() -> None:
    preview = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x02\x02" + SECRET)
    extension = segment(0xE0, b"JFXX\x00\x10" + jpeg(tail=SECRET))
    adobe = b"Adobe\x00\x64\x00\x00\x00\x00\x01"
    assert stripped(jpeg(extension, segment(0xEE, SECRET)))[0] == jpeg()
    assert stripped(jpeg(segment(0xEE, adobe + SECRET)))[0] == jpeg(segment(0xEE, adobe))
    whole = jpeg()
    assert stripped(whole[:2] + preview + whole[20:])[0] == whole


def test_jpeg_of_several_scans_is_read_to_its_end() -> None:
    table = segment(0xC4, b"\x00\xff\xd9" + SCAN)
    scan = segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + SCAN
    whole = jpeg()[:-2] + table + scan + b"\xff\xd9"
    dirty = jpeg()[:-2] + segment(0xFE, SECRET) + table + segment(0xE1, SECRET) + scan + b"\xff\xd9" + SECRET
    assert stripped(dirty)[0] == stripped(whole)[0] == whole


def test_png_loses_its_texts() -> None:
    dirty = png(*(chunk(name, SECRET) for name in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME")))
    assert stripped(dirty) == (png(), PNG)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8", b"\xff\xd8\xff\xd9", jpeg()[:-3], jpeg()[:20],
        b"\xff\xd8<script>", png()[:-6], png().replace(b"\x7f", b"\x7f")[:40], b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), png()[:20] + b"x" + png()[21:],
    ],
)  # fmt: skip
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as error:
        stripped(data)
    assert error.value.code == "photo_kind"
