"""Invented papers whose pages are measured."""

from __future__ import annotations

from dataclasses import replace

from pingzhan.foundation.documents.content import PaperContent, Paragraph
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.templating.sample import sample

SENTENCE = (
    "各企业要落实主体责任，每日上午八时前完成晨检，逐人登记体温和症状，发现发热等情形的，"
    "立即停止上岗并报告所在片区，"
)


def long_paper(kind: PaperKind = PaperKind.NOTICE, sentences: int = 60) -> PaperContent:
    """Return a paper whose first paragraph fills several pages, so that every full page has all its lines."""
    return replace(sample(kind), blocks=(Paragraph(SENTENCE * sentences), Paragraph("特此通知。")))


def short_ends(lines: int) -> PaperContent:
    """Return a paper whose last paragraph ends after about ``lines`` lines, to try every foot of a page."""
    text = ("各企业要落实主体责任，每日上午八时前完成晨检，逐人登记。" * lines)[: 28 * lines - 10]
    return replace(
        sample(), blocks=(Paragraph(text), Paragraph("特此通知。")), attachments=(), note="", copy_to=()
    )
