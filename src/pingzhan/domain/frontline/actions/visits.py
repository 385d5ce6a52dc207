"""Writing a visit down, and taking a wrong one back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.frontline import rules
from pingzhan.domain.frontline.listeners import tell_visit
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

BACK = timedelta(days=7)
"""How long afterwards a visit may be written down."""
MOST = 500
"""Characters of what was seen."""


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _words(text: str, place: str, needed: str) -> str:
    words = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not words:
        raise Invalid(needed, place=place)
    if len(words) > MOST:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": MOST}, place=place)
    return words


@transaction.atomic
def record_visit(*, unit_id: int, day: date, seen: str, by: Actor) -> SiteVisit:
    """Write down that the actor was at an enterprise on a day and what he saw; what is due is closed by it.

    Raises NotFound for an enterprise he may not see, Refused unless he answers for it or supervises, Invalid
    (places day, seen) for a day ahead or long past and for nothing seen, Conflict for a second one of that day.
    """
    unit = rules.firms_to_visit(by).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound(_("没有这家企业，或您无权查看。"))
    rules.require_record_visit(by, unit)
    now = _now()
    today = timezone.localdate(now)
    if not today - BACK <= day <= today:
        raise Invalid(
            _("走访日期应在最近 %(n)d 天内，不能晚于今天。") % {"n": BACK.days},
            place="day",
            code="site_visit_day",
        )
    words = _words(seen, "seen", _("请写明看到的情况。"))
    noon = datetime.combine(day, time(12), timezone.get_default_timezone())
    visit = SiteVisit(
        unit=unit,
        person_id=by.person_id,
        rank=rules.rank_at(by, unit),
        day=day,
        visited_at=now if day == today else noon,
        seen=words,
        by_user_id=by.user_id,
        by_name=by.name,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        if "site_visit_once" not in str(error):
            raise
        raise Conflict(
            _("您这一天已经登记过对这家企业的走访。"),
            hint=_("要更正请先撤回原来的记录。"),
            place="day",
            code="site_visit_twice",
        ) from error
    tell_visit(visit, by)
    record(
        "frontline.visited",
        by=by,
        subject=("site_visit", visit.pk),
        unit_path=unit.path,
        body={"unit": unit.pk, "person": by.person_id, "rank": visit.rank},
    )
    return visit


@transaction.atomic
def void_visit(*, visit_id: int, reason: str, by: Actor) -> SiteVisit:
    """Take a wrong visit back: the row stays, what it had closed is due again.

    Raises NotFound for one he may not see, Refused unless he wrote it, Conflict when it is voided already,
    Invalid (place reason) without a reason.
    """
    visit = (
        SiteVisit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit")
        .filter(pk__in=rules.visits_visible_to(by).filter(pk=visit_id).values("pk"))
        .first()
    )
    if visit is None:
        raise NotFound(_("没有这条走访记录，或您无权查看。"))
    if not rules.can_void_visit(by, visit):
        raise Refused(_("只有登记人可以撤回走访记录。"), code="not_own_visit")
    if visit.voided_at is not None:
        raise Conflict(_("这条走访记录已经撤回。"), code="site_visit_voided")
    words = _words(reason, "reason", _("请写明撤回的理由。"))
    visit.voided_at, visit.voided_by_name, visit.void_reason = Now(), by.name, words
    visit.save(update_fields=["voided_at", "voided_by_name", "void_reason"])
    visit.refresh_from_db()
    tell_visit(visit, by)
    record("frontline.visit_voided", by=by, subject=("site_visit", visit.pk), unit_path=visit.unit.path)
    return visit
