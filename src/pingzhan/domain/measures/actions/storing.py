"""Content into rows: new versions, and the shipped sets as published versions of a zone."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec, SetContent, plain
from pingzhan.domain.measures.enums import VersionState
from pingzhan.domain.measures.models import Measure, MeasureSet, Parameter, SetVersion
from pingzhan.domain.measures.shipped import shipped
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record


def measure_row(version: SetVersion, spec: MeasureSpec, sort: int) -> Measure:
    """Return the row of a measure, not yet stored."""
    return Measure(version=version, sort=sort, **plain(spec), reserved=spec.reserved, class_a=spec.class_a)


def parameter_row(version: SetVersion, spec: ParameterSpec, sort: int) -> Parameter:
    """Return the row of a parameter, not yet stored."""
    return Parameter(version=version, sort=sort, **plain(spec))


def store_content(version: SetVersion, content: SetContent) -> None:
    """Write the measures and parameters of a new draft."""
    Parameter.objects.bulk_create(
        parameter_row(version, spec, n) for n, spec in enumerate(content.parameters, start=1)
    )
    Measure.objects.bulk_create(
        measure_row(version, spec, n) for n, spec in enumerate(content.measures, start=1)
    )


def locked_set(zone: Unit, key: str, hazard: str) -> MeasureSet:
    """Return the set of a zone, locked until commit; made on first use."""
    MeasureSet.objects.bulk_create([MeasureSet(zone=zone, key=key, hazard=hazard)], ignore_conflicts=True)
    return MeasureSet.objects.select_for_update(of=("self",), no_key=True).get(zone=zone, key=key)


def new_version(
    owner: MeasureSet, content: SetContent, *, by: Actor, note: str = "", based_on: SetVersion | None = None
) -> SetVersion:
    """Insert a draft with its content, numbered after the last version of its set."""
    top = owner.versions.aggregate(top=Max("n"))["top"] or 0
    version = SetVersion.objects.create(
        set=owner,
        n=top + 1,
        title=content.title,
        title_en=content.title_en,
        source=content.source,
        note=note,
        based_on=based_on,
        drafted_by_id=by.user_id,
        drafted_by_name=by.name,
    )
    store_content(version, content)
    return version


@transaction.atomic
def load_shipped(*, zone: Unit, key: str, by: Actor) -> SetVersion:
    """Make a set that the product ships with a published version of the zone; repeated, it changes nothing.

    Needs PUBLISH_MEASURES for the zone. It has no drafter of the zone, so whoever loads it publishes it. Raises
    NotFound for an unknown key.
    """
    require(by, Permission.PUBLISH_MEASURES, zone.path)
    content = shipped(key)
    owner = locked_set(zone, content.key, content.hazard)
    known = owner.versions.filter(state=VersionState.PUBLISHED, sha256=content.sha()).first()
    if known is not None:
        return known
    version = new_version(owner, content, by=by)
    SetVersion.objects.filter(pk=version.pk).update(
        state=VersionState.PUBLISHED,
        sha256=content.sha(),
        drafted_by=None,
        published_by_id=by.user_id,
        published_by_name=by.name,
        published_at=Now(),
    )
    version.refresh_from_db()
    record(
        "measures.loaded",
        by=by,
        subject=("measure_version", version.pk),
        unit_path=zone.path,
        body={"measures": len(content.measures), "sha256": version.sha256},
    )
    return version
