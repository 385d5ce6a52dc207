"""Who commands each scope in an emergency: exactly one person at any moment (I12)."""

from __future__ import annotations

from pingzhan.domain.command.actions.reconcile import Reconciled
from pingzhan.domain.command.assignment import Assignment
from pingzhan.domain.command.models import CommandTenure


def commander_of(assignment: Assignment, acked: set[tuple[str, int]]) -> tuple[int, bool] | None:
    """Return (person, acting) who commands: the principal once he has confirmed; until then the first deputy
    is acting from second 0; the principal at once when there is no deputy; None when nobody is there."""
    principal = min(
        (key for key in assignment.filled if key.post_code in assignment.commander_codes), default=None
    )
    if principal is not None and tuple(principal) in acked:
        return assignment.filled[principal].person, False
    deputies = sorted(
        key
        for key, filled in assignment.filled.items()
        if filled.chair.post.group_kind == "leading" and filled.chair.post.role == "deputy"
    )
    if deputies:
        return assignment.filled[deputies[0]].person, True
    if principal is not None:
        return assignment.filled[principal].person, False
    others = sorted(
        key for key, filled in assignment.filled.items() if filled.chair.post.group_kind == "leading"
    )
    return (assignment.filled[others[0]].person, True) if others else None


def set_commander(result: Reconciled) -> None:
    """Have exactly one commander for each scope with an open activation, and none for the others (I12).

    A scope taken over by the level above (actions.takeover) is commanded by that person, and so is every scope
    inside it, through changes of level, refusals and confirmations, until he hands back or the order ends.
    """
    state = result.state
    acked = {(seat.post_code, seat.seat_no) for seat in result.kept if seat.acked}
    own = commander_of(result.assignment, acked)
    tenures = list(
        CommandTenure.objects.filter(
            world=state.world_no, unit__path__startswith=state.zone.path, ended_at__isnull=True
        ).order_by("id")
    )
    active = {one.unit_id: one for one in state.activations}
    taken = {one.unit_id: one.person_id for one in tenures if one.upper and one.unit_id in active}
    wanted: dict[int, tuple[int, int, bool, bool]] = {}
    for unit_id, one in active.items():
        above = _nearest(one.unit.path, taken)
        if above is not None:
            wanted[unit_id] = (one.pk, taken[above], False, above == unit_id)
        elif own is not None:
            wanted[unit_id] = (one.pk, *own, False)
    stay: set[int] = set()
    over: list[int] = []
    for tenure in tenures:
        now = (tenure.activation_id, tenure.person_id, tenure.acting, tenure.upper)
        if wanted.get(tenure.unit_id) == now:
            stay.add(tenure.unit_id)
        else:
            over.append(tenure.pk)
    if over:
        CommandTenure.objects.filter(pk__in=over, ended_at__isnull=True).update(ended_at=state.at)
    CommandTenure.objects.bulk_create(
        CommandTenure(
            world=state.world_no,
            unit_id=unit_id,
            activation_id=activation,
            person_id=person,
            acting=acting,
            upper=upper,
            started_at=state.at,
        )
        for unit_id, (activation, person, acting, upper) in wanted.items()
        if unit_id not in stay
    )


def _nearest(path: str, taken: dict[int, int]) -> int | None:
    """Return the nearest unit on a path that the level above has taken, None when none is."""
    for part in reversed(path.strip("/").split("/")):
        if int(part) in taken:
            return int(part)
    return None
