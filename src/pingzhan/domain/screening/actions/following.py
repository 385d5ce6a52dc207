"""混管追阳: what follows from a result in the same transaction, and the steps of whoever follows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.screening import rules
from pingzhan.domain.screening.actions import charging, holding, storing
from pingzhan.domain.screening.actions.holding import Judged, Swabbed
from pingzhan.domain.screening.actions.intake import read_reason
from pingzhan.domain.screening.actions.retesting import plan_retest
from pingzhan.domain.screening.enums import ALARMS, HoldState, ProposalState, PursuitState, Verdict
from pingzhan.domain.screening.events import (
    LIVE_TOPIC,
    PersonCleared,
    PersonPositive,
    PooledPositive,
    person_cleared,
    person_positive,
    pooled_positive,
)
from pingzhan.domain.screening.models import Hold, Member, Pursuit, Result, SwitchProposal
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.kernel.errors import Conflict, Invalid

RESULT_LOCK = 0x5A42
"""First half of the advisory lock of a zone's results: one batch after the other, and no step between."""


def follow(results: Sequence[Result], zone: Unit) -> None:
    """Do what follows from results just stored, in their transaction; the caller holds the lock of the zone's results.

    Everybody in a positive or grey tube is held, tasks are given, the single re-test gets its round and the switch is
    proposed. A tube corrected to negative ends its pursuit. Whoever's own swab says so is released or positive.
    """
    if not results:
        return
    # What is stored and sent out is the same whatever language its reader or whoever enters the result prefers.
    with translation.override("zh-hans"):
        _follow(results, zone)


def _follow(results: Sequence[Result], zone: Unit) -> None:
    by, by_tube = charging.machine(), {one.tube_id: one for one in results}
    people = holding.people_in(by_tube)
    opened = {
        one.tube_id: one
        for one in Pursuit.objects.select_for_update(no_key=True, of=("self",))
        .filter(tube__in=by_tube, state=PursuitState.OPEN)
        .select_related("tube")
        .order_by("pk")
    }
    corrected = [one for tube, one in opened.items() if by_tube[tube].verdict == Verdict.NEGATIVE]
    why = _closed_words(by_tube, corrected)
    _close(corrected, why, by)
    for tube, one in opened.items():
        verdict = by_tube[tube].verdict
        if verdict in ALARMS and verdict != one.verdict:
            Pursuit.objects.filter(pk=one.pk).update(verdict=verdict)
    fresh = _open(
        [one for one in results if one.verdict in ALARMS and one.tube_id not in opened], people, zone
    )
    keys = {one.key for one in people} | _members_of(corrected)
    judged = holding.judge(keys, why=why, by_name=by.name)
    # Tasks write the trail, so every other row is locked before the first of them.
    over = charging.tasks_of(corrected)
    if corrected:
        charging.take_back_proposal(zone, why)
    _charge(fresh, zone)
    charging.call_off(over, why)
    held = _tell(fresh, judged, zone)
    for one in fresh:
        record(
            "screening.pursuit_opened", by=by, subject=("pursuit", one.pk), unit_path=zone.path,
            body={"persons": held[one.pk], "verdict": one.verdict},
        )  # fmt: skip
    for one in corrected:
        record("screening.pursuit_closed", by=by, subject=("pursuit", one.pk), unit_path=zone.path)


def _closed_words(by_tube: dict[int, Result], corrected: Sequence[Pursuit]) -> str:
    reasons = "；".join(dict.fromkeys(by_tube[one.tube_id].reason for one in corrected))
    return _("结果更正为阴性：%(reason)s") % {"reason": reasons or _("未写原因")}


def _members_of(pursuits: Sequence[Pursuit]) -> set[int]:
    return set(
        Hold.objects.filter(members__pursuit__in=pursuits).exclude(person=0).values_list("person", flat=True)
    )


