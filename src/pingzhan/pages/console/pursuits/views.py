"""混管追阳: the list of tubes that are followed, one of them with its people, and who of an enterprise is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Order
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import HoldState, PursuitState
from pingzhan.domain.screening.models import Hold, Pursuit, SwitchProposal
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs, needs_one_of

P = Permission
SEES = needs_one_of(P.FOLLOW_POSITIVES, P.VIEW_RESULTS, P.VIEW_HEALTH, P.HANDLE_INCIDENTS)
FOLLOWS = needs(P.FOLLOW_POSITIVES)
PAGE = 30
TONES = {HoldState.HELD: "warn", HoldState.RELEASED: "ok", HoldState.POSITIVE: "bad"}


def zone_of(request: HttpRequest) -> Unit:
    """Return the zone asked for by ``zone`` (an id), else the first. NotFound when it is none of the actor's."""
    found = list(screening.pursuit_zones(request_actor(request)))
    asked = request.GET.get("zone") or ""
    if asked.isascii() and asked.isdigit():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return found[0]


def pursuit_for(actor: Actor, pk: int) -> Pursuit:
    """Return a pursuit the actor may see. NotFound otherwise."""
    found = (
        screening.pursuits_visible_to(actor)
        .select_related("zone", "tube__enterprise", "tube__round", "retest")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次追阳，或您无权查看。"))
    return found


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """Show the pursuits of a zone: the open ones first, then those that ended, the latest first."""
    actor, zone = request_actor(request), zone_of(request)
    visible = screening.pursuits_visible_to(actor).filter(zone=zone)
    now = clock.now()
    ended = visible.filter(state=PursuitState.CLOSED).select_related("tube__enterprise")
    page = Paginator(ended.order_by("-closed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    proposal = screening.waiting_proposal(screening.proposals_visible_to(actor), zone)
    context: dict[str, Any] = {
        "zone": zone,
        "rows": screening.pursuit_rows(screening.open_pursuits(visible), now),
        "page": page,
        "ended": screening.pursuit_rows(page.object_list, now),
        "query": f"zone={zone.pk}",
        "proposal": proposal,
        "decides": proposal is not None and screening.can_decide(actor, proposal),
    }
    return render(request, "console/pursuits/index.html", context)


@require_GET
@SEES
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one pursuit: its four times, its people and where they belong, its tasks and the next steps."""
    actor = request_actor(request)
    found = pursuit_for(actor, pk)
    row = screening.pursuit_rows([found], clock.now())[0]
    proposal = screening.waiting_proposal(screening.proposals_visible_to(actor), found.zone)
    tasks = Order.objects.filter(pk__in=found.order_ids).order_by("due_at", "pk")
    readable = set(orders.visible_to(actor).filter(pk__in=found.order_ids).values_list("pk", flat=True))
    people = screening.members_of(found)
    open_ = found.state == PursuitState.OPEN
    context: dict[str, Any] = {
        "pursuit": found,
        "row": row,
        "people": [(one, TONES[HoldState(one.hold.state)]) for one in people],
        "tasks": [(one, one.pk in readable) for one in tasks],
        "follows": open_ and screening.can_follow(actor, found.zone),
        "reveals": actor.has(P.REVEAL_PERSONAL, found.zone.path),
        "sees_rounds": screening.can_see(actor, found.zone),
        "proposal": proposal,
        "decides": proposal is not None and screening.can_decide(actor, proposal),
    }
    return render(request, "console/pursuits/show.html", context)


def _step(request: HttpRequest, pk: int, act: Callable[[Pursuit, Actor], None], words: str) -> HttpResponse:
    actor = request_actor(request)
    found = pursuit_for(actor, pk)
    return tried(request, lambda: act(found, actor), words, "pursuits:show", pk)


@require_POST
@FOLLOWS
def controlled(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that everybody in the tube is under control."""
    return _step(
        request,
        pk,
        lambda found, by: screening.mark_controlled(pursuit=found, by=by),
        _("已记下全部管控的时间。"),
    )


@require_POST
@FOLLOWS
def reported(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it was reported to the level above."""
    return _step(
        request,
        pk,
        lambda found, by: screening.mark_reported(pursuit=found, by=by),
        _("已记下上报的时间。"),
    )


@require_POST
@FOLLOWS
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a pursuit with a reason."""
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda found, by: screening.close_pursuit(pursuit=found, reason=reason, by=by),
        _("已结束这次追阳。"),
    )


@require_POST
@FOLLOWS
def release(request: HttpRequest, pk: int, hold: int) -> HttpResponse:
    """Release somebody held because of a pursuit, with a reason."""
    actor = request_actor(request)
    found = pursuit_for(actor, pk)
    row = Hold.objects.filter(pk=hold, members__pursuit=found).first()
    if row is None:
        raise NotFound(_("这次追阳没有这个人。"))
    reason = request.POST.get("reason", "")
    return tried(
        request,
        lambda: screening.release_hold(pursuit=found, hold=row, reason=reason, by=actor),
        _("已解除管控。"),
        "pursuits:show",
        pk,
    )


@require_POST
@needs(P.ORDER_SWITCH)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal to switch up, or not. Taking it up leads to the page where a switch is ordered."""
    actor = request_actor(request)
    found: SwitchProposal | None = (
        screening.proposals_visible_to(actor).select_related("unit", "zone").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound(_("没有这条转换建议，或您无权查看。"))
    accept = request.POST.get("accept") == "1"
    note = request.POST.get("reason", "")
    return tried(
        request,
        lambda: screening.decide_proposal(proposal=found, accept=accept, note=note, by=actor),
        _("已记下：采纳建议。请在本页核对范围后下达转换。") if accept else _("已记下：不采纳建议。"),
        "switch:scope" if accept else "pursuits:index",
    )
