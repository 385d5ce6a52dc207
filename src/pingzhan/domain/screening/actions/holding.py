"""Who is held because of which tube, and what his own swab says: worked out anew from what is stored, whatever came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.enums import HoldState, PursuitState, Verdict
from pingzhan.domain.screening.models import Hold, Member, Probe, Pursuit, Result, Slot
from pingzhan.domain.screening.queries.persons import aliases_of, keys_of
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Conflict

TRIES = 5
_WHO = (
    "person", "individual_id", "walk_in_id", "employment_id", "enterprise_id", "team_id", "room_id", "canteen_id",
    "sitting",
)  # fmt: skip
"""What a hold says of whom it is and where he belonged."""
_IN_TUBES = """
SELECT tube_id, person, employment_id, nullif(enterprise_id, 0), place, taken_at - skew_ms * interval '1 ms'
FROM screening_sample WHERE tube_id = ANY(%s) AND refused = 0 AND person <> 0 ORDER BY tube_id, place, id
"""
_SINGLES = """
SELECT s.person, s.tube_id, t.verdict, s.taken_at - s.skew_ms * interval '1 ms' AS at
FROM screening_sample s JOIN screening_tube t ON t.id = s.tube_id
WHERE s.person = ANY(%s) AND s.refused = 0 AND t.heads = 1 AND t.verdict <> '' ORDER BY at, s.tube_id
"""


@dataclass(frozen=True, slots=True)
class Swabbed:
    """Somebody in a tube: who he is everywhere (queries.persons), and when and where he was swabbed."""

    tube: int
    key: int
    employment: int | None
    enterprise: int | None
    place: int
    at: datetime


@dataclass(slots=True)
class Judged:
    """What became of holds: by their ids."""

    released: list[int] = field(default_factory=list)
    positive: list[int] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)


def people_in(tube_ids: Collection[int]) -> list[Swabbed]:
    """Return everybody in tubes, each once in each. Two queries."""
    rows = storing.rows(_IN_TUBES, [sorted(tube_ids)]) if tube_ids else []
    keys = keys_of({row[1] for row in rows})
    found: dict[tuple[int, int], Swabbed] = {}
    for tube, person, employment, enterprise, place, at in rows:
        key = keys[person]
        found.setdefault((tube, key), Swabbed(tube, key, employment, enterprise, place, at))
    return list(found.values())


def open_holds(keys: Collection[int]) -> dict[int, Hold]:
    """Return the open hold of each of these persons, locked in the order of their numbers."""
    aliases = aliases_of(keys)
    rows = Hold.objects.select_for_update(no_key=True, of=("self",)).filter(
        person__in=sorted(aliases), until__isnull=True
    )
    return {aliases[one.person]: one for one in rows.order_by("person", "pk")}


def hold_all(pursuits: Mapping[int, Pursuit], people: Sequence[Swabbed], zone: Unit) -> list[Hold]:
    """Hold everybody in the tubes of new pursuits (by tube); whoever is held already has one more cause.

    Return the holds that are new.
    """
    first: dict[int, Swabbed] = {}
    for one in sorted(people, key=lambda row: row.at):
        first[one.key] = one
    held = open_holds(first)
    rows = _rows([one for key, one in sorted(first.items()) if key not in held], zone, pursuits)
    made: list[Hold] = []
    for _try in range(TRIES):
        if not rows:
            break
        wanted = {one.person for one in rows}
        # Another zone may hold the same person at this moment: the database lets one through, the other finds it.
        Hold.objects.bulk_create(rows, ignore_conflicts=True)
        held = open_holds(first)
        made = [one for key, one in held.items() if key in wanted]
        rows = [one for one in rows if one.person not in held]
    else:
        raise Conflict(_("同一人正在被别处处理，请再试一次。"), code="hold_busy")
    Member.objects.bulk_create(
        [
            Member(pursuit=pursuits[one.tube], hold=held[one.key], place=one.place, sampled_at=one.at)
            for one in people
        ],
        ignore_conflicts=True,
    )
    return made


def _rows(people: Sequence[Swabbed], zone: Unit, pursuits: Mapping[int, Pursuit]) -> list[Hold]:
    employed = {one.key: one.employment for one in people if one.employment is not None}
    without = [one.key for one in people if one.key > 0 and one.employment is None]
    if without:
        # Registered on the spot, but known: where he works says where he belongs.
        for individual, pk in (
            Employment.objects.filter(
                individual__in=without, left__isnull=True, enterprise__path__startswith=zone.path
            )
            .order_by("-pk")
            .values_list("individual_id", "pk")
        ):
            employed[individual] = pk
    firms = dict(
        Employment.objects.filter(pk__in=employed.values()).order_by().values_list("pk", "enterprise_id")
    )
    places = _places(people, employed)
    stops = _stops(people, pursuits)
    rows = []
    for one in people:
        employment = employed.get(one.key)
        if employment not in firms:
            employment = None
        place = places.get(one.key)
        firm = firms[employment] if employment is not None else one.enterprise
        rows.append(
            Hold(
                person=one.key,
                individual_id=one.key if one.key > 0 else None,
                walk_in_id=-one.key if one.key < 0 else None,
                employment_id=employment,
                enterprise_id=firm or pursuits[one.tube].tube.enterprise_id or stops.get(one.key),
                team_id=place.team_id if place else None,
                room_id=place.room_id if place else None,
                canteen_id=place.canteen_id if place else None,
                sitting=place.sitting if place else None,
            )
        )
    return rows


def _stops(people: Sequence[Swabbed], pursuits: Mapping[int, Pursuit]) -> dict[int, int]:
    """Return where each was swabbed whose tube names no enterprise: where its team stood, or was nearest to, by plan.

    Somebody on no list is looked for, told and swabbed again there; without it no team would come for him.
    """
    tubes = {one.tube: pursuits[one.tube].tube for one in people}
    nowhere = {pk: tube for pk, tube in tubes.items() if not tube.enterprise_id}
    if not nowhere:
        return {}
    told = dict(
        Probe.objects.filter(tube__in=nowhere, enterprise__isnull=False).values_list(
            "tube_id", "enterprise_id"
        )
    )
    by_team: dict[tuple[int, int | None], list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(
        round__in={one.round_id for one in nowhere.values()},
        team__in={one.team_id for one in nowhere.values()},
    ).order_by("start", "pk"):
        by_team[slot.round_id, slot.team_id].append(slot)
    found: dict[int, int] = {}
    for one in people:
        tube = nowhere.get(one.tube)
        slots = by_team[tube.round_id, tube.team_id] if tube is not None else []
        # What the plan in force says goes before a slot that was replaced.
        slots = [slot for slot in slots if slot.ended_by_id is None] or slots
        if one.tube in told:
            found[one.key] = told[one.tube]
        elif slots:
            found[one.key] = min(slots, key=partial(_away, at=one.at)).enterprise_id
    return found


def _away(slot: Slot, at: datetime) -> timedelta:
    return max(slot.start - at, at - slot.end, timedelta())


def _places(people: Sequence[Swabbed], employed: Mapping[int, int | None]) -> dict[int, Placement]:
    """Return where each belonged when he was swabbed; where he belongs now if nothing is known of then."""
    by_employment: dict[int, list[Placement]] = defaultdict(list)
    for row in Placement.objects.filter(employment__in=[pk for pk in employed.values() if pk]).order_by("t0"):
        by_employment[row.employment_id].append(row)
    found: dict[int, Placement] = {}
    for one in people:
        rows = by_employment.get(employed.get(one.key) or 0, [])
        then = [row for row in rows if row.t0 <= one.at and (row.t1 is None or row.t1 > one.at)]
        if rows:
            found[one.key] = then[-1] if then else rows[-1]
    return found


def judge(keys: Collection[int], *, why: str, by_name: str) -> Judged:
    """Bring the holds of these persons to what is stored: released, positive, or held on.

    Without an open pursuit a hold ends with ``why``, unless a single swab told of since it began is positive.
    A positive single swab after the pool, or in it, makes somebody positive; else the last valid single swab after the
    last pool releases him when it is negative. A positive whose own tube was corrected is held again and judged anew,
    and so is whoever was released by a single swab that is negative no more.
    """
    done = Judged()
    aliases = aliases_of(keys)
    _hold_again(aliases)
    rows = list(
        Hold.objects.select_for_update(no_key=True, of=("self",))
        .filter(person__in=sorted(aliases))
        .exclude(state=HoldState.RELEASED)
        .select_related("retest_tube")
        .order_by("person", "pk")
    )
    if not rows:
        return done
    causes: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for hold, tube, at in Member.objects.filter(hold__in=rows, pursuit__state=PursuitState.OPEN).values_list(
        "hold_id", "pursuit__tube_id", "sampled_at"
    ):
        causes[hold].append((tube, at))
    singles: dict[int, list[tuple[int, str, datetime]]] = defaultdict(list)
    for person, tube, verdict, at in storing.rows(_SINGLES, [sorted(aliases)]):
        singles[aliases[person]].append((tube, verdict, at))
    open_now = {aliases[one.person] for one in rows if one.until is None}
    for one in rows:
        key = aliases[one.person]
        if one.state == HoldState.POSITIVE:
            own = one.retest_tube
            if own is not None and own.verdict == Verdict.POSITIVE:
                if one.until is None and not causes[one.pk]:
                    _set(one, until=Now())
                continue
            if one.until is not None and key in open_now:
                continue
            _set(one, state=HoldState.HELD, until=None, retest_tube=None)
            open_now.add(key)
            done.cleared.append(one.pk)
        _judge_held(one, causes[one.pk], singles[key], done, why=why, by_name=by_name)
    return done


def _hold_again(aliases: Mapping[int, int]) -> None:
    """Hold those again who were released although a pursuit is open: by a single swab that is negative no more.

    Or the tube of the pursuit is his own and has become positive since.
    """
    last: dict[tuple[int, int], Member] = {}
    for one in (
        Member.objects.filter(hold__person__in=sorted(aliases), pursuit__state=PursuitState.OPEN)
        .select_related("hold__retest_tube", "pursuit__tube")
        .order_by("hold_id")
    ):
        last[aliases[one.hold.person], one.pursuit_id] = one
    broken = [
        (key, one)
        for (key, _pursuit), one in sorted(last.items())
        if one.hold.state == HoldState.RELEASED
        and (_negative_no_more(one.hold) or _own_positive(one.pursuit))
    ]
    if not broken:
        return
    before = {key: one.hold for key, one in broken}
    held = open_holds(before)
    Hold.objects.bulk_create(
        [
            Hold(**{name: getattr(hold, name) for name in _WHO})
            for key, hold in sorted(before.items())
            if key not in held
        ],
        ignore_conflicts=True,
    )
    held = open_holds(before)
    Member.objects.bulk_create(
        [
            Member(pursuit_id=one.pursuit_id, hold=held[key], place=one.place, sampled_at=one.sampled_at)
            for key, one in broken
        ],
        ignore_conflicts=True,
    )


def _negative_no_more(hold: Hold) -> bool:
    return hold.retest_tube is not None and hold.retest_tube.verdict != Verdict.NEGATIVE


def _own_positive(pursuit: Pursuit) -> bool:
    return pursuit.tube.heads == 1 and pursuit.tube.verdict == Verdict.POSITIVE


def _judge_held(
    hold: Hold,
    causes: Sequence[tuple[int, datetime]],
    singles: Sequence[tuple[int, str, datetime]],
    done: Judged,
    *,
    why: str,
    by_name: str,
) -> None:
    if not causes:
        # A positive swab of his own told of while he was held has opened no pursuit: it still stands. One told of
        # before, of an infection long over, has had its own hold.
        positives = [tube for tube, verdict, _at in singles if verdict == Verdict.POSITIVE]
        came = Result.objects.filter(
            tube__in=positives, verdict=Verdict.POSITIVE, reported_at__gte=hold.since
        ).order_by("pk")
        standing = came.values_list("tube_id", flat=True).last() if positives else None
        if standing is not None:
            _set(hold, state=HoldState.POSITIVE, until=Now(), retest_tube_id=standing)
            done.positive.append(hold.pk)
            return
        _set(hold, state=HoldState.RELEASED, until=Now(), reason=why, ended_by=by_name)
        done.released.append(hold.pk)
        return
    tubes, last = {tube for tube, _at in causes}, max(at for _tube, at in causes)
    own = [(tube, verdict) for tube, verdict, at in singles if at > last or tube in tubes]
    # An invalid swab says nothing, whether it was told of before or after a negative one.
    told = [(tube, verdict) for tube, verdict in own if verdict != Verdict.INVALID]
    positive = next((tube for tube, verdict in own if verdict == Verdict.POSITIVE), None)
    if positive is not None:
        _set(hold, state=HoldState.POSITIVE, retest_tube_id=positive)
        done.positive.append(hold.pk)
    elif told and told[-1][1] == Verdict.NEGATIVE:
        _set(
            hold, state=HoldState.RELEASED, until=Now(), retest_tube_id=told[-1][0], reason=_("单采单检阴性"),
            ended_by=by_name,
        )  # fmt: skip
        done.released.append(hold.pk)


def _set(hold: Hold, **values: Any) -> None:
    Hold.objects.filter(pk=hold.pk).update(**values)
