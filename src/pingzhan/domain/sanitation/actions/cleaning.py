"""Cleaning and airing are written down: a round with its exceptions, a table, or as planned in one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.sanitation import duties, rules
from pingzhan.domain.sanitation.actions import checks
from pingzhan.domain.sanitation.enums import Entered, Kind
from pingzhan.domain.sanitation.models import Area, Entry, Record
from pingzhan.domain.sanitation.photographs import KIND as PHOTOS
from pingzhan.domain.sanitation.queries.days import DayPlan, RoundState, areas_in_use, day_plan, rounds_of
from pingzhan.domain.sanitation.rounds import FULL, Round, round_key
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

_VERBS = {Kind.DISINFECTION: "sanitation.disinfected", Kind.VENTILATION: "sanitation.aired"}


@dataclass(frozen=True, slots=True)
class Line:
    """One area as it was done. ``agent`` empty means what the area is usually cleaned with."""

    area_id: int
    at: datetime
    agent: str = ""
    strength: Decimal | None = None
    minutes: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of a submission: ``known`` areas were registered for the same round before, and count once."""

    entry: Entry | None
    stored: int
    known: int


class _Day:
    """The rounds of the days that lines fall on, read once for each."""

    def __init__(self, unit: Unit, areas: Sequence[Area], now: datetime) -> None:
        self.unit, self.areas, self.now = unit, areas, now
        self._found: dict[date, tuple[list[Round], int]] = {}

    def of(self, day: date) -> tuple[list[Round], int]:
        """Return the rounds of a day and how long an airing has to last."""
        if day not in self._found:
            self._found[day] = rounds_of(self.unit, day, self.now, self.areas)
        return self._found[day]


def _locked(enterprise: Unit, wanted: set[int]) -> dict[int, Area]:
    """Lock areas in the order of their numbers, so that two submissions of a round wait for each other."""
    rows = Area.objects.select_for_update(no_key=True).filter(
        enterprise=enterprise, pk__in=wanted, retired_at__isnull=True
    )
    found = {area.pk: area for area in rows.order_by("pk")}
    if wanted - found.keys():
        raise NotFound(_("没有这个区域，或它已经停用。"))
    return found


def _built(line: Line, area: Area, kind: Kind, days: _Day, key: str) -> Record:
    """Return the checked record of a line. Raises Invalid with the place."""
    day = business_clock().day_of(line.at)
    asked, least = days.of(day)
    airing = kind == Kind.VENTILATION
    agent = "" if airing else line.agent or area.agent
    strength = line.strength
    if not airing and not line.agent:
        strength = area.strength if strength is None else strength
    return Record(
        enterprise_id=area.enterprise_id,
        area=area,
        kind=kind,
        day=day,
        round=key or round_key(kind, area, line.at, asked),
        at=line.at,
        agent=agent,
        strength=None if airing else checks.read_strength(agent, strength),
        minutes=checks.read_minutes(line.minutes, required=airing),
        least=least if airing else 0,
        note=checks.read_words(line.note, place="note"),
    )


def _known(rows: Sequence[Record]) -> set[tuple[int, date, str]]:
    condition = Q(pk__in=[])
    for row in rows:
        condition |= Q(area=row.area_id, kind=row.kind, day=row.day, round=row.round)
    stood = Record.objects.filter(condition, voided_at__isnull=True)
    return set(stood.values_list("area_id", "day", "round"))


def _keep(
    enterprise: Unit,
    kind: Kind,
    rows: Sequence[Record],
    *,
    how: Entered,
    photos: Sequence[bytes],
    by: Actor,
) -> Stored:
    """Write the records that are not there yet, close what they complete, and record it. Areas are locked."""
    known = _known(rows) if rows else set()
    fresh: dict[tuple[int, date, str], Record] = {}
    for row in rows:
        key = (row.area_id, row.day, row.round)
        if key not in known:
            fresh.setdefault(key, row)
    if not fresh:
        return Stored(None, 0, len(rows))
    entry = Entry.objects.create(
        enterprise=enterprise,
        kind=kind,
        how=how,
        by_name=by.name,
    )
    for row in fresh.values():
        row.entry, row.by_name = entry, by.name
    Record.objects.bulk_create(list(fresh.values()))
    kept = keep_photos(PHOTOS, entry.pk, enterprise.path, photos)
    closed = duties.done(entry, (row.at for row in fresh.values()), by)
    record(
        "sanitation.imported" if how == Entered.IMPORT else _VERBS[kind],
        by=by,
        subject=("sanitation_entry", entry.pk),
        unit_path=enterprise.path,
        body={"records": len(fresh), "closed": closed, "photos": kept, "how": how.value},
    )
    return Stored(entry, len(fresh), len(rows) - len(fresh))


