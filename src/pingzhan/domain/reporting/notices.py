"""Notices about reports: who is told, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.reporting.enums import ReportKind, Stage
from pingzhan.domain.reporting.models import Due, ZeroLine
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, Rendered
from pingzhan.foundation.messages.models import Notice, Priority

SUBJECT, ZERO_SUBJECT = "due_report", "zero_report"


def _notice(
    due: Due, person: Person, *, kind: str, key: str, title: str, subject: str = SUBJECT, wave: int = 0
) -> NewNotice:
    return NewNotice(
        dedupe=f"report:{due.world}:{due.pk}:{key}:{person.pk}",
        recipient=person.pk,
        account=person.account_id,
        kind=kind,
        channel="auto",
        title=(DRILL_PREFIX if due.world else "") + title,
        subject_kind=subject,
        subject_id=due.pk,
        wave=wave,
        world=due.world,
        priority=Priority.URGENT if due.activation_id is not None else Priority.NORMAL,
        unit_path=due.unit.path,
    )


def when(due: Due) -> str:
    """Return the due time as a notice writes it."""
    at = localtime(due.due_at)
    return _("%(month)d月%(day)d日 %(time)s") % {
        "month": at.month,
        "day": at.day,
        "time": at.strftime("%H:%M"),
    }


def _name(due: Due) -> str:
    if due.kind == ReportKind.FOLLOW:
        return _("续报（第%(n)d次）") % {"n": due.number}
    return str(ReportKind(due.kind).label)


def due_notices(due: Due, people: Iterable[Person], *, missing: int | None = None) -> list[NewNotice]:
    """Return the reminders of a report for those who write it; ``missing`` counts zero reports not given."""
    words = {"name": _name(due), "unit": due.unit.name, "due": when(due), "n": missing or 0}
    if missing is not None:
        title = _("零报告尚有%(n)d个单位未报（%(due)s截止）") % words
    elif due.stage == Stage.BEFORE:
        title = _("%(unit)s%(name)s将于%(due)s到期") % words
    elif due.stage == Stage.DUE:
        title = _("%(unit)s%(name)s已到期，请立即报出") % words
    else:
        title = _("%(unit)s%(name)s已逾期（时限%(due)s）") % words
    return [
        _notice(due, person, kind="report_due", key=f"stage{due.stage}", title=title) for person in people
    ]


def urge_notices(
    due: Due, lines: Sequence[ZeroLine], people: Mapping[int, Sequence[Person]], *, stage: int | None = None
) -> list[NewNotice]:
    """Return the notices to those whose zero report is missing: a reminder of a stage, or one more urging.

    Whoever speaks for several lines is told once.
    """
    found: dict[str, NewNotice] = {}
    for line in lines:
        words = {"name": line.name, "due": when(due)}
        if stage is None:
            key, title = f"urge{line.urged + 1}", _("催报：请立即报出今天的零报告（%(name)s）") % words
        elif stage == Stage.BEFORE:
            key, title = "before", _("请在%(due)s前零报告（%(name)s）") % words
        else:
            key, title = f"stage{stage}", _("零报告已到期，请立即报出（%(name)s）") % words
        for person in people.get(line.pk, ()):
            one = _notice(
                due,
                person,
                kind="zero_urge" if stage is None else "zero_remind",
                key=f"zero:{key}",
                title=title,
                subject=ZERO_SUBJECT,
                wave=line.urged + 1 if stage is None else 0,
            )
            found.setdefault(one.dedupe, one)
    return list(found.values())


def case_notices(line: ZeroLine, people: Iterable[Person]) -> list[NewNotice]:
    """Return the notices that a zero report was not zero."""
    title = _("%(name)s报告情况%(n)d例，请核实") % {"name": line.name, "n": line.value}
    entry = line.entries.count()
    return [
        _notice(line.due, person, kind="zero_case", key=f"case:{line.pk}:{entry}", title=title)
        for person in people
    ]


def render_due(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about due reports. One query."""
    dues = Due.objects.in_bulk({one.subject_id for one in notices})
    return {
        one.pk: Rendered(
            one.title, _("时限：%(due)s。") % {"due": when(due)}, _page("reports:index", "/reports/")
        )
        for one in notices
        if (due := dues.get(one.subject_id)) is not None
    }


def render_zero(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices to those who must give a zero report. One query."""
    dues = Due.objects.in_bulk({one.subject_id for one in notices})
    return {
        one.pk: Rendered(
            one.title,
            _("截止：%(due)s。没有情况的，打开后点一下“零报告”。") % {"due": when(due)},
            _page("reports:mine", "/reports/mine/"),
        )
        for one in notices
        if (due := dues.get(one.subject_id)) is not None
    }


def _page(name: str, path: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return path
