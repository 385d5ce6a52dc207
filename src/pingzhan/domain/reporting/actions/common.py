"""Shared by the actions: locking rows, telling open pages, what a report is called."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pingzhan.domain.reporting.enums import ReportKind
from pingzhan.domain.reporting.models import Due, Report, ZeroLine
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import NotFound


def locked_due(due_id: int) -> Due:
    """Return a due report with its row locked until the end of the transaction. Raises NotFound."""
    due = (
        Due.objects.select_for_update(of=("self",), no_key=True)
        .select_related("zone", "unit", "activation")
        .filter(pk=due_id)
        .first()
    )
    if due is None:
        raise NotFound(_("没有这件应报事项。"))
    return due


def locked_report(report_id: int) -> Report:
    """Return a report with its due row and then its own row locked. Raises NotFound."""
    due_id = Report.objects.filter(pk=report_id).values_list("due_id", flat=True).first()
    if due_id is None:
        raise NotFound(_("没有这份信息报告。"))
    due = locked_due(due_id)
    report = (
        Report.objects.select_for_update(of=("self",), no_key=True)
        .select_related("previous")
        .get(pk=report_id)
    )
    report.due = due
    return report


def locked_line(line_id: int) -> ZeroLine:
    """Return a line with its due row and then its own row locked. Raises NotFound.

    The due row first, as everywhere: of the last two lines at once neither would else see the other as given.
    """
    due_id = ZeroLine.objects.filter(pk=line_id).values_list("due_id", flat=True).first()
    if due_id is None:
        raise NotFound(_("没有这份零报告。"))
    due = locked_due(due_id)
    line = (
        ZeroLine.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=line_id)
    )
    line.due = due
    return line


def tell(due_id: int) -> None:
    """Tell open pages at commit that something about a report changed."""
    announce("command", {"report": due_id})


def send_later(signal: Signal, event: Any) -> None:
    """Tell other modules after commit; one that fails does not stop the others."""
    transaction.on_commit(lambda: signal.send_robust(sender=type(event), event=event))


def title_of(due: Due) -> str:
    """Return the title of a report; papers are Chinese whatever the reader's language."""
    with translation.override("zh-hans"):
        words: dict[str, Any] = {"unit": due.unit.name, "n": due.number}
        if due.on is not None:
            words |= {"year": due.on.year, "month": due.on.month, "day": due.on.day}
        match due.kind:
            case ReportKind.INITIAL:
                return _("%(unit)s战时状态情况初报") % words
            case ReportKind.FOLLOW:
                return _("%(unit)s战时状态情况续报（第%(n)d次）") % words
            case ReportKind.FINAL:
                return _("%(unit)s战时状态情况终报") % words
            case ReportKind.DAILY:
                return _("%(unit)s应急工作日报（%(year)d年%(month)d月%(day)d日）") % words
            case _other:
                return _("%(unit)s零报告（%(year)d年%(month)d月%(day)d日）") % words


def due_name(due: Due) -> str:
    """Return what a due report is called in a list and in a notice, in the reader's language."""
    words: dict[str, Any] = {"n": due.number}
    if due.on is not None:
        words |= {"month": due.on.month, "day": due.on.day}
    match due.kind:
        case ReportKind.FOLLOW:
            return _("续报（第%(n)d次）") % words
        case ReportKind.DAILY:
            return _("%(month)d月%(day)d日日报") % words
        case ReportKind.ZERO:
            return _("%(month)d月%(day)d日零报告") % words
        case _other:
            return str(ReportKind(due.kind).label)


def local_moment(at: Any) -> str:
    """Return a time as a sentence writes it."""
    here = timezone.localtime(at)
    return _("%(month)d月%(day)d日%(time)s") % {
        "month": here.month,
        "day": here.day,
        "time": here.strftime("%H:%M"),
    }
