"""One session: registered, its ticks, its photographs, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Training
from pingzhan.domain.territory.models import Team
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.photos.keeping import photos_of
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.training.forms import MISSING, PhotoForm, SessionForm
from pingzhan.pages.company.training.names import names_for
from pingzhan.pages.company.training.views import team_of
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs

TICKS = 300
"""Workers ticked on one page; a larger team is filled in by the table."""


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a session with whole teams, those who were missing, and photographs."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    rule = premises.training_rule(unit)
    whom = {"whom": MISSING} if request.GET.get("whom") == MISSING else {}
    form = SessionForm(
        request.POST or None, request.FILES or None, unit=unit, today=clock.today(), initial=whom
    )
    if form.is_valid():
        try:
            row = _held(form, actor, unit, rule.days)
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            n = row.attendances.count()
            words = ngettext("已登记，%(n)d 人参加。", "已登记，%(n)d 人参加。", n) % {"n": n}
            messages.success(request, words)
            return redirect("training:session", row.pk)
    context = {"title": _("登记培训"), "firm": unit, "form": form, "rule": rule}
    return render(request, "company/training/new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _held(form: SessionForm, actor: Actor, unit: Any, days: int) -> Training:
    row = premises.hold_training(
        enterprise=unit, data=form.data_of(), workers=form.workers(unit, days), by=actor
    )
    if form.cleaned_data["photos"]:
        premises.show_training(training_id=row.pk, photos=form.cleaned_data["photos"], by=actor)
    return row


def _visible(actor: Actor, pk: int) -> Training:
    found = premises.trainings_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这场培训，或您无权查看。"))
    return found


def _page(request: HttpRequest, row: Training, form: PhotoForm | None = None) -> HttpResponse:
    actor, unit = request_actor(request), row.enterprise
    names = dict(Team.objects.filter(enterprise=unit).order_by("name").values_list("pk", "name"))
    counts = premises.team_sizes(unit.pk)
    team = team_of(request, names)
    if team is None:
        team = next((one for one in names if counts.get(one)), 0)
    members = list(premises.members(unit.pk, team).select_related("individual")[:TICKS])
    there = premises.present(row, members)
    who = names_for(members, unit, actor)
    context: dict[str, Any] = {
        "title": row.topic,
        "firm": unit,
        "row": row,
        "persons": row.attendances.count(),
        "teams": [(one, name, counts.get(one, 0)) for one, name in names.items() if counts.get(one)]
        + ([(0, _("未分班组"), counts[0])] if counts.get(0) else []),
        "team": team,
        "people": [(one.pk, one.employee_no, who.get(one.pk, ""), one.pk in there) for one in members],
        "there": len(there),
        "more": counts.get(team, 0) > TICKS,
        "photos": photos_of(premises.TRAINING_PHOTOS, [row.pk])[row.pk],
        "form": form or PhotoForm(),
        "keeps": premises.can_keep(actor, unit) and row.voided_at is None,
    }
    refused = form is not None and bool(form.errors)
    return render(request, "company/training/session.html", context, status=422 if refused else 200)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a session: its facts and photographs, and of one team who was there, to be ticked by its enterprise."""
    return _page(request, _visible(request_actor(request), pk))


@require_POST
@needs(Permission.KEEP_LEDGERS)
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticks of the listed workers."""
    actor = request_actor(request)
    row = _visible(actor, pk)
    among, present = (
        [int(one) for one in request.POST.getlist(key) if one.isdecimal() and len(one) < 16]
        for key in ("among", "present")
    )
    try:
        added, gone = premises.mark_attendance(training_id=row.pk, among=among, present=present, by=actor)
    except (Invalid, Conflict) as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        words = _("签到已保存：新增 %(added)d 人，取消 %(gone)d 人。")
        messages.success(request, words % {"added": added, "gone": gone})
    team = request.POST.get("team", "")
    return redirect(
        reverse("training:session", args=[row.pk]) + (f"?team={team}" if team.isdecimal() else "")
    )


@require_POST
@needs(Permission.KEEP_LEDGERS)
def photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep photographs of a session."""
    actor = request_actor(request)
    row = _visible(actor, pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            premises.show_training(training_id=row.pk, photos=form.cleaned_data["photos"], by=actor)
        except (Invalid, Conflict) as error:
            form.add_error("photos", f"{error.message}{error.hint}")
        else:
            messages.success(request, _("照片已保存。"))
            return redirect("training:session", row.pk)
    return _page(request, row, form)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a session as a mistake."""
    try:
        premises.void_training(training_id=pk, by=request_actor(request))
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("已作废，记录仍保留，不再计入。"))
    return redirect("training:session", pk)
