"""What is done with an order: one button each, the owner's feedback page, photographs."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.orders import api as orders
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.forms import FeedbackForm
from pingzhan.pages.console.orders.views import order_of

Act = Callable[[HttpRequest, int, Actor, str], str]


def _receive(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.receive_order(order_id=pk, by=by)
    return _("已签收。")


def _start(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.start_order(order_id=pk, by=by, note=note)
    return _("已开始办理。")


def _note(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.add_note(order_id=pk, text=note, by=by)
    return _("已记下。")


def _extend(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:  # the form of a date, but no day of the calendar
        until = None
    if until is None:
        raise Invalid(_("请填写延至何时。"))
    orders.ask_extension(
        order_id=pk, until=make_aware(until) if is_naive(until) else until, reason=note, by=by
    )
    return _("已提交，等待答复；答复前仍按原时限办。")


def _grant(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.decide_extension(order_id=pk, grant=True, note=note, by=by)
    return _("已同意延期。")


def _refuse(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.decide_extension(order_id=pk, grant=False, note=note, by=by)
    return _("已答复不同意。")


def _check(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.check_feedback(order_id=pk, ok=True, note=note, by=by)
    return _("已核实。")


def _return(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.check_feedback(order_id=pk, ok=False, note=note, by=by)
    return _("已退回重办。")


def _close(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.close_order(order_id=pk, note=note, by=by)
    return _("已销号。")


def _cancel(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.cancel_order(order_id=pk, reason=note, by=by)
    return _("已撤销事项。")


def _urge(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    number = orders.urge_order(order_id=pk, by=by)
    return _("已第 %(n)d 次催办。") % {"n": number}


def _move(request: HttpRequest, pk: int, by: Actor, note: str) -> str:
    orders.move_order(order_id=pk, to=orders.To.parse(request.POST.get("to", "")), note=note, by=by)
    return _("已改由新的主办。")


ACTS: dict[str, Act] = {
    "receive": _receive,
    "start": _start,
    "note": _note,
    "extend": _extend,
    "grant": _grant,
    "refuse": _refuse,
    "check": _check,
    "return": _return,
    "close": _close,
    "cancel": _cancel,
    "urge": _urge,
    "move": _move,
}


@require_POST
@needs(Permission.VIEW_TASKS)
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Carry out one step and go back to the page of the order, or to ``next=tasks``; says what was wrong there."""
    do = ACTS.get(verb)
    if do is None:
        raise NotFound(_("没有这个操作。"))
    order_of(request, pk)
    try:
        messages.success(request, do(request, pk, request_actor(request), request.POST.get("note", "")))
    except Refused:
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    if request.POST.get("next") == "tasks":
        return redirect("tasks:mine")
    return redirect("orders:detail", pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the lead report on one page, made for a phone."""
    actor = request_actor(request)
    order = order_of(request, pk)
    if not orders.can_do(actor, order):
        raise Refused(_("这件事项不由您主办。"), hint=_("请由主办单位现在的负责人办理。"))
    posted = request.method == "POST"
    form = FeedbackForm(order.evidence, request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            orders.feed_back(
                order_id=pk,
                text=form.cleaned_data["note"],
                count=form.cleaned_data.get("count"),
                photos=form.cleaned_data["photos"],
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已反馈，等待核实。"))
            return redirect("orders:detail", pk=pk)
    context = {"order": order, "form": form}
    return render(request, "console/orders/feedback.html", context, status=422 if form.errors else 200)
