"""What the wall shows of a zone, gathered by a fixed number of queries, whoever looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import LIVE_STATES, WORKING_STATES
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.api import short_group
from pingzhan.domain.roster import api as roster
from pingzhan.domain.roster.enums import ShiftRole
from pingzhan.domain.roster.models import Shift
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.pages.console import gaps
from pingzhan.pages.console.marks import Mark, marks
from pingzhan.pages.console.owed import owed_look
from pingzhan.pages.console.readiness.levels import LevelRow, ready
from pingzhan.pages.console.wall.cards import Card, emergency_cards, routine_cards
from pingzhan.pages.console.wall.drawing import Drawing, PlotState, draw
from pingzhan.pages.console.wording import group_name, level_word

QUEUE = 14
"""Matters listed; a screen of 16:9 shows the first eight of them."""
GAPS = 5
LOG = 4
SHIFTS = 6
LATE_CONTACT = timedelta(minutes=30)
"""Contacts of enterprises confirm within half an hour (command.md section 8); after that their plot is red."""


@dataclass(frozen=True)
class GroupBar:
    """One group: chairs needed, filled, confirmed, arrived, and the widths of the bar in percent."""

    name: str
    needed: int
    filled: int
    confirmed: int
    arrived: int
    tone: str

    def _share(self, part: int) -> int:
        return min(100, part * 100 // self.needed) if self.needed else 0

    @property
    def filled_share(self) -> int:
        """Return how much of the bar is filled."""
        return self._share(self.filled)

    @property
    def confirmed_share(self) -> int:
        """Return how much of the bar is confirmed."""
        return self._share(self.confirmed)

    @property
    def arrived_share(self) -> int:
        """Return how much of the bar has arrived."""
        return self._share(self.arrived)


@dataclass(frozen=True)
class Line:
    """Who commands or is on duty: the role, the name, a word beside it, and whether it needs a hand."""

    role: str
    name: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Matter:
    """One thing with a time limit. No person is named; tasks that differ in the person only are one, counted."""

    kind: str
    title: str
    where: str
    due_at: datetime
    tone: str
    count: int = 1


@dataclass(frozen=True)
class ShiftLine:
    """One period of the duty roster: when, who leads, who is on duty."""

    begins: datetime
    when: str
    leader: str
    officers: str


SCOPES = 4
"""Lines of scopes that the wall has room for."""


@dataclass(frozen=True)
class Scope:
    """A unit whose posture differs from the zone's."""

    name: str
    word: str
    since: datetime


@dataclass
class Wall:
    """All panels of the wall."""

    zone: Unit
    world: int
    at: datetime
    posture: str
    level: int | None
    since: datetime | None
    basis: str
    scopes: list[Scope]
    cards: list[Card]
    groups: list[GroupBar]
    command: list[Line]
    marks: list[Mark]
    duty: list[Line]
    duty_until: datetime | None
    shifts: list[ShiftLine]
    drawing: Drawing | None
    legend: list[tuple[str, str, int]]
    plots: list[PlotState]
    queue: list[Matter]
    queue_more: int
    gaps: list[gaps.GapGroup]
    gap_count: int
    levels: list[LevelRow]
    log: list[tuple[datetime, str]]

    @property
    def emergency(self) -> bool:
        """Return whether the zone or anything in it is in emergency posture."""
        return self.posture == "emergency"


