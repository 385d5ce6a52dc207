"""What cleaning, airing, sittings and canteen checks hold already when obligations are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from django.utils import timezone

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import Asked, Rows, business_clock, latest, register_held
from pingzhan.domain.obligations.api import Evidence as Piece
from pingzhan.domain.sanitation.canteen_duties import CHECK, DAY, met_measures
from pingzhan.domain.sanitation.duties import ENTRY
from pingzhan.domain.sanitation.enums import Kind
from pingzhan.domain.sanitation.mealrules import made_under, rules_of
from pingzhan.domain.sanitation.models import KitchenCheck, Record, SittingDay
from pingzhan.domain.sanitation.queries.kitchen import standing
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site


def _records(kind: Kind) -> Callable[[Asked], Sequence[Piece]]:
    rows = Rows(
        Record.objects.filter(kind=kind, voided_at__isnull=True), ENTRY, "at", "created_at", ref="entry_id"
    )
    return lambda asked: latest(asked, rows)


def _plans(asked: Asked) -> Sequence[Piece]:
    """Return the days said to be held as published, of plans made under the rule that holds now.

    What was said of a plan that a switch has outdated meets nothing that the new posture demands.
    """
    rows = SittingDay.objects.filter(plan__ended_at__isnull=True)
    found = latest(asked, Rows(rows, DAY, "at", "at", unit="plan__enterprise_id"))
    if not found:
        return found
    days = rows.filter(pk__in=[one.ref[1] for one in found]).select_related("plan")
    rules = rules_of({one.unit_id for one in found})
    good = {day.pk for day in days if made_under(day.plan, rules[day.plan.enterprise_id])}
    return [one for one in found if one.ref[1] in good]


def _checks(asked: Asked) -> Sequence[Piece]:
    """Return the checks of each day with the measures they meet together. Three queries for any number."""
    rows = standing(KitchenCheck.objects.filter(enterprise__in=asked.unit_ids))
    first, last = business_clock().day_of(asked.since), business_clock().day_of(asked.until)
    by_day: dict[tuple[int, date], list[KitchenCheck]] = defaultdict(list)
    for one in rows.filter(day__gte=first, day__lte=last).prefetch_related("steps").order_by("-pk"):
        by_day[one.enterprise_id, one.day].append(one)
    if not by_day:
        return []
    sites: dict[int, list[int]] = defaultdict(list)
    for unit, pk in Site.objects.filter(
        enterprise__in={unit for unit, _day in by_day}, kind=SiteKind.CANTEEN, active=True
    ).values_list("enterprise_id", "pk"):
        sites[unit].append(pk)
    pieces = []
    for (unit, day), checks in by_day.items():
        keys = met_measures(checks, sites[unit])
        at = _moment(day, checks[0].at)
        if keys and asked.has(at):
            ref = (CHECK, checks[0].pk)
            pieces.append(
                Piece(unit, "", ref, at, measures=tuple(keys), written_at=max(one.at for one in checks))
            )
    return pieces


def _moment(day: date, at: datetime) -> datetime:
    """Return when a check counts: as it was written, or noon of its day when it was written later."""
    if business_clock().day_of(at) == day:
        return at
    return timezone.make_aware(datetime.combine(day, time(12)))


def register() -> None:
    """Let obligations that are made after it ask for what is registered already."""
    register_held(Evidence.DISINFECTION.value, _records(Kind.DISINFECTION))
    register_held(Evidence.VENTILATION.value, _records(Kind.VENTILATION))
    register_held(Evidence.CANTEEN_PLAN.value, _plans)
    register_held(Evidence.CANTEEN_HYGIENE.value, _checks)
