"""The sweep: what is past its time turns late, and each lateness is told step by step, each step once.

One transaction, a fixed number of statements. Two sweeps at once share the work: rows that one holds the other
leaves, and a notice already written is never written again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from pingzhan.domain.obligations import settings
from pingzhan.domain.obligations.actions.tally_marks import mark_days
from pingzhan.domain.obligations.enums import Stage
from pingzhan.domain.obligations.events import LIVE_TOPIC
from pingzhan.domain.obligations.models import Lateness
from pingzhan.domain.obligations.notices import SUBJECT, title_of
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.obligations.queries.recipients import Recipient, contacts, group_members, officials
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Priority

BATCH = 20_000
OLD = timedelta(days=1)
"""What is found late only so long afterwards, after a stop of the machine, is counted and not told."""


@dataclass(frozen=True)
class Swept:
    """What turned late, how many latenesses went a step on, how many notices are new."""

    late: int = 0
    steps: int = 0
    told: int = 0


@dataclass
class _Late:
    id: int
    unit: int
    name: str
    path: str
    stage: int
    ladder: list[list[int]]
    due_at: datetime
    waiting: int = 0
    groups: list[str] = field(default_factory=list)

    @property
    def zone(self) -> int:
        return int(self.path.split("/")[1])


@transaction.atomic
def sweep(*, by: Actor, now: datetime | None = None) -> Swept:
    """Turn late what is past its time and tell what is to be told by ``now`` (the database's, unless a test asks)."""
    at = now or business_now()[0]
    late = _turn_late(at)
    reminded = _remind(at)
    steps, notices = _climb(at)
    told = enqueue_bulk([*reminded, *notices])
    if late or steps or told:
        announce(LIVE_TOPIC, {"late": late})
        record("obligations.sweep", by=by, body={"late": late, "steps": steps, "told": told})
    return Swept(late, steps, told)


def _turn_late(at: datetime) -> int:
    ladder = settings.ladder()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH found AS (SELECT id, day FROM obligations_obligation WHERE state = 'open' AND due_at <= %s"
            " ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)"
            " UPDATE obligations_obligation o SET state = 'late', late_at = %s FROM found f"
            " WHERE o.id = f.id AND o.day = f.day RETURNING o.unit_id, o.due_at, o.day",
            [at, BATCH, at],
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        pairs = sorted({(unit, due) for unit, due, _day in rows})
        cursor.execute(
            "INSERT INTO obligations_lateness AS l (unit_id, due_at, ladder, stage, next_at)"
            " SELECT u, d, %s, 0, CASE WHEN d > %s THEN d + make_interval(mins => %s) END"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS p(u, d) ORDER BY u, d"
            " ON CONFLICT (unit_id, due_at) DO UPDATE SET next_at = EXCLUDED.next_at, ended_at = NULL"
            " WHERE l.stage = 0 AND l.next_at IS NULL",
            [
                _json(ladder),
                at - OLD,
                ladder[0][1],
                [unit for unit, _due in pairs],
                [due for _unit, due in pairs],
            ],
        )
    mark_days(day for _unit, _due, day in rows)
    return len(rows)


def _json(ladder: Sequence[tuple[int, int]]) -> str:
    return json.dumps([list(step) for step in ladder])


def _remind(at: datetime) -> list[NewNotice]:
    """Return the reminders of what is due soon; the row that each leaves makes it one of its kind."""
    minutes = settings.remind_minutes()
    if not minutes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO obligations_lateness (unit_id, due_at, ladder, stage)"
            " SELECT DISTINCT unit_id, due_at, %s::jsonb, 0 FROM obligations_obligation"
            " WHERE state = 'open' AND due_at > %s AND due_at <= %s ORDER BY unit_id, due_at"
            " ON CONFLICT (unit_id, due_at) DO NOTHING RETURNING id",
            [_json(settings.ladder()), at, at + timedelta(minutes=minutes)],
        )
        ids = [row[0] for row in cursor.fetchall()]
    rows = _load(ids, state="open")
    people = contacts({one.unit for one in rows})
    return [_notice(one, Stage.SOON, who) for one in rows if one.waiting for who in people.get(one.unit, ())]


def _climb(at: datetime) -> tuple[int, list[NewNotice]]:
    ids = list(
        Lateness.objects.filter(next_at__lte=at)
        .order_by("id")
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("id", flat=True)
    )
    rows = _load(ids, state="late")
    over = [one for one in rows if not one.waiting]
    still = [one for one in rows if one.waiting]
    told = {one.id: _due_stages(one, at) for one in still}
    notices = _notices(still, told)
    with connection.cursor() as cursor:
        if over:
            cursor.execute(
                "UPDATE obligations_lateness SET next_at = NULL, ended_at = statement_timestamp()"
                " WHERE id = ANY(%s)",
                [[one.id for one in over]],
            )
        if still:
            cursor.execute(
                "UPDATE obligations_lateness l SET stage = s.stage, next_at = s.next_at"
                " FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS s(id, stage, next_at)"
                " WHERE l.id = s.id",
                [
                    [one.id for one in still],
                    [max([one.stage, *told[one.id]]) for one in still],
                    [_next(one, max([one.stage, *told[one.id]])) for one in still],
                ],
            )
    return len(still), notices


def _load(ids: Sequence[int], *, state: str) -> list[_Late]:
    """Return latenesses with how much is still waiting and which groups watch it. One query."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, l.unit_id, u.name, u.path, l.stage, l.ladder::text, l.due_at, count(o.id),"
            " coalesce(array_agg(DISTINCT d.group_code) FILTER (WHERE d.group_code <> ''), '{}')"
            " FROM obligations_lateness l JOIN territory_unit u ON u.id = l.unit_id"
            " LEFT JOIN obligations_obligation o ON o.unit_id = l.unit_id AND o.due_at = l.due_at"
            " AND o.state IN ('open', 'late') AND o.state = %s"
            " LEFT JOIN obligations_demand d ON d.id = o.demand_id"
            " WHERE l.id = ANY(%s) GROUP BY l.id, u.id ORDER BY l.id",
            [state, list(ids)],
        )
        return [
            _Late(id_, unit, name, path, stage, json.loads(ladder), due, waiting, list(groups))
            for id_, unit, name, path, stage, ladder, due, waiting, groups in cursor.fetchall()
        ]


def _due_stages(one: _Late, at: datetime) -> list[int]:
    return [
        stage
        for stage, minutes in one.ladder
        if stage > one.stage and one.due_at + timedelta(minutes=minutes) <= at
    ]


def _next(one: _Late, reached: int) -> datetime | None:
    later = [minutes for stage, minutes in one.ladder if stage > reached]
    return one.due_at + timedelta(minutes=min(later)) if later else None


def _notices(rows: Sequence[_Late], told: dict[int, list[int]]) -> list[NewNotice]:
    by_stage: dict[int, list[_Late]] = defaultdict(list)
    for one in rows:
        for stage in told[one.id]:
            by_stage[stage].append(one)
    found: list[NewNotice] = []
    own = contacts({one.unit for one in by_stage[Stage.ENTERPRISE]}) if by_stage[Stage.ENTERPRISE] else {}
    answer = officials({one.unit for one in by_stage[Stage.OFFICIAL]}) if by_stage[Stage.OFFICIAL] else {}
    watch = group_members({one.zone for one in by_stage[Stage.GROUP]}) if by_stage[Stage.GROUP] else {}
    for stage, late in by_stage.items():
        for one in late:
            if stage == Stage.GROUP:
                people = [who for group in one.groups for who in watch.get((one.zone, group), ())]
            else:
                people = (own if stage == Stage.ENTERPRISE else answer).get(one.unit, [])
            found += [_notice(one, stage, who) for who in people]
    return found


def _notice(one: _Late, stage: int, who: Recipient) -> NewNotice:
    return NewNotice(
        dedupe=f"obligation:{one.id}:{int(stage)}:{who.person}",
        recipient=who.person,
        account=who.account,
        kind="obligation_soon" if stage == Stage.SOON else "obligation_late",
        channel="auto",
        title=title_of(stage, one.name, one.waiting),
        subject_kind=SUBJECT,
        subject_id=one.id,
        wave=int(stage),
        priority=Priority.NORMAL,
        unit_path=one.path,
    )
