"""Duty sheet of the enterprise and its emergency team (annex 2 (9))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.premises import duties, rules
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.enums import CheckKind, TeamTask
from pingzhan.domain.premises.models import DutyDay, SelfCheck, TeamMember
from pingzhan.domain.premises.queries.lists import missing_tasks, week
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

AHEAD = timedelta(days=60)
BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One day of the sheet: leader and officer by employee number."""

    day: date
    leader: str
    officer: str


def settable(day: date, today: date) -> None:
    """Raise Invalid with the place ``day`` unless duty of a day may be set or changed today."""
    if not today - BACK <= day <= today + AHEAD:
        raise Invalid(_("只能安排前 7 天到后 60 天的值班。"), place="day")


def duty_day() -> date:
    """Return the day whose duty is kept now: at two in the morning whoever began it the evening before."""
    return business_now()[1]


@transaction.atomic
def set_duty(*, enterprise: Unit, lines: Sequence[DutyLine], by: Actor) -> int:
    """Set leader and officer of days; return how many days. What was set before is replaced and kept in the history.

    Invalid names the day it concerns by the place ``leader_<n>`` or ``officer_<n>``, counted from 0.
    """
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    today = clock.today()
    if not lines:
        raise Invalid(_("请至少填写一天的值班。"), place="")
    rows = []
    for n, line in enumerate(lines):
        try:
            settable(line.day, today)
        except Invalid as error:
            raise Invalid(error.message, place=f"leader_{n}") from error
        row = DutyDay(
            enterprise=enterprise,
            day=line.day,
            leader=common.worker(enterprise, line.leader, place=f"leader_{n}"),
            officer=common.worker(enterprise, line.officer, place=f"officer_{n}"),
            made_by=by.name,
        )
        if row.leader_id == row.officer_id:
            raise Invalid(
                _("%(month)d月%(day)d日：带班领导和值班人员不能是同一人。")
                % {"month": line.day.month, "day": line.day.day},
                place=f"officer_{n}",
            )
        rows.append(row)
    for row in rows:
        DutyDay.objects.update_or_create(
            enterprise=enterprise,
            day=row.day,
            defaults={"leader": row.leader, "officer": row.officer, "made_by": row.made_by},
        )
    closed = _close(enterprise, [row.day for row in rows], by)
    record(
        "premises.duty_set",
        by=by,
        subject=("unit", enterprise.pk),
        unit_path=enterprise.path,
        body={"days": len(rows), "closed": closed},
    )
    return len(rows)


def _close(enterprise: Unit, days: Sequence[date], by: Actor) -> int:
    """Let the days of the sheet from today on close what is due in them."""
    rows = DutyDay.objects.filter(enterprise=enterprise, day__in=days, day__gte=duty_day()).order_by("day")
    return sum(duties.on_duty(enterprise.pk, row.pk, clock.noon(row.day), by) for row in rows)


@transaction.atomic
def copy_week(*, enterprise: Unit, monday: date, by: Actor) -> int:
    """Set the week that begins on ``monday`` as the week before, where nobody is set; return how many days.

    Who has left since is not set again. Conflict when the week before has nobody.
    """
    rules.require_keep(by, enterprise)
    before = week(enterprise, monday - timedelta(days=7))
    have = week(enterprise, monday)
    lines = [
        DutyLine(day + timedelta(days=7), row.leader.employee_no, row.officer.employee_no)
        for day, row in before.items()
        if row is not None
        and have[day + timedelta(days=7)] is None
        and row.leader.left is None
        and row.officer.left is None
    ]
    if not lines:
        raise Conflict(_("上一周没有可以照抄的值班，或本周已经排满。"), code="nothing_to_copy")
    return set_duty(enterprise=enterprise, lines=lines, by=by)


@transaction.atomic
def confirm_duty(*, enterprise: Unit, by: Actor) -> int:
    """Say that duty is kept today as the sheet has it. Conflict when today has nobody."""
    rules.require_keep(by, enterprise)
    if not DutyDay.objects.filter(enterprise=enterprise, day=duty_day()).exists():
        raise Conflict(_("今天还没有排值班。"), code="no_duty", hint=_("请先填写值班表。"))
    return _checked(enterprise, CheckKind.DUTY, by)


@transaction.atomic
def confirm_team(*, enterprise: Unit, by: Actor) -> int:
    """Say that the emergency team is still as listed. Conflict when a task has nobody."""
    rules.require_keep(by, enterprise)
    missing = missing_tasks(enterprise)
    if missing:
        raise Conflict(
            _("应急队伍还缺：%(what)s。") % {"what": _("、").join(str(task.label) for task in missing)},
            code="team_short",
            hint=_("请先补齐各项分工的人员。"),
        )
    return _checked(enterprise, CheckKind.TEAM, by)


def _checked(enterprise: Unit, kind: CheckKind, by: Actor) -> int:
    row = SelfCheck.objects.create(enterprise=enterprise, kind=kind, by_name=by.name)
    closed = duties.checked(row, by)
    record(
        "premises.checked",
        by=by,
        subject=("self_check", row.pk),
        unit_path=enterprise.path,
        body={"kind": row.kind, "closed": closed},
    )
    return 1


@transaction.atomic
def join_team(*, enterprise: Unit, number: str, task: TeamTask, by: Actor) -> TeamMember:
    """Give a worker a task in the emergency team. Once every needed task has somebody, its duty is closed."""
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    row = TeamMember(
        enterprise=enterprise,
        employment=common.worker(enterprise, number, place="number"),
        task=task,
        made_by=by.name,
    )
    if TeamMember.objects.filter(
        enterprise=enterprise, employment=row.employment, task=task, ended_at__isnull=True
    ).exists():
        raise Invalid(_("这名职工已有这项分工。"), place="number")
    checked(row, exclude=["enterprise", "employment"])
    row.save(force_insert=True)
    closed = 0 if missing_tasks(enterprise) else duties.team_complete(enterprise.pk, row.pk, by)
    record(
        "premises.team_joined",
        by=by,
        subject=("team_member", row.pk),
        unit_path=enterprise.path,
        body={"closed": closed},
    )
    return row


@transaction.atomic
def leave_team(*, member_id: int, by: Actor) -> None:
    """End a task in the emergency team; the row is kept."""
    found = (
        TeamMember.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=member_id)
        .first()
    )
    if found is None or not rules.can_keep(by, found.enterprise):
        raise NotFound(_("应急队伍中没有这一行，或您无权办理。"))
    if found.ended_at is not None:
        raise Conflict(_("这一行已经退出。"), code="ended")
    TeamMember.objects.filter(pk=found.pk).update(ended_at=Now())
    if missing_tasks(found.enterprise):
        duties.team_short(found.pk)
    record("premises.team_left", by=by, subject=("team_member", found.pk), unit_path=found.enterprise.path)
