"""The canteens of the demo zone: plans in use, two waiting to be published, a week of checks with one problem."""

from __future__ import annotations

from datetime import time, timedelta

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import KitchenResult, KitchenTask, MealKind
from pingzhan.domain.sanitation.models import SittingPlan
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.actor import Actor

FIRMS, WEEK = 5, 7
"""So many have a week of checks behind them, the others one of yesterday."""
#: By enterprise in turn: whether its draft is published, and the workers to a seat.
WAYS = ((True, 3), (False, 4), (True, 2), (True, 3), (False, 3))


def demo_canteen(zone: Unit, by: Actor) -> None:
    """Plan the lunch of every enterprise with a canteen, and register what was checked before today."""
    sites = Site.objects.filter(
        enterprise__path__startswith=zone.path, kind=SiteKind.CANTEEN, active=True
    ).select_related("enterprise")
    for n, site in enumerate(sites.order_by("enterprise__code", "code")):
        publish, share = WAYS[n] if n < FIRMS else (True, 3)
        _lunch(site, share, by, publish=publish)
        _week(site, n, by)


def _lunch(site: Site, share: int, by: Actor, *, publish: bool) -> None:
    eating = sum(sanitation.diners(site.enterprise_id).get(site.pk, {}).values())
    seats = min(site.capacity or eating, max(12, eating // share))
    meal = sanitation.set_meal(
        enterprise=site.enterprise,
        site_id=site.pk,
        data=sanitation.MealData(MealKind.LUNCH, seats, time(11), time(13, 20)),
        by=by,
    )
    draft = SittingPlan.objects.filter(meal=meal, state="draft").first()
    if publish and draft is not None and draft.lines.exists():
        sanitation.publish_plan(plan_id=draft.pk, by=by)


def _week(site: Site, n: int, by: Actor) -> None:
    today = obligations.business_now()[1]
    for ago in range(WEEK if n < FIRMS else 1, 0, -1):
        problem = n == 2 and ago == 3
        found = (
            {KitchenTask.TABLEWARE: (KitchenResult.PROBLEM, "消毒柜温度不够，已报修，当日改用煮沸消毒。")}
            if problem
            else {}
        )
        sanitation.check_kitchen(
            enterprise=site.enterprise,
            site_id=site.pk,
            data=sanitation.CheckData(
                day=today - timedelta(days=ago), staff=6 + n, samples=8 + ago % 3, found=found
            ),
            by=by,
        )
