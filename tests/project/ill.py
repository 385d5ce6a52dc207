"""The objects of the world that an illness is: who has stopped work, and who reported himself by a link."""

from __future__ import annotations

from typing import Any

from pingzhan.domain.health import api as health
from pingzhan.domain.health.enums import Symptom
from pingzhan.domain.health.models import SelfReport
from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.actor import Actor


def ill(worker: Employment, root: Actor) -> dict[str, Any]:
    """Return the numbers of a case and of a report of nobody known, and the token of the link."""
    case = health.report_symptoms(employment=worker, symptoms=[Symptom.COUGH], by=root)
    token = health.token_of(health.make_link(enterprise=worker.enterprise, by=root))
    health.report_self(token=token, number="NOBODY", symptoms=[Symptom.COUGH], source="198.51.100.7")
    return {"health_case": case.pk, "symptom_report": SelfReport.objects.get().pk, "feeling": token}
