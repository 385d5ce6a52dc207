"""Who of an enterprise was not swabbed in a round, and why: the list from which people are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.health.enums import Result
from pingzhan.domain.health.models import Reading
from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Placement
from pingzhan.domain.screening.enums import ExemptReason, SampleRefusal
from pingzhan.domain.screening.models import Exemption, Round, Sample
from pingzhan.domain.screening.queries.heads import exempted, people_of, recently, sampled
from pingzhan.foundation.privacy.masks import mask_name


class Why(models.TextChoices):
    """Why somebody was not swabbed: nobody knows (he is due), or he was counted out."""

    DUE = "due", _("应采未采")
    EXEMPT = "exempt", _("暂不采样")
    RECENT = "recent", _("间隔内已采")


@dataclass(frozen=True, slots=True)
class Chased:
    """Somebody who was not swabbed. ``reason`` is empty where there is none, or where it may not be seen.

    ``away`` is what the temperature ledger says of him on that day; ``last_at`` when he was last swabbed before.
    """

    employment: int
    number: str
    name: str
    enterprise: str
    team: str
    groups: tuple[str, ...]
    why: Why
    reason: str
    away: str
    last_at: datetime | None


def chased(
    round_: Round, firms: Sequence[int], *, why: str = "", team: int | None = None
) -> QuerySet[Placement]:
    """Return who of enterprises was not swabbed, by enterprise, team and number; ``team`` 0: those without one.

    ``why`` narrows to one value of Why; each row carries it as ``why``.
    """
    rows = (
        people_of(round_, firms)
        .annotate(out=exempted(round_.day), lately=recently(round_))
        .annotate(
            why=Case(
                When(out=True, then=Value(Why.EXEMPT.value)),
                When(lately=True, then=Value(Why.RECENT.value)),
                default=Value(Why.DUE.value),
                output_field=models.TextField(),
            )
        )
        .filter(~sampled(round_))
    )
    if why in Why.values:
        rows = rows.filter(why=why)
    if team is not None:
        rows = rows.filter(team=team) if team else rows.filter(team__isnull=True)
    return rows.order_by("enterprise_id", "team_id", "employment__employee_no", "employment_id")


def chased_counts(round_: Round, enterprise_id: int, team: int | None = None) -> dict[Why, int]:
    """Return how many were not swabbed, by why. One query."""
    rows: QuerySet[Any] = chased(round_, [enterprise_id], team=team).order_by()
    found: dict[str, int] = dict(rows.values_list("why").annotate(n=Count("pk")).values_list("why", "n"))
    return {key: found.get(key.value, 0) for key in Why}


def chase_lines(round_: Round, rows: Sequence[Placement], *, whole: bool, reasons: bool) -> list[Chased]:
    """Return rows of ``chased`` (employment, individual, team and enterprise joined) in words. Five queries.

    ``whole``: names in full instead of masked; ``reasons``: why somebody is exempt, which speaks of health.
    """
    ids = [one.employment_id for one in rows]
    texts = people.opened([one.employment.individual for one in rows], fields=("name",))
    why = _reasons(round_, ids) if reasons else {}
    away = dict(
        Reading.objects.filter(
            day=round_.day, employment_id__in=ids, result__in=(Result.ABSENT, Result.ON_LEAVE)
        )
        .order_by("slot", "pk")
        .values_list("employment_id", "result")
    )
    last = dict(
        Sample.objects.filter(
            ~Q(round_id=round_.pk),
            person__in=[one.employment.individual_id for one in rows],
            refused=SampleRefusal.COUNTS,
        )
        .order_by("taken_at")
        .values_list("person", "taken_at")
    )
    found = []
    for one in rows:
        job = one.employment
        name = texts[job.individual_id].name
        found.append(
            Chased(
                employment=job.pk,
                number=job.employee_no,
                name=(name if whole else mask_name(name)) if name else "",
                enterprise=one.enterprise.name,
                team=one.team.name if one.team is not None else "",
                groups=tuple(people.group_labels(job.groups)),
                why=Why(one.why),  # type: ignore[attr-defined]
                reason=why.get(job.pk, ""),
                away=str(Result(away[job.pk]).label) if job.pk in away else "",
                last_at=last.get(job.individual_id),
            )
        )
    return found


def _reasons(round_: Round, ids: Sequence[int]) -> dict[int, str]:
    rows = Exemption.objects.filter(
        employment__in=ids, since__lte=round_.day, until__gte=round_.day, withdrawn_at__isnull=True
    ).values_list("employment_id", "reason", "note")
    return {
        pk: note if reason == ExemptReason.OTHER else str(ExemptReason(reason).label)
        for pk, reason, note in rows
    }
