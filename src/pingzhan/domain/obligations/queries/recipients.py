"""Who is told about what is late: the enterprise's own people, who answers for it, the group that watches it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from pingzhan.domain.command.api import GroupLike, function_of
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility


@dataclass(frozen=True)
class Recipient:
    """A person and his account, if he has one."""

    person: int
    account: int | None


def contacts(units: Collection[int]) -> dict[int, list[Recipient]]:
    """Return the people of each enterprise. One query."""
    found: dict[int, list[Recipient]] = defaultdict(list)
    for unit, person, account in (
        Person.objects.filter(
            home_unit__in=units, home_unit__kind="enterprise", active=True, provisional=False
        )
        .order_by("sort_key", "id")
        .values_list("home_unit_id", "id", "account_id")
    ):
        found[unit].append(Recipient(person, account))
    return found


def officials(units: Collection[int]) -> dict[int, list[Recipient]]:
    """Return who answers for each enterprise, the principal first. One query."""
    found: dict[int, list[Recipient]] = defaultdict(list)
    for unit, person, account in (
        Responsibility.objects.filter(unit__in=units, kind=ResponsibilityKind.ENTERPRISE, person__active=True)
        .order_by("rank")
        .values_list("unit_id", "person_id", "person__account_id")
    ):
        found[unit].append(Recipient(person, account))
    return found


def group_members(zones: Collection[int]) -> dict[tuple[int, str], list[Recipient]]:
    """Return who holds a seat of each work group now, by zone and by the group's code and function. One query.

    In routine these are the holders of its routine posts, in an emergency those of its open seats.
    """
    found: dict[tuple[int, str], list[Recipient]] = defaultdict(list)
    for zone, code, name, kind, person, account in (
        Seat.objects.filter(world=0, zone__in=zones, closed_at__isnull=True, post__isnull=False)
        .order_by("post__sort", "seat_no")
        .values_list(
            "zone_id",
            "post__group__code",
            "post__group__name",
            "post__group__kind",
            "person_id",
            "person__account_id",
        )
    ):
        function = function_of(GroupLike(code, name, kind))
        for key in {code, function or code}:
            if all(one.person != person for one in found[zone, key]):
                found[zone, key].append(Recipient(person, account))
    return found


def groups_of_person(person_id: int) -> set[str]:
    """Return codes and functions of the work groups in which a person holds a seat now. One query."""
    rows = Seat.objects.filter(world=0, person=person_id, closed_at__isnull=True, post__isnull=False)
    found: set[str] = set()
    for code, name, kind in rows.values_list("post__group__code", "post__group__name", "post__group__kind"):
        found |= {code, function_of(GroupLike(code, name, kind)) or code}
    return found