def wall(zone: Unit, world: int = 0) -> Wall:
    """Return what the wall of a zone shows now. The number of queries does not depend on the size."""
    now = timezone.now()
    active = command.in_force(zone, world)
    running = active[0] if active else None
    own = running if running is not None and running.unit_id == zone.pk else None
    counts = command.group_counts(zone, world)
    bars = [_bar(one) for one in counts]
    firms = list(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
        .select_related("enterprise")
        .order_by("code")
    )
    figures = orders.board(zone, world)
    queue, left = _queue(zone, world, now)
    levels: list[LevelRow] = []
    if running is None:
        levels, found, _version = ready(zone)
    else:
        found = gaps.items(command.gap_lines(command.open_gaps(zone, world)), emergency=True)
    duty = roster.on_duty(zone)
    states = _states(zone, world, firms, active, now)
    plan = territory.plan_of(zone)
    tasks = command.task_counts(zone, world)
    people = sum(firm.headcount for firm in firms)
    grouped = gaps.grouped(found)
    if running is not None:
        cards = emergency_cards(
            counts=counts,
            notices=command.order_notices(zone, world),
            waiting_since=command.oldest_waiting(zone, world),
            gaps=found,
            orders=figures,
            late_tasks=sum(one.overdue for one in tasks),
            open_tasks=sum(one.open for one in tasks),
            now=now,
        )
    else:
        cards = routine_cards(
            counts=counts,
            levels=levels,
            gaps=found,
            orders=figures,
            firms=len(firms),
            people=people,
            roster_gaps=len(roster.gaps(zone)),
            unverified=command.unverified_persons(zone),
        )
    return Wall(
        zone=zone,
        world=world,
        at=now,
        posture="emergency" if own else "routine" if running is None else "emergency",
        level=own.level if own else None,
        since=running.at if running else None,
        basis=running.basis if running else "",
        scopes=[
            Scope(one.name, level_word(one.level), one.since)
            for one in command.by_order((one for one in active if one is not own), SCOPES)
        ],
        cards=cards,
        groups=bars,
        command=_command(zone, world, running is not None),
        marks=marks(running.at, now) if running is not None else [],
        duty=_duty(duty),
        duty_until=duty.until,
        shifts=_shifts(zone, now),
        drawing=draw(plan.geojson["features"], states) if plan is not None else None,
        legend=_legend(states.values(), running is not None),
        plots=list(states.values()),
        queue=queue,
        queue_more=left,
        gaps=grouped[:GAPS],
        gap_count=len(found),
        levels=levels,
        log=[(line.happened, line.text) for line in command.log_lines(zone, world)[:LOG]],
    )


def _bar(one: command.GroupCount) -> GroupBar:
    tone = "bad" if one.empty else "warn" if one.confirmed < one.filled else "ok"
    return GroupBar(group_name(one.code, one.name), one.needed, one.filled, one.confirmed, one.arrived, tone)


def _command(zone: Unit, world: int, emergency: bool) -> list[Line]:
    leads = command.leads(zone, world)[: 3 if emergency else 2]
    if not leads:
        return [Line(_("指挥人"), "", _("无人，请立即指定"), "bad")]
    first, *rest = leads
    title = _("提级指挥") if first.upper else _("代行指挥") if first.acting else _("指挥人")
    lines = [_lead(title, first, emergency)]
    return lines + [
        _lead(_("下一顺位") if n == 0 else _("再下一顺位"), one, emergency) for n, one in enumerate(rest)
    ]


def _lead(role: str, lead: command.Lead, emergency: bool) -> Line:
    if not emergency:
        return Line(role, lead.name, lead.post)
    word = _("已确认") if lead.confirmed else _("未确认")
    return Line(role, lead.name, word, "ok" if lead.confirmed else "warn")


def _duty(duty: roster.OnDuty) -> list[Line]:
    def words(person_id: int) -> tuple[str, str]:
        return (_("已登记离岗"), "bad") if person_id in duty.absent_ids else ("", "")

    leader, officers = duty.leader, duty.officers
    lines = [
        Line(_("带班领导"), leader.name, *words(leader.pk))
        if leader is not None
        else Line(_("带班领导"), "", _("没有排班"), "bad")
    ]
    if not officers:
        return [*lines, Line(_("值班员"), "", _("没有排班"), "bad")]
    away = [one for one in officers if one.pk in duty.absent_ids]
    names = "、".join(one.name for one in officers)
    return [*lines, Line(_("值班员"), names, *(words(away[0].pk) if away else ("", "")))]


def _shifts(zone: Unit, now: datetime) -> list[ShiftLine]:
    """Return the roster of the next three days by period. One query."""
    periods: dict[tuple[datetime, datetime], list[Shift]] = {}
    for shift in roster.timetable(zone, now, now + timedelta(hours=72)):
        periods.setdefault((shift.t0, shift.t1), []).append(shift)
    found = []
    for (t0, _t1), rows in sorted(periods.items())[:SHIFTS]:
        named = [(row.role, row.person.name) for row in rows if row.person is not None]
        leader = "、".join(name for role, name in named if role == ShiftRole.LEAD)
        others = "、".join(name for role, name in named if role != ShiftRole.LEAD)
        found.append(ShiftLine(t0, date_format(timezone.localtime(t0), "m-d H:i"), leader, others))
    return found


