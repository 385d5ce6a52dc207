"""From a Word template and a paper to a .docx."""

from __future__ import annotations

import io
import secrets
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate

from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.templating import guard
from pingzhan.foundation.documents.templating.fields import FieldsOnly, values
from pingzhan.foundation.documents.word import body
from pingzhan.foundation.documents.word.sheet import Sheet
from pingzhan.kernel.errors import DomainError, Invalid


def fill(template: bytes, paper: PaperContent) -> bytes:
    """Return the template filled with a paper. Raises Invalid when the template is not usable."""
    filled, _env = _filled(template, paper)
    return filled


def examine(template: bytes, sample: PaperContent) -> tuple[list[str], bytes]:
    """Check an uploaded template and return the fields it uses, and itself filled with the sample.

    Raises Invalid for a harmful file (see ``guard``), for unknown fields by name, for more than fields, and
    for a template that has no place for the body.
    """
    guard.check(template)
    filled, env = _filled(template, sample)
    if env.unknown:
        raise Invalid(
            _("模板里有不认识的字段：%(names)s。") % {"names": "、".join(env.unknown)},
            hint=_("可用的字段见模板页上的字段表。"),
            code="template_unknown",
        )
    if "正文" not in env.used:
        raise Invalid(
            _("模板里没有正文字段。"),
            hint=_("请在放正文的地方单独写一段 {{ 正文 }}。"),
            code="template_no_body",
        )
    return env.used, filled


def _filled(template: bytes, paper: PaperContent) -> tuple[bytes, FieldsOnly]:
    env = FieldsOnly()
    # The body is laid out by ourselves, so the field leaves a mark that no text can contain.
    mark = f"\u27e6{secrets.token_hex(8)}\u27e7"
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(values(paper, mark), jinja_env=env, autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except DomainError:
        raise
    except (PackageNotFoundError, ValueError, KeyError, SyntaxError, TypeError, AttributeError) as error:
        raise Invalid(
            _("模板不能使用：文件内容不完整。"),
            hint=_("请用 WPS 或 Word 打开它，另存为“Word 文档（.docx）”后再上传。"),
            code="template_damaged",
        ) from error
    return _with_body(out.getvalue(), mark, paper), env


def _with_body(data: bytes, mark: str, paper: PaperContent) -> bytes:
    """Replace the paragraph that holds the mark by the blocks of the paper."""
    document = Document(io.BytesIO(data))
    places = [one for one in document.element.body.iter() if one.tag.endswith("}p") and mark in _text(one)]
    root = document.element.body
    before = len(root)
    body.write_blocks(Sheet(document), paper.blocks, keep_last=False)
    # New elements stand before the section's properties, which close the body.
    made = list(root)[before - 1 : -1]
    for number, place in enumerate(places):
        for one in made if number == 0 else []:
            place.addprevious(one)
        place.getparent().remove(place)
    if not places:
        for one in made:
            root.remove(one)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _text(paragraph: Any) -> str:
    return "".join(one.text or "" for one in paragraph.iter() if one.tag.endswith("}t"))
