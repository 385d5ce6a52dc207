"""The content of 值班台, in words, gathered by a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.api import Waiting
from pingzhan.domain.command.models import Activation
from pingzhan.domain.command.models import LogLine as Line
from pingzhan.domain.roster import api as roster
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.pages.console import gaps
from pingzhan.pages.console.duty.blocks import (
    Duty,
    IncidentBlock,
    InForce,
    OnDuty,
    OrderBlock,
    Practice,
    PursuitBlock,
    ReportBlock,
    duty,
    in_force,
    incident_block,
    order_block,
    practice,
    pursuit_block,
    report_block,
)
from pingzhan.pages.console.duty.health import HealthLine
from pingzhan.pages.console.marks import Mark, marks
from pingzhan.pages.console.readiness.levels import LevelRow, ready
from pingzhan.pages.console.seats import SeatView, seat_view
from pingzhan.pages.console.wording import group_name

ALARMS = 12
TASKS = 8
LOG = 6


@dataclass(frozen=True)
class Commander:
    """One cell of the row "who commands this minute"."""

    role: str
    name: str
    note: str = ""
    phone: str = ""
    acting: bool = False


@dataclass(frozen=True)
class GroupRow:
    """One line of the posts board."""

    code: str
    name: str
    needed: int
    filled: int
    confirmed: int
    arrived: int
    tone: str


@dataclass(frozen=True)
class Totals:
    """The foot of the posts board; ``red`` says whether anything needs a hand."""

    needed: int
    filled: int
    confirmed: int
    arrived: int
    red: bool


@dataclass(frozen=True)
class TaskRow:
    """One overdue or soon due task."""

    title: str
    post: str
    person: str
    feedback: str
    due_at: datetime | None
    tone: str
    word: str


@dataclass
class TaskGroup:
    """The pressing tasks of one group."""

    name: str
    overdue: int
    soon: int
    items: list[TaskRow] = field(default_factory=list)


@dataclass(frozen=True)
class LogLine:
    """One line of the log."""

    at: datetime
    who: str
    text: str
    entered: datetime | None = None
    """When a line from paper was entered; None for the others."""


@dataclass
class Board:
    """All blocks of the page for one zone."""

    zone: Unit
    world: int
    posture: str
    level: int | None
    since: datetime | None
    active: list[Activation]
    command: list[Commander]
    marks: list[Mark]
    groups: list[GroupRow]
    totals: Totals
    alarms: list[SeatView]
    waiting: int
    answers: Waiting
    late: list[SeatView]
    gaps: list[gaps.GapGroup]
    gap_count: int
    tasks: list[TaskGroup]
    tasks_open: int
    tasks_overdue: int
    tasks_soon: int
    orders: OrderBlock
    reports: ReportBlock
    incidents: IncidentBlock
    pursuits: PursuitBlock
    orders_in_force: list[InForce]
    duty_until: datetime | None
    roster_gaps: list[roster.RosterGap]
    practice: Practice | None
    health: list[HealthLine]
    log: list[LogLine]
    levels: list[LevelRow]
    version_n: int | None
    unverified: int

    @property
    def alarms_more(self) -> int:
        """Return how many unconfirmed seats the list leaves out."""
        return max(0, self.waiting - len(self.alarms))

    @property
    def gaps_grave(self) -> bool:
        """Return whether any gap needs a hand."""
        return any(group.tone != "info" for group in self.gaps)

    @property
    def health_troubles(self) -> list[HealthLine]:
        """Return the parts of the machine that are slow, late or failed."""
        return [line for line in self.health if line.tone != "ok"]

    @property
    def health_fine(self) -> list[HealthLine]:
        """Return the parts of the machine that work."""
        return [line for line in self.health if line.tone == "ok"]

    @property
    def health_bad(self) -> bool:
        """Return whether any part of the machine is late or failed."""
        return any(line.tone == "bad" for line in self.health)


def _logged(line: Line) -> LogLine:
    entered = line.at if line.paper_at is not None else None
    return LogLine(line.happened, line.by_name, line.text, entered)


def board(zone: Unit, machine: list[HealthLine], world: int = 0) -> Board:
    """Return the board of a zone as it is now. The number of queries does not depend on the size."""
    now = timezone.now()
    active = command.in_force(zone, world)
    own = active[0] if active and active[0].unit_id == zone.pk else None
    running = active[0] if active else None
    groups = [_group_row(one) for one in command.group_counts(zone, world)]
    waiting = list(command.waiting_seats(zone, world, limit=ALARMS))
    answers = command.waiting(zone, world) if running else Waiting((), 0)
    waiting_count = sum(row.filled - row.confirmed for row in groups)
    counts = command.task_counts(zone, world)
    pressing = list(command.pressing_tasks(zone, world)[:TASKS])
    lines = command.gap_lines(command.open_gaps(zone, world)) if running else []
    levels: list[LevelRow] = []
    found = gaps.items(lines, emergency=running is not None)
    version_n: int | None = None
    shift = duty(zone)
    if running is None:
        levels, found, version_n = ready(zone)
    return Board(
        zone=zone,
        world=world,
        posture="emergency" if running else "routine",
        level=own.level if own else None,
        since=running.at if running else None,
        active=active,
        command=_command(zone, world, running is not None, shift),
        marks=marks(running.at, now) if running else [],
        groups=groups,
        totals=_totals(groups),
        alarms=[seat_view(seat) for seat in waiting],
        waiting=waiting_count,
        answers=answers,
        late=[seat_view(seat) for seat in answers.late[:ALARMS]],
        gaps=gaps.grouped(found),
        gap_count=len(found),
        tasks=_task_groups(counts, pressing, now),
        tasks_open=sum(one.open for one in counts),
        tasks_overdue=sum(one.overdue for one in counts),
        tasks_soon=sum(one.soon for one in counts),
        orders=order_block(zone, world, now),
        reports=report_block(zone, world, now),
        incidents=incident_block(zone, world),
        pursuits=pursuit_block(zone, world, now),
        orders_in_force=in_force(active),
        duty_until=shift.until,
        roster_gaps=[] if running else roster.gaps(zone),
        practice=None if running else practice(zone, now),
        health=machine,
        log=[_logged(line) for line in command.log_lines(zone, world)[:LOG]],
        levels=levels,
        version_n=version_n,
        unverified=0 if running else command.unverified_persons(zone),
    )


def _group_row(one: command.GroupCount) -> GroupRow:
    tone = "bad" if one.empty else "warn" if one.confirmed < one.filled else ""
    return GroupRow(
        one.code, group_name(one.code, one.name), one.needed, one.filled, one.confirmed, one.arrived, tone
    )


def _totals(groups: Sequence[GroupRow]) -> Totals:
    needed, filled, confirmed, arrived = (
        sum(getattr(row, name) for row in groups) for name in ("needed", "filled", "confirmed", "arrived")
    )
    return Totals(needed, filled, confirmed, arrived, filled < needed or confirmed < filled)


def _command(zone: Unit, world: int, emergency: bool, shift: Duty) -> list[Commander]:
    leads = command.leads(zone, world)
    first = leads[0] if leads else None
    second = leads[1] if len(leads) > 1 else None
    title = _("指挥人") if emergency else _("总负责")
    if first is not None and first.acting:
        title = _("代行指挥")
    if first is not None and first.upper:
        title = _("提级指挥")
    cells = [_cell(title, first, emergency), _cell(_("下一顺位"), second, emergency)]
    if emergency and len(leads) > 2:
        cells.append(_cell(_("再下一顺位"), leads[2], emergency))
    if not shift.leaders and not shift.officers:
        return [*cells, Commander(_("值班长"), "、".join(duty_officers(zone)), _("值班表没有排到人"))]
    cells += [_on_duty(_("带班领导"), one) for one in shift.leaders] or [Commander(_("带班领导"), "")]
    return cells + ([_on_duty(_("值班员"), one) for one in shift.officers] or [Commander(_("值班员"), "")])


def _cell(role: str, lead: command.Lead | None, emergency: bool) -> Commander:
    if lead is None:
        return Commander(role, "")
    notes = [lead.post] if lead.post else []
    if emergency:
        notes.append(_("已确认") if lead.confirmed else _("未确认"))
    return Commander(role, lead.name, " · ".join(notes), lead.phone, lead.acting)


def _on_duty(role: str, one: OnDuty) -> Commander:
    return Commander(role, one.name, _("已登记离岗，请联系他人") if one.away else "", one.phone)


def duty_officers(zone: Unit) -> list[str]:
    """Return the names of those who hold the role of duty officer for this zone, three at most."""
    found = (
        RoleGrant.objects.filter(role=Role.DUTY_OFFICER.value, user__is_active=True)
        .select_related("user")
        .order_by("id")
    )
    return [grant.user.get_full_name() for grant in found if zone.path.startswith(grant.unit_path)][:3]


def _task_groups(
    counts: Sequence[command.TaskCount], pressing: Sequence[command.Task], now: datetime
) -> list[TaskGroup]:
    found = {
        one.code: TaskGroup(group_name(one.code, one.name), one.overdue, one.soon)
        for one in counts
        if one.overdue or one.soon
    }
    for task in pressing:
        post = task.owner_seat.post
        code = post.group.code if post is not None else command.POOL_CODE
        late = task.due_at is not None and task.due_at < now
        row = TaskRow(
            title=task.title,
            post=post.name if post is not None else _("机动"),
            person=task.owner_seat.person.name,
            feedback=task.feedback,
            due_at=task.due_at,
            tone="bad" if late else "warn",
            word=_("超时") if late else _("将到期"),
        )
        found.setdefault(code, TaskGroup(group_name(code, ""), 0, 0)).items.append(row)
    return [group for group in found.values() if group.items]
