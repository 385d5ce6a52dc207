"""What happened in an emergency, real or drill, from its seats, tasks, gaps and orders: times that happened.

One function for the report of a drill and for the after-action review, so that they cannot disagree. The result
is plain JSON with ids, codes and times; names are added by whoever shows it, if the reader may see them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q

from pingzhan.domain.command.enums import POOL_CODE, AckState, GapKind, Posture, TaskState
from pingzhan.domain.command.models import Activation, Gap, LogLine, Seat, Task
from pingzhan.domain.drills.enums import Reached
from pingzhan.domain.drills.references import REFERENCES, TASK_HOURS
from pingzhan.domain.orders.enums import FINAL_STATES
from pingzhan.domain.orders.models import Decision, Order
from pingzhan.domain.organisation.enums import PostRole

DONE = (TaskState.FEEDBACK, TaskState.CHECKED, TaskState.CLOSED)
LISTED = 200
"""Rows of one kind that the facts list; the rest are counted."""


@dataclass
class Chair:
    """A chair of the emergency: everybody who sat on it, and when it was first confirmed and reached."""

    post_code: str
    seat_no: int
    group_code: str = ""
    lead: bool = False
    critical: bool = False
    seats: int = 0
    acked: datetime | None = None
    arrived: datetime | None = None
    person: int | None = None


def run_of(activation: Activation) -> list[Activation]:
    """Return the activations of the unbroken emergency an activation belongs to, the first first."""
    first = activation.run_id or activation.pk
    run = Activation.objects.filter(Q(pk=first) | Q(run=first))
    return list(run.select_related("unit").order_by("pk"))


def facts_of(activation: Activation, *, until: datetime | None = None) -> dict[str, Any]:
    """Return the facts of the emergency that ``activation`` belongs to, up to now or to its end.

    About ten queries whatever its size.
    """
    run = run_of(activation)
    first, last = run[0], run[-1]
    start, end = first.at, last.ended_at or until
    seats = _seats(run)
    chairs = _chairs(seats)
    posts = [chair for chair in chairs if chair.post_code != POOL_CODE]
    leads = [chair for chair in posts if chair.lead]
    critical = [chair for chair in posts if chair.critical]
    tasks = _tasks(run, seats, end)
    moments: dict[str, datetime | None] = {
        "ordered": start,
        "seen_first": min((one.seen_at for one in seats if one.seen_at), default=None),
        "acked_first": _share(posts, "acked", 0),
        "acked_half": _share(posts, "acked", 0.5),
        "acked_90": _share(posts, "acked", 0.9),
        "posts_acked": _share(posts, "acked", 1),
        "critical_acked": _share(critical, "acked", 1),
        "leads_acked": _share(leads, "acked", 1),
        "arrived_first": _share(posts, "arrived", 0),
        "arrived_half": _share(posts, "arrived", 0.5),
        "posts_arrived": _share(posts, "arrived", 1),
        "leads_arrived": _share(leads, "arrived", 1),
        "ended": last.ended_at,
    }
    for key, hours in TASK_HOURS.items():
        moments[key] = _all_done(tasks, start + timedelta(hours=hours))
    empty = {
        key: not rows
        for key, rows in (
            ("leads_acked", leads),
            ("leads_arrived", leads),
            ("posts_acked", posts),
            ("posts_arrived", posts),
        )
    } | {key: not _due(tasks, start + timedelta(hours=hours)) for key, hours in TASK_HOURS.items()}
    return {
        "activation": first.pk,
        "world": first.world,
        "levels": [one.level for one in run],
        "started": _iso(start),
        "ended": _iso(last.ended_at),
        "end_kind": last.end_kind,
        "times": {key: _iso(at) for key, at in moments.items()},
        "minutes": {key: _minutes(start, at) for key, at in moments.items()},
        "references": [
            {
                "key": one.key,
                "minutes": one.minutes,
                "took": _minutes(start, moments[one.key]),
                "result": _held(one.minutes, start, moments[one.key], end, empty[one.key]),
            }
            for one in REFERENCES
        ],
        "counts": {
            "posts": len(posts),
            "leads": len(leads),
            "critical": len(critical),
            "acked": sum(chair.acked is not None for chair in posts),
            "arrived": sum(chair.arrived is not None for chair in posts),
            "pool": len(chairs) - len(posts),
            "tasks": len(tasks),
            "tasks_done": sum(one.done is not None for one in tasks),
        },
        "confirmed": [
            {
                "post": chair.post_code,
                "seat": chair.seat_no,
                "person": chair.person,
                "acked": _iso(chair.acked),
                "arrived": _iso(chair.arrived),
                "seats": chair.seats,
            }
            for chair in sorted(posts, key=lambda one: (one.acked is None, one.acked or start))[:LISTED]
        ],
        "declined": _lost(seats, AckState.DECLINED),
        "passed": _lost(seats, AckState.PASSED),
        "escalations": _escalations(seats),
        "gaps": _gaps(first, start, end),
        "late_tasks": [
            {"task": one.pk, "title": one.title, "due": _iso(one.due), "done": _iso(one.done)}
            for one in tasks
            if one.late(end)
        ][:LISTED],
        "late_orders": _late_orders(first, run, end),
        "decisions": _decisions(first, start, end),
        "log_lines": _logged(first, start, end),
    }


def _logged(first: Activation, start: datetime, end: datetime | None) -> int:
    rows = LogLine.objects.filter(world=first.world, zone=first.zone_id).since(start)
    return (rows if end is None else rows.before(end)).count()


def sha_of(facts: dict[str, Any]) -> str:
    """Return the hash of facts as they are frozen at filing."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _seats(run: Sequence[Activation]) -> list[Seat]:
    rows = Seat.objects.filter(
        causes__activation__in=[one.pk for one in run], posture=Posture.EMERGENCY
    ).select_related("post__group")
    return list(rows.distinct().order_by("opened_at", "pk"))


