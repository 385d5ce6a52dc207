"""Samples and steps go in by whole batches, and the tubes they touch are brought up to date in one statement each."""

from __future__ import annotations

import uuid as uuids
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from pingzhan.domain.screening.actions.folding import Folded, Key, Step, Swab, fold
from pingzhan.domain.screening.enums import (
    HOLDING,
    IN_FIELD,
    BoxState,
    ConflictKind,
    ConflictState,
    SampleRefusal,
    TubeState,
)
from pingzhan.domain.screening.models import Box, Conflict, Sample, Tube


def columns_of(model: type[Model], names: str) -> tuple[str, ...]:
    """Return columns of a model in the order in which its ``from_db`` takes them. KeyError for an unknown one."""
    order = {field.attname: n for n, field in enumerate(model._meta.concrete_fields)}
    return tuple(sorted(names.split(), key=order.__getitem__))


LOCK = 0x5A3F
"""First half of the advisory lock of an enterprise's people in the rounds: two batches never count one twice."""
DEVICE_LOCK = 0x5A40
"""First half of the advisory lock of a phone: its batches come one after the other."""
GUEST_LOCK = 0x5A41
"""First half of the advisory lock of a round's walk-ins."""
_SAMPLES = """
INSERT INTO screening_sample (id, round_id, tube_id, person, employment_id, enterprise_id, team_id, device_id, seq,
    skew_ms, taken_at, place, flag, refused, note)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[], %s::smallint[], %s::smallint[],
    %s::smallint[], %s::text[])
ON CONFLICT DO NOTHING RETURNING id
"""
_STEPS = """
INSERT INTO screening_custodystep (id, step, tube_id, box_id, device_id, seq, skew_ms, device_at, to_device, by_name,
    ref, note)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[],
    %s::timestamptz[], %s::bigint[], %s::text[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING RETURNING id
"""
_SWABS = """
SELECT id, tube_id, person, enterprise_id, team_id, device_id, seq, taken_at - skew_ms * interval '1 ms', flag, refused
FROM screening_sample WHERE tube_id = ANY(%s)
"""
_TAKEN = """
SELECT tube_id, step, box_id, device_id, seq, device_at - skew_ms * interval '1 ms', to_device
FROM screening_custodystep WHERE tube_id = ANY(%s) AND device_id IS NOT NULL
"""
_TUBES = """
UPDATE screening_tube t SET state = i.state, heads = i.heads, enterprise_id = i.enterprise_id, box_id = i.box_id,
    held = i.held, sealed_device = i.sealed_device, sealed_seq = i.sealed_seq, first_taken_at = i.first_at,
    sealed_at = CASE WHEN i.sealed_seq IS NOT NULL THEN coalesce(t.sealed_at, now()) END,
    boxed_at = CASE WHEN i.box_id IS NOT NULL THEN coalesce(t.boxed_at, now()) END,
    handed_at = CASE WHEN i.handed THEN coalesce(t.handed_at, now()) END,
    voided_at = CASE WHEN i.state = 'void' THEN coalesce(t.voided_at, now()) END
FROM unnest(%s::bigint[], %s::text[], %s::smallint[], %s::bigint[], %s::bigint[], %s::bool[], %s::bigint[],
    %s::bigint[], %s::timestamptz[], %s::bool[])
    AS i(id, state, heads, enterprise_id, box_id, held, sealed_device, sealed_seq, first_at, handed)
WHERE t.id = i.id
"""
_BOXES = """
UPDATE screening_box b SET state = CASE WHEN b.state = 'received' THEN b.state WHEN s.handed THEN 'handed'
    WHEN s.sealed THEN 'sealed' ELSE 'open' END,
    sealed_at = CASE WHEN s.sealed THEN coalesce(b.sealed_at, now()) END,
    handed_at = CASE WHEN s.handed THEN coalesce(b.handed_at, now()) END
FROM (SELECT box_id, bool_or(step = 'box_seal') AS sealed, bool_or(step = 'handover') AS handed
    FROM screening_custodystep WHERE box_id = ANY(%s) GROUP BY 1) s
WHERE b.id = s.box_id
"""
_STANDING = """
SELECT s.person, count(DISTINCT s.tube_id),
    (array_agg(s.enterprise_id ORDER BY s.taken_at - s.skew_ms * interval '1 ms', s.id))[1],
    (array_agg(s.team_id ORDER BY s.taken_at - s.skew_ms * interval '1 ms', s.id))[1]
FROM screening_sample s JOIN screening_tube t ON t.id = s.tube_id
WHERE s.round_id = %s AND s.person = ANY(%s) AND s.refused = 0 AND t.state <> 'void'
GROUP BY 1
"""
_COUNTS = """
INSERT INTO screening_roundcount AS c (round_id, enterprise_id, team_id, due, tested, conflicts)
SELECT %s, i.enterprise_id, i.team_id, 0, i.tested, i.conflicts
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) AS i(enterprise_id, team_id, tested, conflicts)
ON CONFLICT (round_id, enterprise_id, team_id) DO UPDATE
SET tested = c.tested + excluded.tested, conflicts = c.conflicts + excluded.conflicts
"""
_CONFLICT_COLUMNS = columns_of(
    Conflict, "id round_id kind tube_id person enterprise_id team_id state settled_at"
)
_CONFLICTS = f"""
SELECT {", ".join(_CONFLICT_COLUMNS)} FROM screening_conflict WHERE round_id = %s AND tube_id = ANY(%s)
UNION ALL SELECT {", ".join(_CONFLICT_COLUMNS)} FROM screening_conflict
WHERE round_id = %s AND tube_id = 0 AND person = ANY(%s) AND kind = %s
"""  # noqa: S608 - columns of our own
Place = tuple[int, int]
"""An enterprise and a team of it."""


