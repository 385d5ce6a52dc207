"""Who is due in a round, counted in the database by enterprise and team. No name is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.screening.enums import HoldState, RoundKind, SampleRefusal, TubeState
from pingzhan.domain.screening.models import Exemption, Hold, Member, Pursuit, Round, Sample, Tube
from pingzhan.domain.screening.moments import BEGIN, moment
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Unit


@dataclass(frozen=True, slots=True)
class TeamHeads:
    """A team of an enterprise in a round: all of them, who is exempt, who was tested a short time before.

    ``team`` 0: without a team. Whoever is exempt is not counted as recent as well.
    """

    enterprise: int
    shift: int
    team: int
    heads: int
    exempt: int
    recent: int = 0

    @property
    def due(self) -> int:
        """Return how many are to be swabbed."""
        return self.heads - self.exempt - self.recent


def firms_of(zone: Unit) -> list[int]:
    """Return the enterprises of a zone that are not closed."""
    return list(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
        .exclude(enterprise__status=EnterpriseStatus.CLOSED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def heads_of(round_: Round) -> list[TeamHeads]:
    """Return everybody of a round by enterprise, shift and team. One query, and one for the enterprises.

    A person tested within the interval counts as tested in a round for everyone, unless he belongs to a key group:
    those follow an interval of their own, and their further days are counted from the rounds for everyone.
    """
    if follows_positives(round_):
        return _held(round_)
    rows = people_of(round_, round_.enterprise_ids or firms_of(round_.zone))
    counted = (
        rows.annotate(exempted=exempted(round_.day), tested=recently(round_))
        .order_by()
        .values_list("enterprise_id", "team__shift_id", "team_id")
        .annotate(
            heads=Count("pk"),
            exempt=Count("pk", filter=Q(exempted=True)),
            recent=Count("pk", filter=Q(exempted=False, tested=True)),
        )
    )
    return sorted(
        (
            TeamHeads(firm, shift or 0, team or 0, heads, exempt, recent)
            for firm, shift, team, heads, exempt, recent in counted
        ),
        key=lambda one: (one.enterprise, one.shift, one.team),
    )


def follows_positives(round_: Round) -> bool:
    """Return whether a round swabs singly those who are held because of a pooled positive."""
    return round_.kind == RoundKind.RETEST and Pursuit.objects.filter(retest=round_).exists()


def _holds(round_: Round) -> QuerySet[Hold]:
    causes = Member.objects.filter(hold=OuterRef("pk"), pursuit__retest=round_)
    return Hold.objects.filter(Exists(causes), state=HoldState.HELD, enterprise__isnull=False)


def _held(round_: Round) -> list[TeamHeads]:
    rows = _holds(round_).order_by().values_list("enterprise_id", "team_id").annotate(n=Count("pk"))
    return sorted(
        (TeamHeads(firm, 0, team or 0, n, 0) for firm, team, n in rows),
        key=lambda one: (one.enterprise, one.team),
    )


def people_of(round_: Round, firms: Collection[int]) -> QuerySet[Placement]:
    """Return who works at enterprises on the day of a round and is meant by it, exempt or not."""
    day = round_.day
    rows = Placement.objects.filter(
        Q(employment__left__isnull=True) | Q(employment__left__gt=day),
        enterprise__in=firms,
        t1__isnull=True,
        employment__joined__lte=day,
    )
    if round_.kind == RoundKind.KEY_GROUPS:
        rows = rows.exclude(employment__groups=[])
    if follows_positives(round_):
        rows = rows.filter(Exists(_holds(round_).filter(employment=OuterRef("employment"))))
    return rows


def sampled(round_: Round, person: str = "employment__individual") -> Exists:
    """Return the condition that somebody was swabbed in a round; a void tube does not count."""
    void = Tube.objects.filter(pk=OuterRef("tube_id"), state=TubeState.VOID)
    return Exists(
        Sample.objects.filter(
            ~Exists(void), person=OuterRef(person), round_id=round_.pk, refused=SampleRefusal.COUNTS
        )
    )


def recently(round_: Round) -> Any:
    """Return the condition that somebody was tested within the interval before a round and is not due again.

    A probe of the days before counts as any other test. One of the round's own day closes nothing: whoever is due
    stays due, so that the round is of everybody and its tubes are those that were planned.
    """
    if round_.kind != RoundKind.REGULAR or not round_.interval_hours:
        return Value(False)
    since = moment(round_.day, BEGIN) - timedelta(hours=round_.interval_hours)
    probes = Round.objects.filter(zone=round_.zone_id, kind=RoundKind.PROBE, day__gte=round_.day)
    samples = (
        Sample.objects.filter(
            person=OuterRef("employment__individual"), taken_at__gte=since, refused=SampleRefusal.COUNTS
        )
        .exclude(round_id=round_.pk)
        .exclude(round_id__in=probes.values("pk"))
    )
    return Case(When(Q(Exists(samples), employment__groups=[]), then=Value(True)), default=Value(False))


def exempted(day: date, employment: str = "employment") -> Exists:
    """Return the condition that somebody is exempt on a day."""
    return Exists(
        Exemption.objects.filter(
            employment=OuterRef(employment), since__lte=day, until__gte=day, withdrawn_at__isnull=True
        )
    )


def with_key_groups(firms: Collection[int]) -> set[int]:
    """Return those of the enterprises where somebody of a key group works."""
    return set(
        Employment.objects.filter(enterprise__in=firms, left__isnull=True)
        .exclude(groups=[])
        .order_by()
        .values_list("enterprise_id", flat=True)
        .distinct()
    )
