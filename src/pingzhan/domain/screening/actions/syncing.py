"""What samplers' phones send: each record stored once, answered by itself, whatever order it comes in."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening import walkins
from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.arriving import (
    Batch,
    begin,
    read_all,
    refusal_of,
    rounds_of,
    without_known,
)
from pingzhan.domain.screening.actions.folding import Key, Step, Swab, seals
from pingzhan.domain.screening.actions.intake import (
    CLOCK_OFF,
    MOST,
    SAMPLE,
    Answer,
    Clock,
    Item,
    Read,
)
from pingzhan.domain.screening.enums import (
    ConflictKind,
    PoolMode,
    RoundKind,
    RoundState,
    SampleFlag,
    SampleRefusal,
    StepKind,
    TubeKind,
)
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import Box, CustodyStep, Hold, Round, Tube
from pingzhan.domain.screening.queries.heads import follows_positives
from pingzhan.domain.screening.queries.persons import aliases_of, keys_of
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import DomainError, Invalid

_TUBE_COLUMNS = storing.columns_of(
    Tube, "id code round_id capacity state held verdict sealed_device sealed_seq sealed_at"
)
_UPSERT = f"""
INSERT INTO screening_tube (code, round_id, kind, capacity, state, team_id, heads, held, verdict)
SELECT code, %s, %s, %s, 'collecting', %s::bigint, 0, false, '' FROM unnest(%s::text[]) AS i(code)
ORDER BY code ON CONFLICT (code) DO NOTHING RETURNING {", ".join(_TUBE_COLUMNS)}
"""  # noqa: S608 - columns of our own
_UPSERT_BOXES = """
INSERT INTO screening_box (code, round_id, state)
SELECT code, round_id, 'open' FROM unnest(%s::text[], %s::bigint[]) AS i(code, round_id)
ORDER BY code ON CONFLICT (code) DO NOTHING
"""


_PLACED = """
SELECT p.employment_id, e.individual_id, p.enterprise_id, p.team_id
FROM people_placement p JOIN people_employment e ON e.id = p.employment_id
WHERE p.employment_id = ANY(%s) AND p.enterprise_id = ANY(%s) AND p.t1 IS NULL AND e."left" IS NULL
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the roster: who he is and for which enterprise and team he counts."""

    key: int
    employment_id: int | None
    enterprise_id: int = 0
    team_id: int = 0


@transaction.atomic
def record_batch(*, items: Sequence[Item], sent_at: datetime, device: Device, by: Actor) -> list[Answer]:
    """Store what a sampler's phone sends and answer each item in order; what is sent again is stored once.

    An item that cannot be taken is answered 'rejected' with a reason and holds no other up. A record that does not
    count (made after the seal, over the number of a tube without a reason, after the result) is kept and answered
    'rejected' too. The rows that follow do not depend on the order or number of the sendings. ``sent_at`` is the
    phone's clock when it sent. Raises Refused for a device of no sampling team, Invalid for more than MOST items.
    """
    if not 1 <= len(items) <= MOST:
        raise Invalid(_("一次上传 1 至 %(n)d 条。") % {"n": MOST}, code="batch_size")
    team, moment = begin(device)
    batch = Batch(device, team, Clock(sent_at - moment), moment)
    fresh = without_known(items, batch)
    rounds, enterprises = rounds_of(team)
    read_all(fresh, rounds, batch)
    storing.lock(storing.LOCK, {pk for _read, one in batch.live for pk in enterprises[one.pk]})
    stored = 0
    for pk in sorted({one.pk for _read, one in batch.live}):
        lines = [read for read, one in batch.live if one.pk == pk]
        stored += store_lines(lines, rounds[pk], enterprises[pk], batch)
    if stored:
        record(
            "screening.synced", by=by, subject=("device", device.pk), unit_path=device.unit_path,
            body={"stored": stored, "rows": len(items)},
        )  # fmt: skip
    return [batch.answers[one.id] for one in items]


def store_lines(lines: Sequence[Read], one: Round, enterprises: Collection[int], batch: Batch) -> int:
    """Store the items of one round, answer them, and return how many were stored; the caller holds the locks."""
    people = _people([read for read in lines if read.item.kind == SAMPLE], one, enterprises, batch)
    lines = [read for read in lines if read.item.id not in batch.answers]
    tubes, made, boxes = _containers(lines, one, batch)
    lines = [read for read in lines if read.item.id not in batch.answers]
    taken = _store_steps(lines, tubes, boxes, batch)
    box_ids = {boxes[read.box].pk for read in lines if read.box}
    storing.bring_boxes(box_ids)
    touched = _touched(lines, tubes, boxes, one)
    # Of a tube made just now there is nothing in the database but what this batch has put there.
    older = touched.keys() - made
    steps = [*(step for step in taken if step.tube_id in made), *storing.steps_of(older)]
    of_tube: dict[int, list[Step]] = {pk: [] for pk in touched}
    for step in steps:
        of_tube[step.tube_id].append(step)
    sealed = {pk: seals(taken) for pk, taken in of_tube.items()}
    old = storing.swabs_of(older)
    new = _swabs(lines, tubes, people, sealed, batch)
    keys = {swab.person for swab in old} | {swab.person for swab, _read in new}
    before = storing.standing(one.pk, keys)
    _hold_foreign([swab for swab, _read in new], touched)
    new = _store_samples(new, one, people, batch)
    lines = [read for read in lines if read.item.id not in batch.answers]
    open_tubes = {pk: tube for pk, tube in touched.items() if not tube.verdict}
    # Whoever asks to be tested twice in a day may be: outside the rounds a second tube is nothing to look into.
    is_open = storing.settle(
        one.pk, open_tubes, [*old, *(swab for swab, _read in new)], steps, before,
        once=one.kind != RoundKind.PROBE,
    )  # fmt: skip
    _answer(lines, new, tubes, is_open, batch)
    if is_open:
        # Only what somebody has to look at: an announcement for each batch would draw every open page again and again.
        announce(LIVE_TOPIC, {"zone": one.zone_id, "round": one.pk})
    if new and one.state == RoundState.ADOPTED:
        Round.objects.filter(pk=one.pk, state=RoundState.ADOPTED).update(
            state=RoundState.RUNNING, started_at=Now()
        )
    return len(lines)


def _people(
    lines: Sequence[Read], one: Round, enterprises: Collection[int], batch: Batch
) -> dict[uuids.UUID, Person]:
    """Return who each sample is of; whoever is not of the team's enterprises is answered like nobody."""
    asked = {read.item.person for read in lines if read.item.person is not None}
    known = {
        job: Person(individual, job, firm, team or 0)
        for job, individual, firm, team in storing.rows(_PLACED, [list(asked), list(enterprises)])
    } if asked else {}  # fmt: skip
    guests: dict[uuids.UUID, walkins.Known] = {}
    found: dict[uuids.UUID, Person] = {}
    for read in lines:
        item = read.item
        if item.guest is not None:
            try:
                guests[item.id] = walkins.read(item.guest.name, item.guest.number)
            except DomainError as error:
                batch.refuse(item, error.code, f"{error.message}{error.hint}")
        elif item.person in known:
            found[item.id] = known[item.person]
        else:
            batch.refuse(item, "person", _("本次采样的企业没有这名职工，请现场登记。"))
    return found | _guests(guests, one, enterprises)


