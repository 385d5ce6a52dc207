"""我的值班: one's own shifts, swap requests, the calendar feed; and the requests that wait for approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import OPEN_SWAPS, SwapState
from pingzhan.domain.roster.models import Shift
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.roster import month
from pingzhan.pages.console.roster.access import roster_zone, tabs, visible_shift, visible_swap
from pingzhan.pages.console.roster.forms import SwapForm

OFFERED = timedelta(days=60)
SHOWN = 40
STATE_TONES = {
    SwapState.ASKED: "warn",
    SwapState.ACCEPTED: "warn",
    SwapState.DONE: "ok",
    SwapState.DECLINED: "bad",
    SwapState.REFUSED: "bad",
}


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def mine(request: HttpRequest) -> HttpResponse:
    """Show one's own duties to come, the requests one takes part in, and the address of one's calendar."""
    actor = request_actor(request)
    zone = roster_zone(request)
    me = actor.person_id
    context: dict[str, Any] = {"zone": zone, "tabs": tabs(actor, zone, "mine"), "person": me}
    if me is not None:
        now = timezone.now()
        own = api.own_days()
        shifts = list(api.shifts_of_person(me).filter(t1__gt=now)[:SHOWN])
        swaps = list(api.swaps_of_person(me)[:SHOWN])
        asked = {swap.shift_id for swap in swaps if swap.state in OPEN_SWAPS}
        context |= {
            "shifts": [
                {
                    "shift": one,
                    "label": month.shift_label(one),
                    "kind": api.day_class(one.day, own).label,
                    "now": one.t0 <= now,
                    "may_swap": one.t0 > now and one.pk not in asked,
                }
                for one in shifts
            ],
            "swaps": [_swap_line(swap, me) for swap in swaps],
            "feed": request.session.pop("roster_feed", ""),
            "has_feed": Person.objects.filter(pk=me, duty_feed__isnull=False).exists(),
        }
    return render(request, "console/roster/mine.html", context)


def _swap_line(swap: Any, me: int | None) -> dict[str, Any]:
    return {
        "swap": swap,
        "when": api.when(swap.shift.t0, swap.shift.t1),
        "other": api.when(swap.other.t0, swap.other.t1) if swap.other is not None else "",
        "tone": STATE_TONES.get(SwapState(swap.state), "idle"),
        "to_answer": swap.asked_id == me and swap.state == SwapState.ASKED,
        "to_withdraw": swap.asker_id == me and swap.state in OPEN_SWAPS,
    }


def _offers(actor: Actor, shift: Shift) -> list[Any]:
    """Return with whom a shift may be exchanged: shifts of the same role in the next 60 days, then favours."""
    now = timezone.now()
    others = (
        Shift.objects.filter(
            zone=shift.zone, in_force=True, person__isnull=False, t0__gt=now, t0__lt=now + OFFERED
        )
        .exclude(person_id=actor.person_id or 0)
        .select_related("person")
        .order_by("t0", "seat")
    )
    exchange = []
    for one in others:
        if (
            one.role == shift.role
            and one.person is not None
            and not (one.t0 < shift.t1 and shift.t0 < one.t1)
        ):
            day = date_format(one.day, "m-d D")
            label = _("%(day)s %(label)s %(name)s") % {
                "day": day,
                "label": month.shift_label(one),
                "name": one.person.name,
            }
            exchange.append((f"s{one.pk}", label))
    people = [
        (f"p{member.person_id}", member.person.name)
        for member in api.members(shift.zone, shift.role)
        if member.person_id != actor.person_id
    ]
    return [(_("互换班次"), exchange), (_("请人代班"), people)]


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask somebody to swap or to take over one's own shift."""
    actor = request_actor(request)
    shown = visible_shift(actor, pk)
    if shown.person_id is None or shown.person_id != actor.person_id:
        raise Refused(_("只能为自己的班次申请换班。"))
    form = SwapForm(request.POST or None, offers=_offers(actor, shown))
    if request.method == "POST" and form.is_valid():
        try:
            asked, other = _whom(form.cleaned_data["whom"])
            api.ask_swap(
                shift_id=pk, asked=asked, other_id=other, reason=form.cleaned_data["reason"], by=actor
            )
        except (Refused, NotFound):
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已发出换班申请，对方会收到通知。"))
            return redirect("roster:mine")
    context = {
        "zone": shown.zone,
        "tabs": tabs(actor, shown.zone, "mine"),
        "shift": shown,
        "when": api.when(shown.t0, shown.t1),
        "label": month.shift_label(shown),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/ask.html", context, status=status)


def _whom(value: str) -> tuple[Person, int | None]:
    """Return who is asked and for which shift; the form has checked that the value was offered."""
    if value.startswith("s"):
        other = Shift.objects.select_related("person__home_unit").get(pk=int(value[1:]))
        if other.person is None:
            raise NotFound(_("这个班次已不存在。"))
        return other.person, other.pk
    return Person.objects.select_related("home_unit").get(pk=int(value[1:])), None


@require_POST
@needs(Permission.VIEW_STRUCTURE)
def answer(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Agree, decline or withdraw; approve or refuse as who makes the roster."""
    actor = request_actor(request)
    swap = visible_swap(actor, pk)
    text = request.POST.get("answer", "")
    acts = {
        "agree": (
            lambda: api.answer_swap(swap_id=swap.pk, agree=True, answer=text, by=actor), _("已同意换班。"), "mine",
        ),
        "decline": (
            lambda: api.answer_swap(swap_id=swap.pk, agree=False, answer=text, by=actor), _("已答复对方。"), "mine",
        ),
        "withdraw": (lambda: api.withdraw_swap(swap_id=swap.pk, by=actor), _("已撤回申请。"), "mine"),
        "approve": (
            lambda: api.decide_swap(swap_id=swap.pk, approve=True, answer=text, by=actor),
            _("已批准，值班表已更新。"), "swaps",
        ),
        "refuse": (
            lambda: api.decide_swap(swap_id=swap.pk, approve=False, answer=text, by=actor),
            _("已退回，按原值班表执行。"), "swaps",
        ),
    }  # fmt: skip
    if act not in acts:
        raise NotFound(_("没有这种操作。"))
    run, words, back = acts[act]
    return tried(request, run, words, f"roster:{back}")


@require_GET
@needs(Permission.MANAGE_ROSTER)
def swaps(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait for approval, and the latest others."""
    actor = request_actor(request)
    zone = roster_zone(request, Permission.MANAGE_ROSTER)
    seen = api.swaps_loaded(api.swaps_visible_to(actor).filter(shift__zone=zone))
    rows = [_swap_line(swap, None) for swap in seen[:SHOWN]]
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "swaps"),
        "waiting": [row for row in rows if row["swap"].state == SwapState.ACCEPTED],
        "rest": [row for row in rows if row["swap"].state != SwapState.ACCEPTED],
    }
    return render(request, "console/roster/swaps.html", context)


@require_POST
@needs(Permission.VIEW_STRUCTURE)
def make_feed(request: HttpRequest) -> HttpResponse:
    """Make a new address of one's own calendar; it is shown once."""
    roster_zone(request)
    token = api.make_feed(by=request_actor(request))
    request.session["roster_feed"] = request.build_absolute_uri(reverse("roster:feed", args=[token]))
    return redirect("roster:mine")


@require_POST
@needs(Permission.VIEW_STRUCTURE)
def end_feed(request: HttpRequest) -> HttpResponse:
    """Stop the address of one's own calendar."""
    actor = request_actor(request)
    roster_zone(request)
    return tried(request, lambda: api.end_feed(by=actor), _("订阅地址已停用。"), "roster:mine")
