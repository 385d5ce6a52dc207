"""The roster, the balance of which it is a part, and the absences as files; the roster can come in again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.calendar import YEARS
from pingzhan.domain.roster.enums import LEAD_SEAT
from pingzhan.domain.roster.models import Shift
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


def day_of(params: Params) -> date:
    """Return the day a page of the calendar is about (``on``), today when it is missing or wrong."""
    return day_in(params.get("on", "")) or timezone.localdate()


def day_in(text: str) -> date | None:
    """Return the day a text names; None for what is no day, and for one no calendar of duty reaches."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of a month and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def week_of(day: date) -> tuple[date, date]:
    """Return the Monday of a week and the next."""
    first = day - timedelta(days=day.weekday())
    return first, first + timedelta(days=7)


def shown_period(params: Params) -> tuple[date, date]:
    """Return the days [first, until) that the calendar shows for its parameters ``view`` and ``on``."""
    day = day_of(params)
    return week_of(day) if params.get("view") == "week" else month_of(day)


def _of_zone(params: Params) -> dict[str, Any]:
    zone = params.get("zone", "")
    return {"zone_id": int(zone)} if zone.isdecimal() and len(zone) < 19 else {}


def _shifts(actor: Actor, params: Params) -> QuerySet[Shift]:
    first, until = shown_period(params)
    return (
        rules.visible_to(actor)
        .filter(in_force=True, day__gte=first, day__lt=until, **_of_zone(params))
        .select_related("person")
        .order_by("day", "seat", "t0", "pk")
    )


def _words(actor: Actor, params: Params) -> str:
    first, until = shown_period(params)
    return _("%(first)s 至 %(last)s") % {
        "first": date_format(first, "Y-m-d"),
        "last": date_format(until - timedelta(days=1), "Y-m-d"),
    }


def _sees(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_STRUCTURE)


SHIFTS = Listing(
    key="roster.shifts",
    title=gettext_lazy("值班表"),
    columns=(
        OutColumn("day", gettext_lazy("日期"), lambda row: row.day, width=14),
        OutColumn("role", gettext_lazy("角色"), lambda row: str(row.role.label), width=12),
        OutColumn("name", gettext_lazy("姓名"), lambda row: row.person.name if row.person else None),
        OutColumn(
            "title",
            gettext_lazy("职务"),
            lambda row: (row.person.title or None) if row.person else None,
            width=20,
        ),
        OutColumn("part", gettext_lazy("班次"), lambda row: row.get_part_display(), width=10),
        OutColumn(
            "number",
            gettext_lazy("第几名"),
            lambda row: None if row.seat == LEAD_SEAT else row.seat,
            width=10,
        ),
        OutColumn("t0", gettext_lazy("开始"), lambda row: row.t0, width=20),
        OutColumn("t1", gettext_lazy("结束"), lambda row: row.t1, width=20),
    ),
    queryset=_shifts,
    may=_sees,
    filter_words=_words,
)


def _absences(actor: Actor, params: Params) -> QuerySet[Absence]:
    first, until = month_of(day_of(params))
    return (
        Absence.objects.filter(
            within("person__home_unit__path", actor.paths(Permission.VIEW_STRUCTURE)),
            t0__lt=clock.midnight(until),
            t1__gt=clock.midnight(first),
        )
        .select_related("person")
        .order_by("person__sort_key", "t0", "pk")
    )


ABSENCES = Listing(
    key="roster.absences",
    title=gettext_lazy("请假和离岗"),
    columns=(
        OutColumn("name", gettext_lazy("姓名"), lambda row: row.person.name),
        OutColumn("title", gettext_lazy("职务"), lambda row: row.person.title or None, width=20),
        OutColumn("kind", gettext_lazy("事由"), lambda row: row.get_kind_display(), width=10),
        OutColumn("t0", gettext_lazy("开始"), lambda row: row.t0, width=20),
        OutColumn("t1", gettext_lazy("结束"), lambda row: row.t1, width=20),
        OutColumn("basis", gettext_lazy("依据"), lambda row: row.basis or None, width=24),
    ),
    queryset=_absences,
    may=_sees,
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(SHIFTS)
    register_listing(ABSENCES)
