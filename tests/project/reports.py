"""One of everything of the reports, for the doors: a due report, a draft, a signed one, a zero report."""

from __future__ import annotations

from typing import Any

from pingzhan.domain.reporting import api
from pingzhan.domain.reporting.models import Due, ZeroLine
from tests.factories import SmallZone


def reports(small: SmallZone) -> dict[str, Any]:
    """Return what is due, a draft, a signed report, and the zero reports of the first enterprise and of the day."""
    api.make_dues()
    due = Due.objects.get(kind="follow", number=1, zone=small.zone, world=0)
    draft = api.draft(due_id=due.pk, by=small.root)
    first = api.draft(due_id=Due.objects.get(kind="initial", zone=small.zone, world=0).pk, by=small.root)
    signed = api.sign(report_id=first.pk, edition=1, by=small.root)
    day = api.ask_zero(zone=small.zone, by=small.root)
    line = ZeroLine.objects.get(due=day, unit=small.firms[0])
    return {
        "sitrep_due": due.pk,
        "sitrep": draft.pk,
        "sitrep_signed": signed.pk,
        "zero_day": day.pk,
        "zero_line": line.pk,
        "zero_own": ZeroLine.objects.get(due=day, code="leading").pk,
    }
