"""The content of versions, as plain values. What is published never changes, so it is kept in the process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec, SetContent
from pingzhan.domain.measures.enums import VersionState
from pingzhan.domain.measures.models import Measure, Parameter, SetVersion

_KEPT = 64


def content_of(version: SetVersion) -> SetContent:
    """Return the content of a version. Two queries for a draft; a published one is read once per process."""
    if version.state == VersionState.DRAFT or not version.sha256:
        return _read(version.pk)
    return published(edition_of(version))


@dataclass(frozen=True)
class Edition:
    """A published version as the key of what the process keeps: a restored database may use an id anew."""

    version_id: int
    sha256: str
    published_at: datetime


def edition_of(version: SetVersion) -> Edition:
    """Return the key of a published version."""
    assert version.published_at is not None
    return Edition(version.pk, version.sha256, version.published_at)


@lru_cache(maxsize=_KEPT)
def published(edition: Edition) -> SetContent:
    """Return the content of a published version; three queries the first time."""
    return _read(edition.version_id)


def _read(version_id: int) -> SetContent:
    version = SetVersion.objects.select_related("set").get(pk=version_id)
    parameters = tuple(
        ParameterSpec(
            key=one.key,
            title=one.title,
            title_en=one.title_en,
            value=one.value,
            unit=one.unit,
            at=one.at,
            source=one.source,
            verified=one.verified,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
        for one in Parameter.objects.filter(version_id=version_id).order_by("sort", "id")
    )
    measures = tuple(
        MeasureSpec(
            key=one.key,
            title=one.title,
            title_en=one.title_en,
            item=one.item,
            clause=one.clause,
            subject=one.subject,
            cadence=one.cadence,
            party=one.party,
            watching=one.watching,
            evidence=one.evidence,
            phases=tuple(one.phases),
            at=one.at,
            severity=one.severity,
            parameters=tuple(one.parameters),
            needs=tuple(one.needs),
            workdays=one.workdays,
            law=one.law,
            restricts=one.restricts,
            power=one.power,
            decider=one.decider,
            scope=one.scope,
            term_days=one.term_days,
            reason=one.reason,
        )
        for one in Measure.objects.filter(version_id=version_id).order_by("sort", "id")
    )
    return SetContent(
        version.set.key,
        version.set.hazard,
        version.title,
        version.title_en,
        version.source,
        parameters,
        measures,
    )


@lru_cache(maxsize=_KEPT)
def measure_ids(edition: Edition) -> dict[str, int]:
    """Return the row ids of the measures of a published version by key."""
    return dict(Measure.objects.filter(version_id=edition.version_id).values_list("key", "id"))
