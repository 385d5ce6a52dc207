"""Who eats where: teams and their numbers, plans as timetables, what a team is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Placement
from pingzhan.domain.sanitation.changes import changes
from pingzhan.domain.sanitation.enums import MealMode, PlanState
from pingzhan.domain.sanitation.mealrules import MealRule, hours_of, made_under, rules_of
from pingzhan.domain.sanitation.models import CanteenMeal, SittingDay, SittingLine, SittingPlan
from pingzhan.domain.sanitation.sittings import Seating, Team
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.domain.territory.models import Team as WorkTeam

LOOSE = 0
"""Key of those who belong to no team, where the planner needs a number."""


def team_name(line: SittingLine) -> str:
    """Return what a line is called."""
    return line.team.name if line.team is not None else _("未编班组人员")


def canteens_of(enterprise_id: int) -> list[Site]:
    """Return the canteens in use of an enterprise."""
    return list(
        Site.objects.filter(enterprise=enterprise_id, kind=SiteKind.CANTEEN, active=True).order_by(
            "code", "pk"
        )
    )


def meals_of(enterprise_id: int) -> list[CanteenMeal]:
    """Return the meals in use of an enterprise, by canteen and time."""
    found = CanteenMeal.objects.filter(enterprise=enterprise_id, active=True, site__active=True)
    return list(found.select_related("site", "enterprise").order_by("site__code", "opens", "pk"))


def diners(enterprise_id: int) -> dict[int, dict[int, int]]:
    """Return how many eat at each canteen by team (LOOSE for none), as the register of workers has it now.

    Whoever is assigned to no canteen counts for the first one. Two queries.
    """
    sites = canteens_of(enterprise_id)
    if not sites:
        return {}
    known = {site.pk for site in sites}
    rows = (
        Placement.objects.filter(enterprise=enterprise_id, t1__isnull=True, employment__left__isnull=True)
        .order_by()
        .values("canteen_id", "team_id")
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        site = row["canteen_id"] if row["canteen_id"] in known else sites[0].pk
        found[site][row["team_id"] or LOOSE] += row["n"]
    return {site: dict(teams) for site, teams in found.items()}


def teams_at(meal: CanteenMeal, eating: Mapping[int, Mapping[int, int]]) -> list[Team]:
    """Return the teams that eat at a meal, for the planner: those on shift when it opens, and those without one.

    A team's group is its shift and workshop, so that they sit together where it can be. One query.
    """
    people = eating.get(meal.site_id, {})
    rows = WorkTeam.objects.filter(pk__in=people, active=True).select_related("shift")
    found = [
        Team(row.pk, people[row.pk], f"{row.shift_id}/{row.workshop_id}")
        for row in rows
        if row.shift is None or row.shift.covers(meal.opens) or row.shift.covers(meal.closes)
    ]
    if people.get(LOOSE):
        found.append(Team(LOOSE, people[LOOSE]))
    return sorted(found, key=lambda team: team.key)


def seating_of(lines: Iterable[SittingLine]) -> Seating:
    """Return the lines of a plan as the planner's answer."""
    by: dict[int, list[int]] = defaultdict(list)
    packed = []
    for line in lines:
        key = line.team_id or LOOSE
        if line.sitting is None:
            packed.append(key)
        else:
            by[line.sitting].append(key)
    most = max(by, default=-1) + 1
    return Seating(tuple(tuple(sorted(by.get(n, ()))) for n in range(most)), tuple(sorted(packed)), (), False)


@dataclass(frozen=True)
class Place:
    """A team on the timetable, with what its workers are told, and where it ate before when that differs."""

    line: SittingLine
    name: str
    told: str
    before: str = ""
    now_people: int = 0

    @property
    def choice(self) -> str:
        """Return how its sitting is named in a list to choose from: a number from 1, or packed."""
        return "packed" if self.line.sitting is None else str(self.line.sitting + 1)

    @property
    def grown(self) -> int:
        """Return how many more there are than were planned for; negative for fewer."""
        return self.now_people - self.line.people


@dataclass(frozen=True)
class Sitting:
    """A sitting of a plan. ``free`` counts seats left under the rule, ``share`` is how full it is in percent."""

    n: int
    starts: time
    ends: time
    places: list[Place]
    people: int
    room: int

    @property
    def number(self) -> int:
        """Return the number on paper, from 1."""
        return self.n + 1

    @property
    def free(self) -> int:
        """Return how many more may sit."""
        return self.room - self.people

    @property
    def share(self) -> int:
        """Return how full it is, 0 to 100."""
        return 100 * self.people // self.room if self.room else 0


