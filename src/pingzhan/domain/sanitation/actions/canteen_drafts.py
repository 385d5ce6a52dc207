"""Parts of the actions on plans: a meal locked, plans put aside, a draft made under a rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.sanitation import canteen_rights
from pingzhan.domain.sanitation.capacity import places as seats_of
from pingzhan.domain.sanitation.enums import MealMode, PlanState
from pingzhan.domain.sanitation.mealrules import MealRule, sittings_within
from pingzhan.domain.sanitation.models import CanteenMeal, SittingLine, SittingPlan
from pingzhan.domain.sanitation.queries.canteen import LOOSE, diners, teams_at
from pingzhan.domain.sanitation.sittings import seat
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, NotFound


def lock_meal(meal_id: int, by: Actor) -> CanteenMeal:
    """Return a meal the actor plans, locked. NotFound when he may not see it, Refused when he only may see it."""
    found = (
        canteen_rights.meals_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "site")
        .filter(pk=meal_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这一餐次，或您无权查看。"))
    canteen_rights.require_canteen(by, found.enterprise)
    return found


def lock_active(meal_id: int, by: Actor) -> CanteenMeal:
    """Return a meal as lock_meal does. Conflict when it is out of use."""
    found = lock_meal(meal_id, by)
    if not found.active:
        raise Conflict(_("这一餐次已经停用。"), code="ended")
    return found


def outdate(meal: CanteenMeal) -> int:
    """The published plan of a meal does not hold any more; return how many that was."""
    plans = SittingPlan.objects.filter(meal=meal, state=PlanState.PUBLISHED)
    return plans.update(state=PlanState.OUTDATED, ended_at=Now())


def discard(meal: CanteenMeal) -> int:
    """Put the draft of a meal aside; return how many that was."""
    drafts = SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT)
    return drafts.update(state=PlanState.DISCARDED, ended_at=Now())


def draft_under(
    meal: CanteenMeal,
    rule: MealRule,
    *,
    by: Actor,
    kept: Mapping[int, int] | None = None,
    hands: Collection[int] = (),
) -> SittingPlan:
    """Make a new draft under a rule in place of the old one. The meal is locked by the caller.

    ``kept`` are teams that stay at their sitting where they fit; those of ``hands`` are marked as set by hand.
    """
    teams = teams_at(meal, diners(meal.enterprise_id))
    room = seats_of(meal.seats, rule.percent)
    most = 0
    if rule.mode == MealMode.STAGGERED:
        most = sittings_within(meal.opens, meal.closes, meal.minutes, meal.gap)
    plan = seat(teams, seats=meal.seats, percent=rule.percent, most=most, kept=kept)
    discard(meal)
    last = SittingPlan.objects.filter(meal=meal).aggregate(n=Max("n"))["n"] or 0
    made = SittingPlan.objects.create(
        enterprise=meal.enterprise,
        meal=meal,
        n=last + 1,
        seats=meal.seats,
        percent=rule.percent,
        room=room,
        opens=meal.opens,
        minutes=meal.minutes,
        gap=meal.gap,
        places=most,
        mode=rule.mode,
        posture=rule.posture,
        level=rule.level,
        set_version=rule.set_version,
        source=rule.source,
        verified=rule.verified,
        proven=plan.proven,
        made_by=by.name,
    )
    at: dict[int, int | None] = dict.fromkeys(plan.packed)
    at.update({key: n for n, keys in enumerate(plan.sittings) for key in keys})
    by_hand = set(hands) - set(plan.released)
    SittingLine.objects.bulk_create(
        SittingLine(
            plan=made,
            team_id=team.key if team.key != LOOSE else None,
            people=team.people,
            sitting=at[team.key],
            moved=team.key in by_hand,
        )
        for team in teams
    )
    return made
