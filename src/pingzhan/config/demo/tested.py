"""A testing round of some days ago, from the plan to the last result, and one pool that was followed and closed.

Rounds, demand, plans, exemptions and phones go through the actions. What phones and the laboratory said is written as
rows: the actions put the time of now beside it, which the database never lets be changed, and a pool that is found
four days late would show nothing. The database's own constraints and triggers apply all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from pingzhan.config.demo.traced import Cohort, Load, Trace
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import (
    ExemptReason,
    HoldState,
    PursuitState,
    RoundKind,
    Verdict,
)
from pingzhan.domain.screening.models import (
    Demand,
    Exemption,
    Hold,
    Member,
    PlanVersion,
    Pursuit,
    Round,
    SamplingTeam,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access import devices
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.messages.models import Notice, NoticeState

DAYS_AGO = 4
FIRMS = ("E01", "E03", "E05", "E06", "E12", "E13")
"""The enterprise whose contact signs in, and five whose people come in one shift, so that tubes are full."""
POOL = 10
ITERATIONS = 200
MISSED = 7
EXEMPT = (
    ("E01", ExemptReason.LEAVE, ""),
    ("E01", ExemptReason.VACCINATED, ""),
    ("E03", ExemptReason.HOME_MONITORED, ""),
    ("E03", ExemptReason.OTHER, "外派到外地分厂，月底返回"),
)
BASIS = "云岭县疫情防控指挥部办公室关于开展重点企业核酸检测的通知"
AGAIN = "混管阳性单采单检（附件1（三）混管追阳）"
ISSUER, FOLLOWS, RULE = "duty", "麻思齐", "混管追阳"


def open_past(zone: Unit, by: Actor) -> tuple[Round, Round]:
    """Open the round of some days ago and the one in which a pool was swabbed again: the first two of the zone."""
    firms = list(Unit.objects.filter(path__startswith=zone.path, code__in=FIRMS).values_list("pk", flat=True))
    _now, today = business_now()
    day = today - timedelta(days=DAYS_AGO)
    made = []
    for kind, size, basis in ((RoundKind.REGULAR, POOL, BASIS), (RoundKind.RETEST, 1, AGAIN)):
        one = screening.open_round(
            zone=zone, day=today, basis=basis, firms=firms, pool_size=size, kind=kind, by=by
        )
        # No action opens a round for a day that is over.
        Round.objects.filter(pk=one.pk).update(day=day, created_at=clock.noon(day) - timedelta(days=2))
        made.append(Round.objects.select_related("zone").get(pk=one.pk))
    return made[0], made[1]


def finish_past(first: Round, again: Round, by: Actor, *, seed: int) -> None:
    """Write what happened in both rounds: swabbed, boxed and tested; one pool grey, its people held and released."""
    zone, day, rng = first.zone, clock.midnight(first.day), Random(f"tested/{seed}")
    told = day - timedelta(hours=7)
    _exempt(first, by, rng)
    screening.compute_demand(round_=first, by=by)
    plan = _adopted(first, told, by)
    phones = _phones(zone)
    people = _people(first)
    numbers: Counter[int] = Counter()
    missed = rng.sample(sorted(one.pk for rows in people.values() for one in rows), MISSED)
    pools = Trace(first, phones, numbers, rng)
    pools.swab(plan, people, missed)
    # The fullest tube that came first: its people can still be swabbed again on the same day.
    load = min(pools.loads, key=lambda one: (-len(one.people), one.tube.received_at, one.tube.code))
    pools.tell({load.tube.pk: Verdict.GREY})
    pursuit = _hold(load, zone)
    singles = Trace(again, phones, numbers, rng)
    _swab_again(pursuit, load, singles, by)
    _release(pursuit, singles)
    for one, trace in ((first, pools), (again, singles)):
        screening.close_round(round_=one, by=by)
        Round.objects.filter(pk=one.pk).update(
            started_at=trace.began, closed_at=trace.ended + timedelta(minutes=20)
        )
    for phone in phones.values():
        devices.revoke_device(device=phone, by=_issuer())
    Device.objects.filter(pk__in=[one.pk for one in phones.values()]).update(
        issued_at=told, enrolled_at=told + timedelta(minutes=3), seen_at=singles.began,
        revoked_at=day + timedelta(hours=21),
    )  # fmt: skip


def _issuer() -> Actor:
    return actor_of(User.objects.get(username=ISSUER))


def _exempt(round_: Round, by: Actor, rng: Random) -> None:
    """Let some workers off until the day after the round."""
    one_day = timedelta(days=1)
    for code, reason, note in EXEMPT:
        firm = Unit.objects.get(path__startswith=round_.zone.path, code=code)
        numbers = (
            Employment.objects.filter(enterprise=firm, left__isnull=True, test_exemptions__isnull=True)
            .exclude(employee_no="")
            .values_list("employee_no", flat=True)
        )
        screening.add_exemption(
            enterprise=firm, number=rng.choice(sorted(numbers)), reason=reason, note=note,
            since=round_.day - one_day, until=round_.day + one_day, by=by,
        )  # fmt: skip


def _adopted(round_: Round, at: datetime, by: Actor) -> Mapping[str, Any]:
    """Have a plan computed and put in force, say that it was at ``at``, begin the round, and return the plan."""
    asked = screening.plan_round(round_=round_, iterations=ITERATIONS, reason="首版", by=by)
    screening.compute_plan(asked.pk)
    version = PlanVersion.objects.select_related("round__zone").get(pk=asked.pk)
    screening.adopt_plan(version=version, by=by)
    screening.start_round(round_=round_, by=by)
    Round.objects.filter(pk=round_.pk).update(counted_at=at - timedelta(minutes=9), adopted_at=at)
    PlanVersion.objects.filter(pk=version.pk).update(
        created_at=at - timedelta(minutes=8), ready_at=at - timedelta(minutes=7)
    )
    # The enterprises were told then and have read it: it is none of today's news.
    Notice.objects.filter(dedupe__startswith=f"testing:{version.pk}:").update(
        state=NoticeState.READ, created_at=at, sent_at=at + timedelta(seconds=20),
        read_at=at + timedelta(minutes=6),
    )  # fmt: skip
    plan: Mapping[str, Any] = version.plan or {}
    return plan


def _phones(zone: Unit) -> dict[int, Device]:
    """Issue a phone to each team."""
    by, found = _issuer(), {}
    for team in SamplingTeam.objects.filter(zone=zone).order_by("pk"):
        name = f"{team.name}手机"
        found[team.pk], _path = devices.issue_device(
            name=name, kind="sampling", unit_path=zone.path, days=30, by=by
        )
    return found


def _people(round_: Round) -> dict[Cohort, list[Placement]]:
    """Return who is due in each cohort, by team and number; whoever works at two enterprises stands in the first."""
    off = Exemption.objects.filter(since__lte=round_.day, until__gte=round_.day, withdrawn_at__isnull=True)
    seen: set[int] = set()
    found: dict[Cohort, list[Placement]] = {}
    for demand in Demand.objects.filter(round=round_):
        rows = (
            Placement.objects.filter(
                enterprise=demand.enterprise_id, t1__isnull=True, team__shift=demand.shift_id,
                employment__left__isnull=True, employment__joined__lte=round_.day,
            )
            .exclude(employment__in=off.values("employment"))
            .select_related("employment")
            .order_by("team_id", "employment__employee_no", "pk")
        )  # fmt: skip
        fresh = [one for one in rows if one.employment.individual_id not in seen]
        seen.update(one.employment.individual_id for one in fresh)
        found[demand.enterprise_id, demand.cohort] = fresh
    return found


def _hold(load: Load, zone: Unit) -> Pursuit:
    """Follow a tube: everybody in it is held from when its result came in."""
    tube = load.tube
    assert tube.tested_at is not None
    assert tube.resulted_at is not None
    found = tube.resulted_at
    pursuit = Pursuit.objects.create(
        zone=zone, tube=tube, verdict=tube.verdict, sampled_at=tube.first_taken_at,
        tested_at=tube.tested_at, found_at=found,
    )  # fmt: skip
    Pursuit.objects.filter(pk=pursuit.pk).update(
        controlled_at=found + timedelta(minutes=27), reported_at=found + timedelta(minutes=41)
    )
    holds = Hold.objects.bulk_create(
        Hold(
            person=one.employment.individual_id, individual_id=one.employment.individual_id,
            employment_id=one.employment_id, enterprise_id=one.enterprise_id, team_id=one.team_id,
            room_id=one.room_id, canteen_id=one.canteen_id, sitting=one.sitting, since=found,
        )
        for one in load.people
    )  # fmt: skip
    Member.objects.bulk_create(
        Member(pursuit=pursuit, hold=hold, place=place, sampled_at=at)
        for place, (hold, at) in enumerate(zip(holds, load.at, strict=True), 1)
    )
    return pursuit


def _swab_again(pursuit: Pursuit, load: Load, trace: Trace, by: Actor) -> None:
    """Swab everybody of a pool singly in the round of this trace, half an hour after it was found, all negative."""
    round_ = trace.round
    firm = load.people[0].enterprise_id
    Pursuit.objects.filter(pk=pursuit.pk).update(retest=round_)
    Round.objects.filter(pk=round_.pk).update(enterprise_ids=[firm], created_at=pursuit.found_at)
    screening.compute_demand(round_=round_, by=by)
    opens = pursuit.found_at + timedelta(minutes=30)
    for demand in Demand.objects.filter(round=round_):
        # Whoever is held is due from now on, which was then.
        Demand.objects.filter(pk=demand.pk).update(opens=opens, closes=opens + (demand.closes - demand.opens))
    plan = _adopted(round_, pursuit.found_at + timedelta(minutes=20), by)
    (cohort,) = Demand.objects.filter(round=round_).values_list("enterprise_id", "cohort")
    trace.swab(plan, {cohort: load.people})
    trace.tell({})


def _release(pursuit: Pursuit, trace: Trace) -> None:
    """Release everybody by his own negative swab, and close the pursuit."""
    for one in trace.loads:
        Hold.objects.filter(members__pursuit=pursuit, employment=one.people[0].employment_id).update(
            state=HoldState.RELEASED, until=one.tube.resulted_at, retest_tube=one.tube,
            reason="单采单检阴性", ended_by=RULE,
        )  # fmt: skip
    Pursuit.objects.filter(pk=pursuit.pk).update(
        state=PursuitState.CLOSED, closed_at=trace.ended + timedelta(minutes=12), closed_by=FOLLOWS,
        reason=f"{len(trace.loads)} 人单采单检全部阴性，管控已解除",
    )  # fmt: skip
