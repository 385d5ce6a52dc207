"""What 值班台 shows (command.md section 16): who commands, posts by group, who is waited for, gaps, tasks.

Each function is one query whatever the size of the zone, so that the first screen keeps its 200 ms with
years of history behind it (goal G8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Now, RowNumber

from pingzhan.domain.command.enums import LIVE_TASK_STATES, POOL_CODE, AckState, GapKind, Posture
from pingzhan.domain.command.models import Activation, CommandTenure, Gap, LogLine, Seat, Task
from pingzhan.domain.organisation.api import phones_of
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP, GroupKind, PersonKind, PostRole
from pingzhan.domain.organisation.models import Contact, Holding, Person, Post, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import within

SOON = timedelta(minutes=30)
"""A task due within this time counts as due soon."""


@dataclass(frozen=True)
class GroupCount:
    """Open chairs of one group: how many are needed, filled, confirmed, arrived. Pool: code 'pool'."""

    code: str
    name: str
    filled: int
    confirmed: int
    arrived: int
    empty: int = 0

    @property
    def needed(self) -> int:
        """Return the chairs that should be filled: those that are, and the required ones that are not."""
        return self.filled + self.empty


@dataclass(frozen=True)
class TaskCount:
    """Live tasks of one group."""

    code: str
    name: str
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class Lead:
    """Somebody who commands or stands next in line. ``acting`` until the principal has confirmed.

    ``upper``: the level above commands (提级指挥), and the zone's own commander, next in line, is his deputy.
    """

    person_id: int
    name: str
    post: str
    phone: str
    confirmed: bool
    acting: bool = False
    since: datetime | None = None
    upper: bool = False


def open_seats(zone: Unit, world: int = 0) -> QuerySet[Seat]:
    """Return the open seats of a zone."""
    return Seat.objects.filter(world=world, zone=zone, closed_at__isnull=True)


def in_force(zone: Unit, world: int = 0) -> list[Activation]:
    """Return the activations in force in a zone, the zone's own first, then the gravest. One query."""
    found = Activation.objects.filter(world=world, zone=zone, ended_at__isnull=True).select_related("unit")
    return sorted(found, key=lambda one: (one.unit_id != zone.pk, one.level, one.pk))


def group_counts(zone: Unit, world: int = 0) -> list[GroupCount]:
    """Return the open seats by group, in the order of the structure, the pool last. Two queries."""
    rows = list(
        open_seats(zone, world)
        .values("post__group__code", "post__group__name", "post__group__sort")
        .annotate(
            filled=Count("id"),
            confirmed=Count("id", filter=Q(acked_at__isnull=False)),
            arrived=Count("id", filter=Q(arrived_at__isnull=False)),
        )
        .order_by("post__group__sort", "post__group__code")
    )
    empty = _empty_by_group(zone, world)
    merged: dict[str, GroupCount] = {}
    for row in rows:
        code = row["post__group__code"] or POOL_CODE
        known = merged.get(code) or GroupCount(code, row["post__group__name"] or "", 0, 0, 0)
        merged[code] = replace(
            known,
            filled=known.filled + row["filled"],
            confirmed=known.confirmed + row["confirmed"],
            arrived=known.arrived + row["arrived"],
        )
    for code, (name, missing) in empty.items():
        merged[code] = replace(merged.get(code) or GroupCount(code, name, 0, 0, 0), empty=missing)
    return sorted(merged.values(), key=lambda one: one.code == POOL_CODE)


def _empty_by_group(zone: Unit, world: int) -> dict[str, tuple[str, int]]:
    gaps = Gap.objects.filter(world=world, zone=zone, resolved_at__isnull=True, kind=GapKind.POST_EMPTY)
    versions = StructureVersion.objects.filter(
        Q(status="published", zone=zone)
        | Q(
            pk__in=Activation.objects.filter(world=world, zone=zone, ended_at=None).values(
                "structure_version"
            )
        )
    )
    groups = {
        code: (group, name)
        for code, group, name in Post.objects.filter(
            version__in=versions, code__in=gaps.values("post_code")
        ).values_list("code", "group__code", "group__name")
    }
    counted: dict[str, tuple[str, int]] = {}
    for code, subject in gaps.values_list("post_code", "subject"):
        group, name = groups.get(code, (code.partition(".")[0], code))
        missing = max(1, int(subject.get("need", 1)) - int(subject.get("have", 0)))
        counted[group] = (name, counted.get(group, ("", 0))[1] + missing)
    return counted


