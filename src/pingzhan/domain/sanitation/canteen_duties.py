"""What plans of sittings and checks of canteens mean for the obligations of an enterprise (annex 2 (5)).

Called by the actions in their own transaction, before the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import Count, Q

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Slot, business_now, satisfy, unsatisfy
from pingzhan.domain.obligations.enums import State
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.sanitation.enums import MEASURE_TASKS, KitchenResult
from pingzhan.domain.sanitation.models import CanteenMeal, KitchenCheck, SittingDay
from pingzhan.domain.sanitation.queries.canteen import canteens_of
from pingzhan.domain.sanitation.queries.kitchen import standing_checks
from pingzhan.foundation.access.actor import Actor

DAY, CHECK = "sitting_day", "kitchen_check"
"""Kinds of evidence rows, as obligations name them."""


def kept(day: SittingDay, by: Actor) -> int:
    """A plan was published, or it was said that it is held to; return how many duties it closed."""
    return satisfy(
        unit_id=day.plan.enterprise_id,
        evidence=Evidence.CANTEEN_PLAN.value,
        at=business_now()[0],
        ref=(DAY, day.pk),
        by=by,
    )


def broken(enterprise_id: int) -> int:
    """A plan does not hold any more, or a meal has come: what the plans closed of running periods is due again.

    Periods that are over stay as they were. Return how many are due again.
    """
    now = business_now()[0]
    refs = Obligation.objects.filter(
        unit=enterprise_id, state=State.DONE, ref_kind=DAY, t1__gt=now
    ).values_list("ref_id", flat=True)
    return sum(unsatisfy((DAY, pk)) for pk in {pk for pk in refs if pk is not None})


def covered(unit_ids: Sequence[int], day: date, slot: Slot) -> Mapping[int, tuple[int, int]]:
    """Return how many meals an enterprise serves, and for how many a plan is held to in the period. Two queries."""
    del day
    meals = (
        CanteenMeal.objects.filter(enterprise__in=unit_ids, active=True, site__active=True)
        .order_by()
        .values_list("enterprise")
        .annotate(n=Count("pk"))
    )
    held = (
        SittingDay.objects.filter(
            Q(plan__ended_at__isnull=True) | Q(plan__ended_at__gte=slot.t1),
            plan__enterprise__in=unit_ids,
            plan__meal__active=True,
            at__gte=slot.t0,
            at__lt=slot.t1,
        )
        .order_by()
        .values_list("plan__enterprise")
        .annotate(n=Count("plan__meal", distinct=True))
    )
    done: dict[int, int] = dict(held)
    return {unit: (n, done.get(unit, 0)) for unit, n in meals}


def met_measures(checks: Sequence[KitchenCheck], sites: Sequence[int]) -> list[str]:
    """Return the keys of the measures that the standing checks of a day meet: at every canteen, each of their steps.

    A step that does not apply counts as met; one that was not asked does not.
    """
    by_site = {check.site_id: {step.task: step.result for step in check.steps.all()} for check in checks}
    good = (KitchenResult.OK, KitchenResult.ABSENT)
    return [
        key
        for key, tasks in MEASURE_TASKS.items()
        if sites and all(by_site.get(site, {}).get(task) in good for site in sites for task in tasks)
    ]


def checked(enterprise_id: int, day: date, at: datetime, by: Actor) -> int:
    """The checks of a day were added to or corrected; return how many duties they close now.

    What earlier rows closed is due again first, so that a correction to the worse opens its measure.
    """
    rows = list(KitchenCheck.objects.filter(enterprise=enterprise_id, day=day).values_list("pk", flat=True))
    for pk in rows:
        unsatisfy((CHECK, pk))
    checks = standing_checks(enterprise_id, day)
    sites = [site.pk for site in canteens_of(enterprise_id)]
    measures = met_measures(checks, sites)
    if not measures:
        return 0
    return satisfy(
        unit_id=enterprise_id,
        evidence=Evidence.CANTEEN_HYGIENE.value,
        at=at,
        ref=(CHECK, checks[0].pk),
        measures=tuple(measures),
        by=by,
    )
