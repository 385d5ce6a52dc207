"""Settling a conflict, and the hand-over of a box: given by one, signed for by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import BoxState
from pingzhan.domain.screening.models import Box
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.custody.forms import GiveForm, SignForm
from pingzhan.pages.console.custody.shared import BOX_TONES, KEEPS, SEES


@require_POST
@KEEPS
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down how a conflict was settled and go back to where it was shown."""
    actor = request_actor(request)
    found = screening.conflicts_visible_to(actor).select_related("round__zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个疑问，或您无权查看。"))
    try:
        screening.settle_conflict(conflict=found, note=request.POST.get("note", ""), by=actor)
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已处理；没有其他疑问的管已解除暂扣。"))
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("custody:doubts", found.round_id)


def _box(request: HttpRequest, pk: int) -> Box:
    found = (
        screening.boxes_visible_to(request_actor(request)).select_related("round__zone").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound(_("没有这个样本箱，或您无权查看。"))
    return found


@require_POST
@KEEPS
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a box over without a phone."""
    found = _box(request, pk)
    form = GiveForm(request.POST)
    if form.is_valid():
        try:
            screening.give_box(box=found, to=form.cleaned_data["to"], by=request_actor(request))
        except Invalid as error:
            form.add_error("to", error.message)
        except Conflict as error:
            messages.error(request, f"{error.message}{error.hint}")
            return redirect("custody:box", found.pk)
        else:
            messages.success(request, _("已登记交出，请接收人签字。"))
            return redirect("custody:box", found.pk)
    return _shown(request, found, give=form)


@require_http_methods(["GET", "POST"])
@SEES
def box(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one box with its way; sign for it."""
    found = _box(request, pk)
    if request.method != "POST":
        return _shown(request, found)
    form = SignForm(request.POST)
    if form.is_valid():
        try:
            screening.sign_for_box(box=found, **form.cleaned_data, by=request_actor(request))
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        except Conflict as error:
            messages.error(request, f"{error.message}{error.hint}")
            return redirect("custody:box", found.pk)
        else:
            messages.success(request, _("已签字接收。"))
            return redirect("custody:box", found.pk)
    return _shown(request, found, sign=form)


def _shown(
    request: HttpRequest, found: Box, *, give: GiveForm | None = None, sign: SignForm | None = None
) -> HttpResponse:
    actor = request_actor(request)
    zone = found.round.zone
    step = screening.unsigned(found)
    context: dict[str, Any] = {
        "box": found,
        "round": found.round,
        "tone": BOX_TONES[BoxState(found.state)],
        "way": screening.way_of_box(found, named=screening.sees_swabbed(actor, zone)),
        "tubes": list(found.tubes.order_by("code")),
        "waiting": step,
        "give": (give or GiveForm())
        if step is None and found.state != BoxState.RECEIVED and screening.can_keep(actor, zone)
        else None,
        "sign": (
            sign or SignForm(initial={"receiver": step.ref, "at": timezone.localtime().replace(second=0)})
        )
        if step is not None and screening.can_take(actor, zone)
        else None,
    }
    status = 422 if (give or sign) and (give or sign).errors else 200  # type: ignore[union-attr]
    return render(request, "console/custody/box.html", context, status=status)
