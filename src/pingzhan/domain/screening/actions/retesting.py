"""单采单检: a round of single swabs for those who are held, ready to be planned before anything else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening.actions.counting import recount
from pingzhan.domain.screening.enums import PoolMode, RoundKind, RoundState
from pingzhan.domain.screening.models import Hold, Pursuit, Round
from pingzhan.domain.territory.models import Unit


def plan_retest(zone: Unit, pursuits: Sequence[Pursuit]) -> Round:
    """Return the round of today in which the people of these pursuits are swabbed singly, with its demand.

    One that enterprises were not told of yet takes them in; else it is a new one.
    """
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=zone.pk)
    _now, today = business_now()
    waiting = (
        Round.objects.select_for_update(no_key=True, of=("self",))
        .filter(
            Exists(Pursuit.objects.filter(retest=OuterRef("pk"))),
            zone=zone,
            kind=RoundKind.RETEST,
            day=today,
            state__in=[RoundState.DRAFT, RoundState.PLANNED],
        )
        .first()
    )
    last = Round.objects.filter(zone=zone).aggregate(n=Max("number"))["n"] or 0
    round_ = waiting or Round.objects.create(
        zone=zone,
        number=last + 1,
        kind=RoundKind.RETEST,
        day=today,
        pool_size=1,
        mode=PoolMode.SINGLE,
        basis=_("混管阳性单采单检（附件1（三）混管追阳）"),
    )
    Pursuit.objects.filter(pk__in=[one.pk for one in pursuits]).update(retest=round_)
    round_.zone = zone
    Round.objects.filter(pk=round_.pk).update(
        enterprise_ids=sorted(set(round_.enterprise_ids) | set(_firms(pursuits)))
    )
    recount(round_)
    return round_


def _firms(pursuits: Sequence[Pursuit]) -> Collection[int]:
    return (
        Hold.objects.filter(members__pursuit__in=pursuits, enterprise__isnull=False)
        .order_by()
        .values_list("enterprise_id", flat=True)
        .distinct()
    )