def _open(results: Sequence[Result], people: Sequence[Swabbed], zone: Unit) -> list[Pursuit]:
    """Open pursuits: of pools and grey tubes always, of a positive single only for whoever is not held already."""
    inside: dict[int, list[Swabbed]] = {}
    for one in people:
        inside.setdefault(one.tube, []).append(one)
    pools = [one for one in results if len(inside.get(one.tube_id, ())) != 1 or one.verdict == Verdict.GREY]
    made = _hold(pools, inside, zone)
    singles = [one for one in results if one not in pools]
    held = holding.open_holds({one.key for row in singles for one in inside[row.tube_id]})
    return made + _hold([one for one in singles if inside[one.tube_id][0].key not in held], inside, zone)


def _hold(results: Sequence[Result], inside: dict[int, list[Swabbed]], zone: Unit) -> list[Pursuit]:
    if not results:
        return []
    made = Pursuit.objects.bulk_create(
        Pursuit(
            zone=zone, tube=one.tube, verdict=one.verdict, sampled_at=one.tube.first_taken_at,
            tested_at=one.tested_at,
        )
        for one in results
    )  # fmt: skip
    by_tube = {one.tube_id: one for one in made}
    holding.hold_all(by_tube, [one for tube in by_tube for one in inside.get(tube, ())], zone)
    return made


def _charge(fresh: Sequence[Pursuit], zone: Unit) -> None:
    if not fresh:
        return
    again = Hold.objects.filter(members__pursuit=OuterRef("pk"), state=HoldState.HELD)
    waiting = list(Pursuit.objects.filter(Exists(again), pk__in=[one.pk for one in fresh]))
    if waiting:
        plan_retest(zone, waiting)
    charging.propose(zone, fresh)
    given = charging.give_tasks(zone, fresh)
    Pursuit.objects.filter(pk__in=[one.pk for one in fresh]).update(order_ids=given)


def _tell(fresh: Sequence[Pursuit], judged: Judged, zone: Unit) -> Counter[int]:
    """Tell pages and other modules after commit; return how many were in each new tube."""
    counts = Counter(Member.objects.filter(pursuit__in=fresh).values_list("pursuit_id", flat=True))
    for one in fresh:
        pooled = PooledPositive(one.pk, one.tube_id, zone.pk, one.verdict, counts[one.pk])
        transaction.on_commit(partial(pooled_positive.send_robust, sender=Pursuit, event=pooled))
    for hold in Hold.objects.filter(pk__in=judged.positive).order_by("pk"):
        assert hold.retest_tube_id is not None
        found = PersonPositive(
            hold.pk, hold.retest_tube_id, hold.individual_id, hold.walk_in_id, hold.enterprise_id
        )
        transaction.on_commit(partial(person_positive.send_robust, sender=Hold, event=found))
    for pk in set(judged.cleared) - set(judged.positive):
        cleared = PersonCleared(pk)
        transaction.on_commit(partial(person_cleared.send_robust, sender=Hold, event=cleared))
    if fresh or judged.released or judged.positive:
        announce(LIVE_TOPIC, {"zone": zone.pk})
        announce("command", {"pursuits": len(fresh)})
    return counts


def _close(pursuits: Sequence[Pursuit], why: str, by: Actor) -> None:
    Pursuit.objects.filter(pk__in=[one.pk for one in pursuits]).update(
        state=PursuitState.CLOSED, closed_at=Now(), closed_by=by.name, reason=why
    )


def _locked(pursuit: Pursuit, by: Actor) -> Pursuit:
    rules.require_follow(by, pursuit.zone)
    storing.lock(RESULT_LOCK, [pursuit.zone_id])
    held = (
        Pursuit.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone", "tube")
        .get(pk=pursuit.pk)
    )
    if held.state != PursuitState.OPEN:
        raise Conflict(_("这次追阳已经结束。"), code="pursuit_closed")
    return held


@transaction.atomic
def mark_controlled(*, pursuit: Pursuit, by: Actor) -> None:
    """Say that everybody in the tube is under control, now.

    Refused without FOLLOW_POSITIVES, Conflict the second time.
    """
    _mark(pursuit, "controlled_at", by)


@transaction.atomic
def mark_reported(*, pursuit: Pursuit, by: Actor) -> None:
    """Say that it was reported to the level above, now.

    Refused without FOLLOW_POSITIVES, Conflict the second time.
    """
    _mark(pursuit, "reported_at", by)