def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def run(sql: str, parameters: Sequence[Any]) -> None:
    """Run a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def lock(kind: int, ids: Iterable[int]) -> None:
    """Hold advisory locks until the end of the transaction, in the order of their numbers."""
    numbers = sorted({one % 2**31 for one in ids})
    if numbers:
        rows("SELECT pg_advisory_xact_lock(%s, n) FROM unnest(%s::int[]) AS n", [kind, numbers])


def insert_samples(lines: Sequence[tuple[Any, ...]]) -> set[uuids.UUID]:
    """Store samples (columns as in the statement) and return the ids of those that were new."""
    return {row[0] for row in rows(_SAMPLES, _columns(lines))} if lines else set()


def insert_steps(lines: Sequence[tuple[Any, ...]]) -> set[uuids.UUID]:
    """Store custody steps (columns as in the statement) and return the ids of those that were new."""
    return {row[0] for row in rows(_STEPS, _columns(lines))} if lines else set()


def _columns(lines: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*lines, strict=True)]


def swabs_of(tube_ids: Collection[int]) -> list[Swab]:
    """Return all samples of tubes."""
    return [Swab(*row) for row in rows(_SWABS, [list(tube_ids)])] if tube_ids else []


def steps_of(tube_ids: Collection[int]) -> list[Step]:
    """Return all steps that phones took with tubes."""
    return [Step(*row) for row in rows(_TAKEN, [list(tube_ids)])] if tube_ids else []


def standing(round_id: int, persons: Collection[int]) -> dict[int, tuple[int, Place]]:
    """Return by person in how many tubes he is in a round, and the enterprise and team he counts for."""
    if not persons:
        return {}
    return {row[0]: (row[1], (row[2], row[3])) for row in rows(_STANDING, [round_id, list(persons)])}


def _newly(swabs: Collection[Swab]) -> dict[int, tuple[int, Place]]:
    """Return where people stand who were in no tube before: only by these swabs, none in a tube given up."""
    found: dict[int, tuple[int, Place]] = {}
    tubes: dict[int, set[int]] = defaultdict(set)
    for one in sorted(swabs, key=lambda swab: (swab.at, swab.id.bytes), reverse=True):
        if one.refused == SampleRefusal.COUNTS:
            tubes[one.person].add(one.tube_id)
            found[one.person] = (len(tubes[one.person]), (one.enterprise_id, one.team_id))
    return found


def bring_boxes(box_ids: Collection[int]) -> None:
    """Bring boxes up to date with their steps."""
    if box_ids:
        run(_BOXES, [sorted(box_ids)])


def settle(
    round_id: int,
    tubes: Mapping[int, Tube],
    swabs: Collection[Swab],
    steps: Collection[Step],
    before: Mapping[int, tuple[int, Place]],
    *,
    once: bool = True,
) -> set[Key]:
    """Bring tubes, conflicts and counts of a round up to date; return the conflicts open now.

    ``tubes`` are locked, ``swabs`` and ``steps`` are all of theirs, ``before`` is where their people stood. ``once``:
    somebody in two tubes of the round is a conflict.
    """
    folded = _fold_all(tubes, swabs, steps)
    late = [pk for one in folded.values() for pk in one.late]
    if late:
        Sample.objects.filter(pk__in=late).update(refused=SampleRefusal.AFTER_SEAL)
    void = [pk for pk, one in folded.items() if one.state == TubeState.VOID != tubes[pk].state]
    if void:
        Tube.objects.filter(pk__in=void).update(state=TubeState.VOID, voided_at=Now())
    persons = {one.person for one in swabs}
    after = (
        standing(round_id, persons)
        if before or late or void or any(one.state == TubeState.VOID for one in tubes.values())
        else _newly(swabs)
    )
    wanted: dict[Key, Place] = {}
    for one in folded.values():
        wanted |= one.conflicts
    for person, (count, place) in after.items():
        if count > 1 and once:
            wanted[ConflictKind.SECOND_TUBE, 0, person] = place
    is_open, delta = _write_conflicts(round_id, set(tubes), persons, wanted)
    holding = {tube for kind, tube, _person in is_open if kind in HOLDING}
    _write_tubes(tubes, folded, held={pk: pk in holding or _unsynced(tubes[pk], folded[pk]) for pk in tubes})
    _write_counts(round_id, before, after, delta)
    return is_open


def _unsynced(tube: Tube, now: Folded) -> bool:
    """Return whether the laboratory has a tube that no phone has told to be sealed."""
    return tube.state not in (*IN_FIELD, TubeState.VOID) and now.sealed_by is None


def _fold_all(
    tubes: Mapping[int, Tube], swabs: Collection[Swab], steps: Collection[Step]
) -> dict[int, Folded]:
    of_tube: dict[int, list[Swab]] = defaultdict(list)
    taken: dict[int, list[Step]] = defaultdict(list)
    for swab in swabs:
        of_tube[swab.tube_id].append(swab)
    for step in steps:
        taken[step.tube_id].append(step)
    boxes = {one.box_id for one in steps if one.box_id is not None}
    handed = set(
        Box.objects.filter(pk__in=boxes, state__in=[BoxState.HANDED, BoxState.RECEIVED]).values_list(
            "pk", flat=True
        )
        if boxes
        else ()
    )
    return {
        pk: fold(pk, TubeState(tube.state), tube.capacity, of_tube[pk], taken[pk], handed)
        for pk, tube in tubes.items()
    }


def _write_tubes(
    tubes: Mapping[int, Tube], folded: Mapping[int, Folded], *, held: Mapping[int, bool]
) -> None:
    lines = [
        (
            pk, one.state.value, one.heads, one.enterprise_id, one.box_id, held[pk],
            one.sealed_by[0] if one.sealed_by else None, one.sealed_by[1] if one.sealed_by else None,
            one.first_at, one.handed,
        )
        for pk, one in folded.items()
    ]  # fmt: skip
    if lines:
        run(_TUBES, _columns(lines))


def _write_conflicts(
    round_id: int, tube_ids: Collection[int], persons: Collection[int], wanted: Mapping[Key, Place]
) -> tuple[set[Key], Counter[Place]]:
    """Open, reopen and clear conflicts; return those open now, and by how many the open ones of each place grew."""
    there = [list(tube_ids), round_id, list(persons), str(ConflictKind.SECOND_TUBE)]
    found = [Conflict.from_db(None, _CONFLICT_COLUMNS, row) for row in rows(_CONFLICTS, [round_id, *there])]
    delta: Counter[Place] = Counter()
    known: dict[Key, Conflict] = {(one.kind, one.tube_id, one.person): one for one in found}
    is_open = {key for key, one in known.items() if one.state == ConflictState.OPEN}
    for key in is_open - wanted.keys():
        one = known[key]
        one.state, one.settled_at = ConflictState.CLEARED, timezone.now()
        one.save(update_fields=["state", "settled_at"])
        delta[one.enterprise_id, one.team_id] -= 1
    for key, one in known.items():
        place = wanted.get(key)
        if place is None or one.state == ConflictState.SETTLED:
            continue
        was = (one.enterprise_id, one.team_id)
        if one.state == ConflictState.OPEN and place == was:
            continue
        # A tube in two boxes may be told of before its first sample says whose people are in it.
        if one.state == ConflictState.OPEN:
            delta[was] -= 1
        one.state, one.settled_at = ConflictState.OPEN, None
        one.enterprise_id, one.team_id = place
        one.save(update_fields=["state", "settled_at", "enterprise_id", "team_id"])
        delta[place] += 1
    fresh = [(key, place) for key, place in sorted(wanted.items()) if key not in known]
    Conflict.objects.bulk_create(
        Conflict(
            round_id=round_id,
            kind=kind,
            tube_id=tube,
            person=person,
            enterprise_id=place[0],
            team_id=place[1],
        )
        for (kind, tube, person), place in fresh
    )
    for _key, place in fresh:
        delta[place] += 1
    settled = {key for key, one in known.items() if one.state == ConflictState.SETTLED}
    return set(wanted) - settled, delta


def _write_counts(
    round_id: int,
    before: Mapping[int, tuple[int, Place]],
    after: Mapping[int, tuple[int, Place]],
    conflicts: Counter[Place],
) -> None:
    tested: Counter[Place] = Counter()
    for person in before.keys() | after.keys():
        was, now = before.get(person), after.get(person)
        if was is not None:
            tested[was[1]] -= 1
        if now is not None:
            tested[now[1]] += 1
    lines = [
        (enterprise, team, tested[enterprise, team], conflicts[enterprise, team])
        for enterprise, team in sorted(tested.keys() | conflicts.keys())
        if enterprise and (tested[enterprise, team] or conflicts[enterprise, team])
    ]
    if lines:
        run(_COUNTS, [round_id, *_columns(lines)])
