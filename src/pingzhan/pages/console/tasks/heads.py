"""What a head of a group does for his group: name somebody, put somebody back who confirmed late."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.answers import done, put_back_dialog
from pingzhan.pages.console.duty.forms import ReplaceForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.wording import post_title


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody of one's own group back who was passed over and confirmed late."""
    return put_back_dialog(request, pk, action=reverse("tasks:put_back", args=[pk]), home="tasks:mine")


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_TASKS)
def name_someone(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody for a seat of one's own group that nobody answers for; 404 for everybody else."""
    actor = request_actor(request)
    seat = command.get_seat(pk)
    if not command.can_put_back(actor, seat):
        raise NotFound(_("没有这个席位，或您不能查看它。"))
    form = ReplaceForm(
        organisation.person_rows(seat.zone.path), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        person = Person.objects.get(pk=form.cleaned_data["person"])
        try:
            command.name_someone(seat_id=pk, person=person, reason=form.cleaned_data["reason"], by=actor)
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return done(request, _("已指定%(name)s。") % {"name": person.name}, home="tasks:mine")
    context = {
        "form": form,
        "title": _("指定人员"),
        "post": post_title(seat.post.group.name, seat.post.name) if seat.post else _("机动人员"),
        "person": seat.person.name,
        "action": reverse("tasks:name", args=[pk]),
    }
    return render(request, "console/duty/_replace.html", context, status=422 if form.errors else 200)
