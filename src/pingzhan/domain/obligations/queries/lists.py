"""Lists of single obligations: the late ones, those of a measure or a day, one with its evidence; waivers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import get_language

from pingzhan.domain.obligations.enums import WAITING, State
from pingzhan.domain.obligations.forms import viewer_of
from pingzhan.domain.obligations.models import Demand, Obligation, PartialEvidence, Waiver
from pingzhan.domain.obligations.queries.now import business_now
from pingzhan.domain.territory.models import Unit

UNSETTLED = "waiting"

MOST = 1000
"""Obligations that a list counts and leads to; whoever has more narrows it."""


@dataclass(frozen=True)
class Wanted:
    """What a list of obligations is narrowed to; empty means any. Days are business days [t0, t1).

    ``state`` is one of State, or UNSETTLED for what is open or late.
    """

    state: str = ""
    party: str = ""
    item: int | None = None
    duty: int | None = None
    group: str = ""
    t0: date | None = None
    t1: date | None = None


def narrow(rows: QuerySet[Obligation], wanted: Wanted, scope: Unit | None = None) -> QuerySet[Obligation]:
    """Narrow obligations and order them: the longest overdue first. Withdrawn ones only when asked for."""
    if wanted.state == UNSETTLED:
        rows = rows.filter(state__in=WAITING)
    else:
        rows = rows.filter(state=wanted.state) if wanted.state else rows.exclude(state=State.WITHDRAWN)
    if scope is not None:
        rows = rows.filter(unit__path__startswith=scope.path)
    for field, value in (
        ("demand__party", wanted.party),
        ("demand__item", wanted.item),
        ("duty", wanted.duty),
        ("demand__group_code", wanted.group),
    ):
        if value not in ("", None):
            rows = rows.filter(**{field: value})
    if wanted.t0 is not None:
        rows = rows.filter(day__gte=wanted.t0)
    if wanted.t1 is not None:
        rows = rows.filter(day__lt=wanted.t1)
    return rows.select_related("unit", "demand", "waiver").order_by("day", "due_at", "id")


def late_since(days: int = 31) -> date:
    """Return the first business day that a list of what is late looks back to."""
    return business_now()[1] - timedelta(days=days)


@dataclass(frozen=True)
class Proof:
    """A piece of evidence: its kind and id, and the address where it is shown, empty when no page shows it."""

    kind: str
    id: int
    address: str


def evidence_of(obligation: Obligation) -> list[Proof]:
    """Return what closed an obligation, or counts towards it. One query when several pieces are needed."""
    refs = []
    if obligation.need > 1:
        refs = list(
            PartialEvidence.objects.filter(obligation_id=obligation.pk)
            .order_by("at", "id")
            .values_list("ref_kind", "ref_id")
        )
    elif obligation.ref_id is not None:
        refs = [(obligation.ref_kind, obligation.ref_id)]
    found = []
    for kind, id_ in refs:
        viewer = viewer_of(kind)
        found.append(Proof(kind, id_, viewer(id_) if viewer is not None else ""))
    return found


def waivers_of(rows: QuerySet[Waiver]) -> QuerySet[Waiver]:
    """Return waivers with unit and measure, the newest first."""
    return rows.select_related("unit", "duty").order_by("-id")


def title_of(demand: Demand) -> str:
    """Return the words of a demand in the reader's language."""
    return demand.title_en if demand.title_en and (get_language() or "").startswith("en") else demand.title


def titles_of(duties: Collection[int]) -> dict[int, str]:
    """Return the newest words of measures. One query."""
    rows = Demand.objects.filter(duty__in=duties).order_by("id")
    return {one.duty_id: title_of(one) for one in rows}


def duty_choices() -> list[tuple[str, str]]:
    """Return the measures that were ever demanded, by item, with their newest words. One query."""
    found = {one.duty_id: one for one in Demand.objects.order_by("id")}
    ordered = sorted(found.values(), key=lambda one: (one.item, one.title))
    return [(str(one.duty_id), title_of(one)) for one in ordered]
