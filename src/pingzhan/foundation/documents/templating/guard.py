"""What an uploaded Word template may contain, checked before any reader sees it.

Refused: what is not .docx, bombs, passwords, macros and embedded programs, document type declarations (XXE,
billion laughs), anything fetched from elsewhere (linked pictures, attached templates, remote relations), and
field codes that run or fetch something.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

KIBI = 1024
MAX_BYTES = 2 * KIBI * KIBI
MAX_PARTS = 300
MAX_UNPACKED = 24 * KIBI * KIBI
MAX_RATIO = 200
RATIO_FROM = 512 * KIBI
"""Small parts of much white space pack well; only large ones are suspicious."""

_MAIN_TYPE = b"wordprocessingml.document.main+xml"
_BANNED_PARTS = re.compile(
    r"vbaproject|vbadata|activex|embeddings/|oleobject|\.(?:exe|dll|js|vbs|bat|scr)$", re.I
)
_BANNED_FIELDS = re.compile(
    rb"(?:DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|MACROBUTTON|LINK|DATABASE|HYPERLINK)\s", re.I
)
_INSTRUCTION = re.compile(rb"<w:instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"")


def check(data: bytes) -> None:
    """Do nothing for a harmless .docx. Raises Invalid with one sentence and what to do for anything else."""
    if len(data) > MAX_BYTES:
        raise _refuse("size", _("模板文件不能超过 %(mb)d MB。") % {"mb": MAX_BYTES // KIBI // KIBI})
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refuse("old", _("这是旧格式或加了密码的文件，不能用作模板。"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refuse("damaged", _("文件打不开，不是 Word 文档或已经损坏。")) from error
    with archive:
        _check_directory(archive)
        budget = MAX_UNPACKED
        for part in archive.infolist():
            content = _unpack(archive, part, budget)
            budget -= len(content)
            _check_part(part.filename, content)


def _check_directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _bomb()
    if len(set(names)) != len(names) or any(".." in name or name.startswith("/") for name in names):
        raise _refuse("damaged", _("文件打不开，不是 Word 文档或已经损坏。"))
    if any(part.flag_bits & 1 for part in parts):
        raise _refuse("password", _("文件加了密码，不能用作模板。"))
    if "word/document.xml" not in names or "[Content_Types].xml" not in names:
        raise _refuse("not_word", _("这不是 Word 文档（.docx）。"))
    for part in parts:
        if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise _bomb()
        if _BANNED_PARTS.search(part.filename):
            raise _refuse("macro", _("模板里有宏或嵌入的程序，不能使用。"), place=part.filename)


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: int) -> bytes:
    """Return a part, reading no more than ``budget`` bytes whatever the directory says."""
    try:
        with archive.open(part) as stream:
            content = stream.read(budget + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise _refuse("damaged", _("文件打不开，不是 Word 文档或已经损坏。")) from error
    if len(content) > budget:
        raise _bomb()
    return content


def _check_part(name: str, content: bytes) -> None:
    lower = name.lower()
    if not lower.endswith((".xml", ".rels")):
        return
    _check_xml(name, content)
    if lower.endswith(".rels") and (b"External" in content or b"external" in content):
        raise _refuse("external", _("模板引用了外部的文件或网址，不能使用。"), place=name)
    if name == "[Content_Types].xml" and (_MAIN_TYPE not in content or b"macroEnabled" in content):
        raise _refuse("macro", _("这不是普通的 Word 文档（.docx），不能用作模板。"))
    if b"altChunk" in content:
        raise _refuse("external", _("模板引用了外部的文件或网址，不能使用。"), place=name)
    for match in _INSTRUCTION.finditer(content):
        if _BANNED_FIELDS.search((match.group(1) or match.group(2) or b"") + b" "):
            raise _refuse("field", _("模板里有会取用外部内容的域，不能使用。"), place=name)


def _check_xml(name: str, content: bytes) -> None:
    """Parse a part without loading anything; a document type declaration ends it."""
    parser = expat.ParserCreate()

    def doctype(*_parts: object) -> None:
        raise _refuse("doctype", _("模板里有文档类型声明，不能使用。"), place=name)

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _refuse("damaged", _("文件打不开，不是 Word 文档或已经损坏。"), place=name) from error


def _refuse(code: str, message: str, place: str = "") -> Invalid:
    hint = _("请用 WPS 或 Word 新建一份文档，另存为“Word 文档（.docx）”后再上传。")
    return Invalid(message, hint=hint, place=place, code=f"template_{code}")


def _bomb() -> Invalid:
    return _refuse("bomb", _("文件解开后太大，不能使用。"))
