"""The zone's view of a ledger: all enterprises somebody looks after, narrowed by name and to those that have not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.company.firms import firms_of

PAGE = 50
Line = TypeVar("Line")


def watched(request: HttpRequest) -> QuerySet[Unit]:
    """Return the enterprises in operation whose ledgers the actor reads, by name."""
    found = firms_of(request_actor(request), Permission.VIEW_LEDGERS)
    return found.exclude(enterprise__status=EnterpriseStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to: words of the name or code, and only those that have not."""

    words: str
    lacking: bool

    def meets(self, firm: Unit) -> bool:
        """Return whether name or code of an enterprise fits the words."""
        return self.words.lower() in firm.name.lower() or self.words.lower() == firm.code.lower()


def wanted(request: HttpRequest) -> Wanted:
    """Return what the address asks for."""
    return Wanted(request.GET.get("q", "").strip()[:60], request.GET.get("only") == "lacking")


def narrowed(
    request: HttpRequest, rows: Sequence[tuple[Unit, Line]], lacks: Callable[[Line], bool]
) -> tuple[Page[tuple[Unit, Line]], dict[str, object]]:
    """Return a page of the rows that the address asks for, those that lack something first, and its context."""
    asked = wanted(request)
    found = [row for row in rows if asked.meets(row[0]) and (not asked.lacking or lacks(row[1]))]
    found.sort(key=lambda row: not lacks(row[1]))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = {key: value for key, value in request.GET.items() if value and key != "page"}
    return page, {"page": page, "asked": asked, "count": len(found), "query": urlencode(kept)}
