"""What a person does with his own seat: confirm, arrive, decline."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.command import api as command
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, Invalid
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.tasks.forms import ConfirmForm, DeclineForm
from pingzhan.pages.console.tasks.views import answer
from pingzhan.pages.console.wording import post_title


@require_POST
@needs(Permission.VIEW_TASKS)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm one's own seat by one button; the buttons differ in when one will be there."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("请选择已在岗，或多久能到。"))
    done = command.acknowledge(seat_id=pk, by=request_actor(request), eta_minutes=form.cleaned_data["eta"])
    if done.result == "late":
        messages.warning(request, _("这个岗位安排已经结束，您的确认已记下。"))
    return answer(request)


@require_POST
@needs(Permission.VIEW_TASKS)
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is at one's post."""
    command.arrive(seat_id=pk, by=request_actor(request))
    return answer(request)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's seat back with a reason; the next substitute is opened at once."""
    actor = request_actor(request)
    seat = command.get_seat(pk)
    command.require_own_seat(actor, seat)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            command.decline(seat_id=pk, reason=form.cleaned_data["reason"], by=actor)
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            words = _("已记下，替补正在接替。")
            if request.headers.get("HX-Request") != "true":
                messages.success(request, words)
                return redirect("tasks:mine")
            response = render(request, "console/_done.html", {"words": words})
            response.headers["HX-Trigger"] = "board-changed"
            return response
    post = seat.post
    context = {
        "title": _("不能到岗"),
        "about": post_title(post.group.name, post.name) if post is not None else _("机动人员"),
        "action": reverse("tasks:decline", args=[pk]),
        "form": form,
        "tone": "danger",
        "submit": _("不能到岗，请换人"),
    }
    return render(request, "console/tasks/_form.html", context, status=422 if form.errors else 200)
