"""From a paper to the bytes of its .docx."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from docx import Document

from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.enums import Form
from pingzhan.foundation.documents.setting import title_lines
from pingzhan.foundation.documents.word import body, heads, imprint, pages
from pingzhan.foundation.documents.word.sheet import Sheet


def write_docx(paper: PaperContent) -> bytes:
    """Return the paper as .docx, the same bytes for the same paper.

    The official type faces are named, not embedded: office machines own them. Everything the reader sees is in
    real paragraphs, tables and page fields, so the file stays editable.
    """
    document = Document()
    sheet = Sheet(document)
    pages.prepare(sheet, paper)
    {Form.HEAD: heads.red_head, Form.LETTER: heads.letter_head, Form.BRIEF: heads.brief_head}[paper.form](
        sheet, paper
    )
    heads.title(sheet, title_lines(paper))
    if paper.recipients:
        heads.recipients(sheet, paper)
    body.write(sheet, paper)
    imprint.write(sheet, paper)
    properties = document.core_properties
    properties.title = " ".join(paper.title.split())
    properties.author = "、".join(paper.organs)
    properties.comments = ""
    properties.language = "zh-CN"
    day = paper.dated
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else datetime(2000, 1, 1, tzinfo=UTC)
    properties.created = properties.modified = moment
    out = io.BytesIO()
    document.save(out)
    return _settled(out.getvalue())


def _settled(data: bytes) -> bytes:
    """Return the package with the moment of writing taken out of its directory."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return out.getvalue()
