"""Probes as they are listed: of whom, masked, and what the laboratory said where that may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import ProbeKind, Verdict
from pingzhan.domain.screening.models import Probe, Sample
from pingzhan.domain.screening.queries.custody import names_of
from pingzhan.foundation.privacy.masks import mask_name


@dataclass(frozen=True, slots=True)
class ProbeLine:
    """A probe with whose it is; ``name`` and ``number`` are empty once the tie to him is cut."""

    probe: Probe
    name: str
    number: str
    at: datetime | None


def probes_of(
    probes: QuerySet[Probe],
    *,
    kind: str = "",
    verdict: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Probe]:
    """Return probes narrowed, the latest swab first. A value that is none of the choices narrows nothing."""
    rows = probes.select_related("tube__round", "enterprise")
    if kind in ProbeKind.values:
        rows = rows.filter(kind=kind)
    if verdict in Verdict.values:
        rows = rows.filter(tube__verdict=verdict)
    if first is not None:
        rows = rows.filter(tube__round__day__gte=first)
    if last is not None:
        rows = rows.filter(tube__round__day__lt=last + timedelta(days=1))
    return rows.order_by("-tube__first_taken_at", "-pk")


def probe_lines(rows: Sequence[Probe], *, whole: bool) -> list[ProbeLine]:
    """Return probes of ``probes_of`` in words; ``whole``: names in full instead of masked. Five queries at most."""
    found = {
        tube: (person, employment)
        for tube, person, employment in Sample.objects.filter(
            tube_id__in=[one.pk for one in rows], refused=0
        ).values_list("tube_id", "person", "employment_id")
    }
    names = names_of({person for person, _employment in found.values() if person})
    numbers = dict(
        Employment.objects.filter(
            pk__in={employment for _person, employment in found.values() if employment}
        ).values_list("pk", "employee_no")
    )
    lines = []
    for one in rows:
        person, employment = found.get(one.pk, (0, None))
        name = names.get(person, "")
        lines.append(
            ProbeLine(
                one, name if whole else mask_name(name), numbers.get(employment or 0, ""),
                one.tube.first_taken_at,
            )
        )  # fmt: skip
    return lines