def _queue(zone: Unit, world: int, now: datetime) -> tuple[list[Matter], int]:
    """Return what is due first, orders and tasks together, and how many overdue matters the list leaves out."""
    given = Order.objects.filter(zone=zone, world=world, state__in=WORKING_STATES).select_related("unit")
    matters = [
        Matter(
            _("督办"),
            one.title,
            " · ".join(part for part in (short_group(one.group_name), _unit_word(one, zone)) if part)
            or _("交办"),
            one.due_at,
            "bad" if one.due_at <= now else "warn" if one.yellow_at <= now else "",
        )
        for one in given.order_by("due_at", "pk")[: QUEUE + 1]
    ]
    rows = (
        command.live_tasks(zone, world)
        .filter(due_at__isnull=False)
        .values_list("title", "due_at", "owner_seat__post__group__code", "owner_seat__post__group__name")
        .annotate(n=Count("pk"))
        .order_by("due_at", "title", "owner_seat__post__group__code")
    )
    for title, due_at, code, name, count in rows[: QUEUE + 1]:
        tone = "bad" if due_at <= now else "warn" if due_at - now <= timedelta(minutes=30) else ""
        where = group_name(code or command.POOL_CODE, name or "")
        matters.append(Matter(_("任务"), title, where, due_at, tone, count))
    matters.sort(key=lambda one: one.due_at)
    return matters[:QUEUE], max(0, len(matters) - QUEUE)


def _unit_word(order: Order, zone: Unit) -> str:
    return "" if order.unit_id == zone.pk else order.unit.name


def _states(
    zone: Unit, world: int, firms: Sequence[Unit], active: Sequence[Activation], now: datetime
) -> dict[str, PlotState]:
    """Return the state of each enterprise by its code: seats, orders, obligations, posture.

    Three queries, and two more in the real world: a drill demands nothing of anybody's day.
    """
    postures = command.posture_of([firm.pk for firm in firms], world)
    seats = command.seats_by_unit(zone, world)
    live: dict[int, list[datetime]] = {}
    for unit_id, due_at in Order.objects.filter(
        zone=zone, world=world, state__in=LIVE_STATES, unit__kind=UnitKind.ENTERPRISE
    ).values_list("unit_id", "due_at"):
        live.setdefault(unit_id, []).append(due_at)
    own = {one.unit_id for one in active} - {zone.pk}
    owed = {} if world else obligations.unit_states([firm.pk for firm in firms])
    found: dict[str, PlotState] = {}
    for firm in firms:
        due = live.get(firm.pk, [])
        level = postures[firm.pk].level
        tone, word = _plot_state(
            seats.get(firm.pk), level is not None, sum(at <= now for at in due), len(due), now
        )
        tone, word = _with_owed(tone, word, owed.get(firm.pk))
        found[firm.code] = PlotState(
            _short(firm),
            tone,
            word or _("%(n)d 人") % {"n": firm.headcount},
            level_word(level),
            outlined=postures[firm.pk].unit_id in own,
        )
    return found


def _with_owed(tone: str, word: str, state: obligations.UnitState | None) -> tuple[str, str]:
    """Return tone and word with what the enterprise has not done in time, where nothing graver is shown."""
    if state is None or tone in ("bad", "warn"):
        return tone, word
    if state.late:
        return "warn", owed_look(state)[1]
    return tone, word


def _short(unit: Unit) -> str:
    """Return the name by which a firm is known; one without a file is called as its unit is."""
    file: Enterprise | None = getattr(unit, "enterprise", None)
    return (file.short_name if file is not None else "") or unit.name.removesuffix("有限公司")


def _plot_state(
    seats: command.UnitSeats | None, emergency: bool, late: int, live: int, now: datetime
) -> tuple[str, str]:
    """Return tone and word of one plot: the gravest of overdue orders, silence, orders in hand, all in place."""
    if late:
        return "bad", _("督办超期 %(n)d") % {"n": late}
    if not emergency:
        return ("doing", _("督办 %(n)d") % {"n": live}) if live else ("calm", "")
    if seats is None or not seats.filled:
        return "bad", _("岗位无人")
    waiting = seats.filled - seats.confirmed
    if waiting and seats.waiting_since is not None and now - seats.waiting_since > LATE_CONTACT:
        return "bad", _("超时未确认 %(n)d") % {"n": waiting}
    if waiting:
        return "warn", _("待确认 %(n)d") % {"n": waiting}
    if live:
        return "doing", _("督办 %(n)d") % {"n": live}
    return "ok", _("全部到岗") if seats.arrived == seats.filled else _("已确认")


def _legend(states: Iterable[PlotState], emergency: bool) -> list[tuple[str, str, int]]:
    words = [
        ("bad", _("需立即处置") if emergency else _("督办超期")),
        ("warn", pgettext("plan", "等待确认") if emergency else pgettext("plan", "防控事项逾期")),
        ("doing", pgettext("plan", "督办办理中")),
        ("ok", pgettext("plan", "已到位")),
        ("calm", pgettext("plan", "平时，无待办")),
    ]
    tones = [one.tone for one in states]
    counted = [(tone, word, tones.count(tone)) for tone, word in words]
    return [one for one in counted if one[2] or (one[0] in ("bad", "ok" if emergency else "calm"))]
