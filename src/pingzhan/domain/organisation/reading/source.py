"""Getting the text out of .txt, .docx and .pdf files; others are refused with advice."""

from __future__ import annotations

import codecs
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pingzhan.domain.organisation.reading import packed, word
from pingzhan.domain.organisation.reading.model import SourceText
from pingzhan.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_BYTES = 50 * 1024 * 1024
#: Fewer letters than this in a whole PDF are a stamp or page numbers, not a notice.
_LEAST_MARKS = 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用 Word 或 WPS 打开，另存为 .docx 后再导入。"
_TYPES = "可以导入 .txt、.docx 和带文字层的 .pdf 文件。"


def load(path: str | Path) -> SourceText:
    """Return the text of a file. Raises NotFound when there is none, Invalid when it is no text."""
    file = Path(path)
    try:
        size = file.stat().st_size
        if file.is_dir():
            raise Invalid(f"“{file.name}”是文件夹，不是文件。", code="not_a_file", hint=_TYPES)
        if size > MAX_BYTES:
            raise _too_big(file.name)
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"找不到文件“{file.name}”。", code="file_missing", hint="请检查路径。") from error
    except OSError as error:
        raise Invalid(
            f"文件“{file.name}”打不开。",
            code="file_unreadable",
            hint="请检查文件权限，或复制到本机后再试。",
        ) from error
    return load_bytes(content, file.name)


def load_bytes(content: bytes, name: str) -> SourceText:
    """Return the text of an uploaded file named ``name``. Raises Invalid when it cannot be read as text."""
    if len(content) > MAX_BYTES:
        raise _too_big(name)
    suffix = Path(name).suffix.lower()
    if content.startswith(b"%PDF") or (suffix == ".pdf" and b"%PDF" in content[:1024]):
        return SourceText(_pdf(content, name), name, "pdf")
    if content.startswith(b"PK\x03\x04"):
        return SourceText(_docx(content, name), name, "docx")
    if content.startswith(_OLE):
        if suffix in (".docx", ".pdf", ".txt"):
            raise Invalid(
                f"文件“{name}”加了打开密码，或其实是旧格式的 Word 文件，无法读取。",
                code="encrypted",
                place=name,
                hint="请先取消密码，或另存为 .docx 后再导入。",
            )
        raise Invalid(f"“{name}”是旧格式的文件，无法直接读取。", code="old_format", place=name, hint=_SAVE_AS)
    if suffix in (".doc", ".wps", ".rtf", ".ofd", ".odt"):
        raise Invalid(f"不能读取“{suffix}”这种格式的文件。", code="format", place=name, hint=_SAVE_AS)
    if suffix in (".docx", ".pdf"):
        raise Invalid(
            f"文件“{name}”已损坏，或扩展名与内容不符。",
            code="damaged",
            place=name,
            hint="请重新导出文件，或把文字复制到 .txt 文件后再导入。",
        )
    if suffix not in (".txt", ".text", ".md", ""):
        raise Invalid(f"不能读取“{suffix}”这种格式的文件。", code="format", place=name, hint=_TYPES)
    text, encoding = decode(content, name)
    if not text.strip():
        raise _empty(name)
    return SourceText(text, name, "txt", encoding)


def decode(content: bytes, name: str = "") -> tuple[str, str]:
    """Return text and encoding: by byte order mark, else UTF-8, else GB18030; else raise Invalid."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding).replace("\x00", ""), encoding
            except UnicodeDecodeError:
                break
    if b"\x00" not in content:
        for encoding in ("utf-8", "gb18030"):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    raise Invalid(
        f"文件“{name}”不是文字文件，或编码无法识别。",
        code="encoding",
        place=name,
        hint="请用记事本打开，另存为 UTF-8 编码的 .txt 后再导入。",
    )


def _too_big(name: str) -> Invalid:
    return Invalid(
        f"文件“{name}”超过 50 MB。",
        code="too_big",
        place=name,
        hint="请去掉图片，或只保存文字后再导入。",
    )


def _empty(name: str) -> Invalid:
    return Invalid(f"文件“{name}”里没有文字。", code="empty", place=name, hint="请检查是否选错了文件。")


def _pdf(content: bytes, name: str) -> str:
    """Return the text layer of all pages. Raises Invalid for an encrypted, damaged or scanned file."""
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    pages: list[str] = []
    scanned: list[int] = []
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(name)
        for number, page in enumerate(reader.pages, start=1):
            pages.append(page.extract_text().replace("\x00", ""))
            if not any(char.isalnum() for char in pages[-1]) and _has_image(page):
                scanned.append(number)
    except Invalid:
        raise
    except Exception as error:  # pypdf raises many kinds for a damaged file; the person needs one sentence
        if "rypt" in type(error).__name__ or "rypt" in str(error):
            raise _locked(name) from error
        raise Invalid(
            f"PDF 文件“{name}”已损坏，无法读取。",
            code="damaged",
            place=name,
            hint="请重新导出 PDF，或改用 .docx、.txt 文件。",
        ) from error
    text = "\n".join(pages)
    marks = sum(char.isalnum() and char != "\ufffd" for char in text)
    if marks < _LEAST_MARKS or scanned:
        which = "、".join(map(str, scanned)) if marks >= _LEAST_MARKS else ""
        raise Invalid(
            f"PDF 文件“{name}”第 {which} 页没有文字层，看来是扫描页。"
            if which
            else f"PDF 文件“{name}”没有文字层，看来是扫描件。",
            code="scanned",
            place=name,
            hint="请向发文单位索取 Word 文件，或先做文字识别（OCR），核对后存为 .docx 或 .txt 再导入。",
        )
    return text


def _has_image(page: PageObject) -> bool:
    resources: Any = page.get("/Resources")
    drawn: Any = resources.get_object().get("/XObject") if resources else None
    return bool(drawn) and bool(drawn.get_object())


def _locked(name: str) -> Invalid:
    return Invalid(
        f"PDF 文件“{name}”加了密码，无法读取。",
        code="encrypted",
        place=name,
        hint="请先取消密码，或改用没有密码的文件。",
    )


def _docx(content: bytes, name: str) -> str:
    """Return paragraphs, text boxes and tables in document order, a row a line, its cells parted by tabs."""
    damaged = Invalid(
        f"文件“{name}”不是 Word 文件，或已损坏。",
        code="damaged",
        place=name,
        hint="请用 Word 或 WPS 打开后另存为 .docx 再导入。",
    )
    try:
        main = packed.main_part(content)
        from docx.oxml import parse_xml

        text = "\n".join(word.lines(parse_xml(main).body)).replace("\x00", "")
    except packed.TooLarge as error:
        raise Invalid(
            f"文件“{name}”解开后大得不正常，没有读入。",
            code="bomb",
            place=name,
            hint="请用 Word 或 WPS 打开，只保留通知的文字，另存为 .docx 后再导入。",
        ) from error
    except packed.Declares as error:
        raise Invalid(
            f"文件“{name}”里有文档类型声明，没有读入。",
            code="declared",
            place=name,
            hint="正常的 Word 文件没有这种内容，请用 Word 或 WPS 打开后另存为 .docx 再导入。",
        ) from error
    except Exception as error:  # python-docx and lxml raise many kinds for a damaged file
        raise damaged from error
    if not text.strip():
        raise _empty(name)
    return text
