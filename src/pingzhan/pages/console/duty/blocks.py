"""Blocks of 值班台 that other modules fill: duty, orders, reports, drills and the age of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills import api as drills
from pingzhan.domain.orders import api as orders
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.premises import api as premises
from pingzhan.domain.reporting import api as reporting
from pingzhan.domain.roster import api as roster
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import Pursuit, SwitchProposal
from pingzhan.domain.territory.models import Unit
from pingzhan.pages.console.wording import group_name, level_word

ORDERS = 8
NAMES = 6


def address(name: str, *args: object) -> str:
    """Return the address of a page, an empty text when this installation does not have it."""
    try:
        return reverse(name, args=args or None)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class InForce:
    """One order in force: where, what, since when, by whom, on what basis."""

    name: str
    word: str
    since: datetime
    by: str
    basis: str
    hazard: str = ""


def in_force(active: Sequence[Activation]) -> list[InForce]:
    """Return the orders in force in words; no query."""
    return [
        InForce(
            one.name,
            level_word(one.level),
            one.since,
            one.by,
            one.basis,
            command.hazard_name(one.hazard) if one.hazard else "",
        )
        for one in command.by_order(active)
    ]


@dataclass(frozen=True)
class OnDuty:
    """One person on duty with his telephone; ``away`` when he is registered as absent all the same."""

    name: str
    phone: str
    away: bool


@dataclass(frozen=True)
class Duty:
    """带班领导 and 值班员 now, and when that changes."""

    leaders: list[OnDuty]
    officers: list[OnDuty]
    until: datetime | None


def duty(zone: Unit) -> Duty:
    """Return who is on duty. Three queries."""
    now = roster.on_duty(zone)
    phones = organisation.phones_of([person.pk for person in now.people])

    def words(person: Person) -> OnDuty:
        return OnDuty(person.name, phones.get(person.pk, ""), person.pk in now.absent_ids)

    leaders = [words(now.leader)] if now.leader is not None else []
    return Duty(leaders, [words(one) for one in now.officers], now.until)


@dataclass(frozen=True)
class OrderLine:
    """One overdue or yellow order with what was last said about it."""

    title: str
    who: str
    note: str
    due_at: datetime
    tone: str
    word: str
    link: str


@dataclass(frozen=True)
class OrderGroup:
    """The live orders of one group."""

    name: str
    live: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class OrderBlock:
    """Orders overdue and due soon, by group and one by one."""

    figures: orders.Board
    groups: list[OrderGroup]
    lines: list[OrderLine]
    page: str
    quick: str

    @property
    def more(self) -> int:
        """Return how many pressing orders the list leaves out."""
        return max(0, self.figures.overdue + self.figures.soon - len(self.lines))


def _group_of(code: str, name: str) -> str:
    if code == ENTERPRISE_GROUP and not name:
        return _("企业")
    return group_name(code, name) if code else _("个人")


def order_block(zone: Unit, world: int, now: datetime) -> OrderBlock:
    """Return the block of orders. Three queries."""
    groups = [
        OrderGroup(_group_of(one.code, one.name), one.live, one.overdue, one.soon)
        for one in orders.overdue_by_group(zone, world)
        if one.overdue or one.soon
    ]
    lines = [
        OrderLine(
            one.title,
            one.lead_name,
            getattr(one, "last_note", None) or "",
            one.due_at,
            "bad" if one.due_at <= now else "warn",
            _("超期") if one.due_at <= now else _("将到期"),
            address("orders:detail", one.pk),
        )
        for one in orders.with_last_event(orders.pressing(zone, world))[:ORDERS]
    ]
    return OrderBlock(
        orders.board(zone, world), groups, lines, address("orders:index"), address("orders:quick")
    )


@dataclass(frozen=True)
class ReportLine:
    """One report that is due."""

    name: str
    due_at: datetime
    tone: str


@dataclass(frozen=True)
class ReportBlock:
    """What is to be reported next, and who has not given today's zero report."""

    lines: list[ReportLine]
    more: int
    zero: reporting.ZeroCount
    missing: list[str]
    page: str

    @property
    def next_at(self) -> datetime | None:
        """Return when the next report is due."""
        return self.lines[0].due_at if self.lines else None

    @property
    def late(self) -> bool:
        """Return whether a report is overdue."""
        return any(one.tone == "bad" for one in self.lines)

    @property
    def missing_more(self) -> int:
        """Return how many of those missing are not named."""
        return max(0, self.zero.missing - len(self.missing))


