"""Closed management with its permitted list, and meetings (annex 2 (3))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.gate import duties, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.actions.inviting import read_plate
from pingzhan.domain.gate.actions.marking import take_back
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.gate.models import Closure, Meeting, Permit
from pingzhan.domain.gate.personal import read_words
from pingzhan.domain.gate.queries.closing import IN_FORCE, LAPSED, open_closure
from pingzhan.domain.gate.standards import standard_of
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

FAR = timedelta(days=60)
"""How far from today a meeting may be registered, before or after."""


@transaction.atomic
def close_gate(
    *, enterprise: Unit, basis: str, decided_by: str, by: Actor, until: date | None = None
) -> Closure:
    """Put an enterprise under closed management from now on, through the day ``until``.

    One whose last day is over is ended with that day. Conflict when one is in force.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    basis = read_words(basis, place="basis", required=_("请写明依据，例如文件名称和文号。"))
    body = read_words(decided_by, place="decided_by", required=_("请写明由谁决定。"))
    if until is not None and until < clock.today():
        raise Invalid(_("期限已经过去。"), place="until")
    if open_closure(enterprise) is not None:
        raise Conflict(_("这家企业已经在封闭管理中。"), code="closed")
    _end_lapsed(enterprise)
    made = Closure.objects.create(
        enterprise=enterprise, basis=basis, decided_by=body, until=until, opened_by=by.name
    )
    record("gate.closed", by=by, subject=("closure", made.pk), unit_path=enterprise.path)
    return made


def _end_lapsed(enterprise: Unit) -> None:
    """Write down the end of what ended by its own time, so that the next one may begin."""
    for found in Closure.objects.select_for_update(no_key=True).filter(LAPSED, enterprise=enterprise):
        assert found.until is not None
        found.t1 = max(found.t0, clock.midnight(found.until + timedelta(days=1)))
        found.save(update_fields=["t1"])


@transaction.atomic
def open_gate(*, enterprise: Unit, by: Actor) -> Closure:
    """End closed management. Conflict when there is none."""
    rules.require_keep(by, enterprise)
    found = Closure.objects.select_for_update(no_key=True).filter(IN_FORCE, enterprise=enterprise).first()
    if found is None:
        raise Conflict(_("这家企业没有在封闭管理中。"), code="not_closed")
    Closure.objects.filter(pk=found.pk).update(t1=Now(), ended_by=by.name)
    record("gate.opened", by=by, subject=("closure", found.pk), unit_path=enterprise.path)
    return found


def read_permit(
    enterprise: Unit,
    *,
    purpose: str,
    by_name: str,
    today: date,
    employment: Employment | None = None,
    team: Team | None = None,
    plate: str = "",
    until: date | None = None,
) -> Permit:
    """Return the row of the permitted list that these make, not stored. Raises Invalid."""
    if employment is not None and (employment.enterprise_id != enterprise.pk or employment.left is not None):
        raise Invalid(_("本企业没有这名在职职工。"), place="worker")
    if team is not None and (team.enterprise_id != enterprise.pk or not team.active):
        raise Invalid(_("该班组不属于这家企业，或已停用。"), place="team")
    if until is not None and until < today:
        raise Invalid(_("有效期已经过去。"), place="until")
    return Permit(
        enterprise=enterprise,
        employment=employment,
        team=team,
        plate=read_plate(plate),
        purpose=read_words(purpose, place="purpose", required=_("请填写准入事由。")),
        until=until,
        made_by=by_name,
    )


