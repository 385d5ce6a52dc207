"""A round as the planner's question: demand, teams, laboratory and roads in the format of engines.planning."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.screening import settings
from pingzhan.domain.screening.models import Demand, Laboratory, Round
from pingzhan.domain.screening.moments import DAY, seconds, since_midnight
from pingzhan.domain.screening.queries.crews import Crew, crews
from pingzhan.domain.screening.queries.places import spots
from pingzhan.kernel.errors import Conflict

VERSION = 1
LAST_DRIVE = 23 * 3600
"""Couriers are on the road until 23:00 unless a team works longer (planning reference, section 13)."""


@dataclass(frozen=True)
class Assumed:
    """What a plan assumes otherwise than is so: teams that stay away, another throughput, another pool size.

    With ``drivers`` so many couriers fetch the samples and the teams stay out. ``age_minutes`` is a shorter limit for
    the samples than the setting.
    """

    without: Sequence[int] = field(default_factory=tuple)
    tubes_per_hour: int | None = None
    pool_size: int | None = None
    drivers: int | None = None
    age_minutes: int | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept with the version, empty when nothing is assumed."""
        plain = {
            "without": sorted(self.without),
            "tubes_per_hour": self.tubes_per_hour,
            "pool_size": self.pool_size,
            "drivers": self.drivers,
            "age_minutes": self.age_minutes,
        }
        return {key: value for key, value in plain.items() if value}


def laboratory_of(round_: Round) -> Laboratory | None:
    """Return the laboratory of a round: its own, or the zone's fastest."""
    if round_.laboratory is not None:
        return round_.laboratory
    labs = list(Laboratory.objects.filter(zone=round_.zone_id, active=True).order_by("code"))
    return max(labs, key=lambda one: one.tubes_per_hour or math.inf, default=None)


def instance_of(round_: Round, assumed: Assumed, *, iterations: int, seed: int) -> dict[str, Any]:
    """Return the question as JSON data. Raises Conflict naming what is missing."""
    demands = list(
        Demand.objects.filter(round=round_, due__gt=0)
        .select_related("enterprise")
        .order_by("enterprise_id", "id")
    )
    if not demands:
        raise Conflict(_("这一轮没有应采的人。"), hint=_("请先核定应采人数。"), code="no_demand")
    laboratory = laboratory_of(round_)
    if laboratory is None:
        raise Conflict(_("还没有登记检测实验室。"), hint=_("请先登记实验室。"), code="no_laboratory")
    there = [
        one for one in crews(round_.zone, round_.day) if one.samplers and one.team.pk not in assumed.without
    ]
    if not there:
        raise Conflict(
            _("这一天没有可用的采样队。"), hint=_("请登记采样队，或核对成员的离岗情况。"), code="no_team"
        )
    pool = assumed.pool_size or round_.pool_size
    return {
        "version": VERSION,
        "round": {
            "id": str(round_.pk),
            "date": round_.day.isoformat(),
            "seed": seed,
            "budget": {"iterations": iterations},
        },
        "params": {
            "rate_per_sampler_h": settings.rate(),
            "setup_min": settings.setup_minutes(),
            "age_max_min": assumed.age_minutes or settings.age_minutes(),
            "start": min(seconds(one.team.starts) for one in there),
            "pool": {"size": pool, "mode": "single" if pool == 1 else round_.mode},
        },
        "labs": [_laboratory(laboratory, assumed)],
        "sites": _sites(round_, demands),
        "teams": [_team(one) for one in there],
        "travel": {"speed_kmh": 35, "detour": 1.3, "fixed_s": 120},
        **({"couriers": _couriers(assumed.drivers, there)} if assumed.drivers else {}),
    }


def _couriers(drivers: int, there: Sequence[Crew]) -> dict[str, Any]:
    """Return so many couriers, all of whom may be used: on the road from the first team's start until all are home."""
    return {
        "drivers": drivers,
        "fixed_cost": 0,
        "open": min(seconds(one.team.starts) for one in there),
        "close": max(LAST_DRIVE, *(seconds(one.team.ends) for one in there)),
    }


def _laboratory(one: Laboratory, assumed: Assumed) -> dict[str, Any]:
    opens, closes = seconds(one.opens), seconds(one.closes)
    speed = assumed.tubes_per_hour or one.tubes_per_hour
    return {
        "id": str(one.pk),
        "pos": [round(one.x / 1000, 3), round(one.y / 1000, 3)],
        "open": opens,
        "close": closes if closes > opens else closes + DAY,
        "run_min": one.run_minutes,
        **({"tubes_per_h": speed} if speed else {}),
    }


def _sites(round_: Round, demands: Sequence[Demand]) -> list[dict[str, Any]]:
    firms = {one.enterprise_id: one.enterprise for one in demands}
    where = spots(round_.zone, list(firms.values()))
    cohorts: dict[int, list[Mapping[str, Any]]] = {}
    for one in demands:
        cohorts.setdefault(one.enterprise_id, []).append(
            {
                "id": one.cohort,
                "persons": one.due,
                "open": since_midnight(one.opens, round_.day),
                "close": since_midnight(one.closes, round_.day),
                "key_group": one.key_group,
            }
        )
    per_point = settings.people_per_point()
    return [
        {
            "id": str(firm),
            "pos": list(where[firm]),
            "points": max(1, math.ceil(sum(int(one["persons"]) for one in rows) / per_point)),
            "cohorts": rows,
        }
        for firm, rows in sorted(cohorts.items())
    ]


def _team(one: Crew) -> dict[str, Any]:
    return {
        "id": str(one.team.pk),
        "samplers": one.samplers,
        "from": seconds(one.team.starts),
        "to": seconds(one.team.ends),
        "cooler_tubes": one.team.cooler_tubes,
        "skills": list(one.team.skills),
    }
