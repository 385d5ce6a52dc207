"""人员: who can be reached, who is away, and who answers for which enterprise (帮包责任制)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import AbsenceKind, Channel, PersonKind
from pingzhan.domain.organisation.models import Absence, Contact, Person
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.structure.access import zone_of_request
from pingzhan.pages.console.structure.forms import (
    AbsenceForm,
    ContactForm,
    PersonDetailForm,
    ResponsibleForm,
)

PAGE = 50
"""People, or enterprises, on one page."""


def _person(actor: Actor, pk: int) -> Person:
    found = (
        api.persons_visible_to(actor)
        .filter(pk=pk, provisional=False)
        .select_related("home_unit", "account")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这名人员，或您无权查看。"))
    return found


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def index(request: HttpRequest) -> HttpResponse:
    """Show the people of the zone with their contacts and absences; numbers are masked."""
    actor = request_actor(request)
    zone = zone_of_request(request)
    words = request.GET.get("q", "")
    people = api.people_list(api.persons_visible_to(actor), zone, words)
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    context = {
        "zone": zone,
        "words": words,
        "query": urlencode({"zone": zone.code, "q": words}),
        "page": page,
        "shown": api.masked(contact for person in page for contact in person.contacts.all()),
    }
    return render(request, "console/structure/people.html", context)


def _change(actor: Actor, person: Person, form: forms.Form) -> None:
    api.change_person(person=person, by=actor, **form.cleaned_data)


def _contact(actor: Actor, person: Person, form: forms.Form) -> None:
    data = form.cleaned_data
    api.add_contact(person=person, channel=Channel(data["channel"]), address=data["address"], by=actor)


def _absence(actor: Actor, person: Person, form: forms.Form) -> None:
    data = form.cleaned_data
    api.register_absence(
        person=person,
        kind=AbsenceKind(data["kind"]),
        t0=data["t0"],
        t1=data["t1"],
        basis=data["basis"],
        override=data.get("override", ""),
        by=actor,
    )


#: What may be posted to a person's page: its form, the permission it takes, and what is done with it.
CHANGES: dict[str, tuple[type[forms.Form], Permission, Callable[[Actor, Person, forms.Form], None]]] = {
    "detail": (PersonDetailForm, Permission.EDIT_STRUCTURE, _change),
    "contact": (ContactForm, Permission.EDIT_STRUCTURE, _contact),
    "absence": (AbsenceForm, Permission.REGISTER_ABSENCE, _absence),
}


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person and take what is posted about him; what is wrong is shown in that form (422)."""
    actor = request_actor(request)
    shown = _person(actor, pk)
    posted = request.POST.get("what", "") if request.method == "POST" else ""
    bound: dict[str, forms.Form] = {}
    if posted in CHANGES:
        make, _permission, run = CHANGES[posted]
        form = make(request.POST, prefix=posted)
        if form.is_valid():
            try:
                run(actor, shown, form)
            except Refused:
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                messages.success(request, _("已保存。"))
                return redirect("structure:person", pk=pk)
        bound[posted] = form
    path = shown.home_unit.path
    contacts = list(shown.contacts.select_related("person"))
    initial: dict[str, Any] = {"name": shown.name, "title": shown.title, "active": shown.active}
    forms_shown = {
        what: bound.get(what) or make(prefix=what, initial=initial if what == "detail" else None)
        for what, (make, permission, _run) in CHANGES.items()
        if actor.has(permission, path)
    }
    if "absence" in forms_shown and not api.can_override_pair(actor, shown):
        forms_shown["absence"].fields.pop("override")
    context = {
        "person": shown,
        "contacts": contacts,
        "shown": api.masked(contacts),
        "may_protect": bool(contacts) and actor.has(Permission.MANAGE_PRIVACY, path),
        "may_reveal": actor.has(Permission.REVEAL_PERSONAL, path),
        "absences": shown.absences.order_by("-t0")[:20],
        "places": api.posts_of_person(shown),
        "duties": shown.responsibilities.select_related("unit").order_by("unit__path"),
        "forms": forms_shown,
        "may_edit": actor.has(Permission.EDIT_STRUCTURE, path),
        "may_verify": actor.has(Permission.EDIT_STRUCTURE, path) or actor.has(Permission.MANAGE_SEATS, path),
        "may_absent": actor.has(Permission.REGISTER_ABSENCE, path),
    }
    status = 200 if request.method == "GET" else 422
    return render(request, "console/structure/person.html", context, status=status)


def _contact_of(actor: Actor, pk: int, contact_pk: int) -> Contact:
    contact = Contact.objects.filter(person=_person(actor, pk), pk=contact_pk).first()
    if contact is None:
        raise NotFound(_("这一联系方式已不存在。"))
    return contact


@require_POST
@needs(Permission.EDIT_STRUCTURE)
def remove_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Remove one contact of a person."""
    actor = request_actor(request)
    api.remove_contact(contact=_contact_of(actor, pk, contact_pk), by=actor)
    return redirect("structure:person", pk=pk)


@require_POST
@needs(Permission.VIEW_STRUCTURE)
def verify_contact(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Note that a contact has just reached its person."""
    actor = request_actor(request)
    api.verify_contact(contact=_contact_of(actor, pk, contact_pk), by=actor)
    return redirect("structure:person", pk=pk)


@require_POST
@needs(Permission.REGISTER_ABSENCE)
def cancel_absence(request: HttpRequest, pk: int, absence_pk: int) -> HttpResponse:
    """Take back one absence of a person."""
    actor = request_actor(request)
    absence = Absence.objects.filter(person=_person(actor, pk), pk=absence_pk).first()
    if absence is None:
        raise NotFound(_("这条离岗登记已不存在。"))
    api.cancel_absence(absence=absence, by=actor)
    return redirect("structure:person", pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def responsible(request: HttpRequest) -> HttpResponse:
    """Show who answers for each enterprise, and let an editor say so."""
    actor = request_actor(request)
    zone = zone_of_request(request)
    units = api.responsible_units(zone)
    people = api.people_list(api.persons_visible_to(actor), zone).filter(
        active=True, kind=PersonKind.OFFICIAL
    )
    form = ResponsibleForm(
        request.POST if request.method == "POST" else None,
        units=units,
        people=people.prefetch_related(None),
        initial={"rank": 0},
    )
    if request.method == "POST" and form.is_valid():
        try:
            api.set_responsible(by=actor, **form.cleaned_data)
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已登记责任人。"))
            return redirect("structure:responsible")
    context = {
        "zone": zone,
        "page": Paginator(units, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "may_edit": api.can_edit(actor, zone),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/structure/responsible.html", context, status=status)
