"""What the pages list: sets with their versions, what is in force where, restrictions and what they wait for."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from pingzhan.domain.measures.enums import RestrictionState, VersionState
from pingzhan.domain.measures.models import Force, MeasureSet, Restriction, SetVersion
from pingzhan.domain.territory.models import Unit


@dataclass
class SetRow:
    """A set of a zone with its newest published version, its draft, and all published versions, newest first."""

    set: MeasureSet
    versions: list[SetVersion] = field(default_factory=list)

    @property
    def newest(self) -> SetVersion | None:
        """Return the newest published version."""
        return next((one for one in self.versions if one.state == VersionState.PUBLISHED), None)

    @property
    def draft(self) -> SetVersion | None:
        """Return the draft, None without one."""
        return next((one for one in self.versions if one.state == VersionState.DRAFT), None)


def set_rows(zone: Unit, versions: QuerySet[SetVersion]) -> list[SetRow]:
    """Return the sets of a zone with those of the given versions; one query."""
    rows: dict[int, SetRow] = {}
    for one in (
        versions.filter(set__zone=zone)
        .exclude(state=VersionState.DISCARDED)
        .select_related("set")
        .annotate(measure_count=Count("measures"))
        .order_by("set__key", "-n")
    ):
        rows.setdefault(one.set_id, SetRow(one.set)).versions.append(one)
    return list(rows.values())


def forces_of(zone: Unit) -> QuerySet[Force]:
    """Return everything that is, will be or was in force in a zone, the newest first, with counts of restrictions."""
    return (
        Force.objects.filter(slot__zone=zone)
        .select_related("slot__zone", "version__set")
        .annotate(
            held=Count("restrictions", filter=Q(restrictions__state=RestrictionState.HELD)),
            restricting=Count("restrictions", filter=Q(restrictions__state=RestrictionState.IN_FORCE)),
        )
        .order_by("slot__hazard", "slot__posture", "-starts_at")
    )


def open_forces(zone: Unit) -> QuerySet[Force]:
    """Return what is in force in a zone now or planned."""
    end = Coalesce("ended_at", "ends_at")
    return forces_of(zone).annotate(end=end).filter(Q(end__isnull=True) | Q(end__gt=Now()))


def past_forces(zone: Unit, limit: int = 50) -> list[Force]:
    """Return what was in force in a zone, the newest end first."""
    end = Coalesce("ended_at", "ends_at")
    return list(forces_of(zone).annotate(end=end).filter(end__lte=Now()).order_by("-end")[:limit])


def restrictions_of(force: Force) -> QuerySet[Restriction]:
    """Return the legal records of a time in force in the order of the set."""
    return (
        Restriction.objects.filter(force=force)
        .select_related("measure", "force__slot__zone")
        .order_by("measure__item", "measure__sort")
    )
