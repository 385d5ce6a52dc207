"""The workers of a demo zone: who they are, their teams, rooms and sittings; the same for the same seed.

Every enterprise gets as many workers as its file declares, or fewer when told so, plus some who have left, some
who changed teams, a few who work at two enterprises, and a few typed in twice with one wrong digit, so that the
pages have something to find.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import transaction

from pingzhan.config.demo import names
from pingzhan.domain.people import api
from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, KeyGroup, LeaveReason
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.enums import SiteKind, UnitKind
from pingzhan.domain.territory.models import Enterprise, Site, Team, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record

BATCH = 5_000
TODAY = date(2026, 11, 1)
"""The zone's fixed day: what is built does not depend on when."""
LEFT, TWO_PLACES, TYPED_TWICE, MOVED, LODGING = 0.02, 0.001, 0.0005, 0.08, 0.42
CREW_TEAM = 6
"""Workers of a team where only a part of an enterprise's workers is registered."""

_SPECIAL: tuple[tuple[str, KeyGroup, float], ...] = (
    ("食堂炊事员", KeyGroup.CANTEEN, 0.02),
    ("门卫", KeyGroup.GATE, 0.012),
    ("货车司机", KeyGroup.DRIVER, 0.015),
    ("装卸工", KeyGroup.LOADER, 0.02),
    ("保洁员", KeyGroup.CLEANER, 0.012),
    ("采购员", KeyGroup.SALES, 0.01),
    ("宿舍管理员", KeyGroup.DORMITORY, 0.004),
    ("收发员", KeyGroup.EXPRESS, 0.003),
)
_JOBS = (
    "操作工",
    "操作工",
    "操作工",
    "装配工",
    "质检员",
    "维修工",
    "电工",
    "焊工",
    "班长",
    "统计员",
    "技术员",
    "仓管员",
)


@dataclass(frozen=True)
class Firm:
    """What the drawing needs to know of an enterprise."""

    pk: int
    code: str
    headcount: int
    cold: bool
    imported: bool
    teams: Sequence[int]
    shifts: Sequence[int]
    rooms: Sequence[int]
    canteen: int | None


@dataclass
class Drawn:
    """A worker as drawn: the person, and his employments without the person's id."""

    person: api.Personal
    jobs: list[api.NewEmployment] = field(default_factory=list)