def _guests(
    guests: Mapping[uuids.UUID, walkins.Known], one: Round, enterprises: Collection[int]
) -> dict[uuids.UUID, Person]:
    if not guests:
        return {}
    storing.lock(storing.GUEST_LOCK, [one.pk])
    keys = walkins.keep(one.pk, list(guests.values()))
    placed = {
        row[0]: Person(row[0], row[1], row[2], row[3] or 0)
        for row in Placement.objects.filter(
            employment__individual_id__in=[key for key in keys.values() if key > 0],
            enterprise_id__in=enterprises,
            t1__isnull=True,
            employment__left__isnull=True,
        )
        .order_by("-employment_id")
        .values_list("employment__individual_id", "employment_id", "enterprise_id", "team_id")
    }
    found = {item: keys[known.document.key] for item, known in guests.items()}
    waiting = _waiting({key for key in found.values() if key not in placed}, one, enterprises)
    return {item: placed.get(key) or waiting.get(key) or Person(key, None) for item, key in found.items()}


def _waiting(keys: Collection[int], one: Round, enterprises: Collection[int]) -> dict[int, Person]:
    """Return those on no list who are due in a round of single swabs: they count where they were held."""
    if not keys or not follows_positives(one):
        return {}
    whole = keys_of(keys)
    aliases = aliases_of(set(whole.values()))
    places = {
        aliases[hold.person]: (hold.enterprise_id or 0, hold.team_id or 0)
        for hold in Hold.objects.filter(
            person__in=sorted(aliases), until__isnull=True, enterprise__in=enterprises
        ).order_by("pk")
    }
    return {key: Person(key, None, *places[whole[key]]) for key in keys if whole[key] in places}


