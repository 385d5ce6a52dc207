"""A Word file with every field, for a clerk to begin from."""

from __future__ import annotations

import io

from docx import Document

from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.setting import RED
from pingzhan.foundation.documents.templating.sample import sample
from pingzhan.foundation.documents.word import oxml, pages
from pingzhan.foundation.documents.word.sheet import CHARACTER_PT, Sheet


def starter() -> bytes:
    """Return a template in the official geometry whose fields stand where the standard puts them."""
    document = Document()
    sheet = Sheet(document)
    pages.prepare(sheet, sample(PaperKind.NOTICE))
    sheet.paragraph("{{ 密级 }}", font=oxml.HEITI)
    sheet.paragraph("{{ 紧急程度 }}", font=oxml.HEITI)
    sheet.paragraph("{{ 红头 }}", font=oxml.XIAOBIAOSONG, size=30, line=46, align="center", color=RED)
    sheet.paragraph("{{ 发文字号 }}", align="center")
    sheet.blank(2)
    sheet.paragraph("{{ 标题 }}", font=oxml.XIAOBIAOSONG, size=22, line=33, align="center")
    sheet.blank()
    sheet.paragraph("{{ 主送 }}\uff1a", align="both")
    sheet.paragraph("{{ 正文 }}")
    sheet.blank()
    sheet.paragraph("{%p for 附件 in 附件列表 %}")
    sheet.paragraph("附件\uff1a{{ 附件 }}", first=2 * CHARACTER_PT)
    sheet.paragraph("{%p endfor %}")
    sheet.blank(2)
    sheet.paragraph("{{ 发文机关 }}", align="right", right=2 * CHARACTER_PT)
    sheet.paragraph("{{ 成文日期 }}", align="right", right=4 * CHARACTER_PT)
    sheet.paragraph("{% if 附注 %}\uff08{{ 附注 }}\uff09{% endif %}", first=2 * CHARACTER_PT)
    sheet.paragraph("{% if 抄送 %}抄送\uff1a{{ 抄送 }}。{% endif %}", size=14)
    sheet.paragraph("{{ 印发机关 }}　{{ 印发日期 }}印发", size=14)
    sheet.paragraph("{% if 签发人 %}签发人\uff1a{{ 签发人 }}{% endif %}", size=14)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