def waiting_seats(zone: Unit, world: int = 0, limit: int = 100) -> QuerySet[Seat]:
    """Return open seats nobody has confirmed, critical posts first, then who waits longest; ``limit`` at most.

    With person, unit, post, group and the seat it replaces, so that reading them costs no further query.
    """
    order = (F("post__critical").desc(nulls_last=True), "opened_at", "pk")
    # Chosen before the rest is joined: right after a switch everybody is waited for.
    first = open_seats(zone, world).filter(acked_at__isnull=True).order_by(*order).values("pk")[:limit]
    return (
        Seat.objects.filter(pk__in=first)
        .select_related("person", "unit", "post__group", "replaces__person")
        .order_by(*order)
    )


def seats_of_group(zone: Unit, group_code: str, world: int = 0) -> QuerySet[Seat]:
    """Return the open seats of one group, the unconfirmed first. Code 'pool' means 机动."""
    found = open_seats(zone, world).select_related("person", "unit", "post__group", "replaces__person")
    mine = Q(post__isnull=True) if group_code == POOL_CODE else Q(post__group__code=group_code)
    return found.filter(mine).order_by(F("acked_at").asc(nulls_first=True), "post__sort", "seat_no", "pk")


def open_gaps(zone: Unit, world: int = 0) -> QuerySet[Gap]:
    """Return the gaps of a zone that are not resolved, the gravest first, with person, unit and owner."""
    rank = Case(
        When(severity="critical", then=Value(0)), When(severity="major", then=Value(1)), default=Value(2)
    )
    return (
        Gap.objects.filter(world=world, zone=zone, resolved_at__isnull=True)
        .select_related("person", "owner", "unit")
        .order_by(rank, "kind", "key")
    )


def live_tasks(zone: Unit, world: int = 0) -> QuerySet[Task]:
    """Return the tasks of a zone that somebody still has to finish."""
    return Task.objects.filter(
        world=world,
        owner_seat__zone=zone,
        owner_seat__closed_at__isnull=True,
        state__in=LIVE_TASK_STATES,
    )


