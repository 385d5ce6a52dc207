"""Who may see the roster, make it, swap, and sign a hand-over."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from pingzhan.domain.roster.models import Handover, Roster, Shift, SwapRequest
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.roles import Permission


def can_view(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may see who is on duty in a zone: who may see its structure."""
    return actor.has(Permission.VIEW_STRUCTURE, zone.path)


def can_manage(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may make rosters, substitute and approve swaps in a zone."""
    return actor.has(Permission.MANAGE_ROSTER, zone.path)


def can_call(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor sees the full numbers of those on duty: who has the duty desk of the zone."""
    return actor.has(Permission.VIEW_CONSOLE, zone.path) or actor.has(Permission.REVEAL_PERSONAL, zone.path)


def require_manage(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may make the roster of the zone."""
    require(actor, Permission.MANAGE_ROSTER, zone.path)


def visible_to(actor: Actor) -> QuerySet[Shift]:
    """Return the shifts in force where the actor may see the structure, and drafts' where he makes rosters."""
    seen = within("zone__path", actor.paths(Permission.VIEW_STRUCTURE))
    made = within("zone__path", actor.paths(Permission.MANAGE_ROSTER))
    return Shift.objects.filter((seen & Q(in_force=True)) | made)


def rosters_visible_to(actor: Actor) -> QuerySet[Roster]:
    """Return the rosters where the actor makes them; others see the shifts in force."""
    return Roster.objects.filter(within("zone__path", actor.paths(Permission.MANAGE_ROSTER)))


def swaps_visible_to(actor: Actor) -> QuerySet[SwapRequest]:
    """Return the requests the actor takes part in, and those of zones whose roster he makes."""
    made = within("shift__zone__path", actor.paths(Permission.MANAGE_ROSTER))
    if actor.person_id is None:
        return SwapRequest.objects.filter(made)
    mine = Q(asker_id=actor.person_id) | Q(asked_id=actor.person_id)
    return SwapRequest.objects.filter(made | mine)


def handovers_visible_to(actor: Actor) -> QuerySet[Handover]:
    """Return the hand-overs of the zones whose desk or roster the actor has, and those he took part in."""
    seen = within("zone__path", actor.paths(Permission.VIEW_CONSOLE)) | within(
        "zone__path", actor.paths(Permission.MANAGE_ROSTER)
    )
    if actor.person_id is None:
        return Handover.objects.filter(seen)
    mine = Q(outgoing_id=actor.person_id) | Q(incoming_id=actor.person_id) | Q(leader_id=actor.person_id)
    return Handover.objects.filter(seen | mine)


def can_write_handover(actor: Actor, handover: Handover) -> bool:
    """Return whether the actor is the outgoing officer, or makes the roster; who wrote it is on record."""
    mine = actor.person_id is not None and actor.person_id == handover.outgoing_id
    return mine or can_manage(actor, handover.zone)


def can_sign_handover(actor: Actor, handover: Handover) -> bool:
    """Return whether the actor is the incoming officer; nobody signs for somebody who could sign himself.

    Without an incoming officer, or when he has no account, who makes the roster signs for the paper record.
    """
    if handover.incoming is None or handover.incoming.account_id is None:
        return can_manage(actor, handover.zone)
    return actor.person_id == handover.incoming_id


def can_countersign(actor: Actor, handover: Handover) -> bool:
    """Return whether the actor is the leader on duty of that hand-over."""
    return actor.person_id is not None and actor.person_id == handover.leader_id
