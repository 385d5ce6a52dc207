"""Shared by all actions on drills: locking one, its events, its notices, telling others."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.drills.enums import DrillVerb
from pingzhan.domain.drills.events import DrillChanged, drill_changed
from pingzhan.domain.drills.models import Drill, DrillEvent, Inject
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Priority
from pingzhan.kernel.errors import NotFound


def locked(drill_id: int) -> Drill:
    """Return a drill with its row locked until the end of the transaction. Raises NotFound."""
    found = (
        Drill.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "zone", "activation")
        .filter(pk=drill_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次演练。"), code="drill_gone")
    return found


def name_of(by: Actor) -> str:
    """Return the name that is written down for whoever acts."""
    return by.name or _("系统")


def write_event(
    drill: Drill, verb: DrillVerb, by: Actor, *, inject: Inject | None = None, note: str = ""
) -> None:
    """Add a line to the history of a drill."""
    DrillEvent.objects.create(drill=drill, verb=verb, by_name=name_of(by), inject=inject, note=note)


def staff_of(drill: Drill) -> list[Person]:
    """Return leader, evaluator and controllers, each once."""
    people = [one for one in (drill.leader, drill.evaluator) if one is not None]
    found = {one.pk: one for one in (*people, *drill.controllers.all())}
    return list(found.values())


def tell(drill: Drill, people: Iterable[Person], *, kind: str, title: str) -> int:
    """Send a notice about a drill, with its mark, to persons; each kind once. Returns how many were new."""
    world = drill.world or 0
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"drill:{drill.pk}:{kind}:{person.pk}",
                recipient=person.pk,
                account=person.account_id,
                kind=kind.partition(":")[0],
                channel="auto",
                title=DRILL_PREFIX + title,
                subject_kind="drill",
                subject_id=drill.pk,
                world=world,
                priority=Priority.URGENT,
                unit_path=drill.unit.path,
            )
            for person in people
        ]
    )


def announce_change(drill: Drill) -> None:
    """Tell open pages at commit, and other modules after it, that a drill began or ended."""
    world = drill.world or 0
    announce("command", {"drill": drill.pk, "world": world})
    event = DrillChanged(drill.pk, world, drill.running)
    transaction.on_commit(lambda: _send(event))


def _send(event: DrillChanged) -> None:
    drill_changed.send_robust(sender=Drill, event=event)
