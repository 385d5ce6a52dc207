"""Asking for a plan, and what its computing stores. The solver itself is only imported by the job (tasks.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.screening import settings
from pingzhan.domain.screening.actions.counting import locked
from pingzhan.domain.screening.enums import WORKING, PlanState, RoundState
from pingzhan.domain.screening.events import LIVE_TOPIC
from pingzhan.domain.screening.models import PlanVersion, Round
from pingzhan.domain.screening.queries.asked import Assumed, instance_of
from pingzhan.domain.screening.rules import require_plan
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live.changes import announce
from pingzhan.foundation.runs import actions as runs
from pingzhan.foundation.runs.models import RunRow
from pingzhan.kernel.errors import Conflict, Invalid

WORK = "screening.plan"
MOST_ITERATIONS = 1_000_000
MOST_DRIVERS = 200


@transaction.atomic
def plan_round(
    *,
    round_: Round,
    by: Actor,
    iterations: int | None = None,
    seed: int = 1,
    assumed: Assumed | None = None,
    reason: str = "",
) -> PlanVersion:
    """Ask for a new version of a round's plan; a background job computes it.

    With ``assumed`` the version is a comparison that can never be adopted. Raises Refused; Invalid when what is assumed
    cannot be; Conflict when something is missing (people, laboratory, teams), another version is being computed, or the
    round is running or over.
    """
    require_plan(by, round_.zone)
    _require_sensible(assumed or Assumed())
    held = locked(round_, RoundState.DRAFT, RoundState.PLANNED, RoundState.ADOPTED)
    chosen = settings.iterations() if iterations is None else iterations
    what = assumed or Assumed()
    return start_computing(
        held,
        by=by,
        instance=lambda: instance_of(held, what, iterations=chosen, seed=seed),
        iterations=chosen,
        seed=seed,
        what_if=what.stored(),
        reason=reason,
    )


def _require_sensible(assumed: Assumed) -> None:
    if assumed.drivers is not None and not 1 <= assumed.drivers <= MOST_DRIVERS:
        raise Invalid(_("送样员在 1 到 200 名之间。"), place="drivers")
    limit = settings.age_minutes()
    if assumed.age_minutes is not None and not 1 <= assumed.age_minutes <= limit:
        raise Invalid(
            _("样本送到的时限在 1 到 %(n)d 分钟之间，不能比规定的长。") % {"n": limit}, place="age_minutes"
        )


def start_computing(
    round_: Round,
    *,
    by: Actor,
    instance: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
    iterations: int,
    seed: int,
    reason: str,
    **more: Any,
) -> PlanVersion:
    """Write the next version of a locked round and start the job that computes it; part of the caller's transaction.

    ``instance`` may be called for once nothing else is in the way. Raises Invalid, and Conflict while another version
    is being computed.
    """
    if not 1 <= iterations <= MOST_ITERATIONS:
        raise Invalid(_("搜索次数在 1 到 1000000 之间。"), place="iterations")
    if round_.versions.filter(state__in=WORKING).exists():
        raise Conflict(_("这一轮的一个计划正在计算，请等它算完或先取消。"), code="plan_working")
    question = instance() if callable(instance) else instance
    number = (round_.versions.aggregate(n=Max("number"))["n"] or 0) + 1
    version = PlanVersion.objects.create(
        round=round_,
        number=number,
        instance=question,
        seed=seed,
        iterations=iterations,
        reason=reason.strip()[:200],
        by_user_id=by.user_id,
        by_name=by.name,
        **more,
    )
    run = runs.start(
        WORK,
        title=_("第 %(round)d 轮检测计划第 %(n)d 版") % {"round": round_.number, "n": number},
        params={"version": version.pk},
        by=by,
        unit_path=round_.zone.path,
    )
    PlanVersion.objects.filter(pk=version.pk).update(run_id=run.pk)
    version.run_id = run.pk
    _announce(version)
    record(
        "screening.plan_again" if version.base_id else "screening.plan_asked",
        by=by,
        subject=("testing_round", round_.pk),
        unit_path=round_.zone.path,
        body={"number": number, "version": version.pk, "what_if": bool(version.what_if)},
    )
    return version


def cancel_plan(*, version: PlanVersion, by: Actor) -> None:
    """Stop a version that is being computed. Raises Refused; Conflict when it has ended already."""
    require_plan(by, version.round.zone)
    run = RunRow.objects.filter(pk=version.run_id or 0).first()
    if run is None or version.state not in WORKING:
        raise Conflict(_("这个版本已经算完，不能取消。"), code="plan_over")
    runs.cancel(run=run, by=by if runs.may_handle(by, run) else system_actor(by.name))


@transaction.atomic
def begin_computing(version_id: int) -> PlanVersion | None:
    """Take a version into work; None when it is no longer wanted."""
    version = _held(version_id)
    if version.state not in WORKING:
        return None
    PlanVersion.objects.filter(pk=version.pk).update(state=PlanState.COMPUTING, progress=0)
    _announce(version)
    return version


def say_progress(version_id: int, percent: int) -> None:
    """Write how far the computing is."""
    PlanVersion.objects.filter(pk=version_id, state=PlanState.COMPUTING).update(progress=min(100, percent))


@transaction.atomic
def store_plan(
    version_id: int,
    *,
    plan: Mapping[str, Any],
    greedy: Mapping[str, Any],
    faults: Sequence[str],
) -> PlanState:
    """Store the answer: ready, or failed with the reasons when the independent check finds a broken rule."""
    version = _held(version_id)
    state = PlanState.FAILED if faults else PlanState.READY
    PlanVersion.objects.filter(pk=version.pk).update(
        state=state,
        plan=dict(plan),
        score=dict(plan["score"]),
        greedy=dict(greedy),
        faults=list(faults),
        progress=100,
        ready_at=Now(),
    )
    if state == PlanState.READY and not version.what_if:
        Round.objects.filter(pk=version.round_id, state=RoundState.DRAFT).update(state=RoundState.PLANNED)
    _announce(version)
    record(
        "screening.plan_ready" if state == PlanState.READY else "screening.plan_failed",
        by=system_actor(_("检测计划")),
        subject=("testing_round", version.round_id),
        unit_path=version.round.zone.path,
        body={"number": version.number, "version": version.pk, "faults": len(faults)},
    )
    return state


def end_without_plan(version_id: int, *, cancelled: bool, why: str) -> None:
    """Close a version whose computing was cancelled or failed for good; part of the transaction that ends the run."""
    version = _held(version_id)
    if version.state not in WORKING:
        return
    state = PlanState.CANCELLED if cancelled else PlanState.FAILED
    PlanVersion.objects.filter(pk=version.pk).update(state=state, faults=[] if cancelled else [why])
    _announce(version)


def _held(version_id: int) -> PlanVersion:
    return (
        PlanVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("round__zone")
        .get(pk=version_id)
    )


def _announce(version: PlanVersion) -> None:
    announce(LIVE_TOPIC, {"zone": version.round.zone_id, "round": version.round_id})
