"""A zone built from plain rows in a few statements: for the oracle test and for benchmarks.

Not through the actions of the product: those check and record each row, which two thousand random states or a
zone of a thousand officials cannot wait for. The database's own constraints and triggers apply all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from pingzhan.domain.organisation.api import content_sha256
from pingzhan.domain.organisation.models import Clause, Group, Holding, Person, Post, StructureVersion
from pingzhan.domain.territory.models import Unit

Holder = tuple[int, int, int | str] | tuple[int, int, int | str, datetime | None, datetime | None]


@dataclass
class PostSpec:
    """A post to build: ``holders`` are (seat number, rank, person id or person rule), perhaps with (from, until)."""

    code: str
    group: str
    role: str = "member"
    unit: Unit | None = None
    posture: str = "both"
    level: int = 4
    low: int = 1
    high: int = 1
    critical: bool = False
    reports_to: str = ""
    segregated: Sequence[str] = ()
    holders: Sequence[Holder] = ()


@dataclass
class GroupSpec:
    """A group to build with its clauses."""

    code: str
    kind: str = "work"
    clauses: Sequence[str] = field(default_factory=list)


def make_unit(kind: str, code: str, parent: Unit | None = None, headcount: int = 0) -> Unit:
    """Insert one unit; its path is known only with its id."""
    unit = Unit.objects.create(
        kind=kind,
        code=code,
        name=f"{code}单位",
        parent=parent,
        path=f"/{1_000_000_000 + hash(code) % 10**9}/",
    )
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.headcount = headcount
    unit.save(update_fields=["path", "headcount"])
    return unit


def make_persons(zone: Unit, count: int, kind: str = "official", prefix: str = "某") -> list[Person]:
    """Insert persons without contact or account."""
    return Person.objects.bulk_create(
        Person(name=f"{prefix}{n}", sort_key=f"{n:06d}", kind=kind, home_unit=zone, active=True)
        for n in range(count)
    )


def make_version(
    zone: Unit, groups: Iterable[GroupSpec], posts: Iterable[PostSpec], *, n: int = 1, publish: bool = True
) -> StructureVersion:
    """Insert a structure version with its content and publish it, retiring the one in force."""
    version = StructureVersion.objects.create(zone=zone, n=n, title=f"第{n}版")
    made = {
        group.code: group
        for group in Group.objects.bulk_create(
            Group(version=version, code=spec.code, name=f"{spec.code}组", kind=spec.kind, sort=i)
            for i, spec in enumerate(groups)
        )
    }
    Clause.objects.bulk_create(
        Clause(version=version, group=made[spec.code], n=i, text=text)
        for spec in groups
        for i, text in enumerate(spec.clauses, start=1)
    )
    specs = list(posts)
    rows = Post.objects.bulk_create(
        Post(
            version=version,
            group=made[spec.group],
            code=spec.code,
            name=f"{spec.code}岗",
            role=spec.role,
            unit=spec.unit or zone,
            posture=spec.posture,
            level_at_least=spec.level,
            min_seats=spec.low,
            max_seats=spec.high,
            critical=spec.critical,
            reports_to_code=spec.reports_to,
            segregated_from=list(spec.segregated),
            sort=i,
        )
        for i, spec in enumerate(specs)
    )
    Holding.objects.bulk_create(
        Holding(
            post=row,
            seat_no=holder[0],
            rank=holder[1],
            t0=holder[3] if len(holder) > 3 else None,
            t1=holder[4] if len(holder) > 3 else None,
            **_who(holder[2]),
        )
        for row, spec in zip(rows, specs, strict=True)
        for holder in spec.holders
    )
    if publish:
        StructureVersion.objects.filter(zone=zone, status="published").update(status="retired")
        StructureVersion.objects.filter(pk=version.pk).update(
            status="published", sha256=content_sha256(version), published_at=Now()
        )
        version.refresh_from_db()
    return version


def _who(who: int | str) -> dict[str, Any]:
    return {"person_query": who} if isinstance(who, str) else {"person_id": who}
