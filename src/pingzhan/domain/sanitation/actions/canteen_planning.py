"""Plans of sittings proposed, edited by hand, published and held to."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock, business_now
from pingzhan.domain.sanitation import canteen_duties, canteen_rights
from pingzhan.domain.sanitation.actions.canteen_drafts import draft_under, lock_active
from pingzhan.domain.sanitation.enums import MealMode, PlanState
from pingzhan.domain.sanitation.mealrules import MealRule, hours_of, made_under, rules_of
from pingzhan.domain.sanitation.models import CanteenMeal, SittingDay, SittingLine, SittingPlan
from pingzhan.domain.sanitation.queries.canteen import LOOSE, diners, meals_of, team_name, teams_at
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def propose(*, meal_id: int, keep_hands: bool = True, by: Actor) -> SittingPlan:
    """Plan a meal anew under the rule in force, with the numbers of the teams now; the old draft is put aside.

    With ``keep_hands`` what was set by hand stays where it still fits, and without a draft so does the published
    plan, so that little changes for the workers. Conflict when nobody eats at the meal.
    """
    meal = lock_active(meal_id, by)
    rule = rules_of([meal.enterprise_id])[meal.enterprise_id]
    if not teams_at(meal, diners(meal.enterprise_id)):
        raise Conflict(
            _("这一餐次没有就餐的班组。"),
            hint=_("请先在职工花名册中登记班组和食堂，并核对班组的班次。"),
            code="nobody",
        )
    kept, hands = _stays(meal) if keep_hands else ({}, set())
    made = draft_under(meal, rule, by=by, kept=kept, hands=hands)
    record(
        "canteen.proposed",
        by=by,
        subject=("sitting_plan", made.pk),
        unit_path=meal.enterprise.path,
        body={"meal": meal.pk, "n": made.n, "room": made.room},
    )
    return made


def _stays(meal: CanteenMeal) -> tuple[dict[int, int], set[int]]:
    """Return where teams are to stay, and which of them were set by hand: in the draft, else as published."""
    draft = SittingPlan.objects.filter(meal=meal, state=PlanState.DRAFT).first()
    used = draft or SittingPlan.objects.filter(meal=meal, state=PlanState.PUBLISHED).first()
    lines = list(SittingLine.objects.filter(plan=used, sitting__isnull=False).order_by("pk"))
    hands = {line.team_id or LOOSE for line in lines if line.moved}
    kept = {line.team_id or LOOSE: line.sitting for line in lines if line.sitting is not None}
    if draft is not None:
        kept = {key: sitting for key, sitting in kept.items() if key in hands}
    return kept, hands


@transaction.atomic
def move_team(*, line_id: int, sitting: int | None, by: Actor) -> SittingLine:
    """Move a team of a draft to another sitting (from 0), or to packed meals (None).

    Invalid (code canteen_full) when it does not fit: which sitting, by how many, and the nearest with room.
    """
    row = (
        SittingLine.objects.select_related("plan__enterprise", "team")
        .filter(pk=line_id, plan__in=canteen_rights.plans_visible_to(by))
        .first()
    )
    if row is None:
        raise NotFound(_("没有这份就餐安排，或您无权查看。"))
    canteen_rights.require_canteen(by, row.plan.enterprise)
    plan = SittingPlan.objects.select_for_update(no_key=True).get(pk=row.plan_id)
    row = SittingLine.objects.select_related("plan__enterprise", "team").get(pk=line_id)
    if plan.state != PlanState.DRAFT:
        raise Conflict(
            _("这份就餐安排%(state)s，不能再改动。") % {"state": plan.get_state_display()},
            hint=_("请重新编排一份草案。"),
            code="not_draft",
        )
    if sitting is not None:
        _check_room(plan, row, sitting)
    SittingLine.objects.filter(pk=row.pk).update(sitting=sitting, moved=True)
    row.sitting = sitting
    record(
        "canteen.moved",
        by=by,
        subject=("sitting_plan", plan.pk),
        unit_path=row.plan.enterprise.path,
        body={"line": row.pk, "sitting": -1 if sitting is None else sitting + 1},
    )
    return row


def _check_room(plan: SittingPlan, row: SittingLine, wanted: int) -> None:
    if plan.mode != MealMode.STAGGERED:
        raise Invalid(_("现行规定只打包，不堂食，不能安排场次。"), place="sitting", code="canteen_full")
    if not 0 <= wanted < plan.places:
        raise Invalid(
            _("开餐时间内只有 %(n)d 场，没有第 %(wanted)d 场。") % {"n": plan.places, "wanted": wanted + 1},
            place="sitting",
        )
    there = dict(
        SittingLine.objects.filter(plan=plan, sitting__isnull=False)
        .exclude(pk=row.pk)
        .order_by()
        .values_list("sitting")
        .annotate(total=Sum("people"))
    )
    over = there.get(wanted, 0) + row.people - plan.room
    if over <= 0:
        return
    fits = [n for n in range(plan.places) if there.get(n, 0) + row.people <= plan.room]
    if fits:
        near = min(fits, key=lambda n: (abs(n - wanted), n))
        hint = _("最近坐得下的是第 %(n)d 场（%(t0)s，还可坐 %(free)d 人）。") % {
            "n": near + 1, "t0": f"{hours_of(plan, near)[0]:%H:%M}", "free": plan.room - there.get(near, 0),
        }  # fmt: skip
    else:
        hint = _("其他场次也坐不下这个班组，请安排打包。")
    raise Invalid(
        _("第 %(n)d 场最多坐 %(room)d 人，已有 %(there)d 人，再加 %(team)s %(people)d 人，超出 %(over)d 人。")
        % {
            "n": wanted + 1, "room": plan.room, "there": there.get(wanted, 0), "team": team_name(row),
            "people": row.people, "over": over,
        },
        place="sitting",
        hint=hint,
        code="canteen_full",
    )  # fmt: skip


def _check_numbers(plan: SittingPlan, meal: CanteenMeal) -> None:
    """Raise Conflict when a sitting would be too full with the numbers of the teams now."""
    if plan.mode != MealMode.STAGGERED:
        return
    people = diners(meal.enterprise_id).get(meal.site_id, {})
    now: dict[int, int] = {}
    for line in SittingLine.objects.filter(plan=plan, sitting__isnull=False):
        assert line.sitting is not None
        now[line.sitting] = now.get(line.sitting, 0) + people.get(line.team_id or LOOSE, 0)
    for n in sorted(now):
        if now[n] > plan.room:
            raise Conflict(
                _("编排后班组人数有变化：第 %(n)d 场现在有 %(people)d 人，超出 %(over)d 人。")
                % {"n": n + 1, "people": now[n], "over": now[n] - plan.room},
                hint=_("请重新编排。"),
                code="canteen_full",
            )


def _check_rule(plan: SittingPlan, rule: MealRule) -> None:
    if not made_under(plan, rule):
        raise Conflict(
            _("就餐规定已经变化，现行规定：%(rule)s") % {"rule": rule.words},
            hint=_("请重新编排。"),
            code="outdated",
        )


@transaction.atomic
def publish_plan(*, plan_id: int, by: Actor) -> SittingPlan:
    """Publish a draft in place of the plan before it; what is due of sittings is met once every meal has one.

    Conflict when it is no draft any more, when the rule has changed since, or when teams have grown too large.
    """
    found = canteen_rights.plans_visible_to(by).filter(pk=plan_id).first()
    if found is None:
        raise NotFound(_("没有这份就餐安排，或您无权查看。"))
    meal = lock_active(found.meal_id, by)
    plan = SittingPlan.objects.select_for_update(no_key=True).get(pk=plan_id)
    if plan.state != PlanState.DRAFT:
        raise Conflict(
            _("这份就餐安排%(state)s，不用再办。") % {"state": plan.get_state_display()}, code="not_draft"
        )
    _check_rule(plan, rules_of([meal.enterprise_id])[meal.enterprise_id])
    if not plan.lines.exists():
        raise Conflict(_("安排中没有班组，不能发布。"), hint=_("请重新编排。"), code="nobody")
    _check_numbers(plan, meal)
    SittingPlan.objects.filter(meal=meal, state=PlanState.PUBLISHED).update(
        state=PlanState.REPLACED, ended_at=Now()
    )
    SittingPlan.objects.filter(meal=meal, state=PlanState.OUTDATED).update(state=PlanState.REPLACED)
    SittingPlan.objects.filter(pk=plan.pk).update(
        state=PlanState.PUBLISHED, published_at=Now(), published_by=by.name
    )
    plan.refresh_from_db()
    closed = canteen_duties.kept(SittingDay.objects.create(plan=plan, by_name=by.name), by)
    record(
        "canteen.published",
        by=by,
        subject=("sitting_plan", plan.pk),
        unit_path=meal.enterprise.path,
        body={"meal": meal.pk, "n": plan.n, "closed": closed},
    )
    return plan


@transaction.atomic
def keep_plans(*, enterprise: Unit, by: Actor) -> int:
    """Say that all meals of today are held as published; return for how many meals it was said.

    Conflict when a meal has no published plan, or one that does not hold under the rule or the numbers now.
    """
    canteen_rights.require_canteen(by, enterprise)
    meals = list(
        CanteenMeal.objects.select_for_update(no_key=True)
        .filter(pk__in=[meal.pk for meal in meals_of(enterprise.pk)], active=True)
        .order_by("pk")
    )
    if not meals:
        raise Conflict(_("还没有登记食堂的餐次。"), hint=_("请先登记开餐时间和座位数。"), code="no_meal")
    rule = rules_of([enterprise.pk])[enterprise.pk]
    plans = {
        plan.meal_id: plan
        for plan in SittingPlan.objects.filter(meal__in=meals, state=PlanState.PUBLISHED).order_by("pk")
    }
    for meal in meals:
        plan = plans.get(meal.pk)
        if plan is None:
            raise Conflict(
                _("%(meal)s还没有发布的安排。") % {"meal": meal.get_kind_display()},
                hint=_("请先发布就餐安排。"),
                code="not_published",
            )
        _check_rule(plan, rule)
        _check_numbers(plan, meal)
    begins = business_clock().begins(business_now()[1])
    said = closed = 0
    for plan in plans.values():
        day = SittingDay.objects.filter(plan=plan, at__gte=begins).first()
        if day is None:
            day = SittingDay.objects.create(plan=plan, by_name=by.name)
            said += 1
        day.plan = plan
        closed += canteen_duties.kept(day, by)
    if said or closed:
        record(
            "canteen.kept",
            by=by,
            subject=("unit", enterprise.pk),
            unit_path=enterprise.path,
            body={"meals": said, "closed": closed},
        )
    return said
