"""The standing plan of front-line places: brought up to date by the system, changed by hand."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.frontline import rules
from pingzhan.domain.frontline.actions.telling import tell
from pingzhan.domain.frontline.enums import PlaceSource
from pingzhan.domain.frontline.events import LIVE_TOPIC
from pingzhan.domain.frontline.models import Place
from pingzhan.domain.frontline.placing import HELPS, Placed, plan_places
from pingzhan.domain.frontline.queries import facts
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Invalid, NotFound

MOST = 120
"""Longest duty text."""


def planned(zone: Unit) -> tuple[dict[int, Placed], dict[int, Placed]]:
    """Return the place of every official as it is and as it should be, by person. Eight queries."""
    known = facts.load(zone)
    units = {one.id for one in known.firms} | set(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.SITE).values_list("id", flat=True)
    )
    now = {
        person: Placed(unit, rank, source)
        for person, unit, rank, source in Place.objects.filter(zone=zone).values_list(
            "person_id", "unit_id", "rank", "source"
        )
    }
    homes = {one.id: one for one in known.as_officials(all_of_them=True)}
    return now, plan_places(
        known.as_firms(),
        list(homes.values()),
        known.held,
        {person: place for person, place in now.items() if place.unit in units},
        known.barred(),
    )


@transaction.atomic
def refresh_places(*, zone: Unit, by: Actor) -> dict[str, int]:
    """Give every official in service a front-line place (四（四）) and take those of others; count the changes.

    Places chosen by hand stay. Changes nothing and records nothing when all is as it should be.
    """
    list(Unit.objects.select_for_update(no_key=True, of=("self",)).filter(pk=zone.pk))
    now, wanted = planned(zone)
    gone = sorted(now.keys() - wanted.keys())
    made = sorted(wanted.keys() - now.keys())
    changed = sorted(person for person in wanted.keys() & now.keys() if wanted[person] != now[person])
    counts = {"made": len(made), "changed": len(changed), "removed": len(gone)}
    if not any(counts.values()):
        return counts
    Place.objects.filter(zone=zone, person__in=gone).delete()
    rows = {row.person_id: row for row in Place.objects.filter(zone=zone, person__in=changed)}
    for person, row in rows.items():
        row.unit_id, row.rank, row.source = wanted[person]
    Place.objects.bulk_update(rows.values(), ["unit", "rank", "source"])
    Place.objects.bulk_create(
        Place(
            zone=zone,
            person_id=person,
            unit_id=wanted[person].unit,
            rank=wanted[person].rank,
            source=wanted[person].source,
        )
        for person in made
    )
    announce(LIVE_TOPIC, {"zone": zone.pk})
    record("frontline.places", by=by, subject=("unit", zone.pk), unit_path=zone.path, body=counts)
    return counts


@transaction.atomic
def set_place(
    *, zone: Unit, person_id: int, unit_id: int | None, by: Actor, duty: str = "", leads: bool = False
) -> Place | None:
    """Choose by hand where an official stands in an emergency; None gives the choice back to the system.

    Raises Refused without ASSIGN_OFFICIALS, NotFound for a person or unit of elsewhere, Invalid for a unit that
    is neither enterprise nor site.
    """
    rules.require_assign(by, zone)
    person = facts.officials_of(zone).filter(pk=person_id).first()
    if person is None:
        raise NotFound(_("没有这名在职的机关干部。"))
    # The zone first, as the system does when it brings the plan up to date: it would else write over the choice.
    list(Unit.objects.select_for_update(no_key=True, of=("self",)).filter(pk=zone.pk))
    list(Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk=person.pk))
    if unit_id is None:
        Place.objects.filter(person=person, source=PlaceSource.CHOSEN).delete()
        place = None
    else:
        unit = Unit.objects.filter(pk=unit_id, path__startswith=zone.path).first()
        if unit is None:
            raise NotFound(_("没有这个去处。"))
        if unit.kind not in (UnitKind.ENTERPRISE, UnitKind.SITE):
            raise Invalid(_("去处只能是企业或企业的场所。"), place=unit.name)
        duty = duty.strip()
        if len(duty) > MOST:
            raise Invalid(_("任务不能超过 %(n)d 个字。") % {"n": MOST}, place=person.name)
        place, _made = Place.objects.update_or_create(
            person=person,
            defaults={
                "zone": zone,
                "unit": unit,
                "duty": duty,
                "rank": 0 if leads else HELPS,
                "source": PlaceSource.CHOSEN,
            },
        )
    tell(zone.pk)
    record(
        "frontline.place",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"person": person.pk, "unit": unit_id},
    )
    return place