@transaction.atomic
def enter_lines(
    *,
    enterprise: Unit,
    kind: Kind,
    lines: Sequence[Line],
    by: Actor,
    how: Entered = Entered.TABLE,
    photos: Sequence[bytes] = (),
) -> Stored:
    """Register what was done in areas, each at its own time; each finds its round by when and where it was.

    Raises Refused, NotFound for an area of another enterprise, Invalid with the place.
    """
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    if not lines:
        raise Invalid(_("请至少登记一个区域。"), place="areas")
    now = clock.now()
    areas = _locked(enterprise, {line.area_id for line in lines})
    days = _Day(enterprise, areas_in_use(enterprise), now)
    rows = []
    for line in lines:
        checks.read_moment(line.at, now)
        rows.append(_built(line, areas[line.area_id], kind, days, ""))
    return _keep(enterprise, kind, rows, how=how, photos=photos, by=by)


@dataclass(frozen=True, slots=True)
class RoundData:
    """How a round was done: the areas that were, when, and what differs from their usual way."""

    key: str
    day: date
    area_ids: tuple[int, ...]
    at: datetime | None = None
    agent: str = ""
    strength: Decimal | None = None
    minutes: int | None = None
    note: str = ""
    photos: tuple[bytes, ...] = ()


def _round_of(plan: DayPlan, key: str) -> RoundState:
    found = plan.state_of(key)
    if found is None:
        raise NotFound(_("没有这一轮消杀或通风。"), hint=_("措施可能已经变化，请回到今天的列表。"))
    return found


@transaction.atomic
def enter_round(*, enterprise: Unit, data: RoundData, by: Actor) -> Stored:
    """Register a round of a day for the areas named; those left out stay open.

    ``at`` None means now. What was registered for the round before counts once. Raises Refused, NotFound for an
    unknown round or area, Invalid with the place.
    """
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    if not data.area_ids:
        raise Invalid(_("请至少勾选一个区域。"), place="areas", hint=_("没有做的区域不要勾选。"))
    areas = _locked(enterprise, set(data.area_ids))
    now = clock.now()
    plan = day_plan(enterprise, data.day, now)
    state = _round_of(plan, data.key)
    at = data.at or now
    checks.read_moment(at, now)
    # A form sends whole minutes: a round that began within this minute has begun.
    if not state.round.t0.replace(second=0, microsecond=0) <= at < state.round.t1:
        raise Invalid(
            _("这一轮的时间是 %(t0)s 到 %(t1)s，请填写其间的时间。")
            % {"t0": _clock(state.round.t0), "t1": _clock(state.round.t1)},
            place="at",
            hint=_("在其他时间做的，请用表格补登。"),
        )
    expected = {area.pk for area in state.areas}
    if set(data.area_ids) - expected:
        raise Invalid(_("所选区域不在这一轮中。"), place="areas")
    kind = state.round.kind
    days = _Day(enterprise, plan.areas, now)
    key = "" if state.round.form == FULL else state.round.key
    open_areas = [areas[pk] for pk in data.area_ids if pk not in state.done]
    rows = []
    for area in open_areas:
        minutes = data.minutes
        if kind == Kind.VENTILATION and minutes is None:
            minutes = area.air_minutes or plan.least
        line = Line(area.pk, max(at, state.round.t0), data.agent, data.strength, minutes, data.note)
        rows.append(_built(line, area, kind, days, key))
    stored = _keep(enterprise, kind, rows, how=Entered.ROUND, photos=data.photos, by=by)
    if not stored.stored:
        _count_again(enterprise, state, by)
    return Stored(stored.entry, stored.stored, len(data.area_ids) - stored.stored)


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}"


