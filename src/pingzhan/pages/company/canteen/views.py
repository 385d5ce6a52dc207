"""食堂: the plans of an enterprise, one plan as the sheet for the door, and all canteens for officials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import MealMode
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, system_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.company.zoned import narrowed
from pingzhan.pages.console.guard import needs


@dataclass(frozen=True, slots=True)
class Line:
    """What the list says of an enterprise: its plans, the checks of today and how many of them found a problem."""

    meals: sanitation.FirmMeals | None
    checks: int
    problems: int

    @property
    def lacking(self) -> bool:
        """Return whether something is to be done: a plan not in force, no check today, a problem."""
        planned = (
            self.meals is not None and self.meals.planned == self.meals.meals and not self.meals.outdated
        )
        return not planned or not self.checks or self.problems > 0


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the canteen of the only enterprise, or those of all the actor looks after."""
    actor = request_actor(request)
    firms = list(sanitation.canteen_firms(actor))
    if len(firms) == 1:
        return board(request, actor, firms[0])
    day = business_now()[1]
    meals = sanitation.firm_meals(sanitation.meals_visible_to(actor))
    checks = sanitation.firm_checks([unit.pk for unit in firms], day)
    rows = [
        (
            unit,
            Line(meals.get(unit.pk), *checks.get(unit.pk, (0, 0))),
        )
        for unit in firms
    ]
    _page, narrowing = narrowed(request, rows, lambda line: line.lacking)
    context: dict[str, Any] = narrowing | {
        "firms": len(rows),
        "planned": sum(bool(one.meals == one.planned) for one in meals.values()),
        "outdated": sum(bool(one.outdated) for one in meals.values()),
        "checked": len(checks),
        "problems": sum(bad for _n, bad in checks.values()),
    }
    return render(request, "company/canteen/zone.html", context)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who eats when at one enterprise, and what has to be decided."""
    actor = request_actor(request)
    return board(request, actor, one_of(sanitation.canteen_firms(actor), pk))


@dataclass(frozen=True)
class Refusal:
    """What was refused, at which line of which plan."""

    error: DomainError
    plan_id: int = 0


def board(request: HttpRequest, actor: Actor, unit: Unit, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of an enterprise. The first look after a switch marks and proposes, as the loop does."""
    sanitation.follow_rules(by=system_actor(_("系统")), unit_ids=[unit.pk])
    rule = sanitation.rules_of([unit.pk])[unit.pk]
    boards = sanitation.boards(unit.pk, rule)
    context: dict[str, Any] = {
        "unit": unit,
        "rule": rule,
        "boards": boards,
        "keeps": sanitation.can_keep_canteen(actor, unit),
        "refusal": refusal,
        "ready": bool(boards)
        and all(
            one.used is not None and one.used.current and one.used.plan.state == "published" for one in boards
        ),
        "today": timezone.localdate(),
        "tab": "firm",
    }
    return render(request, "company/canteen/firm.html", context, status=422 if refusal else 200)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one plan, whatever has become of it, as the sheet that hangs on the door."""
    actor = request_actor(request)
    found = (
        sanitation.plans_visible_to(actor).select_related("enterprise", "meal__site").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound(_("没有这份就餐安排，或您无权查看。"))
    unit = found.enterprise
    rule = sanitation.rules_of([unit.pk])[unit.pk]
    lines = sanitation.lines_of([found])[found.pk]
    people = {line.team_id or 0: line.people for line in lines}
    context: dict[str, Any] = {
        "unit": unit,
        "plan": found,
        "table": sanitation.timetable(found, lines, rule, people=people),
        "rule": sanitation.MealRule(found.percent, MealMode(found.mode), found.posture, found.level),
    }
    return render(request, "company/canteen/door.html", context)