def _containers(
    lines: Sequence[Read], one: Round, batch: Batch
) -> tuple[dict[str, Tube], set[int], dict[str, Box]]:
    """Return the tubes and boxes named, locked in the order of their codes, and which tubes were made just now."""
    tube_codes = sorted({read.tube for read in lines if read.tube})
    box_codes = sorted({read.box for read in lines if read.box})
    single = one.mode == PoolMode.SINGLE
    kind = TubeKind.SINGLE if single else TubeKind.POOL
    tubes: dict[str, Tube] = {}
    if tube_codes:
        capacity = 1 if single else one.pool_size
        for row in storing.rows(_UPSERT, [one.pk, kind.value, capacity, batch.team_id, tube_codes]):
            tube = Tube.from_db(None, _TUBE_COLUMNS, row)
            tubes[tube.code] = tube
    made = {tube.pk for tube in tubes.values()}
    if box_codes:
        storing.run(_UPSERT_BOXES, [box_codes, [one.pk] * len(box_codes)])
    if there := [code for code in tube_codes if code not in tubes]:
        locked = Tube.objects.select_for_update(no_key=True).filter(code__in=there).order_by("code")
        tubes |= {tube.code: tube for tube in locked}
    boxes = {
        box.code: box
        for box in Box.objects.select_for_update(no_key=True).filter(code__in=box_codes).order_by("code")
    } if box_codes else {}  # fmt: skip
    for read in lines:
        if read.tube and tubes[read.tube].round_id != one.pk:
            batch.refuse(read.item, "tube_round", _("这个管码已在另一轮次使用。"))
        elif read.box and boxes[read.box].round_id != one.pk:
            batch.refuse(read.item, "box_round", _("这个箱码已在另一轮次使用。"))
    return tubes, made, boxes


def _store_steps(
    lines: Sequence[Read], tubes: Mapping[str, Tube], boxes: Mapping[str, Box], batch: Batch
) -> list[Step]:
    """Store the steps and return those that were taken with tubes, as they are stored."""
    rows: list[tuple[Any, ...]] = []
    found: list[Step] = []
    skew = timedelta(milliseconds=batch.clock.ms)
    for read in lines:
        if read.step is None:
            continue
        item, tube, box = read.item, tubes.get(read.tube), boxes.get(read.box)
        tube_id, box_id = tube.pk if tube else None, box.pk if box else None
        rows.append((
            item.id, read.step.value, tube_id, box_id, batch.device.pk, item.seq, batch.clock.ms, item.at,
            read.to_device, batch.device.name, read.ref, read.reason,
        ))  # fmt: skip
        if tube_id is not None:
            found.append(
                Step(
                    tube_id,
                    read.step.value,
                    box_id,
                    batch.device.pk,
                    item.seq,
                    item.at - skew,
                    read.to_device,
                )
            )
    stored = storing.insert_steps(rows)
    if len(stored) < len(rows):
        # Another phone sent the same id at this very moment: what counts is what the database took.
        taken = {row[5] for row in rows if row[0] in stored}
        found = [step for step in found if step.seq in taken]
    return found


def _touched(
    lines: Sequence[Read], tubes: Mapping[str, Tube], boxes: Mapping[str, Box], one: Round
) -> dict[int, Tube]:
    """Return all tubes whose state may change: those named, and those in a box that was handed over."""
    found = {tubes[read.tube].pk: tubes[read.tube] for read in lines if read.tube}
    handed = {boxes[read.box].pk for read in lines if read.step == StepKind.HANDOVER}
    if handed:
        inside = CustodyStep.objects.filter(box_id__in=handed, step=StepKind.BOX).values("tube_id")
        more = Tube.objects.select_for_update(no_key=True).filter(pk__in=inside, round=one).order_by("code")
        found |= {tube.pk: tube for tube in more if tube.pk not in found}
    return found


