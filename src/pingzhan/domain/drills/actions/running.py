"""Starting and ending a drill: the same orders as in earnest, in a world of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command.api import (
    Reconciled,
    StandDown,
    SwitchOrder,
    lock_world,
    order_switch,
    stand_down,
)
from pingzhan.domain.command.enums import EndKind
from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills import rules
from pingzhan.domain.drills.actions.common import (
    announce_change,
    locked,
    name_of,
    staff_of,
    tell,
    write_event,
)
from pingzhan.domain.drills.actions.injecting import take_times
from pingzhan.domain.drills.actions.preparing import sealed_sha
from pingzhan.domain.drills.actions.reviewing import draft_review
from pingzhan.domain.drills.enums import DrillEnd, DrillState, DrillVerb
from pingzhan.domain.drills.models import Drill
from pingzhan.domain.orders.api import cancel_order
from pingzhan.domain.orders.enums import LIVE_STATES
from pingzhan.domain.orders.models import Order
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict

WORLDS = "drills_world"
"""The sequence that numbers worlds; a number is taken when a drill starts."""


@transaction.atomic
def start_drill(*, drill_id: int, by: Actor) -> Drill:
    """Order the switch in a world of its own and return the drill; from here on it is known to all it concerns.

    Everything follows as in earnest (seats, tasks, notices with the mark, escalation) except the broadcast to
    workers. Refused without MANAGE_DRILLS and ORDER_SWITCH for the unit; Conflict when it has begun or was
    cancelled, or while an emergency is in force there in earnest: then nobody has time for a drill.
    """
    # An order in earnest given this moment either finds this drill and ends it, or is found here.
    lock_world(0)
    drill = locked(drill_id)
    rules.find(by, drill.pk)
    rules.require_order(by, drill)
    if drill.state != DrillState.PREPARED:
        raise Conflict(_("演练已经启动或取消。"), code="drill_begun")
    _check_peace(drill)
    sha = sealed_sha(drill)
    world = next_world()
    outcome = order_switch(
        order=SwitchOrder(
            key=f"drill-{drill.pk}",
            unit=drill.unit,
            level=drill.level,
            reason=drill.scenario,
            basis=_("演练方案：%(title)s") % {"title": drill.title},
            world=world,
        ),
        by=by,
    )
    activation = Activation.objects.get(pk=outcome.activation_id)
    drill.world, drill.activation = world, activation
    drill.state, drill.started_at = DrillState.RUNNING, activation.at
    drill.save(update_fields=["world", "activation", "state", "started_at"])
    write_event(drill, DrillVerb.START, by)
    tell(drill, staff_of(drill), kind="drill_start", title=_("“%(title)s”已启动") % {"title": drill.title})
    announce_change(drill)
    record(
        "drills.start",
        by=by,
        subject=("drill", drill.pk),
        unit_path=drill.unit.path,
        world=world,
        body={"level": drill.level, "injects": drill.injects.count(), "blind": drill.blind, "sha": sha},
    )
    return drill


@transaction.atomic
def end_drill(*, drill_id: int, by: Actor, reason: str = "") -> Drill:
    """Stand the drill's world down and return the drill: seats released, its orders cancelled, a review drafted.

    Refused like start_drill; Conflict when it is not under way.
    """
    world = Drill.objects.filter(pk=drill_id).values_list("world", flat=True).first()
    if world is not None:
        # Before the drill's row, as an order in earnest does that ends it.
        lock_world(world)
    drill = locked(drill_id)
    rules.find(by, drill.pk)
    rules.require_order(by, drill)
    if drill.state != DrillState.RUNNING or drill.world is None:
        raise Conflict(_("演练没有在进行。"), code="drill_not_running")
    # Before the order, so that the follower finds nothing left to close.
    Drill.objects.filter(pk=drill.pk).update(
        state=DrillState.ENDED, ended_at=Now(), end_kind=DrillEnd.STOOD_DOWN
    )
    outcome = stand_down(
        order=StandDown(
            key=f"drill-{drill.pk}-end",
            unit=drill.unit,
            reason=reason.strip() or _("演练结束"),
            world=drill.world,
        ),
        by=by,
    )
    last = Activation.objects.get(pk=outcome.activation_id)
    _finish(drill, DrillEnd.STOOD_DOWN, by, last)
    _wind_up(drill, by)
    return drill


def follow(result: Reconciled, activation: Activation | None, at: datetime) -> None:
    """Follow a change of seats in its transaction: a drill whose order ended, ends; an ended emergency is reviewed.

    A real order ends the drills of its scope (command.end_drills) and comes here with their worlds.
    """
    del at
    world = result.state.world_no
    if world:
        for drill in Drill.objects.select_for_update(of=("self",), no_key=True).filter(
            world=world, state=DrillState.RUNNING, activation__ended_at__isnull=False
        ):
            close_ended(drill)
    if activation is not None and activation.ended_at is not None:
        # As stored: the switch sets only the time on the object it hands on.
        draft_review(Activation.objects.get(pk=activation.pk))


def close_ended(drill: Drill) -> bool:
    """Close a drill whose order has been ended by another; the caller holds its row. Returns whether it is over.

    What takes the lock of the trail comes after the commit: the transaction may be that of a real switch.
    """
    last = Activation.objects.filter(world=drill.world or -1, unit=drill.unit_id).order_by("-pk").first()
    if last is None or last.ended_at is None:
        return False
    kind = DrillEnd.REAL_ORDER if last.end_kind == EndKind.REAL_ORDER else DrillEnd.STOOD_DOWN
    by = system_actor(last.ended_by_name)
    _finish(drill, kind, by, last)
    transaction.on_commit(lambda: wind_up(drill.pk, by))
    return True


@transaction.atomic
def wind_up(drill_id: int, by: Actor) -> None:
    """Cancel what is left of a drill's orders, and write its end to the trail."""
    _wind_up(locked(drill_id), by)


