"""Swap requests and hand-overs for lists."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from pingzhan.domain.roster.enums import OPEN_SWAPS, LineState, SwapState
from pingzhan.domain.roster.models import Handover, HandoverLine, SwapRequest
from pingzhan.domain.territory.models import Unit


def swaps_loaded(swaps: QuerySet[SwapRequest]) -> QuerySet[SwapRequest]:
    """Return swap requests with all that a list shows of them."""
    return swaps.select_related("shift__zone", "other", "asker", "asked").order_by("-asked_at", "-pk")


def swaps_of_person(person_id: int) -> QuerySet[SwapRequest]:
    """Return what somebody asked and was asked, open ones first."""
    mine = SwapRequest.objects.filter(Q(asker_id=person_id) | Q(asked_id=person_id))
    return swaps_loaded(mine)


def swaps_to_decide(zone: Unit) -> QuerySet[SwapRequest]:
    """Return what both agreed on and nobody approved yet."""
    return swaps_loaded(SwapRequest.objects.filter(shift__zone=zone, state=SwapState.ACCEPTED))


def open_swaps(zone: Unit) -> QuerySet[SwapRequest]:
    """Return the requests that are still on their way."""
    return swaps_loaded(SwapRequest.objects.filter(shift__zone=zone, state__in=OPEN_SWAPS))


def handovers_of(zone: Unit, among: QuerySet[Handover]) -> QuerySet[Handover]:
    """Return hand-overs of a zone for a list, the newest first, with ``open_lines``, the matters still open.

    The matters are counted for the rows shown only, so that a page does not read those of all years.
    """
    lines = HandoverLine.objects.filter(handover=OuterRef("pk"), state=LineState.OPEN)
    counted = lines.order_by().values("handover").annotate(n=Count("pk")).values("n")
    return (
        among.filter(zone=zone)
        .select_related("outgoing", "incoming", "leader")
        .annotate(open_lines=Coalesce(Subquery(counted), 0))
        .order_by("-at")
    )


def handover_loaded(handovers: QuerySet[Handover]) -> QuerySet[Handover]:
    """Return hand-overs with their lines and persons."""
    return handovers.select_related("zone", "outgoing", "incoming", "leader").prefetch_related(
        Prefetch("lines", queryset=HandoverLine.objects.order_by("n", "pk"))
    )


def unsigned_handovers(zone: Unit) -> QuerySet[Handover]:
    """Return the hand-overs that are due and not signed by the incoming, the oldest first."""
    return (
        Handover.objects.filter(zone=zone, signed_at=None, at__lte=Now())
        .select_related("outgoing", "incoming", "leader")
        .order_by("at")
    )
