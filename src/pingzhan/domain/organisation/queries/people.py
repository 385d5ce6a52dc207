"""Reads about single people."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Now

from pingzhan.domain.organisation.enums import ResponsibilityKind, VersionStatus
from pingzhan.domain.organisation.models import (
    Absence,
    Holding,
    Person,
    Responsibility,
    StructureVersion,
)
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit


def person_of_user(user_id: int) -> int | None:
    """Return the id of the person an account belongs to, None when it belongs to nobody."""
    return Person.objects.filter(account_id=user_id).values_list("id", flat=True).first()


def user_of_person(person_id: int) -> int | None:
    """Return the id of a person's account, None when he has none."""
    return Person.objects.filter(pk=person_id).values_list("account_id", flat=True).first()


def absences_of(zone: Unit) -> QuerySet[Absence]:
    """Return absences of a zone's people that have not ended, the earliest first."""
    return (
        Absence.objects.filter(person__home_unit__path__startswith=zone.path, t1__gt=Now())
        .select_related("person")
        .order_by("t0", "id")
    )


def zone_of_version(version_id: int) -> int:
    """Return the zone id of a version. Raises StructureVersion.DoesNotExist for an unknown id."""
    return StructureVersion.objects.values_list("zone_id", flat=True).get(pk=version_id)


def latest_draft(zone: Unit) -> StructureVersion | None:
    """Return the newest draft of a zone, None when nobody is working on one."""
    return StructureVersion.objects.filter(zone=zone, status=VersionStatus.DRAFT).order_by("-n").first()


def people_list(visible: QuerySet[Person], zone: Unit, words: str = "") -> QuerySet[Person]:
    """Return the people of a zone, found by name or title when words are given, ready for a table.

    Contacts and absences that have not ended are loaded along; provisional persons are left out.
    """
    people = visible.filter(home_unit__path__startswith=zone.path, provisional=False)
    if words.strip():
        people = people.filter(Q(name__icontains=words.strip()) | Q(title__icontains=words.strip()))
    return (
        people.select_related("home_unit", "account")
        .prefetch_related(
            "contacts", Prefetch("absences", queryset=Absence.objects.filter(t1__gt=Now()).order_by("t0"))
        )
        .order_by("-active", "sort_key", "name", "id")
    )


def posts_of_person(person: Person) -> QuerySet[Holding]:
    """Return the places a person has in the version in force of his zone."""
    return (
        Holding.objects.filter(person=person, post__version__status=VersionStatus.PUBLISHED)
        .select_related("post__group")
        .order_by("post__sort", "rank")
    )


def responsible_units(zone: Unit) -> QuerySet[Unit]:
    """Return the enterprises of a zone by code, each with its responsible persons in order of rank."""
    return (
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
        .prefetch_related(
            Prefetch(
                "responsibilities",
                queryset=Responsibility.objects.filter(kind=ResponsibilityKind.ENTERPRISE)
                .select_related("person")
                .order_by("rank"),
            )
        )
        .order_by("code")
    )
