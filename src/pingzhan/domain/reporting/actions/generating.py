"""What is due: rows made from the orders in force and the calendar, each once however often this runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import EndKind
from pingzhan.domain.command.models import Activation, Seat
from pingzhan.domain.organisation.api import short_group
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.reporting import settings
from pingzhan.domain.reporting.actions.common import tell
from pingzhan.domain.reporting.enums import LineKind, ReportKind
from pingzhan.domain.reporting.models import Due, ZeroLine
from pingzhan.domain.reporting.rules import require_write
from pingzhan.domain.territory.api import zones
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict

RECENT = timedelta(days=7)
"""An emergency that came and went while nothing ran is reported all the same if it is not older."""


@dataclass(frozen=True)
class Emergency:
    """An unbroken emergency of one scope: its first order, and its end when it is over."""

    first: Activation
    ended_at: datetime | None
    end_kind: str


@transaction.atomic
def make_dues(now: datetime | None = None) -> int:
    """Write down every report that is due and not yet listed; return how many rows were new.

    Rows have a key of their own, so two processes at once, or a second run, add nothing. ``now`` is the
    database's unless a test gives another.
    """
    at = now or clock.now()
    made = 0
    for zone in zones():
        emergencies = _emergencies(zone, at)
        worlds = {0, *(one.first.world for one in emergencies if one.ended_at is None)}
        rows = [due for one in emergencies for due in _of_emergency(zone, one, at)]
        rows += [due for world in sorted(worlds) for due in _of_day(zone, world, emergencies, at)]
        made += _insert(rows)
        for one in emergencies:
            if one.ended_at is not None:
                _close(one, at)
        for world in sorted(worlds):
            made += _zero(zone, world, emergencies, at)
        _close_drills(zone, worlds, at)
    return made


def _emergencies(zone: Unit, now: datetime) -> list[Emergency]:
    """Return the emergencies in force, those of the last days, and those whose end is not yet reported."""
    rows = Activation.objects.filter(zone=zone).annotate(root=Coalesce("run_id", "pk"))
    final = Due.objects.filter(kind=ReportKind.FINAL, activation=OuterRef("activation"))
    unreported = Due.objects.filter(~Exists(final), kind=ReportKind.INITIAL, zone=zone)
    roots = set(rows.filter(ended_at__isnull=True).values_list("root", flat=True))
    roots |= set(rows.filter(at__gt=now - RECENT).values_list("root", flat=True))
    roots |= {one for one in unreported.values_list("activation_id", flat=True) if one is not None}
    runs: dict[int, list[Activation]] = {}
    for one in rows.filter(root__in=roots).select_related("unit").order_by("pk"):
        runs.setdefault(one.run_id or one.pk, []).append(one)
    found = []
    for run in runs.values():
        last = run[-1]
        over = all(one.ended_at is not None for one in run)
        found.append(Emergency(run[0], last.ended_at if over else None, last.end_kind if over else ""))
    return found


def _of_emergency(zone: Unit, one: Emergency, now: datetime) -> Iterable[Due]:
    first = one.first

    def due(kind: ReportKind, at: datetime, number: int = 1) -> Due:
        key = f"{kind}:{first.pk}" + (f":{number}" if kind == ReportKind.FOLLOW else "")
        return _due(zone, first.unit, first.world, kind, key=key, at=at, activation=first, number=number)

    initial = settings.hours("initial")
    yield due(ReportKind.INITIAL, first.at + initial)
    every, longest = settings.hours("follow"), settings.hours("long")
    end = one.ended_at or now
    number, step = 1, 1
    while every and (not longest or step * every <= longest):
        at = first.at + step * every
        # A follow-up is listed from the moment the one before it was due, and never for a time after the end.
        if at - every > end or (one.ended_at is not None and at > one.ended_at):
            break
        if at > first.at + initial:
            yield due(ReportKind.FOLLOW, at, number)
            number += 1
        step += 1
    if one.ended_at is not None:
        yield due(ReportKind.FINAL, one.ended_at + settings.hours("final"))


def _of_day(zone: Unit, world: int, emergencies: list[Emergency], now: datetime) -> Iterable[Due]:
    """Return the daily report of today: of a long emergency of the zone, or in routine where it is asked for."""
    day = clock.day_of(now)
    at = settings.moment("daily", day)
    own = _own(zone, world, emergencies)
    longest = settings.hours("long")
    if own is not None:
        wanted = bool(longest) and at > own.first.at + longest
    else:
        wanted = world == 0 and settings.wanted("daily_routine")
    if wanted:
        yield _due(zone, zone, world, ReportKind.DAILY, key=f"daily:{day}", at=at, on=day)


def _own(zone: Unit, world: int, emergencies: list[Emergency]) -> Emergency | None:
    return next(
        (
            one
            for one in emergencies
            if one.ended_at is None and one.first.unit_id == zone.pk and one.first.world == world
        ),
        None,
    )


def _due(
    zone: Unit,
    unit: Unit,
    world: int,
    kind: ReportKind,
    *,
    key: str,
    at: datetime,
    activation: Activation | None = None,
    number: int = 1,
    on: date | None = None,
) -> Due:
    return Due(
        zone=zone,
        unit=unit,
        world=world,
        kind=kind,
        key=key,
        due_at=at,
        activation=activation,
        number=number,
        on=on,
        next_at=at - settings.minutes("remind"),
    )


def _insert(rows: list[Due]) -> int:
    """Insert the rows that are not there and return how many were; open pages are told."""
    known = set(Due.objects.filter(key__in=[one.key for one in rows]).values_list("world", "zone_id", "key"))
    fresh = [one for one in rows if (one.world, one.zone_id, one.key) not in known]
    if not fresh:
        return 0
    Due.objects.bulk_create(fresh, ignore_conflicts=True)
    tell(0)
    return len(fresh)


def ensure_daily(zone: Unit, world: int, day: date) -> Due:
    """Return the daily report of a day, listed now when the calendar had not asked for it."""
    row = _due(
        zone, zone, world, ReportKind.DAILY, key=f"daily:{day}", at=settings.moment("daily", day), on=day
    )
    _insert([row])
    return Due.objects.select_related("unit", "zone").get(zone=zone, world=world, key=row.key)


def _close(one: Emergency, now: datetime) -> None:
    """Ask no longer for what an ended emergency left open; a drill ended by a real order needs no last report."""
    kinds = [ReportKind.INITIAL, ReportKind.FOLLOW]
    why = _("已战转平，由终报一并报告")
    if one.end_kind == EndKind.REAL_ORDER:
        kinds.append(ReportKind.FINAL)
        why = _("演练因实战命令中止")
    Due.objects.filter(
        activation=one.first, kind__in=kinds, done_at__isnull=True, dropped_at__isnull=True
    ).update(dropped_at=now, dropped_why=why, dropped_by_name=_("系统"), next_at=None)


def _close_drills(zone: Unit, worlds: set[int], now: datetime) -> None:
    """Ask no longer for daily and zero reports of drills that are over: nobody is reminded of them."""
    Due.objects.filter(
        zone=zone, world__gt=0, activation__isnull=True, done_at__isnull=True, dropped_at__isnull=True
    ).exclude(world__in=worlds).update(
        dropped_at=now, dropped_why=_("演练已结束"), dropped_by_name=_("系统"), next_at=None
    )


def _zero(zone: Unit, world: int, emergencies: list[Emergency], now: datetime) -> int:
    """List today's zero reports, from the orders in force or, where it is asked for, in routine."""
    day = clock.day_of(now)
    at = settings.moment("zero", day)
    running = [
        one.first
        for one in emergencies
        if one.ended_at is None and one.first.world == world and one.first.at < at
    ]
    paths: list[str] = []
    if settings.wanted("zero_emergency"):
        paths = [one.unit.path for one in running]
    if world == 0 and settings.wanted("zero_routine"):
        paths = [zone.path]
    return list_zero(zone, world, paths, now)


