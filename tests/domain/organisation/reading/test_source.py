"""Files in, text out; files that cannot be read are refused with advice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from pypdf import PdfWriter

from pingzhan.domain.organisation.reading import load, load_bytes
from pingzhan.kernel.errors import Invalid, NotFound

from .making import make_pdf

TEXT = "组长：仉云帆\r\n成员：郗若楠、㛃 䶮\r\n"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_encodings_of_plain_text(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_bytes(TEXT.encode(encoding))
    source = load(path)
    assert source.text == TEXT
    assert (source.name, source.kind) == ("通知.txt", "txt")


def refusal(content: bytes, name: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        load_bytes(content, name)
    assert caught.value.hint
    assert caught.value.message.endswith("。")
    return caught.value


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.doc", "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.wps", "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "a.docx", "encrypted"),
        (b"abc", "a.wps", "format"),
        (b"abc", "a.jpg", "format"),
        (b"abc", "a.docx", "damaged"),
        (b"abc", "a.pdf", "damaged"),
        (b"PK\x03\x04abc", "a.docx", "damaged"),
        (b"%PDF-1.7 nothing more", "a.pdf", "damaged"),
        (b"\xff\x00\x81\x00\x00", "a.txt", "encoding"),
        (b"\x81", "a.txt", "encoding"),
        (b" \n ", "a.txt", "empty"),
    ],
)
def test_refused_files(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name).code == code


def test_old_word_is_told_to_save_as() -> None:
    assert ".docx" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "通知.doc").hint


def test_spreadsheets_are_no_word_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert refusal(buffer.getvalue(), "a.xlsx").code == "damaged"


MAIN = "word/document.xml"
XXE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "'
    + b"x" * 64
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]>"
)


def notice(change: Callable[[dict[str, bytes]], object]) -> bytes:
    """A Word file of one line whose parts were tampered with."""
    document = docx.Document()
    document.add_paragraph("组长：仉云帆")
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def swapped(old: bytes, new: bytes) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[MAIN]
        parts[MAIN] = parts[MAIN].replace(old, new, 1)

    return notice(change)


HARMFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "entity": (
        lambda: swapped(b"<w:document", XXE + b"<w:document"),
        "declared",
    ),
    "entity used": (
        lambda: notice(
            lambda parts: parts.update(
                {
                    MAIN: parts[MAIN]
                    .replace(b"<w:document", XXE + b"<w:document", 1)
                    .replace(b"\xe7", b"&e;\xe7", 1)
                }
            )
        ),
        "declared",
    ),
    "billion laughs": (lambda: swapped(b"<w:document", LAUGHS + b"<w:document"), "declared"),
    "in another encoding": (
        lambda: notice(
            lambda parts: parts.update(
                {MAIN: ('<?xml version="1.0" encoding="UTF-16"?>' + XXE.decode() + "<x/>").encode("utf-16")}
            )
        ),
        "declared",
    ),
    "bomb": (lambda: swapped(b"</w:body>", b" " * (60 << 20) + b"</w:body>"), "bomb"),
    "many parts": (
        lambda: notice(lambda parts: parts.update({f"word/m{n}.xml": b"<x/>" for n in range(3_000)})),
        "bomb",
    ),
    "cut off": (lambda: swapped(b"</w:document>", b""), "damaged"),
}


@pytest.mark.parametrize("harm", sorted(HARMFUL))
def test_harmful_word_files_are_refused(harm: str) -> None:
    make, code = HARMFUL[harm]
    refused = refusal(make(), "\u901a\u77e5.docx")
    assert (refused.code, refused.place) == (code, "\u901a\u77e5.docx")


def test_a_directory_that_lies_about_the_size_does_not_help() -> None:
    """Both entries say that the part is small, what is packed is not: no more than the stated size is unpacked."""
    bomb = swapped(b"</w:body>", b" " * (60 << 20) + b"</w:body>")
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        true = archive.getinfo(MAIN).file_size.to_bytes(4, "little")
    assert bomb.count(true) == 2
    assert refusal(bomb.replace(true, (20_000).to_bytes(4, "little")), "a.docx").code == "damaged"


def test_pictures_of_a_notice_are_not_unpacked() -> None:
    """A notice with large scans in it is read: only its text is taken out of the file."""
    data = notice(lambda parts: parts.update({f"word/media/{n}.png": bytes(30 << 20) for n in range(2)}))
    assert load_bytes(data, "a.docx").text.strip() == "组长：仉云帆"


def pdf_bytes(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_scanned_pdf_is_refused() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    error = refusal(pdf_bytes(writer), "扫描件.pdf")
    assert error.code == "scanned"
    assert "OCR" in error.hint


def test_one_scanned_page_among_others_is_named(tmp_path: Path) -> None:
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=make_pdf("综合协调组组长仉云帆。" * 20, tmp_path / "a.pdf"))
    page = writer.add_blank_page(200, 200)
    image = DecodedStreamObject()
    image[NameObject("/Subtype")] = NameObject("/Image")
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): image})}
    )
    error = refusal(pdf_bytes(writer), "a.pdf")
    assert error.code == "scanned"
    assert "第 2 页" in error.message


def test_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=make_pdf("综合协调组" * 20, tmp_path / "a.pdf"))
    writer.encrypt("secret", algorithm="RC4-128")
    assert refusal(pdf_bytes(writer), "a.pdf").code == "encrypted"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load(tmp_path / "没有.txt")
    with pytest.raises(Invalid) as caught:
        load(tmp_path)
    assert caught.value.code == "not_a_file"


def docx_text(body: str) -> str:
    document = docx.Document()
    element: Any = document.element.body
    for child in parse_xml(f"<w:body {_W}>{body}</w:body>"):
        element.insert(len(element) - 1, child)
    buffer = io.BytesIO()
    document.save(buffer)
    return load_bytes(buffer.getvalue(), "a.docx").text


def test_word_parts_the_library_leaves_out() -> None:
    text = docx_text(
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件里的文字</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>组</w:t><w:tab/><w:t>长</w:t></w:r><w:ins><w:r><w:t>修订插入</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>删掉的</w:delText></w:r></w:del>"
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>文本框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    assert text.splitlines() == ["控件里的文字", "组\t长修订插入", "文本框"]


def test_merged_columns_keep_the_others_in_line() -> None:
    text = docx_text(
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    assert text.strip("\n") == "甲\t\t乙"
