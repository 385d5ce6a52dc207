"""Changes of people: the register, absences and who is responsible for what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import rules
from pingzhan.domain.organisation.actions.common import checked, sort_key
from pingzhan.domain.organisation.actions.telling import tell
from pingzhan.domain.organisation.enums import (
    PLANNED_ABSENCES,
    AbsenceKind,
    PersonKind,
    ResponsibilityKind,
)
from pingzhan.domain.organisation.models import Absence, Person, Responsibility
from pingzhan.domain.organisation.queries.pairs import BothAway, clashes_of, pairs
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Refused


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
    tell(home_unit.path, person.pk)
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
    tell(person.home_unit.path, person.pk)
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
    tell(person.home_unit.path, person.pk)
    record(
        "person.link_account",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"user": user.pk if user else None},
    )
    return person


@transaction.atomic
def register_absence(
    *,
    person: Person,
    kind: AbsenceKind,
    t0: datetime,
    t1: datetime,
    by: Actor,
    basis: str = "",
    override: str = "",
) -> Absence:
    """Register that a person is away from ``t0`` until just before ``t1``; seats are reviewed after commit.

    AB 岗: leave or travel that would leave a post without both its first holder and his first substitute is
    refused, unless somebody with APPROVE_ABSENCE gives ``override`` as the reason; illness and quarantine are
    facts, which are registered and flagged (queries.pairs). Raises Invalid when the period is empty, Refused
    without the right where the person belongs, Conflict ``both_away``.
    """
    rules.require_absence(by, person)
    absence = Absence(person=person, kind=kind, t0=t0, t1=t1, basis=basis.strip())
    checked(absence)
    clashes = _clashes(person, t0, t1)
    if clashes and kind in PLANNED_ABSENCES:
        _require_override(clashes, person, override, by)
        absence.override_reason, absence.override_by_id = override.strip(), by.user_id
    absence.save()
    tell(person.home_unit.path, person.pk)
    record(
        "absence.register",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"absence": absence.pk, "kind": kind, "both_away": len(clashes)},
    )
    return absence


def _clashes(person: Person, t0: datetime, t1: datetime) -> list[BothAway]:
    zone_id = int(person.home_unit.path.split("/")[1])
    mine = [pair for pair in pairs(zone_id) if person.pk in (pair.first_id, pair.second_id)]
    if not mine:
        return []
    # Both registered at the same instant would not see each other.
    ids = {one for pair in mine for one in (pair.first_id, pair.second_id)}
    list(Person.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"))
    return clashes_of(person.pk, t0, t1, mine)


def _require_override(clashes: list[BothAway], person: Person, override: str, by: Actor) -> None:
    if override.strip() and rules.can_override_pair(by, person):
        return
    first = clashes[0]
    message = _("“%(post)s”的 AB 岗不能同时离岗：%(other)s在这段时间里已登记%(kind)s。") % {
        "post": first.post_name,
        "other": first.other_name,
        "kind": first.kind_label,
    }
    if override.strip():
        raise Refused(
            message, hint=_("只有领导小组可以写明理由后批准。"), place=person.name, code="both_away_refused"
        )
    raise Conflict(
        message, hint=_("请改期，或请领导小组写明理由后批准。"), place=person.name, code="both_away"
    )


@transaction.atomic
def cancel_absence(*, absence: Absence, by: Actor) -> None:
    """Take back an absence; the audit trail keeps that it was registered."""
    rules.require_absence(by, absence.person)
    person, pk = absence.person, absence.pk
    absence.delete()
    tell(person.home_unit.path, person.pk)
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
    tell(unit.path, person.pk, *former)
    record(
        "responsibility.set",
        by=by,
        subject=("unit", unit.pk),
        unit_path=unit.path,
        body={"person": person.pk, "kind": kind, "rank": rank},
    )
    return row
