"""帮包责任制 in bulk: many enterprises get their responsible officials in one action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.actions.telling import tell
from pingzhan.domain.organisation.enums import PersonKind, ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

_KIND = ResponsibilityKind.ENTERPRISE


class ResponsibleChange(NamedTuple):
    """A rank of an enterprise and who has it from now on (None: nobody); ``was`` is who had it when it was shown."""

    unit: int
    rank: int
    person: int | None
    was: int | None


@transaction.atomic
def set_many_responsible(
    *, zone: Unit, changes: Sequence[ResponsibleChange], by: Actor
) -> list[ResponsibleChange]:
    """Set the responsible officials of many enterprises together; return the changes that changed something.

    All or nothing. Raises Refused without ASSIGN_OFFICIALS or EDIT_STRUCTURE in the zone, NotFound for an
    enterprise or official of elsewhere, Invalid for one person twice at an enterprise, Conflict
    ``responsible_changed`` when somebody has changed a line since it was shown.
    """
    if not by.has(Permission.EDIT_STRUCTURE, zone.path):
        require(by, Permission.ASSIGN_OFFICIALS, zone.path)
    units = _units(zone, changes)
    people = _people(zone, changes)
    now = _locked(units)
    for one in changes:
        _check(one, units[one.unit], now[one.unit].get(one.rank), people)
    real = [one for one in changes if now[one.unit].get(one.rank) != one.person]
    for one in real:
        _place(now[one.unit], one)
    for unit, ranks in now.items():
        held = list(ranks.values())
        if len(held) != len(set(held)):
            raise Invalid(_("责任人和替补不能是同一个人。"), place=units[unit].name, code="responsible_twice")
    if not real:
        return []
    touched = {one.unit for one in real}
    kept = {unit: dict(now[unit]) for unit in touched}
    Responsibility.objects.filter(unit__in=touched, kind=_KIND).exclude(
        pk__in=[
            row.pk
            for row in Responsibility.objects.filter(unit__in=touched, kind=_KIND)
            if kept[row.unit_id].get(row.rank) == row.person_id
        ]
    ).delete()
    have = set(
        Responsibility.objects.filter(unit__in=touched, kind=_KIND).values_list(
            "unit_id", "rank", "person_id"
        )
    )
    Responsibility.objects.bulk_create(
        Responsibility(unit_id=unit, kind=_KIND, rank=rank, person_id=person)
        for unit, ranks in sorted(kept.items())
        for rank, person in sorted(ranks.items())
        if (unit, rank, person) not in have
    )
    concerned = {who for one in real for who in (one.person, one.was) if who is not None}
    tell(zone.path, *sorted(concerned))
    record(
        "responsibility.set_many",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"lines": len(real), "enterprises": len(touched), "persons": len(concerned)},
    )
    return real


def _units(zone: Unit, changes: Sequence[ResponsibleChange]) -> dict[int, Unit]:
    wanted = {one.unit for one in changes}
    units = {
        unit.pk: unit
        for unit in Unit.objects.filter(
            pk__in=wanted, path__startswith=zone.path, kind=UnitKind.ENTERPRISE
        ).order_by("pk")
    }
    if len(units) != len(wanted):
        raise NotFound(_("有的企业已不存在，或不在这个开发区。"), code="responsible_unit")
    return units


def _people(zone: Unit, changes: Sequence[ResponsibleChange]) -> dict[int, Person]:
    wanted = {one.person for one in changes if one.person is not None}
    people = {
        person.pk: person
        for person in Person.objects.filter(
            pk__in=wanted, kind=PersonKind.OFFICIAL, active=True, home_unit__path__startswith=zone.path
        ).select_related("home_unit")
    }
    if len(people) != len(wanted):
        raise NotFound(
            _("有的人员已不在职，或不是这个开发区的机关干部。"),
            hint=_("请刷新后另选人员。"),
            code="responsible_person",
        )
    return people


def _locked(units: dict[int, Unit]) -> dict[int, dict[int, int]]:
    """Return who has which rank of each enterprise; the enterprises stay locked until the commit."""
    list(Unit.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=units).order_by("pk"))
    now: dict[int, dict[int, int]] = defaultdict(dict)
    for row in Responsibility.objects.filter(unit__in=units, kind=_KIND):
        now[row.unit_id][row.rank] = row.person_id
    return defaultdict(dict, now)


def _check(one: ResponsibleChange, unit: Unit, holder: int | None, people: dict[int, Person]) -> None:
    if holder not in (one.was, one.person):
        raise Conflict(
            _("“%(unit)s”的责任人在您查看之后已有变动。") % {"unit": unit.name},
            hint=_("请刷新后再办理。"),
            code="responsible_changed",
        )
    if one.rank < 0 or one.rank > 9:
        raise Invalid(_("次序应在 0 到 9 之间。"), place=unit.name)
    if one.person is not None and people[one.person].home_unit.path.startswith(unit.path):
        raise Invalid(
            _("%(name)s是本企业的人，不能包保本企业。") % {"name": people[one.person].name}, place=unit.name
        )


def _place(ranks: dict[int, int], one: ResponsibleChange) -> None:
    if one.person is None:
        ranks.pop(one.rank, None)
        return
    ranks[one.rank] = one.person