def _swabs(
    lines: Sequence[Read],
    tubes: Mapping[str, Tube],
    people: Mapping[uuids.UUID, Person],
    sealed: Mapping[int, Mapping[int, int]],
    batch: Batch,
) -> list[tuple[Swab, Read]]:
    found: list[tuple[Swab, Read]] = []
    skew = timedelta(
        milliseconds=batch.clock.ms
    )  # as it is stored, or a phone's order would depend on when it is read
    for read in lines:
        item = read.item
        if read.step is not None:
            continue
        tube, person = tubes[read.tube], people[item.id]
        assert item.place is not None
        over = item.place > tube.capacity
        refused = SampleRefusal.COUNTS
        if tube.verdict:
            refused = SampleRefusal.AFTER_RESULT
        elif over and not read.reason:
            refused = SampleRefusal.OVER_CAPACITY
        elif item.seq > sealed[tube.pk].get(batch.device.pk, item.seq):
            refused = SampleRefusal.AFTER_SEAL
        flag = batch.clock.flag | (SampleFlag.OVER_CAPACITY if over else 0)
        flag |= SampleFlag.UNKNOWN_PERSON if item.guest is not None else 0
        swab = Swab(
            item.id, tube.pk, person.key, person.enterprise_id, person.team_id, batch.device.pk, item.seq,
            item.at - skew, int(flag), refused,
        )  # fmt: skip
        found.append((swab, read))
    return found


def _hold_foreign(new: Sequence[Swab], touched: Mapping[int, Tube]) -> None:
    """Hold sealed tubes into which another phone writes, before it does; the database asks for that."""
    foreign = {
        one.tube_id
        for one in new
        if one.refused == SampleRefusal.COUNTS
        and touched[one.tube_id].sealed_at is not None
        and not (
            one.device_id == touched[one.tube_id].sealed_device
            and one.seq < (touched[one.tube_id].sealed_seq or 0)
        )
    }
    if foreign:
        Tube.objects.filter(pk__in=foreign).update(held=True)


def _store_samples(
    new: Sequence[tuple[Swab, Read]], one: Round, people: Mapping[uuids.UUID, Person], batch: Batch
) -> list[tuple[Swab, Read]]:
    """Store the samples and return those that were; the others another phone sent at this very moment."""
    lines: list[tuple[Any, ...]] = [
        (
            swab.id, one.pk, swab.tube_id, swab.person, people[swab.id].employment_id, swab.enterprise_id,
            swab.team_id, swab.device_id, swab.seq, batch.clock.ms, read.item.at, read.item.place, swab.flag,
            int(swab.refused), read.reason,
        )
        for swab, read in new
    ]  # fmt: skip
    stored = storing.insert_samples(lines)
    if len(stored) < len(lines):
        for swab, read in new:
            if swab.id not in stored:
                batch.refuse(read.item, "id_taken", _("这条记录的编号已被另一台手机使用。"))
    return [pair for pair in new if pair[0].id in stored]


def _answer(
    lines: Sequence[Read],
    new: Sequence[tuple[Swab, Read]],
    tubes: Mapping[str, Tube],
    is_open: Collection[Key],
    batch: Batch,
) -> None:
    of_tube = {tube: kind for kind, tube, _person in is_open if tube}
    of_person = {person: kind for kind, _tube, person in is_open if person}
    swabs = {swab.id: swab for swab, _read in new}
    for read in lines:
        item = read.item
        swab = swabs.get(item.id)
        if swab is not None and swab.refused:
            batch.answers[item.id] = refusal_of(item.id, SampleRefusal(swab.refused))
            continue
        kind = of_tube.get(tubes[read.tube].pk) if read.tube else None
        if swab is not None:
            kind = of_person.get(swab.person) or kind
        if kind is not None:
            batch.answers[item.id] = Answer(
                item.id, "accepted_conflict", str(kind),
                _("已收到，有疑问待核对：%(what)s。") % {"what": ConflictKind(kind).label},
            )  # fmt: skip
        elif abs(batch.clock.ahead) > CLOCK_OFF:
            batch.answers[item.id] = Answer(
                item.id, "accepted_conflict", "clock_off", _("已收到，手机时间相差太多，请校时。")
            )
        else:
            batch.answers[item.id] = Answer(item.id, "accepted")
