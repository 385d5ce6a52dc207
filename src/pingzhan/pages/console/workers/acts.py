"""What is done with workers: register, correct, move, end, take back, and many at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.workers.forms import (
    BackForm,
    BulkForm,
    HireForm,
    LeaveForm,
    PersonForm,
    PlaceForm,
    TermsForm,
)
from pingzhan.pages.console.workers.views import PAGE, firms_of, refused, roster_page, visible_employment


def _editable(actor: Actor, pk: int) -> Employment:
    """Return an employment the actor may see. Raises Refused when he may not change it."""
    job = visible_employment(actor, pk)
    if not people.can_edit(actor, job.enterprise):
        raise Refused(_("您不能维护这家企业的职工。"), code="refused_scope")
    return job


def _page(request: HttpRequest, form: forms.Form, title: str, **context: Any) -> HttpResponse:
    context |= {"form": form, "title": title}
    return render(request, "console/workers/form.html", context, status=refused(form))


def _firm(request: HttpRequest, actor: Actor) -> Unit | None:
    firms = list(firms_of(actor, Permission.EDIT_WORKERS))
    code = request.GET.get("unit", "")
    if code:
        found = next((one for one in firms if one.code == code), None)
        if found is None:
            raise NotFound(_("没有这家企业，或您不能登记它的职工。"))
        return found
    return firms[0] if len(firms) == 1 else None


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def new(request: HttpRequest) -> HttpResponse:
    """Register a worker at the enterprise of ``?unit=``; without one the enterprise is asked for first."""
    actor = request_actor(request)
    firm = _firm(request, actor)
    if firm is None:
        firms = firms_of(actor, Permission.EDIT_WORKERS)
        return render(request, "console/workers/choose.html", {"firms": list(firms)})
    form = HireForm(request.POST or None, enterprise=firm)
    if form.is_valid():
        try:
            job = people.register_worker(
                enterprise=firm,
                person=form.person(),
                terms=form.terms(),
                joined=form.cleaned_data["joined"],
                place=form.place(),
                by=actor,
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已登记。"))
            return redirect("workers:detail", pk=job.pk)
    return _page(request, form, _("登记职工"), lead=firm.name, firm=firm)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the personal data; numbers and phones that are stored are not shown."""
    actor = request_actor(request)
    job = _editable(actor, pk)
    name = people.opened([job.individual])[job.individual_id].name or ""
    initial = {"name": name, "doc_kind": job.individual.doc_kind}
    form = PersonForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            people.change_person(individual=job.individual, by=actor, **form.changes())
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("个人信息已修改。"))
            return redirect("workers:detail", pk=pk)
    return _page(request, form, _("修改个人信息"), job=job, lead=name)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Change number, job, kind and key groups."""
    actor = request_actor(request)
    job = _editable(actor, pk)
    initial = {"employee_no": job.employee_no, "job": job.job, "kind": job.kind, "groups": job.groups}
    form = TermsForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            people.change_employment(employment=job, terms=form.terms(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("用工信息已修改。"))
            return redirect("workers:detail", pk=pk)
    return _page(request, form, _("修改用工信息"), job=job)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a worker from now on."""
    actor = request_actor(request)
    job = _editable(actor, pk)
    here = Placement.objects.filter(employment=job, t1__isnull=True).first()
    initial = {"team": here.team_id, "room": here.room_id, "canteen": here.canteen_id} if here else {}
    form = PlaceForm(
        request.POST or None,
        enterprise=job.enterprise,
        initial={**initial, "sitting": here.sitting if here else None},
    )
    if form.is_valid():
        try:
            people.transfer(employment=job, place=form.place(), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已调动，原来的去向留有记录。"))
            return redirect("workers:detail", pk=pk)
    return _page(request, form, _("调动"), job=job, note=_("从现在起生效；以前在哪里，仍可查到。"))


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End an employment."""
    actor = request_actor(request)
    job = _editable(actor, pk)
    form = LeaveForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            people.leave(employment=job, on=data["on"], reason=LeaveReason(data["reason"]), by=actor)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已登记离职。"))
            return redirect("workers:detail", pk=pk)
    return _page(request, form, _("登记离职"), job=job, danger=True)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_WORKERS)
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody back who has left."""
    actor = request_actor(request)
    job = _editable(actor, pk)
    initial = {"employee_no": job.employee_no, "job": job.job, "kind": job.kind, "groups": job.groups}
    form = BackForm(request.POST or None, enterprise=job.enterprise, initial=initial)
    if form.is_valid():
        try:
            again = people.rehire(
                employment=job,
                joined=form.cleaned_data["joined"],
                terms=form.terms(),
                place=form.place(),
                by=actor,
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已重新入职。"))
            return redirect("workers:detail", pk=again.pk)
    return _page(request, form, _("重新入职"), job=job)


@require_POST
@needs(Permission.EDIT_WORKERS)
def bulk(request: HttpRequest) -> HttpResponse:
    """Move the chosen workers to a team, or end their employments; all of them or nobody."""
    actor = request_actor(request)
    firm = _firm(request, actor)
    if firm is None:
        raise Invalid(_("请先选择一家企业，再批量办理。"))
    ids = {int(one) for one in request.POST.getlist("chosen") if one.isdecimal()}
    form = BulkForm(request.POST, enterprise=firm)
    if len(ids) > PAGE:
        raise Invalid(_("一次最多办理 %(most)d 人。") % {"most": PAGE})
    if form.is_valid():
        data = form.cleaned_data
        try:
            if data["act"] == "move":
                done = people.transfer_many(employments=ids, team=data["team"], by=actor)
                words = ngettext("已调动 %(n)d 人。", "已调动 %(n)d 人。", done)
            else:
                done = people.leave_many(
                    employments=ids, on=data["on"], reason=LeaveReason(data["reason"]), by=actor
                )
                words = ngettext("已登记 %(n)d 人离职。", "已登记 %(n)d 人离职。", done)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, words % {"n": done})
            query = request.GET.urlencode()
            return redirect(f"/workers/?{query}" if query else "/workers/")
    return roster_page(request, actor, bulk=form, chosen=ids)
