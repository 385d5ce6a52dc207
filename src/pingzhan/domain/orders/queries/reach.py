"""Which orders are somebody's: by the seats he holds now, his enterprises, his name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders.enums import TargetKind, TargetRole
from pingzhan.domain.orders.models import Order, Target
from pingzhan.domain.organisation.enums import (
    GroupKind,
    PersonKind,
    PostRole,
    ResponsibilityKind,
)
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role

FIRM_ROLES = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD)


@dataclass
class Reach:
    """What a person stands for now, in every world he has a seat in."""

    person_id: int | None = None
    posts: set[tuple[int, int, str]] = field(default_factory=set)
    """(world, zone, post code) of his open seats."""
    groups: set[tuple[int, int, str]] = field(default_factory=set)
    heads: set[tuple[int, int, str]] = field(default_factory=set)
    deputies: set[tuple[int, int, str]] = field(default_factory=set)
    """(world, zone, group code) he sits in, and of those he heads or is deputy of."""
    units: set[tuple[int, int, int]] = field(default_factory=set)
    """(world, zone, enterprise) whose contact he is by a seat."""
    firm_paths: set[str] = field(default_factory=set)
    """Enterprises that he works for by his account's role."""
    responsible: set[int] = field(default_factory=set)
    """Enterprises he answers for (包企): he reads their orders."""


def reach_of(actor: Actor) -> Reach:
    """Return what an actor stands for. Two queries, none without a person."""
    reach = Reach(actor.person_id)
    reach.firm_paths = {path for role, path in actor.grants if role == Role.COMPANY and path != "/"}
    if actor.person_id is None:
        return reach
    for world, zone, post, group, role, unit in Seat.objects.filter(
        person_id=actor.person_id, closed_at__isnull=True, post__isnull=False
    ).values_list("world", "zone_id", "post_code", "post__group__code", "post__role", "unit_id"):
        reach.posts.add((world, zone, post))
        if role in FIRM_ROLES:
            reach.units.add((world, zone, unit))
        elif role not in (PostRole.FIRM_TEAM, PostRole.FIRM_OFFICER):
            reach.groups.add((world, zone, group))
        if role == PostRole.HEAD:
            reach.heads.add((world, zone, group))
        elif role == PostRole.DEPUTY:
            reach.deputies.add((world, zone, group))
    reach.responsible = set(
        Responsibility.objects.filter(
            person_id=actor.person_id, kind=ResponsibilityKind.ENTERPRISE
        ).values_list("unit_id", flat=True)
    )
    return reach


def _any(rows: Iterable[tuple[int, int, str]] | Iterable[tuple[int, int, int]], name: str) -> Q:
    by_place: dict[tuple[int, int], list[str | int]] = defaultdict(list)
    for world, zone, code in rows:
        by_place[world, zone].append(code)
    condition = Q(pk__in=[])
    for (world, zone), codes in by_place.items():
        condition |= Q(order__world=world, order__zone=zone, **{f"{name}__in": sorted(codes, key=str)})
    return condition


def _firms(reach: Reach) -> Q:
    condition = _any(reach.units, "unit_id")
    for path in sorted(reach.firm_paths):
        condition |= Q(unit__path=path)
    return condition


def own_targets(reach: Reach) -> Q:
    """Return the condition on targets that this person acts for.

    A post without anybody on it belongs to the head of its group until it is filled (command.md section 7,
    rule 5); a group without head is led by its deputies.
    """
    open_seats = Seat.objects.filter(
        world=OuterRef("order__world"), zone=OuterRef("order__zone"), closed_at__isnull=True
    )
    seated = open_seats.filter(post_code=OuterRef("post_code"))
    led = open_seats.filter(post__group__code=OuterRef("group_code"), post__role=PostRole.HEAD)
    condition = Q(kind=TargetKind.POST) & _any(reach.posts, "post_code")
    if reach.heads:
        heads = _any(reach.heads, "group_code")
        condition |= Q(kind=TargetKind.GROUP) & heads
        condition |= Q(kind=TargetKind.POST) & heads & ~Q(Exists(seated))
    if reach.deputies:
        condition |= Q(kind=TargetKind.GROUP) & _any(reach.deputies, "group_code") & ~Q(Exists(led))
    condition |= Q(kind=TargetKind.ENTERPRISE) & _firms(reach)
    if reach.person_id is not None:
        condition |= Q(kind=TargetKind.PERSON, person_id=reach.person_id)
    return condition


def known_targets(reach: Reach) -> Q:
    """Return the condition on targets that this person may read: his own, his groups', his enterprises'."""
    condition = own_targets(reach) | _any(reach.groups, "group_code")
    return condition | Q(kind=TargetKind.ENTERPRISE, unit_id__in=sorted(reach.responsible))


def orders_with(condition: Q, role: TargetRole | None = None) -> Q:
    """Return the condition on orders that have such a target (as lead or helper when ``role`` is given)."""
    targets = Target.objects.filter(condition, order=OuterRef("pk"))
    if role is not None:
        targets = targets.filter(role=role)
    return Q(Exists(targets))


