"""The text part of a Word file, measured before any reader sees it; nothing else in the file is unpacked.

A Word file is a ZIP of XML parts and comes from outside: a few kilobytes may claim to be gigabytes (a bomb), and a
document type may fetch other files or grow without end (XXE, billion laughs). No word processor writes one.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.parsers import expat

MAIN = "word/document.xml"
MAX_PARTS = 2_000
MAX_TEXT = 32 * 1024 * 1024
"""The text part of a notice of 500 pages has about 10 MiB."""
MAX_RATIO = 250
RATIO_FROM = 4 * 1024 * 1024
"""Small parts of much white space pack well; only large ones are suspicious."""


class NotWord(ValueError):
    """The file is no Word file, or damaged."""


class TooLarge(ValueError):
    """Unpacked, the text would be larger than that of any notice."""


class Declares(ValueError):
    """The text declares a document type or an entity."""


def main_part(content: bytes) -> bytes:
    """Return the XML of a Word file's text, at most MAX_TEXT bytes of it whatever the directory says.

    Raises NotWord, TooLarge or Declares.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if len(archive.infolist()) > MAX_PARTS:
                raise TooLarge
            part = archive.getinfo(MAIN)
            if part.file_size > MAX_TEXT or (
                part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(1, part.compress_size)
            ):
                raise TooLarge
            # No more than the directory says is unpacked; if there is more, the check sum does not fit.
            with archive.open(part) as stream:
                text = stream.read()
    except TooLarge:
        raise
    except Exception as error:  # zipfile, zlib and the decoders raise many kinds for a damaged file
        raise NotWord from error
    _check(text)
    return text


def _check(text: bytes) -> None:
    """Read through the XML without loading anything."""
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def declared(*_parts: object) -> None:
        raise Declares

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise NotWord from error
