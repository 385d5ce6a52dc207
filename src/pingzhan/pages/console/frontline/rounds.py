"""接下来去哪里: what is known of an official's enterprises becomes days, and the days become lines with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.api import Cause, MyFirm, Stop, VisitedFirm
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.api import Every
from pingzhan.domain.measures.enums import Evidence, Subject
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.roster.api import day_class, own_days
from pingzhan.domain.roster.enums import DayClass
from pingzhan.domain.territory.models import Unit

AHEAD = timedelta(days=14)
"""How far the list looks; what lies farther is told at the enterprise."""


@dataclass(frozen=True)
class Line:
    """One visit of the list: ``why`` in words, ``tone`` of its badge."""

    unit: Unit
    stop: Stop
    why: str
    tone: str


@dataclass(frozen=True)
class Day:
    """A day of the list."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Rounds:
    """Where to go next: the days of the coming weeks; the line and the last visit of each enterprise."""

    days: tuple[Day, ...]
    lines: Mapping[int, Line]
    last: Mapping[int, SiteVisit]


def rounds_of(firms: Sequence[MyFirm], why: Mapping[int, obligations.Why]) -> Rounds:
    """Return the plan for the enterprises of one official. A fixed number of queries, none without enterprises."""
    if not firms:
        return Rounds((), {}, {})
    units = {one.unit.pk: one.unit for one in firms}
    own, pace, today = own_days(), frontline.visit_pace(), timezone.localdate()
    due, last, every = _due(list(units)), frontline.last_visits(units), _intervals(list(units))
    stops = frontline.plan_rounds(
        [
            VisitedFirm(
                id=pk,
                colour=why[pk].state.colour,
                since=_day(why[pk].state.since),
                last=last[pk].day if pk in last else None,
                every=every.get(pk),
                due=due.get(pk),
                alarm=firm.level is not None,
            )
            for pk, firm in ((one.unit.pk, one) for one in firms)
        ],
        today,
        is_workday=lambda day: day_class(day, own) == DayClass.WORKDAY,
        pace=pace,
    )
    lines = [
        Line(units[one.id], one, _why(one, why[one.id], last.get(one.id), today), _tone(one)) for one in stops
    ]
    near = [one for one in lines if one.stop.day <= today + AHEAD]
    return Rounds(
        tuple(
            Day(day_words(day, today), tuple(rows))
            for day, rows in groupby(near, key=lambda one: one.stop.day)
        ),
        {one.unit.pk: one for one in lines},
        last,
    )


def day_words(day: date, today: date) -> str:
    """Return a day of the plan in words: today, tomorrow, else the date with its weekday."""
    shown = date_format(day, "MONTH_DAY_FORMAT")
    near = {0: _("今天"), 1: _("明天")}.get((day - today).days, date_format(day, "l"))
    return _("%(day)s（%(word)s）") % {"day": shown, "word": near}


def _day(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment is not None else None


def _due(units: Sequence[int]) -> dict[int, date]:
    """Return the business day by whose end a visit is demanded of each enterprise."""
    clock = obligations.business_clock()
    found = obligations.next_due(units, Evidence.INSPECTION)
    return {pk: clock.day_of(at - timedelta(microseconds=1)) for pk, at in found.items()}


def _intervals(units: Sequence[int]) -> dict[int, int]:
    """Return the shortest interval in days at which the measures in force have each enterprise visited."""
    found = {}
    for pk, held in measures.in_force_many(units).items():
        days = [
            one.cadence.days
            for one in held.measures
            if one.evidence == Evidence.INSPECTION
            and one.subject == Subject.ENTERPRISE
            and isinstance(one.cadence, Every)
        ]
        if days:
            found[pk] = min(days)
    return found


def _why(stop: Stop, why: obligations.Why, last: SiteVisit | None, today: date) -> str:
    if stop.cause is Cause.NEVER or last is None:
        return _("还没有走访记录")
    if stop.cause is Cause.LATE:
        n = why.state.late
        return ngettext("%(n)d 项逾期：%(what)s", "%(n)d 项逾期：%(what)s", n) % {"n": n, "what": why.worst}
    if stop.cause is Cause.SOON:
        n = why.state.soon
        return ngettext("%(n)d 项即将到期", "%(n)d 项即将到期", n) % {"n": n}
    n = (today - last.day).days
    if stop.cause is Cause.ORDERED:
        return ngettext(
            "防控措施要求走访，上次走访在 %(n)d 天前", "防控措施要求走访，上次走访在 %(n)d 天前", n
        ) % {"n": n}
    return ngettext("定期走访，上次走访在 %(n)d 天前", "定期走访，上次走访在 %(n)d 天前", n) % {"n": n}


def _tone(stop: Stop) -> str:
    if stop.overdue or stop.cause is Cause.LATE:
        return "bad"
    return "warn" if stop.cause in (Cause.NEVER, Cause.SOON) else "info"
