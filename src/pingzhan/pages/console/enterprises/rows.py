"""What the list and the page of an enterprise join from other modules: officials, contacts, workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pingzhan.domain.organisation.enums import PersonKind, ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.people import api as people
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.domain.territory.models import Enterprise, Unit

RISK_STATES = {RiskClass.HIGH: "bad", RiskClass.MEDIUM: "warn", RiskClass.LOW: "ok"}
STATUS_STATES = {
    EnterpriseStatus.PRODUCING: "ok",
    EnterpriseStatus.STOPPED: "warn",
    EnterpriseStatus.CLOSED: "idle",
}


@dataclass(frozen=True)
class Line:
    """One enterprise as the list shows it."""

    file: Enterprise
    industry: str
    risk_state: str
    status_state: str
    workers: int
    official: str


def lines(files: Sequence[Enterprise]) -> list[Line]:
    """Return the files of one page with what belongs beside them: two queries whatever their number."""
    ids = [one.pk for one in files]
    workers = people.headcounts(ids) if ids else {}
    officials = dict(
        Responsibility.objects.filter(
            unit_id__in=ids, kind=ResponsibilityKind.ENTERPRISE, rank=0
        ).values_list("unit_id", "person__name")
    )
    return [
        Line(
            file=one,
            industry=territory.industry_name(one.industry),
            risk_state=RISK_STATES[RiskClass(one.risk)],
            status_state=STATUS_STATES[EnterpriseStatus(one.status)],
            workers=workers.get(one.pk, 0),
            official=officials.get(one.pk, ""),
        )
        for one in files
    ]


def responsible(unit: Unit) -> list[Responsibility]:
    """Return who answers for an enterprise, the principal first."""
    return list(
        Responsibility.objects.filter(unit=unit, kind=ResponsibilityKind.ENTERPRISE)
        .select_related("person")
        .order_by("rank")
    )


def contacts(unit: Unit) -> list[Person]:
    """Return the enterprise's own people of the structure: in charge, contact, team (annex 2, item 9)."""
    return list(
        Person.objects.filter(home_unit=unit, kind=PersonKind.COMPANY, active=True)
        .prefetch_related("holdings__post")
        .order_by("sort_key", "pk")
    )