def owned_by(reach: Reach) -> Q:
    """Return the condition on orders that this person leads now."""
    return orders_with(own_targets(reach), TargetRole.LEAD)


@dataclass(frozen=True)
class Owner:
    """Somebody who acts for a target now. ``stands_in``: the post is empty, the head of the group has it."""

    order_id: int
    target_id: int
    role: str
    person_id: int
    name: str
    account_id: int | None
    post: str = ""
    stands_in: bool = False


def owners_of(orders: Sequence[Order]) -> list[Owner]:
    """Return who acts for each target of the orders now; none for one that nobody stands for or who has left.

    Three queries for any number of orders of one zone and world (one more for persons named).
    """
    targets = list(
        Target.objects.filter(order__in=[one.pk for one in orders]).select_related("person").order_by("pk")
    )
    places = {one.pk: (one.world, one.zone_id) for one in orders}
    seats = _Seats(set(places.values()), targets)
    found: list[Owner] = []
    for target in targets:
        people, stands_in = seats.of(target, places[target.order_id])
        found += [
            Owner(
                target.order_id,
                target.pk,
                target.role,
                person.pk,
                person.name,
                person.account_id,
                post,
                stands_in,
            )
            for person, post in people
        ]
    return found


class _Seats:
    """The open seats that the targets lead to, read once."""

    def __init__(self, places: set[tuple[int, int]], targets: Sequence[Target]) -> None:
        posts = {one.post_code for one in targets if one.kind == TargetKind.POST}
        groups = {one.group_code for one in targets if one.group_code}
        units = {one.unit_id for one in targets if one.unit_id is not None}
        where = Q(pk__in=[])
        for world, zone in places:
            where |= Q(world=world, zone=zone)
        rows = (
            Seat.objects.filter(where, closed_at__isnull=True, post__isnull=False)
            .filter(
                Q(post_code__in=posts)
                | Q(post__group__code__in=groups, post__role__in=[PostRole.HEAD, PostRole.DEPUTY])
                | Q(unit__in=units, post__role__in=FIRM_ROLES)
            )
            .select_related("person", "post__group")
            .order_by("post__sort", "seat_no")
            if posts or groups or units
            else ()
        )
        self._posts: dict[tuple[int, int, str], list[tuple[Person, str]]] = defaultdict(list)
        self._heads: dict[tuple[int, int, str, str], list[tuple[Person, str]]] = defaultdict(list)
        self._firms: dict[tuple[int, int, int, str], list[tuple[Person, str]]] = defaultdict(list)
        for seat in rows:
            assert seat.post is not None
            one = (seat.person, seat.post.name)
            place = (seat.world, seat.zone_id)
            self._posts[(*place, seat.post_code)].append(one)
            self._heads[(*place, seat.post.group.code, seat.post.role)].append(one)
            firm = self._firms[(*place, seat.unit_id, seat.post.role)]
            if one not in firm:
                firm.append(one)
        self._staff: dict[int, list[tuple[Person, str]]] = defaultdict(list)
        if units:
            for person in Person.objects.filter(home_unit__in=units, kind=PersonKind.COMPANY, active=True):
                self._staff[person.home_unit_id].append((person, ""))

    def of(self, target: Target, place: tuple[int, int]) -> tuple[list[tuple[Person, str]], bool]:
        """Return the persons with their posts, and whether they only stand in."""
        if target.kind == TargetKind.PERSON:
            person = target.person
            return ([(person, "")] if person is not None and person.active else []), False
        if target.kind == TargetKind.ENTERPRISE:
            assert target.unit_id is not None
            for role in FIRM_ROLES:
                if found := self._firms.get((*place, target.unit_id, role)):
                    return found, False
            return self._staff.get(target.unit_id, []), False
        if target.kind == TargetKind.POST and (found := self._posts.get((*place, target.post_code))):
            return found, False
        head = self._heads.get((*place, target.group_code, PostRole.HEAD))
        if target.kind == TargetKind.GROUP and not head:
            head = self._heads.get((*place, target.group_code, PostRole.DEPUTY))
        return head or [], target.kind == TargetKind.POST


def heads_of(zone_id: int, world: int, group_code: str = "") -> list[Person]:
    """Return who heads a group now, the leading group without a code. One query."""
    rows = Seat.objects.filter(
        world=world, zone=zone_id, closed_at__isnull=True, post__role=PostRole.HEAD
    ).select_related("person")
    which = Q(post__group__code=group_code) if group_code else Q(post__group__kind=GroupKind.LEADING)
    return list({seat.person_id: seat.person for seat in rows.filter(which).order_by("pk")}.values())


def responsible_of(unit_ids: Iterable[int]) -> dict[int, Person]:
    """Return the responsible official (包企责任人, first rank) of each enterprise. One query."""
    rows = (
        Responsibility.objects.filter(unit__in=list(unit_ids), kind=ResponsibilityKind.ENTERPRISE)
        .select_related("person")
        .order_by("-rank")
    )
    return {one.unit_id: one.person for one in rows}
