"""To whom an order goes, as a caller names it, and what it is at the moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders.enums import TargetKind
from pingzhan.domain.organisation.api import published_version, short_group
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.domain.organisation.models import Group, Person, Post
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True)
class To:
    """Whom an order goes to: ``code`` of a post or group, ``id`` of an enterprise's unit or of a person."""

    kind: str
    code: str = ""
    id: int | None = None

    @classmethod
    def post(cls, code: str) -> To:
        """Return a post by its code."""
        return cls(TargetKind.POST, code=code)

    @classmethod
    def group(cls, code: str) -> To:
        """Return a group by its code."""
        return cls(TargetKind.GROUP, code=code)

    @classmethod
    def enterprise(cls, unit_id: int) -> To:
        """Return an enterprise by its unit."""
        return cls(TargetKind.ENTERPRISE, id=unit_id)

    @classmethod
    def person(cls, person_id: int) -> To:
        """Return one person by name, whatever he sits on."""
        return cls(TargetKind.PERSON, id=person_id)

    @property
    def key(self) -> str:
        """Return the target as one word, for forms: 'group:medical', 'enterprise:12'."""
        return f"{self.kind}:{self.code or self.id}"

    @classmethod
    def parse(cls, text: str) -> To:
        """Return the target that ``key`` wrote. Raises Invalid for anything else."""
        kind, _colon, rest = text.partition(":")
        if kind in (TargetKind.POST, TargetKind.GROUP) and rest:
            return cls(kind, code=rest)
        if kind in (TargetKind.ENTERPRISE, TargetKind.PERSON) and rest.isdecimal() and len(rest) < 19:
            return cls(kind, id=int(rest))
        raise Invalid(_("请选择承办对象。"), code="order_target")


@dataclass(frozen=True)
class Found:
    """A target as it is now: the unit whose rights count, its name, and the group it belongs to."""

    to: To
    unit: Unit
    name: str
    group_code: str = ""
    group_name: str = ""
    person: Person | None = None


def find_targets(zone: Unit, world: int, wanted: Iterable[To]) -> dict[To, Found]:
    """Return the targets that exist in the zone, each once; what is missing is not there. Five queries at most."""
    asked = list(dict.fromkeys(wanted))
    codes = {
        kind: [one.code for one in asked if one.kind == kind] for kind in (TargetKind.POST, TargetKind.GROUP)
    }
    ids = {
        kind: [one.id for one in asked if one.kind == kind and one.id is not None]
        for kind in (TargetKind.ENTERPRISE, TargetKind.PERSON)
    }
    found: dict[To, Found] = {}
    if codes[TargetKind.POST]:
        for post in _posts(zone, world, codes[TargetKind.POST]):
            to = To.post(post.code)
            group = post.group
            found.setdefault(to, Found(to, post.unit, post_words(post), group.code, short_group(group.name)))
    if codes[TargetKind.GROUP]:
        for group in _groups(zone, world, codes[TargetKind.GROUP]):
            to = To.group(group.code)
            name = short_group(group.name)
            found.setdefault(to, Found(to, zone, name, group.code, name))
    if ids[TargetKind.ENTERPRISE]:
        for unit in Unit.objects.filter(
            pk__in=ids[TargetKind.ENTERPRISE], kind=UnitKind.ENTERPRISE, path__startswith=zone.path
        ):
            to = To.enterprise(unit.pk)
            found[to] = Found(to, unit, unit.name, ENTERPRISE_GROUP)
    if ids[TargetKind.PERSON]:
        people = Person.objects.filter(
            pk__in=ids[TargetKind.PERSON], active=True, home_unit__path__startswith=zone.path
        )
        for person in people:
            to = To.person(person.pk)
            found[to] = Found(to, zone, person.name, person=person)
        _own_groups(zone, world, found)
    return found


def post_words(post: Post) -> str:
    """Return what a post is called where nobody knows its group, and its enterprise."""
    group = short_group(post.group.name)
    if post.unit_id != post.version.zone_id and post.unit.kind == UnitKind.ENTERPRISE:
        return post.name if post.unit.name in post.name else f"{post.unit.name} · {post.name}"
    return post.name if not group or group in post.name else f"{group} · {post.name}"


def _posts(zone: Unit, world: int, codes: list[str]) -> list[Post]:
    """Return the posts of those codes: as seated now, else as published."""
    seated = Seat.objects.filter(
        world=world, zone=zone, closed_at__isnull=True, post_code__in=codes, post__isnull=False
    ).values("post_id")
    related = ("group", "unit", "version")
    found = list(Post.objects.filter(pk__in=seated).select_related(*related))
    missing = set(codes) - {post.code for post in found}
    version = published_version(zone.pk) if missing else None
    if version is not None:
        found += Post.objects.filter(version=version, code__in=missing).select_related(*related)
    return found


def _groups(zone: Unit, world: int, codes: list[str]) -> list[Group]:
    seated = Seat.objects.filter(
        world=world, zone=zone, closed_at__isnull=True, post__group__code__in=codes
    ).values("post__group_id")
    found = list(Group.objects.filter(pk__in=seated))
    missing = set(codes) - {group.code for group in found}
    version = published_version(zone.pk) if missing else None
    if version is not None:
        found += Group.objects.filter(version=version, code__in=missing)
    return found


def _own_groups(zone: Unit, world: int, found: dict[To, Found]) -> None:
    """Give persons the group they sit in, so that boards by group count them."""
    people = {one.person.pk: to for to, one in found.items() if one.person is not None}
    seats = (
        Seat.objects.filter(
            world=world, zone=zone, closed_at__isnull=True, person__in=people, post__isnull=False
        )
        .exclude(post__group__code=ENTERPRISE_GROUP)
        .select_related("post__group")
        .order_by("-pk")
    )
    for seat in seats:
        assert seat.post is not None
        to = people[seat.person_id]
        old = found[to]
        group = seat.post.group
        found[to] = Found(to, old.unit, old.name, group.code, short_group(group.name), old.person)
