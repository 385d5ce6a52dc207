"""The invariants of command.md section 13, each a query that returns the rows that offend.

They are checked after every switch in tests and by ``pingzhan invariants``. Nothing here writes; I16 runs a
reconcile and rolls it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command import dutyset
from pingzhan.domain.command.actions.reconcile import desired, load_state, reconcile_seats
from pingzhan.domain.command.actions.seats import worlds_of
from pingzhan.domain.command.assignment import Ruling, assign
from pingzhan.domain.command.enums import LIVE_TASK_STATES, GapKind
from pingzhan.domain.command.models import DutyVersion, Gap
from pingzhan.domain.command.queries.loading import ZoneState, lock_world
from pingzhan.domain.organisation.api import is_unchanged
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.messages import DRILL_PREFIX

Rows = list[dict[str, Any]]
LIVE = [str(state) for state in LIVE_TASK_STATES]
SHOWN = 50
"""Offending rows shown for one invariant; the count is always complete."""


@dataclass(frozen=True)
class Invariant:
    """One invariant: its number, what holds, and how to find what offends."""

    id: str
    title: Any
    find: Callable[[], Rows]


@dataclass(frozen=True)
class Check:
    """The result of one invariant."""

    id: str
    title: str
    count: int
    rows: Rows

    @property
    def holds(self) -> bool:
        """Return whether nothing offends."""
        return self.count == 0


class _Rollback(Exception):
    pass


def _sql(query: str, *parameters: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _states() -> Iterator[ZoneState]:
    zones = Unit.objects.filter(kind="zone").order_by("id")
    for zone in zones:
        for world in worlds_of(zone.pk):
            yield load_state(world, zone, lock_world(world))


def one_open_activation() -> Rows:
    """I1."""
    return _sql(
        "SELECT world, unit_id, count(*) FROM command_activation WHERE ended_at IS NULL"
        " GROUP BY world, unit_id HAVING count(*) > 1"
    )


def scope_agrees() -> Rows:
    """I2."""
    return _sql(
        "SELECT s.world, s.unit_id, s.epoch, s.activation_id, a.id AS open FROM command_scopestate s"
        " FULL JOIN (SELECT * FROM command_activation WHERE ended_at IS NULL) a"
        " ON a.world = s.world AND a.unit_id = s.unit_id"
        " WHERE s.activation_id IS DISTINCT FROM a.id OR (a.id IS NOT NULL AND a.epoch <> s.epoch)"
    )


def one_open_seat() -> Rows:
    """I3."""
    return _sql(
        "SELECT world, zone_id, post_code, seat_no, count(*) FROM command_seat WHERE closed_at IS NULL"
        " GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    )


def seats_as_desired() -> Rows:
    """I4."""
    found: Rows = []
    for state in _states():
        target = {
            key: (wanted.person, wanted.duty_key)
            for key, wanted in desired(state, assign(state.world)).items()
        }
        have = {(seat.post_code, seat.seat_no): (seat.person, seat.duty_key) for seat in state.seats}
        found.extend(
            {
                "world": state.world_no,
                "zone": state.zone.code,
                "post": key[0],
                "seat": key[1],
                "is": have.get(key),
                "should_be": target.get(key),
            }
            for key in sorted({*target, *have})
            if target.get(key) != have.get(key)
        )
    return found


def no_orphan_seat() -> Rows:
    """I5."""
    return _sql(
        "SELECT s.id, s.post_code FROM command_seat s WHERE s.closed_at IS NULL AND s.posture = 'emergency'"
        " AND NOT EXISTS (SELECT 1 FROM command_seatcause c JOIN command_activation a ON a.id = c.activation_id"
        " WHERE c.seat_id = s.id AND a.ended_at IS NULL)"
    )


def acked_not_passed() -> Rows:
    """I6."""
    return _sql("SELECT id FROM command_seat WHERE acked_at IS NOT NULL AND ack_state = 'passed'")


def unacked_has_next() -> Rows:
    """I7."""
    return _sql(
        "SELECT id, post_code FROM command_seat WHERE closed_at IS NULL AND acked_at IS NULL AND next_at IS NULL"
    )


def posts_and_people_accounted() -> Rows:
    """I8."""
    found: Rows = []
    for state in _states():
        assignment = assign(state.world)
        seated: dict[str, int] = {}
        for seat in state.seats:
            seated[seat.post_code] = seated.get(seat.post_code, 0) + 1
        gaps = Gap.objects.filter(world=state.world_no, zone=state.zone, resolved_at__isnull=True)
        empty = set(gaps.filter(kind=GapKind.POST_EMPTY).values_list("post_code", flat=True))
        listed = set(
            gaps.filter(kind__in=[GapKind.PERSON_IN_POOL, GapKind.PERSON_ABSENT]).values_list(
                "person_id", flat=True
            )
        )
        found.extend(
            {"world": state.world_no, "zone": state.zone.code, "post": code}
            for code, chair in sorted(assignment.posts.items())
            if seated.get(code, 0) < chair.post.min_seats and code not in empty
        )
        ruling = Ruling(state.world.activations)
        people = {seat.person for seat in state.seats}
        found.extend(
            {"world": state.world_no, "zone": state.zone.code, "person": person}
            for person, path in state.world.officials
            if ruling.of(path) is not None and person not in people and person not in listed
        )
    return found


def tasks_owned() -> Rows:
    """I9."""
    return _sql(
        "SELECT t.id, t.state, t.owner_seat_id FROM command_task t JOIN command_seat s ON s.id = t.owner_seat_id"
        " WHERE s.closed_at IS NOT NULL AND t.state = ANY(%s)",
        LIVE,
    )


def tasks_of_own_version() -> Rows:
    """I10."""
    return _sql(
        "SELECT t.id, d.version_id, s.duty_version_id FROM command_task t JOIN command_duty d ON d.id = t.duty_id"
        " JOIN command_seat s ON s.id = t.seat_id"
        " WHERE d.version_id IS DISTINCT FROM s.duty_version_id AND d.phase <> 'standdown'"
    )


def drill_apart() -> Rows:
    """I11."""
    return [
        *_sql(
            "SELECT 'cause' AS what, c.id FROM command_seatcause c JOIN command_seat s ON s.id = c.seat_id"
            " JOIN command_activation a ON a.id = c.activation_id WHERE a.world <> s.world"
        ),
        *_sql(
            "SELECT 'task' AS what, t.id FROM command_task t JOIN command_seat s ON s.id = t.owner_seat_id"
            " JOIN command_seat m ON m.id = t.seat_id WHERE s.world <> t.world OR m.world <> t.world"
        ),
        *_sql(
            "SELECT 'tenure' AS what, t.id FROM command_commandtenure t JOIN command_activation a"
            " ON a.id = t.activation_id WHERE a.world <> t.world"
        ),
        *_sql(
            "SELECT 'notice' AS what, id FROM outbox_notice WHERE world <> 0 AND left(title, %s) <> %s",
            len(DRILL_PREFIX),
            DRILL_PREFIX,
        ),
    ]


def one_commander() -> Rows:
    """I12."""
    return _sql(
        "SELECT a.world, a.unit_id, count(t.id) FROM command_activation a LEFT JOIN command_commandtenure t"
        " ON t.world = a.world AND t.unit_id = a.unit_id AND t.ended_at IS NULL"
        " WHERE a.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM command_gap g WHERE g.world = a.world"
        " AND g.unit_id = a.unit_id AND g.kind = 'commander_missing' AND g.resolved_at IS NULL)"
        " GROUP BY a.world, a.unit_id HAVING count(t.id) <> 1"
        " UNION ALL SELECT t.world, t.unit_id, 0 FROM command_commandtenure t JOIN command_activation a"
        " ON a.id = t.activation_id WHERE t.ended_at IS NULL AND a.ended_at IS NOT NULL"
    )


def no_segregated_pair() -> Rows:
    """I13."""
    return _sql(
        "SELECT a.person_id, a.post_code, b.post_code AS other FROM command_seat a"
        " JOIN organisation_post p ON p.id = a.post_id JOIN command_seat b ON b.person_id = a.person_id"
        " AND b.world = a.world AND b.zone_id = a.zone_id AND b.closed_at IS NULL"
        " AND b.post_code = ANY(p.segregated_from) WHERE a.closed_at IS NULL"
    )


def seats_told() -> Rows:
    """I14."""
    return _sql(
        "SELECT s.id, s.post_code FROM command_seat s WHERE NOT EXISTS (SELECT 1 FROM outbox_notice n"
        " WHERE n.dedupe = 'order:' || s.world || ':' || s.id)"
    )


def chain_whole() -> Rows:
    """I15."""
    found: Rows = [{"audit": one.record_id, "kind": one.kind} for one in verify_chain()]
    found.extend(
        {"structure_version": version.pk}
        for version in StructureVersion.objects.exclude(status="draft")
        if not is_unchanged(version)
    )
    for duties in DutyVersion.objects.all():
        rows = [dutyset.DutyRow(*row) for row in duties.duties.values_list(*dutyset.DutyRow._fields)]
        if dutyset.duty_sha(rows) != duties.sha256:
            found.append({"duty_version": duties.pk})
    return found


def second_reconcile_idle() -> Rows:
    """I16."""
    found: Rows = []
    for state in _states():
        try:
            with transaction.atomic():
                result = reconcile_seats(state)
                if result.changed:
                    found.append({"world": state.world_no, "zone": state.zone.code, **result.counts})
                raise _Rollback
        except _Rollback:
            continue
    return found


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1", _("同一范围同时只有一道有效命令"), one_open_activation),
    Invariant("I2", _("范围状态与有效命令一致"), scope_agrees),
    Invariant("I3", _("一个席位同时只有一人"), one_open_seat),
    Invariant("I4", _("在岗席位与应设席位一致"), seats_as_desired),
    Invariant("I5", _("战时席位都有仍然有效的命令"), no_orphan_seat),
    Invariant("I6", _("已签收的席位没有转给替补"), acked_not_passed),
    Invariant("I7", _("未签收的席位都有下一步催办时间"), unacked_has_next),
    Invariant("I8", _("岗位有人或列入缺口，干部有岗或列入缺口"), posts_and_people_accounted),
    Invariant("I9", _("每项任务都有在岗的负责人，或已了结、暂停"), tasks_owned),
    Invariant("I10", _("任务出自席位自己的职责清单版本"), tasks_of_own_version),
    Invariant("I11", _("演练与实战互不相干，演练通知有标记"), drill_apart),
    Invariant("I12", _("每个战时范围恰有一名指挥人"), one_commander),
    Invariant("I13", _("互斥岗位不在同一人身上"), no_segregated_pair),
    Invariant("I14", _("每个启用的席位都有命令通知"), seats_told),
    Invariant("I15", _("留痕链条完整，已发布的版本没有变动"), chain_whole),
    Invariant("I16", _("再次校正不改变任何席位"), second_reconcile_idle),
)


@transaction.atomic
def check_all(*, only: frozenset[str] = frozenset()) -> list[Check]:
    """Check the invariants (those of ``only``, else all) in one transaction and return each result."""
    found: list[Check] = []
    for one in INVARIANTS:
        if only and one.id not in only:
            continue
        rows = one.find()
        found.append(Check(one.id, str(one.title), len(rows), rows[:SHOWN]))
    return found
