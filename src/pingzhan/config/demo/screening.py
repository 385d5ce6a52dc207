"""Testing of the demo zone: laboratories and teams, the rounds of two weeks, two plans in force, one round over."""

from __future__ import annotations

from datetime import time, timedelta

from pingzhan.config.demo.tested import finish_past, open_past
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import MemberKind, MemberRole, RoundKind
from pingzhan.domain.screening.models import PlanVersion, Round, SamplingTeam, TeamMember
from pingzhan.domain.territory.api import outline_of, plan_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

TEAMS = (("采样一队", 3), ("采样二队", 3), ("采样三队", 2), ("采样四队", 2))
ITERATIONS = 200
"""Enough for a few enterprises, and quick: the demo is built in one go."""


def demo_screening(zone: Unit, by: Actor, *, seed: int = 7) -> None:
    """Register teams and laboratories, make the rounds that measures ask, put the plans of the next two in force.

    The first two rounds are of some days ago and over.
    """
    _laboratories(zone, by)
    teams = [
        screening.save_team(
            zone=zone,
            data=screening.TeamData(name, samplers, time(7, 30), time(19, 0), cooler_tubes=400),
            by=by,
        )
        for name, samplers in TEAMS
    ]
    _members(zone, teams)
    past = open_past(zone, by)
    _now, today = business_now()
    for week in (today, today + timedelta(days=7)):
        screening.make_rounds(zone=zone, week=week, by=by)
    coming = Round.objects.filter(zone=zone, kind=RoundKind.REGULAR, day__gt=today).order_by("day", "number")
    for round_ in coming[:2]:
        _adopted(round_, by)
    finish_past(*past, by, seed=seed)


def _adopted(round_: Round, by: Actor) -> None:
    screening.compute_demand(round_=round_, by=by)
    asked = screening.plan_round(round_=round_, iterations=ITERATIONS, reason="首版", by=by)
    screening.compute_plan(asked.pk)
    screening.adopt_plan(version=PlanVersion.objects.select_related("round__zone").get(pk=asked.pk), by=by)


def _laboratories(zone: Unit, by: Actor) -> None:
    plan = plan_of(zone)
    corners = outline_of(plan, zone.code) or [
        (float(x), float(y))
        for one in (plan.geojson["features"] if plan else ())
        if one["geometry"]["type"] == "Polygon"
        for x, y, *_rest in one["geometry"]["coordinates"][0]
    ]
    x = sum(point[0] for point in corners) / len(corners) if corners else 0.0
    y = max((point[1] for point in corners), default=0.0)
    for code, name, rate, run, aside in (
        ("L1", "云岭县疾控中心检测室", 90, 240, 0.0),
        ("L2", "平宁医学检验所", 60, 300, 1500.0),
    ):
        screening.save_laboratory(
            zone=zone,
            data=screening.LaboratoryData(
                name, code, x + aside, y + 800, tubes_per_hour=rate, run_minutes=run
            ),
            by=by,
        )


def _members(zone: Unit, teams: list[SamplingTeam]) -> None:
    """Two officials of the zone keep records, one in each of the first two teams."""
    officials = Person.objects.filter(
        home_unit__path__startswith=zone.path, kind=PersonKind.OFFICIAL, active=True
    )
    for team, person in zip(teams, officials.order_by("-pk")[:2], strict=False):
        TeamMember.objects.create(
            team=team, kind=MemberKind.OFFICIAL, role=MemberRole.RECORDER, person=person
        )
