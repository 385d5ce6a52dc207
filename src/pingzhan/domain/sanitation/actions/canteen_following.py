"""After a change of posture, level or measure set: plans made under another rule are outdated, new ones proposed."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from pingzhan.domain.sanitation import canteen_duties
from pingzhan.domain.sanitation.actions.canteen_drafts import discard, draft_under, outdate
from pingzhan.domain.sanitation.enums import PlanState
from pingzhan.domain.sanitation.mealrules import MealRule, made_under, rules_of
from pingzhan.domain.sanitation.models import CanteenMeal, SittingPlan
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record


def follow_rules(*, by: Actor, unit_ids: Collection[int] | None = None) -> int:
    """Bring the plans of all enterprises, or of these, in line with the rules in force; return how many were not.

    First all plans that hold no more are marked, a transaction each, then new ones are proposed: however long the
    planning takes, no page shows an outdated plan as valid. Safe to be killed and to run twice at once. Five
    queries when nothing changed.
    """
    rows = SittingPlan.objects.filter(
        state__in=(PlanState.DRAFT, PlanState.PUBLISHED), meal__active=True, meal__site__active=True
    )
    if unit_ids is not None:
        rows = rows.filter(enterprise__in=list(unit_ids))
    plans = list(rows.order_by("meal", "pk"))
    if not plans:
        return 0
    rules = rules_of({plan.enterprise_id for plan in plans})
    wrong = {
        plan.meal_id: plan.enterprise_id for plan in plans if not made_under(plan, rules[plan.enterprise_id])
    }
    for meal_id, unit in wrong.items():
        _mark(meal_id, rules[unit], by)
    for meal_id, unit in wrong.items():
        _propose(meal_id, rules[unit], by)
    return len(wrong)


def _held(meal_id: int) -> CanteenMeal:
    return (
        CanteenMeal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "site")
        .get(pk=meal_id)
    )


@transaction.atomic
def _mark(meal_id: int, rule: MealRule, by: Actor) -> None:
    meal = _held(meal_id)
    plan = SittingPlan.objects.filter(meal=meal, state=PlanState.PUBLISHED).first()
    if plan is None or made_under(plan, rule):
        return
    outdate(meal)
    reopened = canteen_duties.broken(meal.enterprise_id)
    record(
        "canteen.outdated",
        by=by,
        subject=("sitting_plan", plan.pk),
        unit_path=meal.enterprise.path,
        body={"meal": meal.pk, "level": rule.level, "reopened": reopened},
    )


@transaction.atomic
def _propose(meal_id: int, rule: MealRule, by: Actor) -> None:
    meal = _held(meal_id)
    standing = SittingPlan.objects.filter(meal=meal, state__in=(PlanState.DRAFT, PlanState.PUBLISHED))
    if not meal.active or any(made_under(plan, rule) for plan in standing):
        _discard_wrong(meal, rule)
        return
    made = draft_under(meal, rule, by=by)
    record(
        "canteen.proposed",
        by=by,
        subject=("sitting_plan", made.pk),
        unit_path=meal.enterprise.path,
        body={"meal": meal.pk, "n": made.n, "room": made.room},
    )


def _discard_wrong(meal: CanteenMeal, rule: MealRule) -> None:
    """A draft made under another rule than the published plan beside it is of no use."""
    draft = SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT).first()
    if draft is not None and not made_under(draft, rule):
        discard(meal)