@dataclass(frozen=True)
class Timetable:
    """A plan as it is shown: sittings in order, teams on packed meals, and whether it still holds."""

    plan: SittingPlan
    sittings: list[Sitting]
    packed: list[Place]
    changed: int
    current: bool

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return where a team of a draft may be moved to: every sitting that the hours allow, and packed meals."""
        taken = {one.n: one.people for one in self.sittings}
        found = [
            (
                str(n + 1),
                _("第 %(n)d 场 %(t0)s（余 %(free)d）")
                % {
                    "n": n + 1,
                    "t0": f"{hours_of(self.plan, n)[0]:%H:%M}",
                    "free": self.plan.room - taken.get(n, 0),
                },
            )
            for n in range(self.plan.places)
        ]
        return [*found, ("packed", _("打包"))]

    @property
    def eating_in(self) -> int:
        """Return how many eat in the canteen."""
        return sum(one.people for one in self.sittings)

    @property
    def taking_away(self) -> int:
        """Return how many get packed meals."""
        return sum(one.line.people for one in self.packed)

    @property
    def stale(self) -> bool:
        """Return whether numbers of teams have changed since it was planned."""
        return any(place.grown for place in self.places)

    @property
    def places(self) -> list[Place]:
        """Return all teams."""
        return [*(place for one in self.sittings for place in one.places), *self.packed]


def told(plan: SittingPlan, line: SittingLine) -> str:
    """Return what the workers of a team are told."""
    if line.sitting is None:
        return _("领取打包餐，不进餐厅就餐。")
    begin, end = hours_of(plan, line.sitting)
    return _("第 %(n)d 场就餐：%(t0)s 到 %(t1)s，隔位就坐，吃完即走。") % {
        "n": line.sitting + 1, "t0": f"{begin:%H:%M}", "t1": f"{end:%H:%M}",
    }  # fmt: skip


def _where(plan: SittingPlan, sitting: int | None) -> str:
    if sitting is None:
        return _("打包")
    return _("第 %(n)d 场（%(t0)s）") % {"n": sitting + 1, "t0": f"{hours_of(plan, sitting)[0]:%H:%M}"}


def timetable(
    plan: SittingPlan,
    lines: Sequence[SittingLine],
    rule: MealRule,
    *,
    people: Mapping[int, int],
    before: tuple[SittingPlan, Sequence[SittingLine]] | None = None,
) -> Timetable:
    """Return a plan as it is shown. ``people`` are the numbers now, ``before`` the plan it would replace."""
    moved: dict[int, str] = {}
    if before is not None:
        old = {line.team_id or LOOSE: line for line in before[1]}
        for change in changes(seating_of(before[1]), seating_of(lines)):
            moved[change.key] = _where(before[0], change.before) if change.key in old else _("新增")
    by: dict[int | None, list[Place]] = defaultdict(list)
    for line in lines:
        key = line.team_id or LOOSE
        by[line.sitting].append(
            Place(line, team_name(line), told(plan, line), moved.get(key, ""), people.get(key, 0))
        )
    used = max((n for n in by if n is not None), default=-1) + 1
    sittings = []
    for n in range(min(plan.places, used + 1) if plan.state == PlanState.DRAFT else used):
        begin, end = hours_of(plan, n)
        sittings.append(Sitting(n, begin, end, by[n], sum(place.line.people for place in by[n]), plan.room))
    return Timetable(plan, sittings, by[None], len(moved), made_under(plan, rule))


@dataclass(frozen=True)
class MealBoard:
    """A meal with its plan in use and its draft, and whether today was said to be held to it."""

    meal: CanteenMeal
    used: Timetable | None
    draft: Timetable | None
    kept_at: datetime | None

    @property
    def hours(self) -> str:
        """Return hours, seats and the length of a sitting in words."""
        return _("%(t0)s–%(t1)s · %(seats)d 座 · 每场 %(minutes)d 分钟，间隔 %(gap)d 分钟") % {
            "t0": f"{self.meal.opens:%H:%M}",
            "t1": f"{self.meal.closes:%H:%M}",
            "seats": self.meal.seats,
            "minutes": self.meal.minutes,
            "gap": self.meal.gap,
        }


STANDING = (PlanState.DRAFT, PlanState.PUBLISHED, PlanState.OUTDATED)


def standing(meals: Sequence[CanteenMeal]) -> dict[int, list[SittingPlan]]:
    """Return the draft, the published and outdated plans of meals, newest first. One query."""
    found: dict[int, list[SittingPlan]] = defaultdict(list)
    rows = SittingPlan.objects.filter(meal__in=[meal.pk for meal in meals], state__in=STANDING)
    for plan in rows.order_by("-n"):
        found[plan.meal_id].append(plan)
    return found


def lines_of(plans: Iterable[SittingPlan]) -> dict[int, list[SittingLine]]:
    """Return the lines of plans with their teams, by sitting. One query."""
    found: dict[int, list[SittingLine]] = defaultdict(list)
    rows = SittingLine.objects.filter(plan__in=[plan.pk for plan in plans]).select_related("team")
    for line in rows.order_by("plan", F("sitting").asc(nulls_last=True), "team__name", "pk"):
        found[line.plan_id].append(line)
    return found


def boards(enterprise_id: int, rule: MealRule) -> list[MealBoard]:
    """Return what the page shows of each meal. The same number of queries for any number of meals and teams."""
    meals = meals_of(enterprise_id)
    plans = standing(meals)
    lines = lines_of(plan for rows in plans.values() for plan in rows)
    eating = diners(enterprise_id) if meals else {}
    kept = dict(
        SittingDay.objects.filter(plan__meal__in=[meal.pk for meal in meals])
        .order_by("plan", "-at")
        .distinct("plan")
        .values_list("plan", "at")
    )
    found = []
    for meal in meals:
        rows = plans[meal.pk]
        draft = next((one for one in rows if one.state == PlanState.DRAFT), None)
        used = next((one for one in rows if one.state != PlanState.DRAFT), None)
        people = eating.get(meal.site_id, {})
        before = (used, lines[used.pk]) if used is not None else None
        found.append(
            MealBoard(
                meal,
                timetable(used, lines[used.pk], rule, people=people) if used is not None else None,
                timetable(draft, lines[draft.pk], rule, people=people, before=before)
                if draft is not None
                else None,
                kept.get(used.pk) if used is not None else None,
            )
        )
    return found


@dataclass(frozen=True)
class FirmMeals:
    """The meals of an enterprise for the zone: how many have a plan that holds, how full the fullest sitting is."""

    enterprise_id: int
    meals: int
    planned: int
    outdated: int
    fullest: int
    packed: int


def firm_meals(units: QuerySet[CanteenMeal]) -> dict[int, FirmMeals]:
    """Return the counts by enterprise. Six queries for any number of enterprises."""
    meals = list(units.filter(active=True, site__active=True))
    plans = {
        plan.meal_id: plan
        for plan in SittingPlan.objects.filter(
            meal__in=[meal.pk for meal in meals], state__in=(PlanState.PUBLISHED, PlanState.OUTDATED)
        ).order_by("n")
    }
    rules = rules_of({meal.enterprise_id for meal in meals})
    full: dict[int, int] = {}
    packed: dict[int, int] = defaultdict(int)
    rows = SittingLine.objects.filter(plan__in=[plan.pk for plan in plans.values()]).order_by()
    by_sitting = rows.values("plan", "plan__enterprise", "plan__room", "sitting").annotate(
        total=Sum("people")
    )
    for row in by_sitting:
        unit, room = row["plan__enterprise"], row["plan__room"]
        if row["sitting"] is None:
            packed[unit] += row["total"]
        elif room:
            full[unit] = max(full.get(unit, 0), 100 * row["total"] // room)
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for meal in meals:
        plan = plans.get(meal.pk)
        good = (
            plan is not None
            and plan.state == PlanState.PUBLISHED
            and made_under(plan, rules[meal.enterprise_id])
        )
        counted[meal.enterprise_id][0] += 1
        counted[meal.enterprise_id][1] += bool(good)
        counted[meal.enterprise_id][2] += bool(plan is not None and not good)
    return {
        unit: FirmMeals(unit, n, planned, old, full.get(unit, 0), packed[unit])
        for unit, (n, planned, old) in counted.items()
    }


def is_packed(rule: MealRule) -> bool:
    """Return whether nobody eats in the canteen."""
    return rule.mode != MealMode.STAGGERED
