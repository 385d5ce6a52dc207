"""Changes of people: the register, contacts, absences and who is responsible for what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import events, rules
from pingzhan.domain.organisation.actions.common import checked, sort_key
from pingzhan.domain.organisation.enums import AbsenceKind, Channel, PersonKind, ResponsibilityKind
from pingzhan.domain.organisation.models import Absence, Contact, Person, Responsibility
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict


class _Telling:
    """Sends one PeopleChanged for all changes of a zone in a transaction: an import of 500 tells once."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.person_ids: dict[int, None] = {}

    def __call__(self) -> None:
        event = events.PeopleChanged(unit_path=f"/{self.zone}/", person_ids=tuple(self.person_ids))
        events.people_changed.send_robust(sender=Person, event=event)


def _tell(unit_path: str, *person_ids: int) -> None:
    zone = unit_path.split("/")[1]
    waiting = (hook[1] for hook in transaction.get_connection().run_on_commit)
    telling = next((one for one in waiting if isinstance(one, _Telling) and one.zone == zone), None)
    if telling is None:
        telling = _Telling(zone)
        transaction.on_commit(telling)
    telling.person_ids.update(dict.fromkeys(person_ids))


@transaction.atomic
def add_person(
    *, home_unit: Unit, name: str, by: Actor, title: str = "", kind: PersonKind = PersonKind.OFFICIAL
) -> Person:
    """Add a person in service to the register. A name already there is no error: it may be somebody else."""
    require(by, Permission.EDIT_STRUCTURE, home_unit.path)
    person = Person(
        home_unit=home_unit,
        name=name.strip(),
        title=title.strip(),
        kind=kind,
        sort_key=sort_key(name.strip()),
    )
    checked(person, name)
    person.save()
    _tell(home_unit.path, person.pk)
    record("person.add", by=by, subject=("person", person.pk), unit_path=home_unit.path)
    return person


@transaction.atomic
def change_person(*, person: Person, name: str, title: str, by: Actor, active: bool | None = None) -> Person:
    """Correct a name or title, or say whether the person is in service."""
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    person.name, person.title, person.sort_key = name.strip(), title.strip(), sort_key(name.strip())
    if active is not None and not person.provisional:
        person.active = active
    checked(person, name)
    person.save(update_fields=["name", "title", "sort_key", "active"])
    _tell(person.home_unit.path, person.pk)
    record("person.change", by=by, subject=("person", person.pk), unit_path=person.home_unit.path)
    return person


@transaction.atomic
def link_account(*, person: Person, user: User | None, by: Actor) -> Person:
    """Tie an account to a person, or untie with None. Conflict when it belongs to somebody else already."""
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    if user is not None and Person.objects.filter(account=user).exclude(pk=person.pk).exists():
        raise Conflict(_("该账号已属于另一名人员。"), place=user.username)
    Person.objects.filter(pk=person.pk).update(account=user)
    person.refresh_from_db()
    _tell(person.home_unit.path, person.pk)
    record(
        "person.link_account",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"user": user.pk if user else None},
    )
    return person


@transaction.atomic
def add_contact(*, person: Person, channel: Channel, address: str, by: Actor) -> Contact:
    """Add a way to reach a person, after those he has. The audit record holds no address."""
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    last = person.contacts.aggregate(top=Max("priority"))["top"]
    contact = Contact(
        person=person, channel=channel, address=address.strip(), priority=0 if last is None else last + 1
    )
    checked(contact)
    contact.save()
    _tell(person.home_unit.path, person.pk)
    record(
        "person.add_contact",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"channel": channel},
    )
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, by: Actor) -> None:
    """Remove a way to reach a person that no longer works."""
    person = contact.person
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    channel = contact.channel
    contact.delete()
    _tell(person.home_unit.path, person.pk)
    record(
        "person.remove_contact",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"channel": channel},
    )


@transaction.atomic
def register_absence(
    *, person: Person, kind: AbsenceKind, t0: datetime, t1: datetime, by: Actor, basis: str = ""
) -> Absence:
    """Register that a person is away from ``t0`` until just before ``t1``; seats are reviewed after commit.

    Raises Invalid when the period is empty, Refused without the right where the person belongs.
    """
    rules.require_absence(by, person)
    absence = Absence(person=person, kind=kind, t0=t0, t1=t1, basis=basis.strip())
    checked(absence)
    absence.save()
    _tell(person.home_unit.path, person.pk)
    record(
        "absence.register",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"absence": absence.pk, "kind": kind},
    )
    return absence


@transaction.atomic
def cancel_absence(*, absence: Absence, by: Actor) -> None:
    """Take back an absence; the audit trail keeps that it was registered."""
    rules.require_absence(by, absence.person)
    person, pk = absence.person, absence.pk
    absence.delete()
    _tell(person.home_unit.path, person.pk)
    record(
        "absence.cancel",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"absence": pk},
    )


@transaction.atomic
def set_responsible(
    *,
    unit: Unit,
    person: Person,
    by: Actor,
    kind: ResponsibilityKind = ResponsibilityKind.ENTERPRISE,
    rank: int = 0,
) -> Responsibility:
    """Say who answers for a unit (帮包责任制); the former holder of that rank is replaced."""
    require(by, Permission.EDIT_STRUCTURE, unit.path)
    former = list(
        Responsibility.objects.filter(unit=unit, kind=kind, rank=rank).values_list("person_id", flat=True)
    )
    Responsibility.objects.filter(unit=unit, kind=kind, rank=rank).delete()
    row = Responsibility(unit=unit, person=person, kind=kind, rank=rank)
    checked(row, unit.code)
    row.save()
    _tell(unit.path, person.pk, *former)
    record(
        "responsibility.set",
        by=by,
        subject=("unit", unit.pk),
        unit_path=unit.path,
        body={"person": person.pk, "kind": kind, "rank": rank},
    )
    return row
