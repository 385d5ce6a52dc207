"""What both imports ask of an import that runs: for which zone it is, and what its file was."""

from __future__ import annotations

from pingzhan.domain.screening.enums import ResultSource
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.imports.spec import Context


def zone_of(ctx: Context) -> Unit:
    """Return the zone that is imported into. One query in an import."""
    zone: Unit | None = ctx.cache.get("zone")
    if zone is None:
        zone = ctx.cache["zone"] = Unit.objects.get(path=ctx.scope.path)
    return zone


def source_of(ctx: Context) -> ResultSource:
    """Return by which way results come in. One query."""
    form = ImportJob.objects.values_list("form", flat=True).get(pk=ctx.job_id)
    return ResultSource.CSV if form == ResultSource.CSV else ResultSource.XLSX