def _chairs(seats: Iterable[Seat]) -> list[Chair]:
    found: dict[tuple[str, int], Chair] = {}
    for seat in seats:
        chair = found.setdefault((seat.post_code, seat.seat_no), Chair(seat.post_code, seat.seat_no))
        chair.seats += 1
        if seat.post is not None:
            group = seat.post.group
            chair.group_code = group.code
            chair.lead = seat.post.role == PostRole.HEAD or (
                group.kind == "leading" and seat.post.role == PostRole.DEPUTY
            )
            chair.critical = seat.post.critical
        if seat.acked_at is not None and (chair.acked is None or seat.acked_at < chair.acked):
            chair.acked, chair.person = seat.acked_at, seat.person_id
        if seat.arrived_at is not None and (chair.arrived is None or seat.arrived_at < chair.arrived):
            chair.arrived = seat.arrived_at
    return list(found.values())


def _share(chairs: Sequence[Chair], what: str, share: float) -> datetime | None:
    """Return when so large a share of the chairs had it: 0 is the first, 1 the last; None when never."""
    times = sorted(at for chair in chairs if (at := getattr(chair, what)) is not None)
    needed = max(1, ceil(share * len(chairs)))
    return times[needed - 1] if chairs and len(times) >= needed else None


@dataclass(frozen=True)
class _Work:
    pk: int
    title: str
    due: datetime | None
    done: datetime | None

    def late(self, end: datetime | None) -> bool:
        if self.due is None:
            return False
        if self.done is not None:
            return self.done > self.due
        return end is not None and end > self.due


def _tasks(run: Sequence[Activation], seats: Sequence[Seat], end: datetime | None) -> list[_Work]:
    """Return the tasks made for the emergency's seats; done when first fed back, or closed."""
    rows = (
        Task.objects.filter(seat__in=[seat.pk for seat in seats], created_at__gte=run[0].at)
        .exclude(state=TaskState.CANCELLED)
        .annotate(fed=Min("events__at", filter=Q(events__verb__in=["feedback", "close"])))
        .order_by("due_at", "pk")
        .values_list("pk", "title", "due_at", "fed", "done_at", "state")
    )
    found = []
    for pk, title, due, fed, done_at, _state in rows:
        done = fed or done_at
        if done is not None and end is not None and done > end:
            done = None
        found.append(_Work(pk, title, due, done))
    return found


def _due(tasks: Iterable[_Work], mark: datetime) -> list[_Work]:
    return [one for one in tasks if one.due is not None and one.due <= mark]


