"""Signing: number, signature and figures become fixed. And saying that a report is no longer asked for."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.reporting import settings
from pingzhan.domain.reporting.actions.common import locked_due, locked_report, send_later, tell
from pingzhan.domain.reporting.actions.drafting import same
from pingzhan.domain.reporting.enums import ReportState
from pingzhan.domain.reporting.events import ReportSigned, report_signed
from pingzhan.domain.reporting.models import Due, Report, ReportCounter
from pingzhan.domain.reporting.rules import require_sign, require_write
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid


@transaction.atomic
def sign(*, report_id: int, edition: int, by: Actor) -> Report:
    """Sign a draft: it takes its number, and nothing of it changes any more; return it.

    What is signed is what was seen: the ``edition`` with its figures, each with source and time of the count. A
    correction keeps the number of the report it corrects. Raises Refused without SIGN_REPORTS (a link never
    signs), Conflict (signed, changed meanwhile, figures too old), Invalid without a situation.
    """
    report = locked_report(report_id)
    due = report.due
    require_sign(by, due.zone)
    same(report, edition)
    if not report.situation.strip():
        raise Invalid(_("请写明基本情况。"), place=_("基本情况"), code="situation_empty")
    now = clock.now()
    if now - report.counted_at > settings.minutes("fresh"):
        raise Conflict(
            _("数字是%(at)s取的，已经过时。")
            % {"at": timezone.localtime(report.counted_at).strftime("%H:%M")},
            hint=_("请重新取数，看过以后再签发。"),
            code="figures_old",
        )
    year, number, text = _number(report)
    Report.objects.filter(pk=report.pk).update(
        state=ReportState.SIGNED,
        signed_by_id=by.user_id,
        signed_by_name=by.name or _("系统"),
        signed_at=Now(),
        year=year,
        number=number,
        number_text=text,
    )
    Due.objects.filter(pk=due.pk, done_at__isnull=True).update(
        done_at=Now(), next_at=None, dropped_at=None, dropped_why="", dropped_by_name=""
    )
    report.refresh_from_db()
    tell(due.pk)
    send_later(report_signed, ReportSigned(due.world, due.zone_id, report.pk, due.kind))
    record(
        "reporting.sign",
        by=by,
        subject=("report", report.pk),
        unit_path=due.unit.path,
        world=due.world,
        body={"due": due.key, "number": text, "version": report.version, "figures": len(report.figures)},
    )
    return report


def _number(report: Report) -> tuple[int, int, str]:
    """Return year, number and number text: those of the report it corrects, or the next of the year."""
    base = report.due.reports.filter(state=ReportState.SIGNED).order_by("version").first()
    if base is not None:
        assert base.year is not None
        assert base.number is not None
        return base.year, base.number, base.number_text
    year = timezone.localtime(clock.now()).year
    counters = ReportCounter.objects.filter(zone=report.zone_id, world=report.world, year=year)
    ReportCounter.objects.get_or_create(zone_id=report.zone_id, world=report.world, year=year)
    counter = counters.select_for_update(of=("self",), no_key=True).get()
    ReportCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    number = counter.last + 1
    code = settings.text("code").strip() or "信报"
    if report.world:
        code = f"演练{code}"
    return year, number, f"{code}〔{year}〕{number}号"


@transaction.atomic
def drop(*, due_id: int, reason: str, by: Actor) -> Due:
    """Say why a report is not given (不再补报); it stays in the register with the reason.

    Raises Refused without WRITE_REPORTS, Conflict when it is done, Invalid without a reason.
    """
    due = locked_due(due_id)
    require_write(by, due.zone)
    if not due.is_open:
        raise Conflict(_("这件事项已经完成或取消。"), code="not_open")
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(_("请写明原因。"), place=_("原因"), code="drop_reason")
    Due.objects.filter(pk=due.pk).update(
        dropped_at=Now(), dropped_why=reason[:500], dropped_by_name=by.name or _("系统"), next_at=None
    )
    due.refresh_from_db()
    tell(due.pk)
    record(
        "reporting.drop",
        by=by,
        subject=("due_report", due.pk),
        unit_path=due.unit.path,
        world=due.world,
        body={"due": due.key},
    )
    return due
