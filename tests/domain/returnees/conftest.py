"""A park with two enterprises, and a worker of the first who comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.models import Application
from tests.domain.people.crowd import Firm, Park, build_park, hire
from tests.factories import kept

CITY = ("370102", "\u5c71\u4e1c\u7701\u4e91\u5cad\u5e02")
"""Invented: a county code and a name that do not belong together."""


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


@pytest.fixture
def worker(mill: Firm) -> Employment:
    return hire(mill, no="A001")


@pytest.fixture
def today(db: None) -> date:
    return timezone.localdate()


def stay(today: date, *, first: int = 9, last: int = 2, code: str = CITY[0]) -> api.Stay:
    """A stay of some days that ended some days ago."""
    return api.Stay(code, CITY[1], today - timedelta(days=first), today - timedelta(days=last))


@pytest.fixture
def applied(mill: Firm, worker: Employment, today: date) -> Callable[..., Application]:
    """Return what enters a return of the worker for today with the given facts."""

    def make(*, return_on: date | None = None, **facts: Any) -> Application:
        facts.setdefault("stays", (stay(today),))
        return api.apply_return(
            employment=worker,
            journey=api.Journey(return_on or today, *CITY),
            declared=api.Declared(api.Facts(**facts)),
            by=mill.contact,
        )

    return make
