"""The acknowledgement link: a person without sign-in sees his post and tasks and confirms by one button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation.api import short_group
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.messages.receipts import note_opened
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.public.remembering import remember

TASKS_SHOWN = 12
ETA_MINUTES = ("0", "15", "30", "60")
"""What the buttons say: 0 is "I am there"."""


class DeclineForm(forms.Form):
    """Why somebody cannot come."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明不能到岗的原因。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# The signed token in the address is the whole authority, so there is nothing to forge; and with no referrer
# policy browsers send "Origin: null", which the check of forged requests would refuse.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Show post, unit and tasks of a link; POST confirms or declines. Opening never confirms.

    Programs that open links ahead of people (chat previews, virus scanners) send GET, so GET writes nothing.
    An altered, expired, foreign or finished link gets a page that says what to do. Nothing is kept in caches
    and the address is sent to nobody as referrer.
    """
    try:
        answer = _answer(request, token)
    except DomainError as error:
        context = {"title": _title(error.code), "message": error.message, "hint": error.hint}
        answer = render(request, "public/ack/done.html", context, status=error.status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    posted = request.method == "POST"
    confirms = posted and request.POST.get("answer") != "decline"
    view = command.open_link(token, signed_in=request_actor(request), allow_closed=confirms)
    form = DeclineForm(request.POST if posted and not confirms else None)
    if confirms:
        eta = request.POST.get("eta", "")
        done = command.acknowledge(
            seat_id=view.seat.pk, by=view.actor, eta_minutes=int(eta) if eta in ETA_MINUTES else None
        )
        note_opened(subject_kind="seat", subject_id=view.seat.pk)
        if done.result == "late":
            context = {
                "title": _("这个岗位安排已经结束"),
                "message": _("您的确认已记下，但岗位已由他人接替或已解除。"),
                "hint": _("不用到岗；如有疑问，请与值班人员联系。"),
            }
            return render(request, "public/ack/done.html", context)
        # A reload of the answer must not post again.
        answer = redirect(request.path)
        remember(answer, view.seat.person_id)
        return answer
    if posted and form.is_valid():
        command.decline(seat_id=view.seat.pk, reason=form.cleaned_data["reason"], by=view.actor)
        context = {
            "title": _("已记下"),
            "message": _("您不再承担这个岗位，已通知替补。"),
            "hint": _("此页可以关闭。"),
        }
        return render(request, "public/ack/done.html", context)
    return render(
        request, "public/ack/ack.html", _context(request, view, form), status=422 if form.errors else 200
    )


def _context(request: HttpRequest, view: command.LinkView, form: DeclineForm) -> dict[str, Any]:
    seat = view.seat
    tasks = list(command.tasks_of_seat(seat.pk)[:TASKS_SHOWN])
    return {
        "seat": {
            "person": seat.person.name,
            "title": post_title(seat),
            "unit": seat.unit.name,
            "posture": seat.posture,
            "level": command.posture_of([seat.unit_id], seat.world)[seat.unit_id].level,
            "world": seat.world,
            "acked_at": seat.acked_at,
            "eta": seat.eta,
            "arrived_at": seat.arrived_at,
        },
        "tasks": tasks,
        "form": form,
        "action": request.path,
    }


def post_title(seat: Seat) -> str:
    """Return group and post of a seat in words."""
    if seat.post is None:
        return _("机动人员")
    group, post = short_group(seat.post.group.name), seat.post.name
    return post if group in post else f"{group} · {post}"


def _title(code: str) -> str:
    titles = {
        "link_bad": _("链接无效"),
        "link_expired": _("链接已过期"),
        "link_person": _("这不是您的链接"),
        "link_closed": _("岗位安排已结束"),
        "link_gone": _("链接无效"),
    }
    return titles.get(code, _("未能完成"))
