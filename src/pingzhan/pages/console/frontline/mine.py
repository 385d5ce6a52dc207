"""我的企业: what a responsible official answers for, whom to call there, and reporting that he is on site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.api import MyFirm
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.orders.enums import LIVE_STATES, TargetKind
from pingzhan.domain.orders.models import Target
from pingzhan.domain.organisation.api import phones_of
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.privacy.masks import mask_phone
from pingzhan.pages.console.frontline.rounds import Line, Rounds, rounds_of
from pingzhan.pages.console.frontline.shared import world_of
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.wording import level_word

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Contact:
    """Somebody of the enterprise: ``phone`` is rung, ``masked`` is shown."""

    name: str
    title: str
    phone: str
    masked: str


@dataclass(frozen=True)
class Row:
    """One of his enterprises: ``why`` it is red, ``visit`` when to go there next, ``last`` when he was there."""

    firm: MyFirm
    posture: str
    emergency: bool
    orders: int
    why: obligations.Why
    visit: Line
    last: SiteVisit | None
    contacts: tuple[Contact, ...]


@require_GET
@needs(Permission.VIEW_TASKS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the person's own enterprises and where he stands in an emergency."""
    actor = request_actor(request)
    person, world = actor.person_id or 0, world_of(request)
    firms = frontline.firms_of(person, world) if person else []
    phones = phones_of([one.pk for firm in firms for one in firm.contacts]) if firms else {}
    units = [one.unit.pk for one in firms]
    orders = _open_orders(units, world)
    why = obligations.why_red(units) if units else {}
    rounds = rounds_of(firms, why)
    rows = [_row(one, phones, orders, why, rounds) for one in firms]
    rows.sort(key=lambda row: (-row.why.state.late, row.why.state.since or row.why.worst_due or FAR))
    context = {
        "rows": rows,
        "days": rounds.days,
        "place": frontline.place_of(person) if person else None,
        "postings": frontline.postings_of(person, world) if person else [],
        "world": world,
    }
    return render(request, "console/frontline/mine.html", context)


def _open_orders(units: list[int], world: int) -> dict[int, int]:
    """Return how many orders of each enterprise are not closed. One query."""
    found: dict[int, int] = {}
    if units:
        for unit in Target.objects.filter(
            kind=TargetKind.ENTERPRISE, unit__in=units, order__world=world, order__state__in=LIVE_STATES
        ).values_list("unit_id", flat=True):
            found[unit] = found.get(unit, 0) + 1
    return found


def _row(
    firm: MyFirm,
    phones: dict[int, str],
    orders: dict[int, int],
    why: dict[int, obligations.Why],
    rounds: Rounds,
) -> Row:
    return Row(
        why=why[firm.unit.pk],
        visit=rounds.lines[firm.unit.pk],
        last=rounds.last.get(firm.unit.pk),
        firm=firm,
        posture=level_word(firm.level),
        emergency=firm.level is not None,
        orders=orders.get(firm.unit.pk, 0),
        contacts=tuple(
            Contact(
                one.name,
                one.title,
                phones.get(one.pk, ""),
                mask_phone(phones[one.pk]) if one.pk in phones else "",
            )
            for one in firm.contacts
        ),
    )


@require_POST
@login_required
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Report that an official is on site, oneself or by telephone for him."""
    actor = request_actor(request)
    posting = frontline.arrive_at_front(posting_id=pk, by=actor)
    if posting.person_id == actor.person_id:
        messages.success(request, _("已登记您到达一线。"))
        return redirect("frontline:mine")
    messages.success(request, _("已登记到达。"))
    back = "frontline:presence"
    response = redirect(back)
    if posting.world:
        response["Location"] += f"?world={posting.world}"
    return response
