"""What an enterprise writes down: a plan, a session, an incident, figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import SECTIONS, IncidentKind, PlanKind, PostDuty
from pingzhan.foundation import clock
from tests.domain.people.crowd import Firm, hire


def plan(kind: PlanKind = PlanKind.PREVENTION, **changes: Any) -> api.PlanData:
    """A complete plan."""
    data = api.PlanData(
        valid_until=clock.today() + timedelta(days=180),
        sections={key: "\u7532\u4e59\u4e19" for key, _label in SECTIONS[kind]},
        posts=dict.fromkeys(PostDuty.values, "\u529e\u516c\u5ba4\u4e3b\u4efb"),
    )
    return replace(data, **changes)


def incident(**changes: Any) -> api.IncidentData:
    """A complete first report of something found half an hour ago."""
    data = api.IncidentData(
        kind=IncidentKind.SUSPECTED,
        found_at=clock.now() - timedelta(minutes=30),
        place="\u4e00\u8f66\u95f4",
        persons=1,
        phone="13900001111",
        done="\u5df2\u505c\u5de5\u9694\u79bb",
        symptoms="\u53d1\u70ed\u3001\u54b3\u55fd",
    )
    return replace(data, **changes)


def figures(**changes: Any) -> api.FiguresData:
    """Figures of a day."""
    return replace(api.FiguresData(Decimal("12.50"), 80, Decimal(300), Decimal(5200)), **changes)


def crew(firm: Firm, n: int) -> list[Employment]:
    """Hire n workers with the numbers N1, N2, ... in the first team."""
    return [hire(firm, no=f"N{i}") for i in range(1, n + 1)]