def _mark(pursuit: Pursuit, field: str, by: Actor) -> None:
    held = _locked(pursuit, by)
    if getattr(held, field) is not None:
        raise Conflict(_("这个时间已经记下。"), code="pursuit_marked")
    Pursuit.objects.filter(pk=held.pk).update(**{field: Now()})
    _record(f"screening.pursuit_{field.removesuffix('_at')}", held, by)


@transaction.atomic
def release_hold(*, pursuit: Pursuit, hold: Hold, reason: str, by: Actor) -> None:
    """Release somebody held because of this pursuit, whatever else holds him.

    Refused without FOLLOW_POSITIVES, Invalid without a reason, Conflict when he is not held any more.
    """
    held = _locked(pursuit, by)
    words = _needed(reason)
    row = Hold.objects.select_for_update(no_key=True, of=("self",)).get(pk=hold.pk, members__pursuit=held)
    if row.state != HoldState.HELD:
        raise Conflict(_("这个人现在是“%(state)s”，不能解除。") % {"state": row.get_state_display()})
    Hold.objects.filter(pk=row.pk).update(
        state=HoldState.RELEASED, until=Now(), reason=words, ended_by=by.name
    )
    _record("screening.hold_released", held, by, hold=row.pk)


@transaction.atomic
def close_pursuit(*, pursuit: Pursuit, reason: str, by: Actor) -> None:
    """End a pursuit. Nobody may be held for it alone any more; its tasks go on until they are closed themselves.

    Refused without FOLLOW_POSITIVES, Invalid without a reason, Conflict while somebody is held.
    """
    held = _locked(pursuit, by)
    words = _needed(reason)
    others = Member.objects.filter(hold=OuterRef("pk"), pursuit__state=PursuitState.OPEN).exclude(
        pursuit=held
    )
    waiting = Hold.objects.filter(~Exists(others), members__pursuit=held, state=HoldState.HELD).count()
    if waiting:
        raise Conflict(
            _("还有 %(n)d 人在管控中，不能结束。") % {"n": waiting},
            hint=_("请等单采单检结果，或写明原因逐人解除。"),
            code="pursuit_holds",
        )
    _close([held], words, by)
    holding.judge(_members_of([held]), why=words, by_name=by.name)
    _record("screening.pursuit_closed", held, by)


@transaction.atomic
def decide_proposal(*, proposal: SwitchProposal, accept: bool, note: str, by: Actor) -> None:
    """Say whether a proposal to switch is taken up. Taking it up switches nothing: the switch is ordered by itself.

    Refused without ORDER_SWITCH for the unit, Invalid without a note, Conflict once it was decided.
    """
    row = (
        SwitchProposal.objects.select_for_update(no_key=True, of=("self",))
        .select_related("unit", "zone")
        .get(pk=proposal.pk)
    )
    rules.require_decide(by, row)
    words = _needed(note)
    if row.state != ProposalState.OPEN:
        raise Conflict(_("这条转换建议已有决定。"), code="proposal_decided")
    SwitchProposal.objects.filter(pk=row.pk).update(
        state=ProposalState.ACCEPTED if accept else ProposalState.DECLINED,
        decided_at=Now(), decided_by=by.name, note=words,
    )  # fmt: skip
    announce("command", {"proposals": 1})
    record(
        "screening.proposal_decided", by=by, subject=("switch_proposal", row.pk), unit_path=row.unit.path,
        body={"accepted": accept},
    )  # fmt: skip


def _needed(text: str) -> str:
    words = read_reason(text, place="reason")
    if not words:
        raise Invalid(_("请写明原因。"), place="reason")
    return words


def _record(verb: str, pursuit: Pursuit, by: Actor, **body: int) -> None:
    announce(LIVE_TOPIC, {"zone": pursuit.zone_id})
    announce("command", {"pursuits": 1})
    record(verb, by=by, subject=("pursuit", pursuit.pk), unit_path=pursuit.zone.path, body=body)
