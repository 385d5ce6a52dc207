"""Counting who is due in a round, by enterprise and shift."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import time, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.screening import settings
from pingzhan.domain.screening.enums import RoundKind, RoundState
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import Demand, Round, SamplingTeam
from pingzhan.domain.screening.moments import BEGIN, moment, seconds
from pingzhan.domain.screening.queries.heads import TeamHeads, follows_positives, heads_of
from pingzhan.domain.screening.queries.windows import window
from pingzhan.domain.screening.rules import require_plan
from pingzhan.domain.territory.models import Shift
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict

KEY = "key"
"""What ``Demand.key_group`` says of a cohort of key groups."""


def locked(round_: Round, *states: RoundState) -> Round:
    """Return the round locked. Raises Conflict when it is in none of these states."""
    held = Round.objects.select_for_update(no_key=True, of=("self",)).select_related("zone").get(pk=round_.pk)
    if held.state not in states:
        raise Conflict(
            _("这一轮检测现在是“%(state)s”，不能这样办理。") % {"state": held.get_state_display()},
            place=_("第 %(n)d 轮") % {"n": held.number},
            code="round_state",
        )
    return held


@transaction.atomic
def compute_demand(*, round_: Round, by: Actor) -> list[Demand]:
    """Count anew who is due in a round and replace what was counted before. Plans made before are out of date then.

    Raises Refused; Conflict once the enterprises were told.
    """
    require_plan(by, round_.zone)
    held = locked(round_, RoundState.DRAFT, RoundState.PLANNED)
    rows = recount(held)
    announce(LIVE_TOPIC, {"zone": held.zone_id, "round": held.pk})
    record(
        "screening.counted",
        by=by,
        subject=("testing_round", held.pk),
        unit_path=held.zone.path,
        body={"due": sum(one.due for one in rows), "cohorts": len(rows)},
    )
    return rows


def recount(held: Round) -> list[Demand]:
    """Replace the demand of a round, which the caller has locked, by who is due in it now."""
    Demand.objects.filter(round=held).delete()
    counted = heads_of(held)
    cohorts = _singly(held, counted) if follows_positives(held) else _cohorts(held, counted)
    rows = Demand.objects.bulk_create(cohorts, batch_size=1000)
    Round.objects.filter(pk=held.pk).update(counted_at=Now(), state=RoundState.DRAFT)
    return rows


def _singly(round_: Round, counted: list[TeamHeads]) -> list[Demand]:
    """Return those who are held, all of an enterprise together and from now on: nobody waits for his shift."""
    now = max(clock.now(), moment(round_.day, 0))
    heads: Counter[int] = Counter()
    teams: dict[int, list[int]] = defaultdict(list)
    for one in counted:
        heads[one.enterprise] += one.heads
        teams[one.enterprise] += [one.team] if one.team else []
    return [
        Demand(
            round=round_,
            enterprise_id=firm,
            cohort=f"{RoundKind.RETEST.value}:0",
            team_ids=sorted(teams[firm]),
            heads=n,
            due=n,
            opens=now,
            closes=now + timedelta(minutes=settings.retest_minutes()),
        )
        for firm, n in sorted(heads.items())
    ]


def _cohorts(round_: Round, counted: list[TeamHeads]) -> list[Demand]:
    shifts = Shift.objects.in_bulk({one.shift for one in counted if one.shift})
    begin = min((seconds(one) for one in _starts(round_)), default=BEGIN)
    together: dict[tuple[int, int], list[TeamHeads]] = defaultdict(list)
    for one in counted:
        together[one.enterprise, one.shift].append(one)
    key = KEY if round_.kind == RoundKind.KEY_GROUPS else ""
    found = []
    for (firm, number), rows in sorted(together.items()):
        shift = shifts.get(number)
        opens, closes = window(shift.start if shift else None, shift.end if shift else None, begin)
        found.append(
            Demand(
                round=round_,
                enterprise_id=firm,
                shift=shift,
                key_group=key,
                cohort=f"{key or 'shift'}:{number}",
                team_ids=[one.team for one in rows if one.team],
                heads=sum(one.heads for one in rows),
                exempt=sum(one.exempt for one in rows),
                recent=sum(one.recent for one in rows),
                due=sum(one.due for one in rows),
                opens=moment(round_.day, opens),
                closes=moment(round_.day, closes),
            )
        )
    return found


def _starts(round_: Round) -> list[time]:
    return list(
        SamplingTeam.objects.filter(zone=round_.zone_id, active=True).values_list("starts", flat=True)
    )
