"""Handing out situations: by the clock, or by hand; and scoring what came of them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command.models import Seat
from pingzhan.domain.drills import rules
from pingzhan.domain.drills.actions.common import locked, name_of, tell, write_event
from pingzhan.domain.drills.enums import DrillState, DrillVerb, InjectTarget
from pingzhan.domain.drills.models import Drill, Inject
from pingzhan.domain.orders.api import To, issue_order
from pingzhan.domain.orders.enums import OrderSource
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound

AT_ONCE = 200


@transaction.atomic
def inject_due() -> int:
    """Hand out the situations whose time has come, each once, and return how many.

    Rows are swept: a restart after a pause hands out everything that fell due meanwhile. The drill is held too:
    what is handed out while it ends would live on in a world that nobody stands down.
    """
    due = (
        Inject.objects.select_for_update(of=("self", "drill"), no_key=True, skip_locked=True)
        .filter(
            fired_at__isnull=True,
            drill__state=DrillState.RUNNING,
            drill__started_at__lte=Now()
            - ExpressionWrapper(F("offset_min") * Value(timedelta(minutes=1)), output_field=DurationField()),
        )
        .select_related("drill__unit", "drill__zone")
        .order_by("drill", "offset_min", "pk")[:AT_ONCE]
    )
    fired = 0
    by = system_actor(_("导调（按计划）"))
    for inject in due:
        _fire(inject, by)
        fired += 1
    return fired


@transaction.atomic
def fire_inject(*, inject_id: int, by: Actor) -> Inject:
    """Hand out one situation now and return it. Refused to whoever does not direct the drill; Conflict twice."""
    drill_id = Inject.objects.filter(pk=inject_id).values_list("drill_id", flat=True).first()
    if drill_id is not None:
        # The drill first, as its end does, and before its state is read.
        locked(drill_id)
    inject = _locked(inject_id)
    rules.find(by, inject.drill_id)
    rules.require_direct(by, inject.drill)
    if inject.drill.state != DrillState.RUNNING:
        raise Conflict(_("演练没有在进行。"), code="drill_not_running")
    if inject.fired_at is not None:
        raise Conflict(_("这条情况已经注入。"), code="inject_fired")
    return _fire(inject, by)


@transaction.atomic
def score_inject(*, inject_id: int, score: int, remark: str, by: Actor, observed: bool = False) -> Inject:
    """Score what came of a situation and return it.

    When it was done is taken from the feedback to its order; ``observed`` says that the evaluator saw it done
    now, for what left no trace in the system. Refused to whoever is not the evaluator; Conflict before it was
    handed out; Invalid for a score above its points.
    """
    inject = _locked(inject_id)
    rules.find(by, inject.drill_id)
    rules.require_evaluate(by, inject.drill)
    if inject.fired_at is None:
        raise Conflict(_("这条情况还没有注入，不能评分。"), code="inject_waiting")
    if not 0 <= score <= inject.points:
        raise Invalid(_("得分应在 0 到 %(n)d 之间。") % {"n": inject.points}, code="inject_score")
    at = clock.now()
    inject.score, inject.remark = score, remark.strip()[:500]
    inject.scored_by_name, inject.scored_at = name_of(by), at
    acted = inject.order.fed_back_at if inject.order is not None else None
    inject.done_at = acted or inject.done_at or (at if observed else None)
    inject.save(update_fields=["score", "remark", "scored_by_name", "scored_at", "done_at"])
    write_event(inject.drill, DrillVerb.SCORE, by, inject=inject)
    record(
        "drills.score",
        by=by,
        subject=("drill", inject.drill_id),
        unit_path=inject.drill.unit.path,
        world=inject.drill.world or 0,
        body={"inject": inject.pk, "score": score, "points": inject.points},
    )
    return inject


@transaction.atomic
def take_times(drill: Drill) -> int:
    """Copy the times of feedback from the orders of a drill into its script; return how many were new."""
    taken = 0
    for inject in drill.injects.filter(done_at__isnull=True, order__fed_back_at__isnull=False).select_related(
        "order"
    ):
        assert inject.order is not None
        taken += Inject.objects.filter(pk=inject.pk, done_at__isnull=True).update(
            done_at=inject.order.fed_back_at
        )
    return taken


def _locked(inject_id: int) -> Inject:
    found = (
        Inject.objects.select_for_update(of=("self",), no_key=True)
        .select_related("drill__unit", "drill__zone", "order")
        .filter(pk=inject_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条注入情况。"), code="inject_gone")
    return found


def _fire(inject: Inject, by: Actor) -> Inject:
    drill = inject.drill
    assert drill.world is not None
    inject.fired_at, inject.fired_by_name = clock.now(), name_of(by)
    to = To.post(inject.code) if inject.target == InjectTarget.POST else To.group(inject.code)
    try:
        with transaction.atomic():
            inject.order = issue_order(
                zone=drill.zone,
                to=to,
                due_at=inject.fired_at + timedelta(minutes=inject.within_min),
                # The controllers speak for the world outside: whoever they are, the right to order is the drill's.
                by=system_actor(_("导调组")),
                text=inject.text,
                source=OrderSource.DESK,
                source_note=_("演练注入"),
                world=drill.world,
            )
    except DomainError as error:
        inject.trouble = error.message
    inject.save(update_fields=["fired_at", "fired_by_name", "order", "trouble"])
    told = 0
    if inject.order is None:
        told = tell(
            drill,
            _people(drill, inject),
            kind=f"drill_inject:{inject.pk}",
            title=_("情况：%(text)s") % {"text": inject.text[:80]},
        )
    write_event(drill, DrillVerb.INJECT, by, inject=inject)
    announce("command", {"drill": drill.pk, "world": drill.world})
    record(
        "drills.inject",
        by=by,
        subject=("drill", drill.pk),
        unit_path=drill.unit.path,
        world=drill.world,
        body={"inject": inject.pk, "ordered": inject.order is not None, "told": told},
    )
    return inject


def _people(drill: Drill, inject: Inject) -> list[Person]:
    """Return who sits on the post, or in the group, in the drill's world now."""
    seats = Seat.objects.filter(
        world=drill.world or -1, zone=drill.zone_id, closed_at__isnull=True, post__isnull=False
    )
    if inject.target == InjectTarget.POST:
        seats = seats.filter(post_code=inject.code)
    else:
        seats = seats.filter(post__group__code=inject.code)
    return list(Person.objects.filter(pk__in=seats.values("person")).order_by("pk"))


__all__ = ["fire_inject", "inject_due", "locked", "score_inject", "take_times"]
