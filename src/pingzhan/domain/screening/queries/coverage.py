"""Coverage of a round: who was due, tested and missed, by enterprise, team and key group. Counts only, no names.

By enterprise and team it is read from the counts kept beside the samples, so its cost does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from pingzhan.domain.people.enums import KeyGroup
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import ExemptReason, RoundKind
from pingzhan.domain.screening.models import Demand, Exemption, Round, RoundCount
from pingzhan.domain.screening.queries.heads import exempted, firms_of, sampled
from pingzhan.domain.screening.queries.lists import Coverage
from pingzhan.domain.territory.models import Team


@dataclass(frozen=True, slots=True)
class CoverLine:
    """An enterprise or a team in a round. ``exempt`` and ``recent`` are those counted out before it began.

    ``probed`` are those swabbed by themselves on the same day: beside the others, they close nothing.
    """

    pk: int
    due: int = 0
    tested: int = 0
    conflicts: int = 0
    exempt: int = 0
    recent: int = 0
    probed: int = 0

    @property
    def missed(self) -> int:
        """Return who is still to come."""
        return max(0, self.due - self.tested)

    @property
    def percent(self) -> int:
        """Return how many of a hundred were tested; never 100 while somebody is missing."""
        return min(99 if self.missed else 100, self.tested * 100 // self.due) if self.due else 100


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A key group in a round. Somebody in two groups counts in both."""

    key: KeyGroup
    due: int = 0
    exempt: int = 0
    tested: int = 0

    @property
    def missed(self) -> int:
        """Return who is still to come."""
        return max(0, self.due - self.tested)


def firm_lines(round_: Round) -> list[CoverLine]:
    """Return each enterprise of a round, those of which most are missing first. Three queries."""
    out = {
        row["enterprise"]: row
        for row in Demand.objects.filter(round=round_)
        .order_by()
        .values("enterprise")
        .annotate(n=Sum("due"), e=Sum("exempt"), r=Sum("recent"))
    }
    told = {
        row["enterprise_id"]: row
        for row in RoundCount.objects.filter(round_id=round_.pk)
        .order_by()
        .values("enterprise_id")
        .annotate(n=Sum("due"), t=Sum("tested"), c=Sum("conflicts"))
    }
    probes = Round.objects.filter(zone=round_.zone_id, day=round_.day, kind=RoundKind.PROBE)
    probed = dict(
        RoundCount.objects.filter(round_id__in=probes.values("pk"))
        .order_by()
        .values_list("enterprise_id")
        .annotate(n=Sum("tested"))
    )
    found = []
    nothing: Mapping[str, int] = {}
    for pk in out.keys() | told.keys():
        asked, held = out.get(pk, nothing), told.get(pk)
        due, tested, conflicts = (
            (held["n"], held["t"], held["c"]) if held is not None else (asked.get("n", 0), 0, 0)
        )
        found.append(
            CoverLine(pk, due, tested, conflicts, asked.get("e", 0), asked.get("r", 0), probed.get(pk, 0))
        )
    return sorted(found, key=lambda one: (-one.missed, one.pk))


def team_lines(round_: Round, enterprise_id: int) -> list[tuple[str, CoverLine]]:
    """Return the teams of an enterprise in a round with their names; empty for those without a team. Two queries."""
    rows = list(
        RoundCount.objects.filter(round_id=round_.pk, enterprise_id=enterprise_id)
        .order_by("team_id")
        .values_list("team_id", "due", "tested", "conflicts")
    )
    names = dict(Team.objects.filter(pk__in=[row[0] for row in rows]).values_list("pk", "name"))
    found = [(names.get(row[0], ""), CoverLine(*row)) for row in rows]
    return sorted(found, key=lambda one: (-one[1].missed, one[0], one[1].pk))


def group_lines(round_: Round) -> list[GroupLine]:
    """Return each key group of a round in the order of its declaration. Two queries at most."""
    day = round_.day
    rows = (
        Employment.objects.filter(
            Q(left__isnull=True) | Q(left__gt=day),
            enterprise__in=round_.enterprise_ids or firms_of(round_.zone),
            groups__overlap=list(KeyGroup.values),
            joined__lte=day,
        )
        .annotate(out=exempted(day, "pk"), swabbed=sampled(round_, "individual"))
        .order_by()
        .values_list("groups")
        .annotate(
            due=Count("pk", filter=Q(out=False)),
            exempt=Count("pk", filter=Q(out=True)),
            tested=Count("pk", filter=Q(out=False, swabbed=True)),
        )
    )
    sums: dict[str, list[int]] = {}
    for keys, *numbers in rows:
        for key in keys:
            held = sums.setdefault(key, [0, 0, 0])
            for at, number in enumerate(numbers):
                held[at] += number
    return [GroupLine(group, *sums[group.value]) for group in KeyGroup if group.value in sums]


def exempt_reasons(round_: Round) -> list[tuple[ExemptReason, int]]:
    """Return how many are exempt on the day of a round for which reason, most first. Two queries at most."""
    rows = Exemption.objects.filter(
        enterprise__in=round_.enterprise_ids or firms_of(round_.zone),
        since__lte=round_.day,
        until__gte=round_.day,
        withdrawn_at__isnull=True,
        employment__left__isnull=True,
    )
    if round_.kind == RoundKind.KEY_GROUPS:
        rows = rows.exclude(employment__groups=[])
    counted: Mapping[str, int] = dict(
        rows.order_by().values_list("reason").annotate(n=Count("pk")).values_list("reason", "n")
    )
    return sorted(((ExemptReason(key), n) for key, n in counted.items()), key=lambda one: (-one[1], one[0]))


def coverage_of_firm(rounds: Iterable[Round], enterprise_id: int) -> dict[int, Coverage]:
    """Return how far each round is at one enterprise. One query."""
    rows = (
        RoundCount.objects.filter(round_id__in=[one.pk for one in rounds], enterprise_id=enterprise_id)
        .order_by()
        .values("round_id")
        .annotate(n=Sum("due"), t=Sum("tested"))
    )
    return {row["round_id"]: Coverage(1, row["n"] or 0, row["t"] or 0) for row in rows}
