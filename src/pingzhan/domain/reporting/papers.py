"""Signed reports as official papers, .docx and PDF, under the number they were signed with."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pingzhan.domain.reporting.enums import ReportKind, ReportState
from pingzhan.domain.reporting.models import TEXTS, Report
from pingzhan.domain.reporting.queries.reading import compared
from pingzhan.foundation import clock
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.documents.papers import (
    Block,
    Heading,
    PaperKind,
    Paragraph,
    Table,
    attested,
    attested_file,
)
from pingzhan.kernel.errors import Conflict
from pingzhan.kernel.zhnumerals import chinese


def report_file(report: Report, suffix: str) -> bytes:
    """Return a signed report as 'docx' or 'pdf', the same bytes at each call.

    Raises Conflict for a draft, Invalid where no issuing organ is registered, NotFound for another suffix.
    """
    return attested_file(report_paper(report), suffix)


def report_paper(report: Report) -> PaperContent:
    """Return a signed report as a paper; its words are Chinese whatever the reader's language."""
    if report.state != ReportState.SIGNED or report.signed_at is None:
        raise Conflict(_("签发以后才有正式文件。"), code="not_signed")
    with translation.override("zh-hans"):
        return attested(
            report.title + (_("（更正）") if report.version > 1 else ""),
            [*_texts(report), *_figures(report)],
            number=report.number_text,
            dated=clock.day_of(report.signed_at),
            unit_path=report.due.unit.path,
            kind=PaperKind.DAILY if report.due.kind == ReportKind.DAILY else PaperKind.REPORT,
            signer=report.signed_by_name,
        )


def sections(pairs: Sequence[tuple[str, Sequence[Block]]]) -> list[Block]:
    """Return numbered sections; one without content is left out, and the numbers close up."""
    found: list[Block] = []
    n = 0
    for title, blocks in pairs:
        if blocks:
            found += [Heading(1, f"{chinese(n + 1)}、{title}"), *blocks]
            n += 1
    return found


def paragraphs(text: str) -> list[Block]:
    """Return the lines of a text as paragraphs."""
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Block]:
    """Return a table, nothing when there are no rows."""
    if not rows:
        return []
    return [Table((tuple(head), *(tuple(str(cell) for cell in row) for row in rows)))]


def _texts(report: Report) -> list[Block]:
    pairs: list[tuple[str, Sequence[Block]]] = []
    if report.correction:
        pairs.append((_("更正说明"), paragraphs(report.correction)))
    pairs += [(str(label), paragraphs(getattr(report, name))) for name, label in TEXTS.items()]
    return sections(pairs)


def _figures(report: Report) -> list[Block]:
    rows = [
        [
            one.label + (f"（{one.unit}）" if one.unit else ""),
            one.value if one.counted else _("未能取数"),
            "" if one.change is None else f"{one.change:+d}",
            one.source,
        ]
        for one in compared(report)
    ]
    at = timezone.localtime(report.counted_at)
    note = _("附：主要数字（截至%(month)d月%(day)d日%(time)s，由系统按业务记录取数）") % {
        "month": at.month,
        "day": at.day,
        "time": at.strftime("%H:%M"),
    }
    return [Paragraph(note), *table([_("项目"), _("数量"), _("较上次"), _("来源")], rows)] if rows else []
