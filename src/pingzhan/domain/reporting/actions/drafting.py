"""Drafts: figures counted, texts prefilled, changed by a person, counted again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.reporting import figures, prefill
from pingzhan.domain.reporting.actions.common import locked_due, locked_report, tell, title_of
from pingzhan.domain.reporting.actions.generating import ensure_daily
from pingzhan.domain.reporting.enums import ReportKind, ReportState
from pingzhan.domain.reporting.models import TEXTS, Due, Report
from pingzhan.domain.reporting.queries.reading import report_before
from pingzhan.domain.reporting.rules import require_write
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid

MOST = 4000
"""Characters of one text."""


def scope_of(due: Due, at: datetime, before: Report | None) -> figures.Scope:
    """Return what a report counts."""
    first = due.activation
    return figures.Scope(
        zone=due.zone,
        unit=due.unit,
        world=due.world,
        at=at,
        activation=first,
        since=first.at if first is not None else None,
        after=before.counted_at if before is not None else None,
    )


def counted(due: Due, before: Report | None) -> tuple[figures.Scope, list[dict[str, object]]]:
    """Return the scope and its numbers as they are now; labels are stored in Chinese."""
    scope = scope_of(due, clock.now(), before)
    with translation.override("zh-hans"):
        return scope, figures.count(scope)


@transaction.atomic
def draft(*, due_id: int, by: Actor) -> Report:
    """Return the draft of a due report, made now when there is none.

    Raises Refused without the right, Conflict when the report is signed (correct it instead) or no longer asked
    for, Invalid for a zero report, which nobody writes.
    """
    due = locked_due(due_id)
    require_write(by, due.zone)
    if due.kind == ReportKind.ZERO:
        raise Invalid(_("零报告由各单位上报，不用拟稿。"), code="zero_not_written")
    existing = due.reports.order_by("-version").first()
    if existing is not None and existing.state == ReportState.DRAFT:
        return existing
    if existing is not None:
        raise Conflict(_("这份报告已经签发。"), hint=_("内容有误时请办理更正。"), code="signed")
    if due.dropped_at is not None:
        raise Conflict(_("这件事项已经取消，不用再报。"), code="dropped")
    return _new(due, by)


@transaction.atomic
def draft_daily(*, zone: Unit, by: Actor, world: int = 0, day: date | None = None) -> Report:
    """Return the draft of a day's report, also on a day that asks for none. Raises like ``draft``."""
    require_write(by, zone)
    return draft(due_id=ensure_daily(zone, world, day or clock.today()).pk, by=by)


def _new(due: Due, by: Actor, base: Report | None = None, correction: str = "") -> Report:
    before = report_before(due)
    scope, numbers = counted(due, before)
    words = (
        {name: getattr(base, name) for name in TEXTS}
        if base is not None
        else prefill.texts(due, scope, numbers)
    )
    report = Report.objects.create(
        world=due.world,
        zone=due.zone,
        due=due,
        version=base.version + 1 if base is not None else 1,
        title=title_of(due),
        figures=numbers,
        counted_at=scope.at,
        correction=correction,
        previous=before,
        written_by_id=by.user_id,
        written_by_name=by.name or _("系统"),
        **words,
    )
    tell(due.pk)
    record(
        "reporting.draft",
        by=by,
        subject=("report", report.pk),
        unit_path=due.unit.path,
        world=due.world,
        body={"due": due.key, "version": report.version},
    )
    return report


@transaction.atomic
def correct(*, report_id: int, reason: str, by: Actor) -> Report:
    """Begin a correction (更正) of a signed report: a new version with the same texts and fresh figures.

    The signed version stays as it is. Returns the draft; one that is there already is returned.
    """
    report = locked_report(report_id)
    due = report.due
    require_write(by, due.zone)
    newest = due.reports.order_by("-version").first()
    assert newest is not None
    if newest.state == ReportState.DRAFT:
        if newest.version == 1:
            raise Conflict(_("这份报告还没有签发，请直接修改。"), code="not_signed")
        return newest
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(_("请写明更正了什么。"), place=_("更正说明"), code="correction_reason")
    return _new(due, by, base=newest, correction=reason[:500])


@transaction.atomic
def edit(*, report_id: int, edition: int, texts: Mapping[str, str], by: Actor) -> Report:
    """Change the texts of a draft and return it.

    Raises Refused, Conflict (signed; somebody was faster), Invalid for an overlong text.
    """
    report = _draft_of(report_id, edition, by)
    for name in TEXTS:
        value = texts.get(name, getattr(report, name)).replace("\r\n", "\n").strip()
        if len(value) > MOST:
            raise Invalid(
                _("一段最多 %(n)d 字。") % {"n": MOST},
                place=str(TEXTS[name]),
                code="text_long",
            )
        setattr(report, name, value)
    report.edition += 1
    report.save(update_fields=[*TEXTS, "edition"])
    record(
        "reporting.edit",
        by=by,
        subject=("report", report.pk),
        unit_path=report.due.unit.path,
        world=report.world,
        body={"due": report.due.key, "edition": report.edition},
    )
    return report


@transaction.atomic
def recount(*, report_id: int, edition: int, by: Actor) -> Report:
    """Count the figures of a draft again and return it; the texts stay. Raises like ``edit``."""
    report = _draft_of(report_id, edition, by)
    scope, numbers = counted(report.due, report.previous)
    Report.objects.filter(pk=report.pk).update(figures=numbers, counted_at=scope.at, edition=F("edition") + 1)
    report.refresh_from_db(fields=["figures", "counted_at", "edition"])
    record(
        "reporting.recount",
        by=by,
        subject=("report", report.pk),
        unit_path=report.due.unit.path,
        world=report.world,
        body={"due": report.due.key, "figures": len(numbers)},
    )
    return report


def _draft_of(report_id: int, edition: int, by: Actor) -> Report:
    report = locked_report(report_id)
    require_write(by, report.due.zone)
    same(report, edition)
    return report


def same(report: Report, edition: int) -> None:
    """Raise Conflict unless this is a draft and the edition the reader saw."""
    if report.state != ReportState.DRAFT:
        raise Conflict(_("这份报告已经签发。"), hint=_("内容有误时请办理更正。"), code="signed")
    if report.edition != edition:
        raise Conflict(_("这份报告刚被别人修改过。"), hint=_("请看过最新一稿再办。"), code="edition")
