"""Random plays: the database and the oracle's model changed side by side, reconciled and compared at each step.

Each play is a zone with random posts, holders, terms, rules, absences, refusals, manual changes and orders on
nested scopes in two worlds. ``plays`` yields after each compared state, so that a test or a benchmark counts.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from pingzhan.domain.command.actions.duties import ensure_duties, ensure_policy
from pingzhan.domain.command.actions.follow import follow
from pingzhan.domain.command.actions.reconcile import load_state, reconcile_seats
from pingzhan.domain.command.dutyset import seat_duty_key, templates
from pingzhan.domain.command.gaps import find_gaps
from pingzhan.domain.command.models import Activation, Duty, Gap, Override, Seat, Task
from pingzhan.domain.command.queries.loading import lock_world
from pingzhan.domain.organisation.models import Absence, Person, Responsibility
from tests.domain.command.ground import RULES, Ground, give_responsibles, places_answered
from tests.domain.command.oracle import CLASS_BASE, Model, expected, ruling
from tests.domain.command.park import GroupSpec, PostSpec, make_version

STEPS = 12
SECOND_RUNS = 0.34
COMPARED = (
    "post_empty",
    "ab_both_away",
    "segregation",
    "two_critical",
    "several_posts",
    "no_contact",
    "person_in_pool",
    "person_absent",
    "commander_missing",
)
"""Kinds of gaps the oracle knows; duty_missing needs a post without duties, which these groups have not."""
GROUPS = [
    GroupSpec("lead", "leading"),
    GroupSpec("coordination"),
    GroupSpec("response"),
    GroupSpec("other", clauses=["负责甲事", "负责乙事"]),
]


class _Undo(Exception):
    pass


@dataclass
class Play:
    """One play under way."""

    rng: random.Random
    ground: Ground
    world: int
    model: Model
    numbers: Iterator[int]
    version: Any = None
    n: int = 0
    clock: datetime = field(default_factory=timezone.now)
    book: dict[tuple[int | None, str], frozenset[str]] = field(default_factory=dict)

    def tick(self) -> datetime:
        """A later moment at each call, never behind the database's clock however slow the machine."""
        self.clock = max(self.clock + timedelta(seconds=2), timezone.now() + timedelta(seconds=1))
        return self.clock

    def term(self) -> tuple[datetime | None, datetime | None]:
        """None most of the time, else over, not begun, now, or ending within the play."""
        now = self.clock
        day = timedelta(days=1)
        return self.rng.choice(
            [
                *[(None, None)] * 20,
                (now - day, now + day),
                (None, now - day),
                (now + day, None),
                (None, now + timedelta(seconds=30)),
                (now + timedelta(seconds=30), None),
            ]
        )

    def posts(self) -> list[PostSpec]:
        """Four to nine random posts; the first is that of the commander."""
        rng = self.rng
        ids = [person.pk for person in self.ground.persons]
        codes = [f"p{n}" for n in range(rng.randint(4, 9))]
        found: list[PostSpec] = []
        for n, code in enumerate(codes):
            high = rng.choice([1, 1, 2])
            ranked = rng.sample(ids[:4] if rng.random() < 0.5 else ids, rng.choice([0, 1, 2, 2, 3]))
            by_rule = (
                rng.sample(list(RULES.values()), rng.choice([1, 1, 2])) if n and rng.random() < 0.2 else []
            )
            holders: list[Any] = [
                (rng.randint(1, high), rank, who, *self.term()) for rank, who in enumerate(ranked)
            ]
            if by_rule:
                holders = [(seat, 0, rule, None, None) for seat, rule in enumerate(by_rule, start=1)]
                high = CLASS_BASE - 1
            found.append(
                PostSpec(
                    code,
                    "lead" if n == 0 else rng.choice(["lead", "coordination", "response", "other"]),
                    role="head" if n == 0 else rng.choice(["head", "deputy", "member"]),
                    unit=rng.choice(self.ground.units),
                    posture=rng.choice(["both", "both", "routine", "emergency"]),
                    level=rng.choice([4, 4, 3, 2]),
                    low=rng.choice([0, 1, 1]),
                    high=high,
                    critical=rng.random() < 0.55,
                    reports_to=rng.choice(["", *(c for c in codes if c != code)]),
                    segregated=rng.sample(codes, 1) if rng.random() < 0.3 else [],
                    holders=holders,
                )
            )
        return found

    def publish(self) -> None:
        """Publish another random structure: routine follows it (a drill's world has none), emergencies keep theirs."""
        self.n += 1
        zone = self.ground.units[0]
        specs = self.posts()
        self.version = make_version(zone, GROUPS, specs, n=self.n)
        self.model.routine = self.version.pk if self.world == 0 else 0
        self.model.posts[self.version.pk] = {
            spec.code: {
                "group": spec.group,
                "role": spec.role,
                "path": (spec.unit or zone).path,
                "posture": spec.posture,
                "level": spec.level,
                "low": spec.low,
                "high": spec.high,
                "critical": spec.critical,
                "reports_to": spec.reports_to,
                "segregated": list(spec.segregated),
                "holders": list(spec.holders),
            }
            for spec in specs
        }

    def order(self) -> None:
        """A first order, a change of level on the same version, or a rebase onto the newest."""
        unit = self.rng.choice(self.ground.units)
        old = next((one for one in self.model.active if one["path"] == unit.path), None)
        version, level = self.version, self.rng.randint(1, 4)
        if old is not None:
            self._end(old)
            if self.rng.random() < 0.6:
                version = old["row"].structure_version
            else:
                level = old["level"]
        number = next(self.numbers)
        row = Activation.objects.create(
            key=f"o{number}",
            request_sha="-",
            world=self.world,
            zone=self.ground.units[0],
            unit=unit,
            epoch=number,
            run_id=old["first"] if old else None,
            posture_from="routine",
            level=level,
            structure_version=version,
            duty_version=ensure_duties(version),
            policy_version=ensure_policy(),
            ordered_by_name="某",
            recorded_by_name="某",
            basis="文",
            reason="由",
            at=self.tick(),
        )
        first = old["first"] if old else row.pk
        self.model.active.append(
            {
                "id": row.pk,
                "row": row,
                "unit": unit.pk,
                "first": first,
                "path": unit.path,
                "level": row.level,
                "order": row.pk,
                "run": f"a{first}",
                "version": version.pk,
            }
        )

    def _end(self, one: dict[str, Any]) -> None:
        Activation.objects.filter(pk=one["id"]).update(
            ended_at=self.tick(), end_kind="replaced", ended_by_name="某"
        )
        self.model.active.remove(one)

    def end(self) -> None:
        """Stand one scope down."""
        if self.model.active:
            self._end(self.rng.choice(self.model.active))

    def absent(self) -> None:
        """Somebody leaves or comes back."""
        away = sorted(self.model.absent)
        ids = [one.pk for one in self.ground.persons]
        person = self.rng.choice(away if away and self.rng.random() < 0.6 else ids)
        if person in self.model.absent:
            Absence.objects.filter(person_id=person).delete()
            self.model.absent.discard(person)
        else:
            now = timezone.now()
            Absence.objects.create(
                person_id=person, kind="leave", t0=now - timedelta(days=1), t1=now + timedelta(days=1)
            )
            self.model.absent.add(person)

    def retire(self) -> None:
        """Somebody leaves the service or is taken back into it."""
        away = sorted(self.model.retired)
        ids = [one.pk for one in self.ground.persons]
        person = self.rng.choice(away if away and self.rng.random() < 0.6 else ids)
        back = person in self.model.retired
        Person.objects.filter(pk=person).update(active=back)
        self.model.retired ^= {person}

    def reassign(self) -> None:
        """An enterprise or a project gets another responsible official, or its substitute changes."""
        kind = self.rng.choice(sorted(RULES))
        place = self.rng.choice(places_answered(self.ground, kind))
        people = self.model.responsible[RULES[kind]][place.path]
        rank = self.rng.choice([0, 1])
        person = self.rng.choice([one.pk for one in self.ground.persons if one.pk not in people.values()])
        Responsibility.objects.filter(unit=place, kind=kind, rank=rank).update(person_id=person)
        people[rank] = person

    def refuse(self) -> None:
        """Somebody on an open seat declines it or is passed over; the regime in force remembers it."""
        seats = list(Seat.objects.filter(world=self.world, closed_at=None).order_by("id"))
        if not seats:
            return
        seat = self.rng.choice(seats)
        path = seat.unit.path if seat.post_id is not None else self.model.zone
        one = ruling(self.model, path)
        regime = one["run"] if one else f"s{self.model.routine}"
        passed = self.rng.random() < 0.5
        Seat.objects.filter(pk=seat.pk).update(
            closed_at=self.tick(),
            closed_reason="declined",
            ack_state="passed" if passed else "declined",
            decline_reason="" if passed else "病",
            next_at=None,
            refused_in=[regime],
        )
        self.model.refused.add((regime, seat.post_code, seat.seat_no, seat.person_id))

    def override(self) -> None:
        """Somebody is named by hand for a chair of a scope in an emergency."""
        if not self.model.active:
            return
        one = self.rng.choice(self.model.active)
        code = self.rng.choice(sorted(self.model.posts[one["version"]]))
        person = self.rng.choice(self.ground.persons).pk
        if (one["run"], code, 1) in self.model.overrides:
            return
        Override.objects.create(
            activation_id=one["id"], post_code=code, seat_no=1, person_id=person, reason="急", by_name="某"
        )
        self.model.overrides[one["run"], code, 1] = person

    def move(self) -> None:
        """Make one random change."""
        rng = self.rng
        rng.choice(
            [
                self.order,
                self.order,
                self.order,
                self.end,
                self.absent,
                self.refuse,
                self.override,
                self.retire,
                self.reassign,
            ]
        )()
        if rng.random() < 0.06:
            self.publish()

    def compare(self, *, full: bool) -> None:
        """Reconcile once and compare with the oracle; a third of the time once more, and nothing changes."""
        zone = self.ground.units[0]
        before = self._open()
        codes_before = {key: self._codes(seat) for key, seat in before.items()}
        at = self._locked()
        result = reconcile_seats(load_state(self.world, zone, at))
        if full:
            follow(result, cause="演练", by_name="某")
        seats = self._open()
        want, gaps = expected(self.model, at)
        have = {key: (seat.person_id, seat.posture, self._codes(seat)) for key, seat in seats.items()}
        assert have == want
        for key, seat in seats.items():
            old = before.get(key)
            same = old is not None and (old.person_id, old.posture, codes_before[key]) == want[key]
            assert (old is not None and old.pk == seat.pk) == same
        found = {gap.key for gap in find_gaps(result.state, result.assignment) if gap.kind in COMPARED}
        assert found == gaps
        if full:
            stored = Gap.objects.filter(world=self.world, zone=zone, resolved_at=None, kind__in=COMPARED)
            assert set(stored.values_list("key", flat=True)) == gaps
            self._check_tasks(seats)
        if self.rng.random() < SECOND_RUNS:
            again = reconcile_seats(load_state(self.world, zone, self._locked(at)))
            assert not again.changed

    def _open(self) -> dict[tuple[str, int], Seat]:
        rows = Seat.objects.filter(world=self.world, closed_at=None).select_related("post__group")
        return {(seat.post_code, seat.seat_no): seat for seat in rows}

    def _locked(self, at: datetime | None = None) -> datetime:
        lock_world(self.world)
        return at or self.tick()

    def _check_tasks(self, seats: dict[tuple[str, int], Seat]) -> None:
        live = {
            (task.owner_seat_id, task.duty_code)
            for task in Task.objects.filter(world=self.world, state__in=["open", "handed_over"])
        }
        later = {one.code for one in templates() if one.phase == "standdown"}
        for seat in seats.values():
            for code in self._codes(seat) - later:
                assert (seat.pk, code) in live, (seat, code)

    def _codes(self, seat: Seat) -> frozenset[str]:
        if seat.post_code == "pool":
            return frozenset({"pool.report"})
        known = (seat.duty_version_id, seat.duty_key)
        if known not in self.book:
            self.book[known] = _learn(seat)
        return self.book[known]


