"""What is done with returns: apply, ask the worker, correct, observe, recheck, decide, put on post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import Outcome, State
from pingzhan.domain.returnees.models import Application
from pingzhan.domain.territory.api import zone_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound
from pingzhan.pages.company.firms import firms_of, one_of
from pingzhan.pages.company.returnees.correcting import corrected
from pingzhan.pages.company.returnees.forms import (
    PLACES,
    CorrectForm,
    InviteForm,
    NewForm,
    OverrideForm,
    RecheckForm,
    SeenForm,
    find_worker,
    initial_of,
    tests_of,
)
from pingzhan.pages.company.returnees.views import detail_page, visible_return, worker_name
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def _kept_firm(actor: Actor, pk: int) -> Unit:
    firm = one_of(firms_of(actor, Permission.VIEW_LEDGERS), pk)
    require(actor, Permission.KEEP_LEDGERS, firm.path)
    return firm


def _kept(actor: Actor, pk: int) -> Application:
    row = visible_return(actor, pk)
    require(actor, Permission.KEEP_LEDGERS, row.enterprise.path)
    return row


def _form_page(request: HttpRequest, form: forms.Form, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def said(row: Application) -> str:
    """Return what to tell whoever entered something: the decision in words."""
    if row.outcome == Outcome.ADMIT:
        return _("已登记，判定：可以返岗。返岗当天请复核体温。")
    if row.earliest is None:
        return _("已登记，判定：%(outcome)s。理由见下。") % {"outcome": row.get_outcome_display()}
    return _("已登记，判定：%(outcome)s，最早 %(day)s 上岗。理由见下。") % {
        "outcome": row.get_outcome_display(),
        "day": f"{row.earliest:%Y-%m-%d}",
    }


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a return of a worker of this enterprise; the decision comes at once."""
    actor = request_actor(request)
    firm = _kept_firm(actor, pk)
    known = returnees.known_places(zone_of(firm).pk)
    form = NewForm(request.POST or None, known=known)
    if form.is_valid():
        try:
            declared = form.declared()
            row = returnees.apply_return(
                employment=find_worker(firm, form.cleaned_data["worker"]),
                journey=form.journey(declared, form.cleaned_data["return_on"]),
                declared=declared,
                by=actor,
            )
        except (Invalid, Conflict) as error:
            if error.place == "employment":
                error.place = "worker"
            attach(form, error, PLACES)
        else:
            messages.success(request, said(row))
            return redirect("returnees:detail", pk=row.pk)
    back = reverse("returnees:firm", args=[firm.pk])
    return _form_page(
        request,
        form,
        "company/returnees/form.html",
        title=_("登记返岗申请"),
        firm=firm,
        known=known,
        back=back,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace what was declared; the decision is made anew."""
    actor = request_actor(request)
    row = _kept(actor, pk)
    known = returnees.known_places(zone_of(row.enterprise).pk)
    (opened,) = returnees.opened([row])
    form = CorrectForm(request.POST or None, known=known, initial=initial_of(opened))
    if form.is_valid():
        try:
            declared = corrected(form, opened)
            row = returnees.correct(
                application=row,
                journey=form.journey(declared, form.cleaned_data["return_on"]),
                declared=declared,
                by=actor,
            )
        except (Invalid, Conflict) as error:
            attach(form, error, PLACES)
        else:
            messages.success(request, said(row))
            return redirect("returnees:detail", pk=row.pk)
    return _form_page(
        request,
        form,
        "company/returnees/form.html",
        title=_("更正申报内容"),
        firm=row.enterprise,
        name=worker_name(row),
        known=known,
        back=reverse("returnees:detail", args=[row.pk]),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a worker to fill in his return himself; leads to his link."""
    actor = request_actor(request)
    firm = _kept_firm(actor, pk)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            row = returnees.invite(
                employment=find_worker(firm, form.cleaned_data["worker"]),
                return_on=form.cleaned_data["return_on"],
                by=actor,
            )
        except (Invalid, Conflict) as error:
            if error.place == "employment":
                error.place = "worker"
            attach(form, error, PLACES)
        else:
            return redirect("returnees:link", pk=row.pk)
    return _form_page(
        request,
        form,
        "company/returnees/invite.html",
        title=_("请本人填报"),
        firm=firm,
        back=reverse("returnees:firm", args=[firm.pk]),
    )


@never_cache
@require_http_methods(["GET"])
@needs(Permission.KEEP_LEDGERS)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the link and the code that the worker opens on his telephone; made anew at each visit."""
    row = _kept(request_actor(request), pk)
    if not row.is_open or row.state not in (State.INVITED, State.DECIDED):
        raise NotFound(_("这份返岗申请不再需要本人填报。"))
    address = settings.PUBLIC_URL + reverse("returning", args=[returnees.token_for(row, timezone.now())])
    context = {
        "row": row,
        "name": worker_name(row),
        "address": address,
        "qr": segno.make(address, error="m").svg_data_uri(scale=5, border=2),
    }
    return render(request, "company/returnees/link.html", context)


def _do(
    request: HttpRequest, row: Application, form: forms.Form, key: str, act: Callable[[], Application]
) -> HttpResponse:
    """Carry out an action of the return's page, or show the page with the refused form."""
    actor = request_actor(request)
    if form.is_valid():
        try:
            done = act()
        except (Invalid, Conflict) as error:
            attach(form, error, PLACES)
        else:
            messages.success(request, said(done))
            return redirect("returnees:detail", pk=row.pk)
    return detail_page(request, row, actor, status=422, **{key: form})


@require_POST
@needs(Permission.KEEP_LEDGERS)
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what was observed."""
    actor = request_actor(request)
    row = _kept(actor, pk)
    (opened,) = returnees.opened([row])
    form = SeenForm(request.POST)
    return _do(
        request,
        row,
        form,
        "seen",
        lambda: returnees.observe(application=row, seen=form.seen(opened), by=actor),
    )


@require_POST
@needs(Permission.KEEP_LEDGERS)
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Check somebody on the day of his return."""
    actor = request_actor(request)
    row = _kept(actor, pk)
    form = RecheckForm(request.POST)
    return _do(
        request,
        row,
        form,
        "recheck",
        lambda: returnees.recheck(
            application=row,
            temperature=form.cleaned_data["temperature"],
            seen=returnees.Seen(tests=tests_of(form.cleaned_data, 1)),
            by=actor,
        ),
    )


@require_POST
@needs(Permission.VIEW_LEDGERS)
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide otherwise than the rules."""
    actor = request_actor(request)
    row = visible_return(actor, pk)
    if not (actor.has(Permission.HANDLE_INCIDENTS) or actor.has(Permission.KEEP_LEDGERS)):
        require(actor, Permission.HANDLE_INCIDENTS, row.enterprise.path)
    form = OverrideForm(request.POST)
    return _do(
        request,
        row,
        form,
        "override",
        lambda: returnees.override(
            application=row,
            outcome=Outcome(form.cleaned_data["outcome"]),
            reason=form.cleaned_data["reason"],
            by=actor,
        ),
    )


def _plain(request: HttpRequest, pk: int, act: Callable[..., Application], words: str) -> HttpResponse:
    actor = request_actor(request)
    row = _kept(actor, pk)
    try:
        act(application=row, by=actor)
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, words)
    return redirect("returnees:detail", pk=pk)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody works again."""
    return _plain(request, pk, returnees.put_on_post, _("已登记上岗。"))


@require_POST
@needs(Permission.KEEP_LEDGERS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a return that does not take place."""
    return _plain(request, pk, returnees.withdraw, _("已撤回。"))
