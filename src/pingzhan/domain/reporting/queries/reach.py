"""Who is told of a report, and whose zero report a line is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders.api import reach_of
from pingzhan.domain.organisation.enums import PersonKind, PostRole
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.reporting.enums import LineKind
from pingzhan.domain.reporting.models import Due, ZeroLine
from pingzhan.domain.roster.api import on_duty
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Permission, roles_with

WRITERS_GROUP = "coordination"
"""综合协调组 writes the reports (附件1（一）)."""
SPEAKERS = (PostRole.LIAISON, PostRole.HEAD, PostRole.DEPUTY)
FIRM_SPEAKERS = (PostRole.FIRM_CONTACT, PostRole.FIRM_LEAD)


def writers_of(zone: Unit, world: int = 0) -> list[Person]:
    """Return who is told that a report is due: who is on duty, and the liaison or head of 综合协调组.

    When there is neither, everybody whose role writes reports of the zone. Four queries at most.
    """
    seats = Seat.objects.filter(
        world=world,
        zone=zone,
        closed_at__isnull=True,
        post__group__code=WRITERS_GROUP,
        post__role__in=[PostRole.LIAISON, PostRole.HEAD],
    ).select_related("person")
    found = {person.pk: person for person in on_duty(zone).people}
    found |= {seat.person_id: seat.person for seat in seats}
    if found:
        return list(found.values())
    paths = [zone.path[: at + 1] for at, mark in enumerate(zone.path) if mark == "/"]
    granted = RoleGrant.objects.filter(
        role__in=[str(role) for role in roles_with(Permission.WRITE_REPORTS)], unit_path__in=paths
    )
    return list(Person.objects.filter(account__in=granted.values("user_id"), active=True).order_by("pk"))


def speakers_of(due: Due, lines: Sequence[ZeroLine]) -> dict[int, list[Person]]:
    """Return who is told that a zero report is missing, by line.

    Of a group its liaisons, else its head, else a deputy; of an enterprise its contact, else its lead, else its
    registered staff. Two queries at most.
    """
    groups = {line.code for line in lines if line.kind == LineKind.GROUP}
    units = {line.unit_id for line in lines if line.kind == LineKind.ENTERPRISE}
    seats = (
        Seat.objects.filter(world=due.world, zone=due.zone_id, closed_at__isnull=True)
        .filter(
            Q(post__group__code__in=groups, post__role__in=SPEAKERS)
            | Q(unit__in=units, post__role__in=FIRM_SPEAKERS)
        )
        .select_related("person", "post__group")
        .order_by("pk")
    )
    by_place: dict[tuple[str, str], list[Person]] = {}
    for seat in seats:
        assert seat.post is not None
        firm = seat.post.role in FIRM_SPEAKERS
        by_place.setdefault((str(seat.unit_id) if firm else seat.post.group.code, seat.post.role), []).append(
            seat.person
        )
    found: dict[int, list[Person]] = {}
    for line in lines:
        roles: Iterable[str] = SPEAKERS if line.kind == LineKind.GROUP else FIRM_SPEAKERS
        first = next((by_place[line.code, role] for role in roles if (line.code, role) in by_place), [])
        found[line.pk] = list({person.pk: person for person in first}.values())
    alone = {
        line.unit_id: line.pk for line in lines if line.kind == LineKind.ENTERPRISE and not found[line.pk]
    }
    if alone:
        for person in Person.objects.filter(home_unit__in=alone, kind=PersonKind.COMPANY, active=True):
            found[alone[person.home_unit_id]].append(person)
    return found


def own_lines(actor: Actor) -> Q:
    """Return the condition on lines that this person reports for: his groups, his enterprises. Two queries."""
    reach = reach_of(actor)
    condition = Q(kind=LineKind.ENTERPRISE, unit_id__in=sorted(reach.units))
    for path in sorted(reach.firm_paths):
        condition |= Q(kind=LineKind.ENTERPRISE, unit__path=path)
    for world, zone, code in sorted(reach.groups):
        condition |= Q(kind=LineKind.GROUP, due__world=world, due__zone=zone, code=code)
    return condition