def _count_again(enterprise: Unit, state: RoundState, by: Actor) -> int:
    """Close by what is registered already what was demanded only after it was written; return how many."""
    latest = max(state.done.values(), key=lambda one: one.at, default=None)
    if latest is None:
        return 0
    closed = duties.done(latest.entry, [latest.at], by)
    if closed:
        record(
            "sanitation.counted_again",
            by=by,
            subject=("sanitation_entry", latest.entry_id),
            unit_path=enterprise.path,
            body={"kind": state.round.kind.value, "closed": closed},
        )
    return closed


def _planned(area: Area, state: RoundState) -> datetime:
    """Return when an area is aired in a round by its own plan, by the measure's time without one."""
    own = [business_clock().at(state.round.day, one) for one in area.air_times]
    return next((one for one in sorted(own) if state.round.holds(one)), state.round.t0)


@transaction.atomic
def clean_as_usual(*, enterprise: Unit, by: Actor) -> int:
    """Say that the cleaning rounds running now are done in all their areas; return how many records it made.

    Each area with its usual agent and strength, at this moment. Conflict without areas or without a round, Refused
    as for a round.
    """
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    if not areas_in_use(enterprise):
        raise Conflict(_("还没有登记消杀区域。"), hint=_("请先在“消杀通风”中登记区域。"), code="no_areas")
    now, day = business_now()
    plan = day_plan(enterprise, day, now)
    states = [one for one in plan.rounds if one.round.kind == Kind.DISINFECTION and one.current]
    if not states:
        raise Conflict(_("现在没有到点的消杀。"), code="no_round")
    made = 0
    for state in states:
        if missing := tuple(sorted(area.pk for area in state.missing)):
            made += enter_round(
                enterprise=enterprise, data=RoundData(state.round.key, day, missing), by=by
            ).stored
        else:
            _count_again(enterprise, state, by)
    return made


@transaction.atomic
def air_as_planned(*, enterprise: Unit, by: Actor) -> int:
    """Say that the areas were aired as planned in the round that is running; return how many records it made.

    Honest only once the planned time is over: Conflict before, and where an area's plan is shorter than the
    measures ask. 0 when all of it was registered before.
    """
    rules.require_keep(by, enterprise)
    checks.check_open(enterprise)
    found = areas_in_use(enterprise)
    areas = _locked(enterprise, {area.pk for area in found if area.airs})
    if not areas:
        raise Conflict(
            _("还没有登记需要通风的区域。"), hint=_("请先在“消杀通风”中登记区域。"), code="no_areas"
        )
    now, today = business_now()
    plan = day_plan(enterprise, today, now)
    states = [one for one in plan.rounds if one.round.kind == Kind.VENTILATION and one.current]
    if not states:
        raise Conflict(_("现在没有要申报的通风。"), code="no_round")
    lines: list[Line] = []
    first: datetime | None = None
    for state in states:
        for area in state.missing:
            minutes = area.air_minutes or plan.least
            if minutes < plan.least:
                raise Conflict(
                    _("“%(area)s”计划通风 %(planned)d 分钟，现行措施要求 %(least)d 分钟。")
                    % {"area": area.name, "planned": minutes, "least": plan.least},
                    hint=_("请修改区域的计划，或按实际时间逐项登记。"),
                    code="plan_short",
                )
            at = _planned(area, state)
            ends = at + timedelta(minutes=minutes)
            if ends > now:
                first = ends if first is None else min(first, ends)
            elif area.pk not in state.short:
                lines.append(Line(area.pk, at, minutes=minutes))
    if not lines and first is not None:
        raise Conflict(
            _("计划的通风还没有结束，请在 %(at)s 以后申报。") % {"at": _clock(first)}, code="not_over"
        )
    if not lines:
        for state in states:
            _count_again(enterprise, state, by)
        return 0
    days = _Day(enterprise, plan.areas, now)
    rows = [_built(line, areas[line.area_id], Kind.VENTILATION, days, "") for line in lines]
    return _keep(enterprise, Kind.VENTILATION, rows, how=Entered.PLANNED, photos=(), by=by).stored