@transaction.atomic
def permit(
    *,
    enterprise: Unit,
    purpose: str,
    by: Actor,
    employment: Employment | None = None,
    team: Team | None = None,
    plate: str = "",
    until: date | None = None,
) -> Permit:
    """Put one worker, one team or one plate on the permitted list. Raises Invalid, also for one listed already.

    A former row whose time is over is ended.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    today = clock.day_of(clock.now())
    row = read_permit(
        enterprise,
        purpose=purpose,
        by_name=by.name,
        today=today,
        employment=employment,
        team=team,
        plate=plate,
        until=until,
    )
    Permit.objects.filter(
        enterprise=enterprise,
        employment=row.employment,
        team=row.team,
        plate=row.plate,
        until__lt=today,
        ended_at__isnull=True,
    ).update(ended_at=Now())
    checked(row)
    row.save(force_insert=True)
    record("gate.permitted", by=by, subject=("permit", row.pk), unit_path=enterprise.path)
    return row


@transaction.atomic
def end_permit(*, permit_id: int, by: Actor) -> None:
    """Take a row off the permitted list; it is kept."""
    found = (
        Permit.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=permit_id)
        .first()
    )
    if found is None or not rules.can_see_gate(by, found.enterprise):
        raise NotFound(_("准入名单中没有这一行。"))
    rules.require_keep(by, found.enterprise)
    if found.ended_at is not None:
        raise Conflict(_("这一行已经取消。"), code="ended")
    Permit.objects.filter(pk=found.pk).update(ended_at=Now())
    record("gate.permit_ended", by=by, subject=("permit", found.pk), unit_path=found.enterprise.path)


@dataclass(frozen=True, slots=True)
class MeetingData:
    """What is written down of a meeting."""

    topic: str
    held_at: datetime
    persons: int
    online: bool = False
    place: str = ""


def meeting_limit(enterprise: Unit) -> int | None:
    """Return how many may sit in one room by the measures in force, None without a bound."""
    return standard_of(enterprise).meeting_max


def new_meeting(
    enterprise: Unit, data: MeetingData, limit: int | None, moment: datetime, *, by_name: str
) -> Meeting:
    """Return the row a meeting makes, not stored. Raises Invalid with the field as its place."""
    if abs(data.held_at - moment) > FAR:
        raise Invalid(_("开会时间应在前后 60 天以内。"), place="held_at")
    if data.persons < 1:
        raise Invalid(_("请填写到场人数。"), place="persons")
    if limit is not None and not data.online and data.persons > limit:
        raise Invalid(
            _("现行规定每场会议到场不超过 %(n)d 人。") % {"n": limit},
            place="persons",
            hint=_("请改为视频会议，或减少到场人数。"),
            code="meeting_too_large",
        )
    return Meeting(
        enterprise=enterprise,
        topic=read_words(data.topic, place="topic", required=_("请填写会议名称。")),
        held_at=data.held_at,
        persons=data.persons,
        online=data.online,
        place=read_words(data.place, place="place"),
        limit=limit,
        made_by=by_name,
    )


@transaction.atomic
def hold_meeting(*, enterprise: Unit, data: MeetingData, by: Actor) -> Meeting:
    """Register a meeting. Invalid when more would sit in one room than the measures in force allow."""
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    row = new_meeting(enterprise, data, meeting_limit(enterprise), clock.now(), by_name=by.name)
    checked(row, exclude=["enterprise"])
    row.save(force_insert=True)
    take_back(enterprise, MarkKind.NO_MEETINGS, by=by, at=row.held_at)
    duties.met(row, by)
    record(
        "gate.meeting",
        by=by,
        subject=("meeting", row.pk),
        unit_path=enterprise.path,
        body={"persons": row.persons, "online": row.online},
    )
    return row


@transaction.atomic
def cancel_meeting(*, meeting_id: int, by: Actor) -> None:
    """Mark a meeting that was not held or registered wrongly."""
    found = (
        rules.meetings_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=meeting_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次会议，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.cancelled_at is not None:
        raise Conflict(_("这次会议已经取消。"), code="ended")
    Meeting.objects.filter(pk=found.pk).update(cancelled_at=Now())
    duties.meeting_cancelled(found, by)
    record("gate.meeting_cancelled", by=by, subject=("meeting", found.pk), unit_path=found.enterprise.path)
