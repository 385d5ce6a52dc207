"""How many samplers each team has on a day, absences taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.screening.enums import MemberRole
from pingzhan.domain.screening.models import SamplingTeam, TeamMember
from pingzhan.domain.screening.moments import moment, seconds
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True, slots=True)
class Crew:
    """A team on a day: how many samplers it should have and has."""

    team: SamplingTeam
    away: int

    @property
    def samplers(self) -> int:
        """Return how many samplers are there, 0 when all listed ones are away."""
        return max(0, self.team.samplers - self.away)


def crews(zone: Unit, day: date) -> list[Crew]:
    """Return the active teams of a zone on a day. Two queries.

    A listed sampler who is away for any part of the team's hours is not counted; nobody stands in for him by himself.
    """
    teams = list(SamplingTeam.objects.filter(zone=zone, active=True).order_by("name", "pk"))
    first = min((seconds(one.starts) for one in teams), default=0)
    last = max((seconds(one.ends) for one in teams), default=0)
    t0, t1 = moment(day, first), moment(day, last)
    absent = Absence.objects.filter(person=OuterRef("person"), t0__lt=t1, t1__gt=t0)
    away: dict[int, int] = {}
    for team in (
        TeamMember.objects.filter(
            Q(t1__isnull=True) | Q(t1__gt=t0),
            Exists(absent),
            team__in=teams,
            t0__lt=t1,
            role=MemberRole.SAMPLER,
        )
        .order_by()
        .values_list("team_id", flat=True)
    ):
        away[team] = away.get(team, 0) + 1
    return [Crew(one, away.get(one.pk, 0)) for one in teams]
