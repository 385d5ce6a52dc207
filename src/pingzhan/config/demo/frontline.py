"""Who answers for which enterprise in the demo zone: as the system proposes it, but for two left to be seen."""

from __future__ import annotations

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def demo_frontline(zone: Unit, by: Actor) -> None:
    """Give every enterprise a substitute and every official a front-line place.

    Of the last two enterprises one is left without anybody and one without a substitute, so that the pages and
    the proposal have something to show.
    """
    proposal = frontline.propose(zone)
    bare = [unit.pk for unit in frontline.open_firms(zone).order_by("-code")[:2]]
    lines = [
        frontline.ResponsibleChange(one.firm.id, one.rank, one.person, one.former)
        for one in proposal.lines
        if one.firm.id not in bare
    ]
    if bare:
        holders = frontline.holders(Unit.objects.get(pk=bare[0]))
        lines += [
            frontline.ResponsibleChange(bare[0], rank, None, person) for rank, person in holders.items()
        ]
    frontline.adopt(zone=zone, lines=lines, by=by)
    frontline.refresh_places(zone=zone, by=by)