def firms_of(zone: Unit, most: int | None) -> list[Firm]:
    """Return the enterprises of a zone by code, with at most ``most`` workers each. Four queries.

    A part of the workers stands in a few whole teams, one of each shift first, not as one in each of many.
    """
    files = {row.unit_id: row for row in Enterprise.objects.filter(unit__path__startswith=zone.path)}
    teams: dict[int, list[tuple[int, int]]] = {}
    for team in Team.objects.filter(enterprise__path__startswith=zone.path).order_by("pk"):
        teams.setdefault(team.enterprise_id, []).append((team.pk, team.shift_id or 0))
    rooms: dict[int, list[int]] = {}
    canteens: dict[int, int] = {}
    for site in Site.objects.filter(
        enterprise__path__startswith=zone.path, kind__in=(SiteKind.ROOM, SiteKind.CANTEEN)
    ).order_by("pk"):
        if site.kind == SiteKind.ROOM:
            rooms.setdefault(site.enterprise_id, []).append(site.pk)
        else:
            canteens.setdefault(site.enterprise_id, site.pk)
    units = Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE).order_by("code", "pk")
    if most is not None:
        few = max(1, most // CREW_TEAM)
        teams = {pk: some[:few] for pk, some in teams.items()}
    return [
        Firm(
            pk=unit.pk,
            code=unit.code,
            headcount=unit.headcount if most is None else min(unit.headcount, most),
            cold=files[unit.pk].cold_chain,
            imported=files[unit.pk].imported_goods,
            teams=[pk for pk, _shift in teams.get(unit.pk, [])],
            shifts=[shift for _pk, shift in teams.get(unit.pk, [])],
            rooms=rooms.get(unit.pk, []),
            canteen=canteens.get(unit.pk),
        )
        for unit in units
        if unit.pk in files
    ]


def draw(firms: Sequence[Firm], seed: int) -> Iterator[Drawn]:
    """Return the workers, enterprise by enterprise. Depends on the seed and the enterprises only."""
    n = 0
    for index, firm in enumerate(firms):
        rng = Random(seed * 1_000_003 + index)
        leavers = round(firm.headcount * LEFT)
        second = firms[(index + 1) % len(firms)]
        for place in range(firm.headcount + leavers):
            leaver = place >= firm.headcount
            one = _worker(rng, firm, place, n, seed, leaver=leaver)
            n += 1
            if not leaver and second is not firm and rng.random() < TWO_PLACES:
                one.jobs.append(_second_job(rng, second, one.jobs[0]))
            yield one
            if not leaver and rng.random() < TYPED_TWICE:
                yield _typed_twice(rng, firm, one)


def _worker(rng: Random, firm: Firm, place: int, n: int, seed: int, *, leaver: bool) -> Drawn:
    male = rng.random() < 0.56
    document = api.read_document(
        DocumentKind.ID_CARD, names.number_of(rng, n, male=male, salt=seed), today=TODAY
    )
    person = api.Personal(
        name=names.name_of(rng, male=male),
        document=document,
        phone=names.phone_of(n, salt=seed),
        address=names.address_of(rng) if rng.random() < 0.85 else None,
    )
    job, groups = _job(rng, firm)
    joined = TODAY - timedelta(days=1 + int(3_200 * rng.random() ** 2))
    left = None
    if leaver:
        left = joined + timedelta(days=1 + rng.randrange(max(1, (TODAY - joined).days)))
    employment = api.NewEmployment(
        individual_id=0,
        enterprise_id=firm.pk,
        employee_no=f"{firm.code}-{place + 1:05d}",
        job=job,
        kind=_kind(rng),
        groups=groups,
        joined=joined,
        left=left,
        left_reason=rng.choice(list(LeaveReason.values)[:4]) if left else "",
        **_places(rng, firm, place, joined, left),
    )
    return Drawn(person, [employment])


def _places(rng: Random, firm: Firm, place: int, joined: date, left: date | None) -> dict[str, Any]:
    """Return team, former team, day of the change, room, canteen and sitting."""
    found: dict[str, Any] = {}
    if firm.teams:
        at = place * len(firm.teams) // max(1, firm.headcount) % len(firm.teams)
        found["team_id"] = firm.teams[at]
        days = ((left or TODAY) - joined).days
        if days > 60 and len(firm.teams) > 1 and rng.random() < MOVED:
            found["former_team_id"] = firm.teams[at - 1]
            found["moved"] = joined + timedelta(days=rng.randrange(20, days - 20))
        if firm.canteen is not None:
            found["canteen_id"] = firm.canteen
            found["sitting"] = 1 + firm.shifts[at] % 3
    bed = int(place * LODGING)
    # Neighbours in a team share a room: every stretch of workers lodges with the same chance.
    if firm.rooms and int((place + 1) * LODGING) > bed and bed // 6 < len(firm.rooms):
        found["room_id"] = firm.rooms[bed // 6]
    return found


def _job(rng: Random, firm: Firm) -> tuple[str, tuple[str, ...]]:
    roll = rng.random()
    for job, group, share in _SPECIAL:
        roll -= share
        if roll < 0:
            groups = {group.value}
            if firm.cold and group in (KeyGroup.LOADER, KeyGroup.DRIVER):
                groups.add(KeyGroup.COLD_CHAIN.value)
            elif firm.imported and group is KeyGroup.LOADER:
                groups.add(KeyGroup.IMPORTED.value)
            return job, tuple(sorted(groups))
    job = rng.choice(_JOBS)
    if firm.cold and rng.random() < 0.12:
        return "冷库工", (KeyGroup.COLD_CHAIN.value,)
    if firm.imported and rng.random() < 0.02:
        return "开箱工", (KeyGroup.IMPORTED.value,)
    return job, ()


def _kind(rng: Random) -> str:
    roll = rng.random()
    if roll < 0.84:
        return EmploymentKind.OWN.value
    return EmploymentKind.DISPATCHED.value if roll < 0.97 else EmploymentKind.INTERN.value


def _second_job(rng: Random, firm: Firm, first: api.NewEmployment) -> api.NewEmployment:
    return api.NewEmployment(
        individual_id=0,
        enterprise_id=firm.pk,
        employee_no=f"{firm.code}-J{first.employee_no}",
        job="兼职搬运工",
        kind=EmploymentKind.DISPATCHED.value,
        groups=(KeyGroup.LOADER.value,),
        joined=max(first.joined, TODAY - timedelta(days=rng.randrange(10, 90))),
        team_id=firm.teams[0] if firm.teams else None,
    )


def _typed_twice(rng: Random, firm: Firm, one: Drawn) -> Drawn:
    number = names.mistyped(rng, one.person.document.number)
    document = api.read_document(DocumentKind.ID_CARD, number, today=TODAY)
    person = api.Personal(one.person.name, document, one.person.phone, one.person.address)
    first = one.jobs[0]
    again = api.NewEmployment(
        individual_id=0,
        enterprise_id=firm.pk,
        employee_no=f"{first.employee_no}R",
        job=first.job,
        kind=first.kind,
        groups=first.groups,
        joined=first.joined,
        left=first.joined + timedelta(days=1),
        left_reason=LeaveReason.MISTAKE.value,
    )
    return Drawn(person, [again])


def plain(one: Drawn) -> str:
    """Return a worker's facts as one line, without ids."""
    jobs = [
        (job.employee_no, job.job, job.kind, job.groups, job.joined, job.left, job.sitting)
        for job in one.jobs
    ]
    return repr((one.person, jobs))


@transaction.atomic
def hire_workers(*, zone: Unit, seed: int, by: Actor, most: int | None = None) -> str:
    """Write the workers of all enterprises of a zone and return the hash of what was drawn.

    ``most`` bounds the number at one enterprise. Does nothing and returns an empty text where the zone has
    workers already.
    """
    if Employment.objects.filter(enterprise__path__startswith=zone.path).exists():
        return ""
    facts = hashlib.sha256()
    count = 0
    batch: list[Drawn] = []
    for one in draw(firms_of(zone, most), seed):
        facts.update(plain(one).encode())
        batch.append(one)
        count += sum(job.left is None for job in one.jobs)
        if len(batch) == BATCH:
            _write(batch)
            batch = []
    _write(batch)
    record("people.built", by=by, subject=("unit", zone.pk), unit_path=zone.path, body={"workers": count})
    return facts.hexdigest()


def _write(batch: Sequence[Drawn]) -> None:
    ids = api.insert_people([one.person for one in batch])
    api.insert_employments([job.of(pk) for pk, one in zip(ids, batch, strict=True) for job in one.jobs])
