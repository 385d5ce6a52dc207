"""One seat or one empty chair: who, why, and what the duty officer can do about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Seat
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Person, Post
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.console.duty.forms import PhoneForm, ReplaceForm
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.seats import seat_view
from pingzhan.pages.console.wording import post_title
from pingzhan.pages.console.work import task_view
from pingzhan.pages.console.zones import zone_for


@require_GET
@login_required
def seat(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a seat, its tasks and why this person sits on it: to himself and to who may see the desk."""
    actor = request_actor(request)
    found = _visible(request, pk)
    at_desk = actor.has(Permission.VIEW_CONSOLE, found.unit.path)
    now = timezone.now()
    context = {
        "seat": seat_view(found),
        "why": _why(found),
        "chairs": command.explain_post(found.zone, found.post_code, found.world) if found.post else [],
        "tasks": [task_view(task, now) for task in command.tasks_of_seat(found.pk)],
        "can_manage": actor.has(Permission.MANAGE_SEATS, found.unit.path),
        "back": reverse("duty:board" if at_desk else "tasks:mine"),
        "back_label": _("值班台") if at_desk else _("我的任务"),
    }
    return render(request, "console/duty/seat.html", context)


@require_GET
@needs(Permission.VIEW_CONSOLE)
def post(request: HttpRequest, code: str) -> HttpResponse:
    """Show why the chairs of a post are filled or empty, and let a person be named for an empty one."""
    zone = zone_for(request, Permission.VIEW_CONSOLE)
    found = _post(zone, code)
    actor = request_actor(request)
    context = {
        "post": found,
        "title": post_title(found.group.name, found.name),
        "chairs": command.explain_post(zone, code),
        "can_manage": actor.has(Permission.MANAGE_SEATS, found.unit.path)
        and command.posture_of([found.unit_id])[found.unit_id].level is not None,
    }
    return render(request, "console/duty/post.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Record, under the duty officer's own name, that the holder was told by phone and confirmed."""
    found = _managed(request, pk)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _try(
            form,
            lambda: command.acknowledge_by_phone(
                seat_id=pk, by=request_actor(request), eta_minutes=form.cleaned_data["eta"]
            ),
        )
        if done:
            return _done(request, _("已登记：电话通知了%(name)s。") % {"name": found.person.name})
    context = {
        "seat": seat_view(found),
        "phone": command.phone_of(found.person_id),
        "form": form,
    }
    return render(request, "console/duty/_phone.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody else on a seat for this emergency, with a reason."""
    found = _managed(request, pk)
    where = {
        "title": _("换人"),
        "post": post_title(found.post.group.name, found.post.name) if found.post else _("机动人员"),
        "person": found.person.name,
        "action": reverse("duty:replace", args=[pk]),
    }
    return _name_person(
        request, where, zone=found.zone, code=found.post_code, seat_no=found.seat_no, unit=found.unit
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_SEATS)
def fill(request: HttpRequest, code: str) -> HttpResponse:
    """Name somebody for an empty chair, for this emergency, with a reason."""
    zone = zone_for(request, Permission.MANAGE_SEATS)
    found = _post(zone, code)
    asked = request.GET.get("seat", "1")
    seat_no = int(asked) if asked.isdecimal() else 1
    where = {
        "title": _("指定人员"),
        "post": post_title(found.group.name, found.name),
        "person": "",
        "action": f"{reverse('duty:fill', args=[code])}?seat={seat_no}&zone={zone.pk}",
    }
    return _name_person(request, where, zone=zone, code=code, seat_no=seat_no, unit=found.unit)


@require_POST
@needs(Permission.MANAGE_SEATS)
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the holder one more notice."""
    found = _managed(request, pk)
    number = command.urge(seat_id=pk, by=request_actor(request))
    return _done(request, _("已第 %(n)d 次催办%(name)s。") % {"n": number, "name": found.person.name})


def _name_person(
    request: HttpRequest, where: dict[str, str], *, zone: Unit, code: str, seat_no: int, unit: Unit
) -> HttpResponse:
    actor = request_actor(request)
    require(actor, Permission.MANAGE_SEATS, unit.path)
    people = organisation.person_rows(zone.path)
    form = ReplaceForm(people, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        person = Person.objects.get(pk=form.cleaned_data["person"])
        done = _try(
            form,
            lambda: command.replace_person(
                zone=zone,
                post_code=code,
                seat_no=seat_no,
                person=person,
                reason=form.cleaned_data["reason"],
                by=actor,
            ),
        )
        if done:
            return _done(
                request, _("已安排%(name)s任%(post)s。") % {"name": person.name, "post": where["post"]}
            )
    context = {"form": form, **where}
    return render(request, "console/duty/_replace.html", context, status=422 if form.errors else 200)


def _try(form: forms.Form, action: Any) -> bool:
    try:
        action()
    except DomainError as error:
        form.add_error(None, f"{error.message}{error.hint}")
        return False
    return True


def _done(request: HttpRequest, words: str) -> HttpResponse:
    """Answer an action of a dialog: htmx gets a message and an event, a plain form goes back to the desk."""
    if request.headers.get("HX-Request") != "true":
        messages.success(request, words)
        return redirect("duty:board")
    response = render(request, "console/_done.html", {"words": words})
    response.headers["HX-Trigger"] = "board-changed"
    return response


def _visible(request: HttpRequest, pk: int) -> Seat:
    found = (
        command.seats_visible_to(request_actor(request))
        .select_related("unit", "zone", "person", "post__group", "replaces__person")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个席位，或您不能查看它。"))
    return found


def _managed(request: HttpRequest, pk: int) -> Seat:
    found = _visible(request, pk)
    require(request_actor(request), Permission.MANAGE_SEATS, found.unit.path)
    return found


def _post(zone: Unit, code: str) -> Post:
    found = (
        Post.objects.filter(version__zone=zone, code=code)
        .exclude(version__status="draft")
        .select_related("group", "unit")
        .order_by("-version__n")
        .first()
    )
    if found is None:
        raise NotFound(_("没有代码为“%(code)s”的岗位。") % {"code": code}, place=code)
    return found


def _why(found: Seat) -> list[str]:
    view = seat_view(found)
    lines = [_("%(name)s：%(why)s。") % {"name": view.person, "why": view.why}]
    if view.note:
        lines.append(view.note + "。")
    cause = found.opened_by_activation
    if cause is not None:
        lines.append(
            _("由%(who)s下令启用，依据：%(basis)s。") % {"who": cause.ordered_by_name, "basis": cause.basis}
        )
    return lines
