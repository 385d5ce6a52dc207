"""Putting a plan in force, starting, closing and calling off a round."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.screening import duties, notices
from pingzhan.domain.screening.actions.counting import locked
from pingzhan.domain.screening.enums import WORKING, PlanState, RoundState
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import PlanVersion, Round, RoundCount, Slot
from pingzhan.domain.screening.moments import moment
from pingzhan.domain.screening.queries.happened import GRACE, overtaken
from pingzhan.domain.screening.queries.heads import heads_of
from pingzhan.domain.screening.rules import require_plan
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict, Invalid

Told = dict[int, list[tuple[Any, ...]]]


@transaction.atomic
def adopt_plan(*, version: PlanVersion, by: Actor) -> list[Slot]:
    """Put a version in force: its slots are what the enterprises are told, the version before it is replaced.

    Only enterprises whose slots differ from what they were told before get a notice, and those to which nobody comes
    any more. A version made again while the round runs tells whoever gets another team or is visited more than 15
    minutes earlier or later than he was told. Raises Refused; Conflict for a version that is not ready, rests on
    assumptions, was made before people were counted anew, or was overtaken by what has begun since.
    """
    require_plan(by, version.round.zone)
    again = version.base_id is not None
    states = (RoundState.ADOPTED, RoundState.RUNNING) if again else (RoundState.PLANNED, RoundState.ADOPTED)
    round_ = locked(version.round, *states)
    held = PlanVersion.objects.select_for_update(no_key=True, of=("self",)).get(pk=version.pk)
    held.round = round_
    if "couriers" in held.instance:
        raise Conflict(
            _("送样员运送只供比较，不能采用：采样队名册里没有送样员，采用了也没有人去取样本。"),
            code="what_if",
        )
    if held.what_if:
        raise Conflict(_("按假设推演的计划只供比较，不能采用。"), code="what_if")
    if held.state != PlanState.READY:
        raise Conflict(
            _("这个版本现在是“%(state)s”，不能采用。") % {"state": held.get_state_display()},
            code="plan_state",
        )
    if round_.counted_at and held.created_at < round_.counted_at:
        raise Conflict(
            _("应采人数在这个版本之后重新核定过。"), hint=_("请重新编制计划。"), code="plan_outdated"
        )
    if again:
        _require_timely(held)
    mine = Slot.objects.filter(round=round_, ended_by__isnull=True)
    before, heads = _told(mine), {one.enterprise_id: one for one in mine.select_related("enterprise")}
    heard = notices.heard(round_) if again else {}
    PlanVersion.objects.filter(round=round_, state=PlanState.ADOPTED).update(state=PlanState.REPLACED)
    Slot.objects.filter(round=round_, ended_by__isnull=True).update(ended_by=held, ended_at=Now())
    PlanVersion.objects.filter(pk=held.pk).update(state=PlanState.ADOPTED)
    if again:
        # Who is due, and what the round has come to, is not changed by another way of getting there.
        slots = Slot.objects.bulk_create(_slots(held), batch_size=1000)
    else:
        Round.objects.filter(pk=round_.pk).update(state=RoundState.ADOPTED, adopted_at=Now())
        slots = Slot.objects.bulk_create(_slots(held), batch_size=1000)
        _count(round_)
    mine = Slot.objects.filter(version=held).select_related("enterprise")
    after = _told(mine)
    differ = _concerned if again else operator.ne
    # Whoever has no slot now was told that nobody comes, or nothing at all.
    changed = {
        firm for firm in after if firm not in before or differ(after[firm], heard.get(firm) or before[firm])
    }
    notices.tell_slots(held, list(mine), changed)
    dropped = [slot for firm, slot in heads.items() if firm not in after]
    notices.tell_dropped(held, dropped)
    duties.planned(held, by)
    announce(LIVE_TOPIC, {"zone": round_.zone_id, "round": round_.pk})
    record(
        "screening.adopted",
        by=by,
        subject=("testing_round", round_.pk),
        unit_path=round_.zone.path,
        body={
            "version": held.pk,
            "number": held.number,
            "slots": len(slots),
            "told": len(changed) + len(dropped),
        },
    )
    return slots


def _require_timely(held: PlanVersion) -> None:
    """Raise Conflict unless the plan it came from is still in force and nothing it changes has begun."""
    base = held.base
    if base is None or base.state != PlanState.ADOPTED:
        raise Conflict(
            _("这一版改自的计划已经不是正在执行的计划。"), hint=_("请重新编排。"), code="plan_outdated"
        )
    why = overtaken(held)
    if why:
        raise Conflict(why, hint=_("请重新编排。"), code="plan_outdated")


def _concerned(new: list[tuple[Any, ...]], old: list[tuple[Any, ...]]) -> bool:
    """Return whether an enterprise must be told: other teams or people, or a start moved beyond the time of grace."""
    if len(new) != len(old):
        return True
    # The same visits may come in another order; by team each finds its own.
    pairs = zip(*(sorted(rows, key=lambda row: (row[2], row[3], row[0])) for rows in (new, old)), strict=True)
    return any(
        (one[2], one[3]) != (other[2], other[3]) or abs((one[0] - other[0]).total_seconds()) > GRACE
        for one, other in pairs
    )


@transaction.atomic
def start_round(*, round_: Round, by: Actor) -> None:
    """Say that sampling has begun; the first sample does the same. Raises Refused, Conflict."""
    require_plan(by, round_.zone)
    held = locked(round_, RoundState.ADOPTED)
    _step(held, RoundState.RUNNING, by, "screening.started", started_at=Now())


@transaction.atomic
def close_round(*, round_: Round, by: Actor) -> None:
    """Say that the round is over: what is not tested now is missed. Raises Refused, Conflict."""
    require_plan(by, round_.zone)
    held = locked(round_, RoundState.RUNNING)
    _step(held, RoundState.CLOSED, by, "screening.closed", closed_at=Now())


@transaction.atomic
def cancel_round(*, round_: Round, reason: str, by: Actor) -> None:
    """Call a round off before it has begun; the enterprises that were told are told so.

    Raises Refused; Invalid without a reason; Conflict when it has begun, or while a plan is being computed.
    """
    require_plan(by, round_.zone)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("请写明取消的原因。"), place="reason")
    held = locked(round_, RoundState.DRAFT, RoundState.PLANNED, RoundState.ADOPTED)
    if held.versions.filter(state__in=WORKING).exists():
        raise Conflict(_("这一轮的一个计划正在计算，请等它算完或先取消。"), code="plan_working")
    held.cancel_reason = reason[:200]
    told = list(Slot.objects.filter(round=held, ended_by__isnull=True).select_related("enterprise"))
    notices.tell_off(held, told)
    _step(
        held,
        RoundState.CANCELLED,
        by,
        "screening.cancelled",
        cancelled_at=Now(),
        cancel_reason=held.cancel_reason,
    )


def _step(round_: Round, state: RoundState, by: Actor, verb: str, **columns: Any) -> None:
    Round.objects.filter(pk=round_.pk).update(state=state, **columns)
    announce(LIVE_TOPIC, {"zone": round_.zone_id, "round": round_.pk})
    record(verb, by=by, subject=("testing_round", round_.pk), unit_path=round_.zone.path, body={})


def _slots(version: PlanVersion) -> Iterator[Slot]:
    day = version.round.day
    for team in (version.plan or {})["teams"]:
        for trip in team["trips"]:
            for visit in trip["visits"]:
                yield Slot(
                    round=version.round,
                    version=version,
                    enterprise_id=int(visit["site"]),
                    cohort=visit["cohort"],
                    team_id=int(team["id"]),
                    start=moment(day, visit["start"]),
                    end=moment(day, visit["end"]),
                    heads=visit["persons"],
                    tubes=visit["tubes"],
                )


def _told(slots: Any) -> Told:
    found: Told = {}
    for one in slots.order_by("start", "team_id", "cohort"):
        found.setdefault(one.enterprise_id, []).append(notices.said(one))
    return found


def _count(round_: Round) -> None:
    """Write who is due by team; what was tested already stays counted."""
    RoundCount.objects.filter(round_id=round_.pk).update(due=0)
    due: dict[tuple[int, int], int] = {}
    for one in heads_of(round_):
        due[one.enterprise, one.team] = due.get((one.enterprise, one.team), 0) + one.due
    RoundCount.objects.bulk_create(
        [
            RoundCount(round_id=round_.pk, enterprise_id=firm, team_id=team, due=n)
            for (firm, team), n in sorted(due.items())
        ],
        update_conflicts=True,
        unique_fields=["round_id", "enterprise_id", "team_id"],
        update_fields=["due"],
        batch_size=1000,
    )