@transaction.atomic
def ask_zero(*, zone: Unit, by: Actor, world: int = 0, remind: bool = True) -> Due:
    """Ask every group and enterprise for a zero report today, also in routine; return the due report.

    What is listed already stays; ``remind`` False sends no reminders. Raises Refused without WRITE_REPORTS,
    Conflict when there is nobody to ask or today's was dropped.
    """
    require_write(by, zone)
    now = clock.now()
    made = list_zero(zone, world, [zone.path], now, late=True)
    due = Due.objects.filter(zone=zone, world=world, key=f"zero:{clock.day_of(now)}").first()
    if due is None or due.dropped_at is not None:
        raise Conflict(_("没有可以要求零报告的单位，或今天的零报告已经取消。"), code="zero_nobody")
    if not remind:
        Due.objects.filter(pk=due.pk).update(next_at=None)
    record(
        "reporting.ask_zero",
        by=by,
        subject=("due_report", due.pk),
        unit_path=zone.path,
        world=world,
        body={"due": due.key, "lines": made},
    )
    return due


def list_zero(zone: Unit, world: int, paths: list[str], now: datetime, *, late: bool = False) -> int:
    """List who must report today at or below the paths; after the fixed time nobody new, unless ``late``."""
    day = clock.day_of(now)
    at = settings.moment("zero", day)
    wanted = _must_report(zone, world, paths)
    if not wanted:
        return 0
    made = _insert([_due(zone, zone, world, ReportKind.ZERO, key=f"zero:{day}", at=at, on=day)])
    if not made and now > at and not late:
        return 0  # whoever appears after the fixed time reports tomorrow
    due = Due.objects.get(zone=zone, world=world, key=f"zero:{day}")
    if due.dropped_at is not None:
        return made
    known = set(due.lines.values_list("kind", "code"))
    fresh = [
        ZeroLine(due=due, kind=kind, code=code, name=name, unit_id=unit)
        for kind, code, name, unit in wanted
        if (kind, code) not in known
    ]
    if fresh:
        ZeroLine.objects.bulk_create(fresh, ignore_conflicts=True)
        Due.objects.filter(pk=due.pk, done_at__isnull=False).update(done_at=None)
        tell(due.pk)
    return made + len(fresh)


def _must_report(zone: Unit, world: int, paths: list[str]) -> list[tuple[str, str, str, int]]:
    """Return who gives a zero report when these paths are asked: kind, code, name, unit."""
    who = settings.text("zero_who")
    found: list[tuple[str, str, str, int]] = []
    if zone.path in paths and who != settings.ENTERPRISES:
        groups = (
            Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True, post__isnull=False)
            .exclude(post__group__code=ENTERPRISE_GROUP)
            .order_by("post__group__sort", "post__group__code")
            .values_list("post__group__code", "post__group__name", "post__group__sort")
            .distinct()
        )
        names: dict[str, str] = {}
        for code, name, _sort in groups:
            names.setdefault(code, short_group(name))
        found += [(LineKind.GROUP.value, code, name, zone.pk) for code, name in names.items()]
    if paths and who != settings.GROUPS:
        firms = (
            Unit.objects.filter(kind=UnitKind.ENTERPRISE, path__startswith=zone.path)
            .exclude(enterprise__status=EnterpriseStatus.CLOSED)
            .order_by("code")
        )
        found += [
            (LineKind.ENTERPRISE.value, str(firm.pk), firm.name, firm.pk)
            for firm in firms
            if any(firm.path.startswith(path) or path.startswith(firm.path) for path in paths)
        ]
    return found
