"""Arriving by the sheet on the wall: scan, see who and where one is, one button. No sign-in is needed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.models import Posting
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.accounts.address import client_address
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.public.ack import post_title
from pingzhan.pages.public.remembering import remembered


class CodeForm(forms.Form):
    """The code from the notice, for a telephone that has not opened the link."""

    code = forms.CharField(
        label=gettext_lazy("签收码"),
        max_length=40,
        help_text=gettext_lazy("通知里的八位数字。"),
        error_messages={"required": gettext_lazy("请填写八位签收码。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """Show a visitor of a sheet his posts at this place; POST notes that he has arrived. GET writes nothing.

    Who he is: the signed-in person, else who used his link on this telephone, else whose code is typed in.
    """
    try:
        answer = _answer(request, command.open_check_in(token))
    except DomainError as error:
        context = {"title": _("不能签到"), "message": error.message, "hint": error.hint}
        answer = render(request, "public/ack/done.html", context, status=error.status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _answer(request: HttpRequest, place: command.Place) -> HttpResponse:
    person = _person(request)
    posted = request.method == "POST"
    if person is not None and not (posted and "code" in request.POST):
        if posted:
            _arrive(place, person, request_actor(request))
        return render(request, "public/arrive.html", _context(place, person))
    form = CodeForm(request.POST if posted else None)
    if posted and form.is_valid():
        sent = [one.seat_id for one in frontline.open_postings_at(place.unit) if one.seat_id is not None]
        try:
            person = command.person_by_code(
                place=place, code=form.cleaned_data["code"], address=client_address(request) or "", also=sent
            )
        except DomainError as error:
            form.add_error("code", f"{error.message}{error.hint}")
            status = error.status
        else:
            _arrive(place, person, None)
            return render(request, "public/arrive.html", _context(place, person))
    else:
        status = 422 if form.errors else 200
    return render(request, "public/arrive.html", {"place": place, "form": form}, status=status)


@transaction.atomic
def _arrive(place: command.Place, person: int, by: Actor | None) -> None:
    """Note the arrival at the front-line place, and on the seats of this place; one of the two is enough."""
    sent_here = frontline.open_postings_at(place.unit, person).exists()
    if command.seats_of(place, person) or not sent_here:
        command.check_in(place=place, person_id=person, by=by)
    frontline.arrive_by_sheet(unit=place.unit, person_id=person, by=by)


def _person(request: HttpRequest) -> int | None:
    signed_in = request_actor(request).person_id
    if signed_in is not None:
        return signed_in
    return remembered(request)


def _context(place: command.Place, person: int) -> dict[str, Any]:
    seats = list(command.seats_of(place, person))
    sent = list(
        frontline.open_postings_at(place.unit, person)
        .select_related("person", "unit")
        .order_by("world", "pk")
    )
    lines = [_line(seat) for seat in seats] + [_front(one) for one in sent]
    names = [seat.person.name for seat in seats] + [one.person.name for one in sent]
    return {
        "place": place,
        "name": names[0] if names else "",
        "seats": lines,
        "left": sum(line["arrived_at"] is None for line in lines),
    }


def _line(seat: Seat) -> dict[str, Any]:
    return {
        "title": post_title(seat),
        "unit": seat.unit.name,
        "arrived_at": seat.arrived_at,
        "drill": seat.world != 0,
    }


def _front(posting: Posting) -> dict[str, Any]:
    return {
        "title": _("下沉一线"),
        "unit": posting.unit.name,
        "arrived_at": posting.arrived_at,
        "drill": posting.world != 0,
    }