def task_counts(zone: Unit, world: int = 0) -> list[TaskCount]:
    """Return live, overdue and soon due tasks by group, most overdue first. One query."""
    rows = (
        live_tasks(zone, world)
        .values("owner_seat__post__group__code", "owner_seat__post__group__name")
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=Q(due_at__lt=Now())),
            soon=Count("id", filter=Q(due_at__gte=Now(), due_at__lt=Now() + SOON)),
        )
    )
    found = [
        TaskCount(
            row["owner_seat__post__group__code"] or POOL_CODE,
            row["owner_seat__post__group__name"] or "",
            row["open"],
            row["overdue"],
            row["soon"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.overdue, -one.soon, one.code))


def pressing_tasks(zone: Unit, world: int = 0) -> QuerySet[Task]:
    """Return tasks overdue or due soon, the longest overdue first, with owner, post and group."""
    return (
        live_tasks(zone, world)
        .filter(due_at__lt=Now() + SOON)
        .select_related("owner_seat__person", "owner_seat__post__group")
        .order_by("due_at", "pk")
    )


def leads(zone: Unit, world: int = 0) -> list[Lead]:
    """Return who commands and who is next in line: the tenure first, then the leading group by rank.

    Never empty while the published structure names anybody in its leading group. At most four queries.
    """
    seats = list(
        open_seats(zone, world)
        .filter(post__group__kind=GroupKind.LEADING, post__role__in=[PostRole.HEAD, PostRole.DEPUTY])
        .select_related("person", "post")
        .order_by(
            Case(When(post__role=PostRole.HEAD, then=Value(0)), default=Value(1)), "post__sort", "seat_no"
        )
    )
    tenure = (
        CommandTenure.objects.filter(world=world, unit=zone, ended_at__isnull=True)
        .select_related("person")
        .first()
    )
    people: dict[int, Lead] = {}
    if tenure is not None:
        seat = next((one for one in seats if one.person_id == tenure.person_id), None)
        people[tenure.person_id] = Lead(
            tenure.person_id,
            tenure.person.name,
            seat.post.name if seat is not None and seat.post is not None else "",
            "",
            seat is not None and seat.acked_at is not None,
            tenure.acting,
            tenure.started_at,
            tenure.upper,
        )
    for seat in seats:
        if seat.post is not None and seat.person_id not in people:
            people[seat.person_id] = Lead(
                seat.person_id, seat.person.name, seat.post.name, "", seat.acked_at is not None
            )
    if not people:
        people = {lead.person_id: lead for lead in _planned_leads(zone)}
    phones = phones_of(people)
    return [replace(one, phone=phones.get(one.person_id, "")) for one in people.values()]


def _planned_leads(zone: Unit) -> list[Lead]:
    found = (
        Holding.objects.filter(
            post__version__zone=zone,
            post__version__status="published",
            post__group__kind=GroupKind.LEADING,
            post__role__in=[PostRole.HEAD, PostRole.DEPUTY],
            person__isnull=False,
        )
        .select_related("person", "post")
        .order_by(Case(When(post__role=PostRole.HEAD, then=Value(0)), default=Value(1)), "rank", "post__sort")
    )
    return [
        Lead(one.person_id, one.person.name, one.post.name, "", False)
        for one in found
        if one.person_id is not None and one.person is not None
    ]


def phone_of(person_id: int) -> str:
    """Return the first phone number of a person, an empty text when none is known."""
    return phones_of([person_id]).get(person_id, "")


def refused_seats(zone: Unit, world: int = 0) -> QuerySet[Seat]:
    """Return seats of the last day that were declined, newest first."""
    return (
        Seat.objects.filter(
            world=world, zone=zone, ack_state=AckState.DECLINED, closed_at__gt=Now() - timedelta(days=1)
        )
        .select_related("person", "unit", "post__group")
        .order_by("-closed_at")
    )


def log_lines(zone: Unit, world: int = 0) -> QuerySet[LogLine]:
    """Return the log of a zone, newest first."""
    return LogLine.objects.filter(world=world, zone=zone).order_by("-pk")


def last_change(unit: Unit, world: int = 0) -> Activation | None:
    """Return the newest activation of exactly this unit, ended or not, None when it was never switched."""
    return Activation.objects.filter(world=world, unit=unit).order_by("-pk").first()


def all_in_force(world: int = 0) -> QuerySet[Activation]:
    """Return every activation in force in any zone, newest first, with its unit."""
    return (
        Activation.objects.filter(world=world, ended_at__isnull=True).select_related("unit").order_by("-pk")
    )


def live_tasks_by_group(units: Sequence[Unit], world: int = 0, limit: int = 12) -> dict[str, list[Task]]:
    """Return the emergency tasks of the seats in the subtrees of units, the first ``limit`` of each group by due time.

    One query, with owner and post.
    """
    ranked = (
        Task.objects.filter(
            within("owner_seat__unit__path", [unit.path for unit in units]),
            world=world,
            owner_seat__closed_at__isnull=True,
            owner_seat__posture=Posture.EMERGENCY,
            state__in=LIVE_TASK_STATES,
        )
        .annotate(
            n=Window(
                RowNumber(),
                partition_by=[F("owner_seat__post__group__code")],
                order_by=[F("due_at"), F("pk")],
            )
        )
        .filter(n__lte=limit)
        .select_related("owner_seat__person", "owner_seat__post__group")
        .order_by("n")
    )
    found: dict[str, list[Task]] = {}
    for task in ranked:
        post = task.owner_seat.post
        found.setdefault(post.group.code if post is not None else POOL_CODE, []).append(task)
    return found


def routine_posts(unit: Unit) -> list[tuple[str, str]]:
    """Return (code, name) of the posts that exist in routine posture, for handing over tasks. One query."""
    return list(
        Post.objects.filter(
            version__zone__path=f"/{unit.path.split('/')[1]}/",
            version__status="published",
            posture__in=["routine", "both"],
        )
        .exclude(group__code=ENTERPRISE_GROUP)
        .order_by("sort", "pk")
        .values_list("code", "name")
    )


STALE = timedelta(days=90)
"""A contact nobody has verified for this long may be wrong (section 16, routine version)."""


def unverified_persons(zone: Unit) -> int:
    """Return how many officials of a zone have no contact verified within the last 90 days. One query."""
    fresh = Contact.objects.filter(person=OuterRef("pk"), verified_at__gt=Now() - STALE)
    return Person.objects.filter(
        ~Exists(fresh), active=True, kind=PersonKind.OFFICIAL, home_unit__path__startswith=zone.path
    ).count()