@transaction.atomic
def settle_ended() -> int:
    """Close the drills whose order is over, should the follower have failed; return how many."""
    found = list(
        Drill.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
            state=DrillState.RUNNING, activation__ended_at__isnull=False
        )
    )
    return sum(close_ended(drill) for drill in found)


def next_world() -> int:
    """Return a world number that no drill had before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [WORLDS])
        return int(cursor.fetchone()[0])


def _check_peace(drill: Drill) -> None:
    """Raise Conflict while an order is in force in earnest on the drill's unit, above or below it."""
    path = drill.unit.path
    for real in Activation.objects.filter(world=0, zone=drill.zone, ended_at__isnull=True).select_related(
        "unit"
    ):
        if real.unit.path.startswith(path) or path.startswith(real.unit.path):
            raise Conflict(
                _("%(unit)s正在实战，不能启动演练。") % {"unit": real.unit.name},
                hint=_("请在解除战时以后再组织演练。"),
                code="drill_in_earnest",
            )


def _finish(drill: Drill, kind: DrillEnd, by: Actor, last: Activation) -> None:
    drill.state, drill.end_kind, drill.ended_at = DrillState.ENDED, kind, last.ended_at
    drill.save(update_fields=["state", "end_kind", "ended_at"])
    take_times(drill)
    write_event(drill, DrillVerb.END, by, note=str(kind.label))
    draft_review(last)
    words = {
        DrillEnd.STOOD_DOWN: _("“%(title)s”已结束"),
        DrillEnd.REAL_ORDER: _("“%(title)s”已被实战命令中止，请转入实战"),
    }[kind]
    tell(drill, staff_of(drill), kind="drill_end", title=words % {"title": drill.title})
    announce_change(drill)


def _wind_up(drill: Drill, by: Actor) -> None:
    live = Order.objects.filter(world=drill.world or -1, zone=drill.zone_id, state__in=LIVE_STATES)
    machine = system_actor(name_of(by))
    cancelled = 0
    for pk in live.order_by("pk").values_list("pk", flat=True):
        cancel_order(order_id=pk, reason=_("演练结束"), by=machine)
        cancelled += 1
    record(
        "drills.end",
        by=by,
        subject=("drill", drill.pk),
        unit_path=drill.unit.path,
        world=drill.world or 0,
        body={"kind": str(drill.end_kind), "cancelled": cancelled},
    )
