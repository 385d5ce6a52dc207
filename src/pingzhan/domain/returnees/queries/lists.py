"""The list of returns and the list of key regions, filtered and by pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from pingzhan.domain.people import api as people
from pingzhan.domain.returnees.enums import OPEN_STATES
from pingzhan.domain.returnees.models import Application, Region
from pingzhan.foundation.privacy import masks


@dataclass(frozen=True, slots=True)
class ReturneeFilter:
    """What the list is narrowed to; ``show`` is open, done or all."""

    unit_id: int | None = None
    outcome: str = ""
    state: str = ""
    show: str = "open"


@dataclass(frozen=True, slots=True)
class ReturneeRow:
    """A return as a list shows it. ``name`` is masked for whoever may not see the roster."""

    row: Application
    name: str
    employee_no: str
    erased: bool


def find_returnees(seen: QuerySet[Application], wanted: ReturneeFilter) -> QuerySet[Application]:
    """Return what is wanted among what the reader may see, the latest return first."""
    found = seen
    if wanted.unit_id is not None:
        found = found.filter(enterprise=wanted.unit_id)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    if wanted.state:
        found = found.filter(state=wanted.state)
    elif wanted.show == "open":
        found = found.filter(state__in=OPEN_STATES)
    elif wanted.show == "done":
        found = found.exclude(state__in=OPEN_STATES)
    return found.order_by("-return_on", "-pk")


def page_rows(rows: Sequence[Application], *, named: Callable[[str], bool]) -> list[ReturneeRow]:
    """Return the rows of a page with names, in full where ``named`` says so of the enterprise's path.

    One query for the keys of all.
    """
    persons = {row.employment.individual_id: row.employment.individual for row in rows}
    names = people.opened(persons.values(), fields=("name",))
    found = []
    for row in rows:
        name = names[row.employment.individual_id]
        text = name.name or ""
        found.append(
            ReturneeRow(
                row,
                text if named(row.enterprise.path) else masks.mask_name(text),
                row.employment.employee_no,
                name.erased,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class RegionFilter:
    """What the list of key regions is narrowed to; ``on`` a day on which entries are in force."""

    words: str = ""
    level: str = ""
    on: date | None = None


def region_list(seen: QuerySet[Region], wanted: RegionFilter) -> QuerySet[Region]:
    """Return entries of the list, those in force first, then by the day they began."""
    found = seen
    if wanted.words:
        found = found.filter(Q(name__icontains=wanted.words) | Q(code__startswith=wanted.words))
    if wanted.level:
        found = found.filter(level=wanted.level)
    if wanted.on is not None:
        found = found.filter(begin__lte=wanted.on).filter(Q(end__isnull=True) | Q(end__gt=wanted.on))
    return found.order_by("-begin", "-pk")