def _all_done(tasks: Iterable[_Work], mark: datetime) -> datetime | None:
    wanted = _due(tasks, mark)
    times = [one.done for one in wanted if one.done is not None]
    return max(times) if wanted and len(times) == len(wanted) else None


def _held(minutes: int, start: datetime, at: datetime | None, end: datetime | None, empty: bool) -> str:
    if empty:
        return Reached.NONE
    mark = start + timedelta(minutes=minutes)
    if at is not None:
        return Reached.KEPT if at <= mark else Reached.LATE
    if end is not None and end < mark:
        return Reached.UNTRIED
    return Reached.OPEN if end is not None else Reached.UNTRIED


def _lost(seats: Sequence[Seat], state: AckState) -> list[dict[str, Any]]:
    """Return the seats whose holder declined or was passed over, with who took over and when he confirmed."""
    by_replaced = {seat.replaces_id: seat for seat in seats if seat.replaces_id is not None}
    return [
        {
            "post": seat.post_code,
            "person": seat.person_id,
            "at": _iso(seat.closed_at),
            "replaced_by": new.person_id if new else None,
            "replaced_acked": _iso(new.acked_at) if new else None,
        }
        for seat in seats
        if seat.ack_state == state
        for new in [by_replaced.get(seat.pk)]
    ]


def _escalations(seats: Iterable[Seat]) -> dict[str, int]:
    """Count the steps of the ladder that were taken, by what they do."""
    found: Counter[str] = Counter()
    for seat in seats:
        for step in seat.policy_snapshot[: seat.step_no]:
            found[str(step.get("action", ""))] += 1
    return dict(sorted(found.items()))


def _gaps(first: Activation, start: datetime, end: datetime | None) -> list[dict[str, Any]]:
    rows = Gap.objects.filter(
        world=first.world,
        zone=first.zone_id,
        unit__path__startswith=first.unit.path,
        opened_at__gte=start,
    )
    if end is not None:
        rows = rows.filter(opened_at__lte=end)
    rows = rows.exclude(kind__in=[GapKind.PERSON_IN_POOL, GapKind.SEVERAL_POSTS]).order_by("opened_at", "pk")
    found = []
    for gap in rows[:LISTED]:
        closed = gap.resolved_at or end
        found.append(
            {
                "kind": gap.kind,
                "severity": gap.severity,
                "post": gap.post_code,
                "person": gap.person_id,
                "opened": _iso(gap.opened_at),
                "resolved": _iso(gap.resolved_at),
                "minutes": _minutes(gap.opened_at, closed),
            }
        )
    return found


def _late_orders(first: Activation, run: Sequence[Activation], end: datetime | None) -> list[dict[str, Any]]:
    rows = (
        Order.objects.filter(world=first.world, activation__in=[one.pk for one in run])
        .filter(Q(fed_back_at__gt=F("due_at")) | Q(fed_back_at=None, due_at__lt=end) if end else Q(pk__in=[]))
        .order_by("due_at", "pk")
        .values_list("pk", "title", "due_at", "fed_back_at", "state")
    )
    return [
        {"order": pk, "title": title, "due": _iso(due), "done": _iso(done), "live": state not in FINAL_STATES}
        for pk, title, due, done, state in rows[:LISTED]
    ]


def _decisions(first: Activation, start: datetime, end: datetime | None) -> list[dict[str, Any]]:
    rows = Decision.objects.filter(world=first.world, zone=first.zone_id, at__gte=start)
    if first.unit_id != first.zone_id:
        # Of a smaller scope only what became an order there: the rest is for readers of the zone.
        concerned = Order.objects.filter(decision=OuterRef("pk"), unit__path__startswith=first.unit.path)
        rows = rows.filter(Exists(concerned))
    if end is not None:
        rows = rows.filter(at__lte=end)
    return [
        {"decision": one.pk, "text": one.text, "at": _iso(one.at)} for one in rows.order_by("pk")[:LISTED]
    ]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _minutes(start: datetime, at: datetime | None) -> float | None:
    """Return the minutes between, to a tenth."""
    return round((at - start).total_seconds() / 60, 1) if at is not None else None
