"""The words of the roster's notices when they are sent: what it is about, and where to go."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from pingzhan.domain.roster.actions.notices import HANDOVER, SHIFT, SWAP
from pingzhan.domain.roster.links import handover_link, mine_link, shift_link, swaps_link
from pingzhan.domain.roster.models import Handover, Shift, SwapRequest
from pingzhan.domain.roster.queries.gaps import when
from pingzhan.foundation.messages import Rendered, register_renderer
from pingzhan.foundation.messages.models import Notice


def register() -> None:
    """Register the renderers."""
    register_renderer(SHIFT, render_shifts)
    register_renderer(SWAP, render_swaps)
    register_renderer(HANDOVER, render_handovers)


def render_shifts(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of notices about shifts. One query."""
    shifts = Shift.objects.select_related("zone").in_bulk({one.subject_id for one in notices})
    found: dict[int, Rendered] = {}
    for one in notices:
        shift = shifts.get(one.subject_id)
        if shift is None:
            continue
        body = _("%(zone)s，%(when)s，%(role)s。") % {
            "zone": shift.zone.name,
            "when": when(shift.t0, shift.t1),
            "role": shift.role.label,
        }
        link = shift_link(shift.pk) if one.kind == "roster_gap" else mine_link()
        found[one.pk] = Rendered(one.title, body, link)
    return found


def render_swaps(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of notices about swap requests. One query."""
    swaps = SwapRequest.objects.select_related("shift__zone", "other").in_bulk(
        {one.subject_id for one in notices}
    )
    found: dict[int, Rendered] = {}
    for one in notices:
        swap = swaps.get(one.subject_id)
        if swap is None:
            continue
        body = _("班次：%(when)s。理由：%(reason)s。") % {
            "when": when(swap.shift.t0, swap.shift.t1),
            "reason": swap.reason,
        }
        if swap.other is not None:
            body += _("交换的班次：%(when)s。") % {"when": when(swap.other.t0, swap.other.t1)}
        found[one.pk] = Rendered(one.title, body, mine_link() if one.kind == "roster_swap" else swaps_link())
    return found


def render_handovers(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of notices about hand-overs. One query."""
    rows = Handover.objects.select_related("zone").in_bulk({one.subject_id for one in notices})
    found: dict[int, Rendered] = {}
    for one in notices:
        row = rows.get(one.subject_id)
        if row is not None:
            body = _("%(zone)s，交接时间 %(at)s。") % {"zone": row.zone.name, "at": _clock(row)}
            found[one.pk] = Rendered(one.title, body, handover_link(row.pk))
    return found


def _clock(row: Handover) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    return date_format(timezone.localtime(row.at), "m-d H:i")
