"""督办: the board, and one order with everything that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import LIVE_STATES, WORKING_STATES, ExtensionState, OrderState, OrderVerb
from pingzhan.domain.orders.models import Order, OrderEvent
from pingzhan.domain.organisation.enums import ENTERPRISE_GROUP
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.foundation.photos.models import Photo
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.capped import Capped
from pingzhan.pages.console.freshness import fresh_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.lines import line_of, lines_of

PAGE = 50
GROUPS = 12
LATE_ENTRY = timedelta(minutes=1)
"""An order entered later than this after it was given is marked as such in its history."""


@dataclass(frozen=True)
class Bar:
    """One group on the board: shares of its live orders in whole percent, late first."""

    code: str
    name: str
    live: int
    overdue: int
    soon: int
    red: int
    yellow: int
    green: int

    @property
    def edge(self) -> int:
        """Return where the green part begins."""
        return self.red + self.yellow


def bars(groups: Sequence[orders.GroupOrders]) -> list[Bar]:
    """Return the bars of the groups; the longest belongs to who has most to do."""
    most = max((one.live for one in groups), default=0)
    found = []
    for one in groups:
        red, yellow = (round(100 * n / most) for n in (one.overdue, one.soon))
        green = max(0, round(100 * one.live / most) - red - yellow)
        name = one.name or (_("企业") if one.code == ENTERPRISE_GROUP else _("未编组人员"))
        found.append(Bar(one.code, name, one.live, one.overdue, one.soon, red, yellow, green))
    return found


def shows() -> list[tuple[str, str]]:
    """Return the ways to look at the list."""
    return [
        ("", _("未办结")),
        ("mine", _("我主办")),
        ("group", _("本组")),
        ("issued", _("我下达的")),
        ("overdue", _("逾期")),
        ("soon", _("临近到期")),
        ("check", _("待核实销号")),
        ("closed", _("已办结")),
        ("all", _("全部")),
    ]


def world_of(request: HttpRequest) -> int:
    """Return which world a page is about: 0, or the number of a drill."""
    text = request.GET.get("world") or request.POST.get("world") or ""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@require_GET
@needs(Permission.VIEW_TASKS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the board of the orders this person may read.

    With htmx only the table, or with ``part=top`` only the figures; nothing while the version ``v`` still holds.
    """
    actor = request_actor(request)
    world = world_of(request)
    params = request.GET.dict()
    asked, part = params.pop("v", ""), params.pop("part", "")
    version = fresh_version(actor.user_id, actor.person_id)
    partly = request.headers.get("HX-Request") == "true"
    if partly and asked == version:
        return HttpResponse(status=204)
    reach = orders.reach_of(actor)
    seen = orders.visible_to(actor, reach).filter(world=world)
    context: dict[str, Any] = {
        "world": world,
        "in_world": mark_safe(f"&amp;world={world}") if world else "",  # noqa: S308 - a number
        "version": version,
    }
    if part != "top":
        context |= _table(request, params, seen, reach, version)
    if partly and part != "top":
        return render(request, "console/orders/_table.html", context)
    context |= {"counts": orders.counts(seen), "bars": bars(orders.by_group(seen))[:GROUPS]}
    if partly:
        return render(request, "console/orders/_top.html", context)
    context |= {
        "shows": shows(),
        "q": params.get("q", ""),
        "group": params.get("group", ""),
        "can_issue": actor.has(Permission.ISSUE_ORDERS),
        "can_meet": _meets(actor),
    }
    return render(request, "console/orders/index.html", context)


def _table(
    request: HttpRequest,
    params: dict[str, str],
    seen: QuerySet[Order],
    reach: orders.Reach,
    version: str,
) -> dict[str, Any]:
    """Return the table of the orders asked for, and the address under which it asks for itself again."""
    actor = request_actor(request)
    chosen = orders.with_last_event(orders.wanted(seen, params, reach, actor.user_id))
    show = params.get("show", "")
    pages = Capped(orders.ordered(chosen, show), PAGE)
    page = pages.get_page(request.GET.get("page"))
    query = {key: value for key, value in params.items() if key != "page" and value}
    return {
        "page": page,
        "capped": pages.cut,
        "lines": lines_of(list(page.object_list), clock.now()),
        "query": urlencode(query),
        "live": f"{request.path}?{urlencode({**query, 'page': page.number, 'v': version})}",
        "show": show if show in orders.SHOWS else "",
    }


