"""The dialog by which a head or the duty officer puts somebody back, and how such dialogs answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.command import api as command
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.wording import post_title


class PutBackForm(forms.Form):
    """Why somebody gets his seat back."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        error_messages={"required": gettext_lazy("请写明恢复的原因。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def put_back_dialog(request: HttpRequest, pk: int, *, action: str, home: str) -> HttpResponse:
    """Ask for the reason and put the former holder of a seat back; 404 for whoever may not do that."""
    actor = request_actor(request)
    seat = command.get_seat(pk)
    if not command.can_put_back(actor, seat):
        raise NotFound(_("没有这个席位，或您不能查看它。"))
    form = PutBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            command.put_back(seat_id=pk, reason=form.cleaned_data["reason"], by=actor)
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return done(request, _("已恢复%(name)s，请其重新签收。") % {"name": seat.person.name}, home=home)
    post = seat.post
    context = {
        "title": _("恢复%(name)s") % {"name": seat.person.name},
        "about": post_title(post.group.name, post.name) if post is not None else _("机动人员"),
        "action": action,
        "submit": _("恢复"),
    }
    return answer_form(request, form, context)


def attach(form: forms.Form, error: DomainError, places: Mapping[str, str] | None = None) -> None:
    """Show a refusal of an action under the field it names, above the form when it names none of its fields.

    ``places`` gives the field where the form calls it otherwise than the action does.
    """
    place = (places or {}).get(error.place, error.place)
    form.add_error(place if place in form.fields else None, f"{error.message}{error.hint}")


def answer_form(request: HttpRequest, form: forms.Form, context: dict[str, Any]) -> HttpResponse:
    """Show a dialog with a form; a refused one with its errors and 422."""
    return render(
        request, "console/tasks/_form.html", {"form": form, **context}, status=422 if form.errors else 200
    )


def done(request: HttpRequest, words: str, *, home: str) -> HttpResponse:
    """Answer an action of a dialog: htmx gets a message and an event, a plain form goes back to its page."""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, words)
        return redirect(home)
    response = render(request, "console/_done.html", {"words": words})
    response.headers["HX-Trigger"] = "board-changed"
    return response


def tried(request: HttpRequest, act: Callable[[], Any], words: str, *to: Any) -> HttpResponse:
    """Do it, say so and go to ``to``; a refusal of the matter is said there, one of rights is answered as such."""
    try:
        act()
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, words)
    return redirect(*to)