def report_block(zone: Unit, world: int, now: datetime) -> ReportBlock:
    """Return the block of reports. Four queries at most."""
    due = reporting.due_reports(zone, world)
    lines = [
        ReportLine(reporting.due_name(one), one.due_at, "bad" if one.due_at <= now else "") for one in due[:4]
    ]
    zero = reporting.zero_due(zone, world)
    names: list[str] = []
    if zero is not None:
        waiting = reporting.zero_lines(zero).filter(value__isnull=True)
        names = list(waiting.values_list("name", flat=True)[:NAMES])
    return ReportBlock(
        lines, max(0, len(due) - 4), reporting.zero_count(zero), names, address("reports:index")
    )


@dataclass(frozen=True)
class IncidentLine:
    """One incident that is not closed; ``tone`` is ``bad`` until somebody received it."""

    what: str
    where: str
    state: str
    tone: str
    at: datetime
    link: str


@dataclass(frozen=True)
class IncidentBlock:
    """Incidents of the zone's enterprises that are not closed, those nobody received first."""

    lines: list[IncidentLine]
    more: int
    page: str

    @property
    def waiting(self) -> bool:
        """Return whether somebody still has to receive one."""
        return any(line.tone == "bad" for line in self.lines)


INCIDENTS = 5
_MOST_INCIDENTS = 100


def incident_block(zone: Unit, world: int) -> IncidentBlock:
    """Return the block of incidents; an exercise has none of its own. One query."""
    if world:
        return IncidentBlock([], 0, "")
    rows = list(premises.open_incidents(zone)[:_MOST_INCIDENTS])
    lines = [
        IncidentLine(
            row.get_kind_display(),
            _("%(unit)s，%(place)s，%(n)d 人")
            % {"unit": row.enterprise.name, "place": row.place, "n": row.persons},
            row.get_state_display(),
            "bad" if row.received_at is None else "warn",
            row.reported_at,
            address("incidents:incident", row.pk),
        )
        for row in rows[:INCIDENTS]
    ]
    return IncidentBlock(lines, len(rows) - len(lines), address("incidents:index"))


@dataclass(frozen=True)
class PursuitLine:
    """A positive or grey tube that is followed: how many are held, and what of 第一时间 is still to be done."""

    code: str
    where: str
    held: int
    tone: str
    word: str
    at: datetime
    link: str


@dataclass(frozen=True)
class PursuitBlock:
    """Tubes that are followed, the oldest first, and whether a switch is proposed."""

    lines: list[PursuitLine]
    more: int
    page: str
    proposed: str


PURSUITS = 5
_MOST_PURSUITS = 100


def pursuit_block(zone: Unit, world: int, now: datetime) -> PursuitBlock:
    """Return the block of tubes that are followed; an exercise has none of its own. Three queries at most."""
    if world:
        return PursuitBlock([], 0, "", "")
    found = list(screening.open_pursuits(Pursuit.objects.filter(zone=zone))[:_MOST_PURSUITS])
    if not found:
        return PursuitBlock([], 0, "", "")
    proposal = screening.waiting_proposal(SwitchProposal.objects.all(), zone)
    lines = [
        PursuitLine(
            row.pursuit.tube.code,
            row.pursuit.tube.enterprise.name if row.pursuit.tube.enterprise is not None else "",
            row.held,
            "bad" if row.late or row.positive else "warn",
            row.pursuit.get_verdict_display(),
            row.pursuit.found_at,
            address("pursuits:show", row.pursuit.pk),
        )
        for row in screening.pursuit_rows(found[:PURSUITS], now)
    ]
    return PursuitBlock(
        lines,
        len(found) - len(lines),
        address("pursuits:index"),
        proposal.unit.name if proposal is not None else "",
    )


@dataclass(frozen=True)
class Practice:
    """The last drill, what is still to be done after it, and how old the plan is."""

    drill: str
    drill_at: datetime | None
    drill_link: str
    actions: list[str] = field(default_factory=list)
    actions_count: int = 0
    plan_at: datetime | None = None
    plan_days: int = 0
    page: str = ""


ACTIONS = 4


def practice(zone: Unit, now: datetime) -> Practice:
    """Return the block of drills and plan age. Four queries."""
    last = drills.last_drill(zone)
    open_actions = drills.open_actions(zone)
    version = organisation.published_version(zone.pk)
    published = version.published_at if version is not None else None
    return Practice(
        drill=last.title if last is not None else "",
        drill_at=last.ended_at if last is not None else None,
        drill_link=address("drills:detail", last.pk) if last is not None else "",
        actions=[one.text for one in open_actions[:ACTIONS]],
        actions_count=open_actions.count(),
        plan_at=published,
        plan_days=(now - published).days if published is not None else 0,
        page=address("drills:index"),
    )