def _meets(actor: Actor) -> bool:
    return any(
        actor.has(one)
        for one in (
            Permission.VIEW_CONSOLE,
            Permission.ISSUE_ORDERS,
            Permission.CHECK_ORDERS,
            Permission.WRITE_DOCUMENTS,
        )
    )


def order_of(request: HttpRequest, pk: int) -> Order:
    """Return an order this person may read; NotFound otherwise."""
    found = (
        orders.visible_to(request_actor(request))
        .select_related("unit", "zone", "meeting", "decision", "batch")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这件交办事项，或您不能查看。"))
    return found


@require_GET
@needs(Permission.VIEW_TASKS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order, its history, and what this person may do with it now."""
    return show(request, order_of(request, pk))


def show(request: HttpRequest, order: Order) -> HttpResponse:
    """Render the page of an order."""
    actor = request_actor(request)
    now = clock.now()
    owners = orders.owners_of([order])
    led = [one for one in owners if one.role == "lead"]
    targets = list(order.targets.select_related("unit").order_by("pk"))
    events = list(order.events.order_by("-pk"))
    photos = photos_of("order_event", [one.pk for one in events])
    asked = order.extensions.filter(state=ExtensionState.PENDING).first()
    context = {
        "order": order,
        "line": line_of(order, now, [one.name for one in led]),
        "led": led,
        "helpers": [
            (target.name, [one.name for one in owners if one.target_id == target.pk])
            for target in targets
            if target.role == "co"
        ],
        "events": [
            Happened(event, _event_tone(event.verb), _said(event, order), photos.get(event.pk, []))
            for event in events
        ],
        "asked": asked,
        "now": now,
        "can": _may(actor, order, asked is not None),
        "choices": orders.choices_for(order.zone, order.world) if orders.can_direct(actor, order) else None,
    }
    return render(request, "console/orders/detail.html", context)


@dataclass(frozen=True)
class Happened:
    """One line of the history: what the event says in the reader's language."""

    event: OrderEvent
    tone: str
    note: str
    photos: list[Photo]


def _said(event: OrderEvent, order: Order) -> str:
    """Return the note of an event; reminders keep the key of their stage, urging its number."""
    if event.verb in (OrderVerb.REMIND, OrderVerb.ESCALATE):
        return orders.stage_words(event.note)
    if event.verb == OrderVerb.URGE:
        return _("第 %(n)d 次") % {"n": event.count} if event.count else orders.stage_words(event.note)
    if event.verb == OrderVerb.ISSUE and event.at - order.issued_at > LATE_ENTRY:
        return _("补录")
    return event.note


def _event_tone(verb: str) -> str:
    return {
        OrderVerb.RETURN: "bad",
        OrderVerb.ESCALATE: "bad",
        OrderVerb.URGE: "warn",
        OrderVerb.REMIND: "warn",
        OrderVerb.CANCEL: "idle",
        OrderVerb.CLOSE: "ok",
        OrderVerb.CHECK: "ok",
    }.get(OrderVerb(verb), "info")


def _may(actor: Actor, order: Order, asked: bool) -> dict[str, bool]:
    """Return what the page offers; the actions decide for themselves."""
    working = order.state in WORKING_STATES
    live = order.state in LIVE_STATES
    mine = live and orders.can_do(actor, order)
    direct = live and orders.can_direct(actor, order)
    check = order.state == OrderState.FEEDBACK and orders.can_check(actor, order)
    return {
        "receive": mine and order.state == OrderState.OPEN,
        "start": mine and order.state in (OrderState.OPEN, OrderState.RECEIVED, OrderState.RETURNED),
        "feedback": mine and working,
        "note": live and (mine or orders.can_help(actor, order)),
        "extend": mine and working and not asked,
        "check": check,
        "own": order.state in (OrderState.FEEDBACK, OrderState.CHECKED)
        and direct
        and not check
        and not orders.can_check(actor, order),
        "close": order.state == OrderState.CHECKED and orders.can_close(actor, order),
        "urge": direct and working,
        "decide": direct and asked,
        "cancel": direct,
        "move": direct,
    }
