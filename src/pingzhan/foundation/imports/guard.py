"""What may be uploaded: form, size and inner structure of a file, checked before any reader sees it.

A workbook is a ZIP of XML parts and comes from outside, so everything that a reader would trust is measured
first: how much the parts really unpack to (the directory may lie), that no part declares a document type or an
entity (XXE, billion laughs), how large the area with content is (one cell at the far corner would make a reader
allocate gigabytes), macros and passwords.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from pingzhan.foundation.imports.sheets import Scanner, SheetFacts
from pingzhan.kernel.errors import Invalid

MEBI = 1024 * 1024
MAX_PARTS = 1_000
"""Files inside a workbook; Excel's own have a few dozen."""
MAX_UNPACKED = 512 * MEBI
MAX_STRINGS = 160 * MEBI
MAX_RATIO = 250
"""Unpacked to packed size of a part above RATIO_FROM bytes; spreadsheets reach about 100, bombs 1,000."""
RATIO_FROM = 10 * MEBI
_CHUNK = MEBI
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


class Form(StrEnum):
    """The forms of file that can be read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


@dataclass
class Inside:
    """What the check of a workbook found: facts by the name of the sheet."""

    sheets: dict[str, SheetFacts] = field(default_factory=dict)


def form_of(name: str, head: bytes) -> Form:
    """Return the form of a file by its name, proved by its first bytes. Raises Invalid with what to do."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ("xlsm", "xltm", "xlsb", "xlam"):
        raise _refuse(
            "macro", _("这是带宏的工作簿，不能导入。"), _("请在 Excel 里另存为“Excel 工作簿（.xlsx）”。")
        )
    if ending not in ("xlsx", "xls", "csv", "txt"):
        raise _refuse("ending", _("只能导入 .xlsx、.xls 和 .csv 文件。"), _("请用下载的模板填写。"))
    zipped, ole = head.startswith(b"PK\x03\x04"), head.startswith(_OLE)
    if ending == "xlsx" and zipped:
        return Form.XLSX
    if ending in ("xls", "xlsx") and ole:
        return Form.XLS
    if ending in ("csv", "txt") and not zipped and not ole:
        return Form.CSV
    if not head:
        raise _refuse("empty", _("文件是空的。"), _("请检查后重新上传。"))
    raise _refuse(
        "mismatch",
        _("文件的扩展名是 .%(ending)s，内容却不是这种格式。") % {"ending": ending},
        _("请用 Excel 或 WPS 打开它，另存为“Excel 工作簿（.xlsx）”后再上传。"),
    )


def check(data: bytes, form: Form) -> Inside:
    """Check a whole file and return what was seen. Raises Invalid with a sentence for anything unfit."""
    if form is Form.XLSX:
        return _check_zip(data)
    if form is Form.XLS:
        _check_ole(data)
    return Inside()


def check_directory(data: io.BufferedIOBase | io.BytesIO) -> zipfile.ZipFile:
    """Check what the directory of a workbook admits, without unpacking, and return it open."""
    try:
        archive = zipfile.ZipFile(data)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError) as error:
        raise _damaged() from error
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _bomb()
    if len({part.filename for part in parts}) != len(parts):
        raise _damaged()
    for part in parts:
        if part.flag_bits & 1:
            raise _password()
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged()
        if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise _bomb()
        if "vbaproject" in part.filename.lower():
            raise _refuse(
                "macro",
                _("工作簿里有宏，不能导入。"),
                _("请在 Excel 里另存为“Excel 工作簿（.xlsx）”。"),
            )
        if part.filename.lower() == "xl/sharedstrings.xml" and part.file_size > MAX_STRINGS:
            raise _bomb()
    if "xl/workbook.xml" not in archive.namelist():
        raise _damaged()
    return archive


def _check_zip(data: bytes) -> Inside:
    with check_directory(io.BytesIO(data)) as archive:
        names = _sheet_parts(archive, data)
        inside = Inside()
        for part in archive.infolist():
            xml = part.filename in names or part.filename.lower().endswith((".xml", ".rels", ".vml"))
            scanner = Scanner(cells=part.filename in names) if xml else None
            for chunk in _unpack(data, part):
                if scanner is not None:
                    scanner.feed(chunk)
            if scanner is not None:
                facts = scanner.close()
                if part.filename in names:
                    inside.sheets[names[part.filename]] = facts
    return inside


def _unpack(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a part really unpacks to; more or less than the directory says is refused."""
    start = part.header_offset
    try:
        fields = _LOCAL_HEADER.unpack_from(data, start)
    except struct.error as error:
        raise _damaged() from error
    begin = start + _LOCAL_HEADER.size + fields[9] + fields[10]
    packed = memoryview(data)[begin : begin + part.compress_size]
    if fields[0] != b"PK\x03\x04" or fields[3] != part.compress_type or len(packed) != part.compress_size:
        raise _damaged()
    size = 0
    if part.compress_type == zipfile.ZIP_STORED:
        pieces: Iterator[bytes] = (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
    else:
        pieces = _inflate(packed)
    try:
        for piece in pieces:
            size += len(piece)
            if size > part.file_size:
                raise _bomb()
            yield piece
    except zlib.error as error:
        raise _damaged() from error
    if size != part.file_size:
        raise _damaged()


def _inflate(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-15)
    for at in range(0, len(packed), _CHUNK):
        waiting: bytes | memoryview = packed[at : at + _CHUNK]
        while waiting and not unpacker.eof:
            piece = unpacker.decompress(waiting, _CHUNK)
            yield piece
            waiting = unpacker.unconsumed_tail
    while not unpacker.eof:
        piece = unpacker.decompress(b"", _CHUNK)
        if not piece:
            raise _damaged()
        yield piece


def _sheet_parts(archive: zipfile.ZipFile, data: bytes) -> dict[str, str]:
    """Return part name -> sheet name. The two index parts are checked before they are parsed as a whole."""
    texts: dict[str, bytes] = {}
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        try:
            part = archive.getinfo(name)
        except KeyError as error:
            raise _damaged() from error
        if part.file_size > 4 * MEBI:
            raise _bomb()
        scanner = Scanner(cells=False)
        texts[name] = b"".join(_unpack(data, part))
        scanner.feed(texts[name])
        scanner.close()
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in ET.fromstring(texts["xl/_rels/workbook.xml.rels"])  # noqa: S314 - proved free of entities
    }
    found: dict[str, str] = {}
    for one in ET.fromstring(texts["xl/workbook.xml"]).iter():  # noqa: S314 - proved free of entities
        if one.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
            target = targets.get(link, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found[path] = one.get("name", "")
    return found


def _check_ole(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _password()
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise _refuse(
            "macro", _("工作簿里有宏，不能导入。"), _("请在 Excel 里另存为“Excel 工作簿（.xlsx）”。")
        )


def _refuse(code: str, message: str, hint: str) -> Invalid:
    return Invalid(message, hint=hint, code=f"upload_{code}")


def _bomb() -> Invalid:
    return _refuse(
        "bomb",
        _("文件解压后大得不正常，没有读入。"),
        _("请只保留要导入的表格，复制到新的工作簿里再上传。"),
    )


def _damaged() -> Invalid:
    return _refuse(
        "damaged", _("文件损坏或不是 Excel 工作簿，读不出来。"), _("请用 Excel 打开并重新保存后再上传。")
    )


def _password() -> Invalid:
    return _refuse("password", _("文件设了打开密码，读不出来。"), _("请在 Excel 里去掉密码，保存后再上传。"))