def _learn(seat: Seat) -> frozenset[str]:
    """Read back the duties behind a seat from the table, by the post's group and role and the key's level."""
    assert seat.post is not None
    found: dict[str, frozenset[str]] = {}
    rows = list(Duty.objects.filter(version_id=seat.duty_version_id, group_code=seat.post.group.code))
    for posture, level in [("routine", 1), *(("emergency", n) for n in (1, 2, 3, 4))]:
        mine = [
            row
            for row in rows
            if row.posture == posture and row.role in ("", seat.post.role) and level <= row.level_at_least
        ]
        key = seat_duty_key(
            posture,
            [(r.code, r.title, r.phase, r.due_offset_min, r.evidence, r.critical) for r in mine],
        )
        found[key] = frozenset(row.code for row in mine)
    return found[seat.duty_key]


def plays(ground: Ground, *, first: int, states: int) -> Iterator[int]:
    """Play from seed ``first`` on until so many states were compared; yield the number compared so far.

    Each play is undone. An assertion that fails names the seed and the step.
    """
    done = 0
    for seed in itertools.count(first):
        try:
            with transaction.atomic():
                play = _start(ground, random.Random(seed))
                full = play.rng.random() < 0.3
                for step in range(STEPS):
                    for _n in range(play.rng.randint(0 if step == 0 else 1, 3)):
                        play.move()
                    try:
                        play.compare(full=full)
                    except AssertionError as error:
                        raise AssertionError(f"seed {seed}, step {step}: {error}") from error
                    done += 1
                    yield done
                    if done >= states:
                        raise _Undo
                raise _Undo
        except _Undo:
            if done >= states:
                return


def _start(ground: Ground, rng: random.Random) -> Play:
    ids = [person.pk for person in ground.persons]
    model = Model(
        officials=ids,
        unreachable=set(ids[-2:]),
        responsible=give_responsibles(ground, rng),
        single={unit.path for unit in ground.units[2:]},
        zone=ground.units[0].path,
    )
    play = Play(rng, ground, rng.choice([0, 0, 7]), model, itertools.count(1))
    play.publish()
    return play
