"""What the testing group does with rounds: make, count, plan, adopt, start, close, call off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.rounds.forms import OpenForm, PlanForm
from pingzhan.pages.console.rounds.shared import PLANS, round_for, version_for, zone_of


def _tried(request: HttpRequest, act: Callable[[], str], home: str) -> HttpResponse:
    """Carry an action out, say what came of it, and go back to the page."""
    try:
        words = act()
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, words)
    return redirect(home)


@require_POST
@PLANS
def make(request: HttpRequest) -> HttpResponse:
    """Make the rounds of this week or the next from the measures in force."""
    actor, zone = request_actor(request), zone_of(request)
    _now, today = business_now()
    week = today + timedelta(days=7) if request.POST.get("week") == "next" else today

    def act() -> str:
        made = screening.make_rounds(zone=zone, week=week, by=actor)
        n = len(made)
        if not n:
            return _("这一周的轮次已经都建立了。")
        return ngettext("建立了 %(n)d 个轮次。", "建立了 %(n)d 个轮次。", n) % {"n": n}

    return _tried(request, act, f"{reverse('rounds:index')}?zone={zone.pk}")


@require_http_methods(["GET", "POST"])
@PLANS
def open_extra(request: HttpRequest) -> HttpResponse:
    """Open a round that somebody ordered."""
    actor, zone = request_actor(request), zone_of(request)
    units = list(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
        .exclude(enterprise__status=EnterpriseStatus.CLOSED)
        .order_by("name", "pk")
    )
    form = OpenForm(
        request.POST if request.method == "POST" else None, units=units, initial={"day": business_now()[1]}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = screening.open_round(
                zone=zone,
                day=data["day"],
                basis=data["basis"],
                pool_size=data["pool_size"],
                firms=data["firms"],
                by=actor,
            )
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            return redirect("rounds:show", made.pk)
    context = {
        "zone": zone,
        "form": form,
        "title": _("临时加测"),
        "back": f"{reverse('rounds:index')}?zone={zone.pk}",
        "back_label": _("核酸检测"),
    }
    return render(request, "console/rounds/form.html", context, status=422 if form.errors else 200)


@require_POST
@PLANS
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Count anew who is due."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)

    def act() -> str:
        rows = screening.compute_demand(round_=round_, by=actor)
        n = sum(one.due for one in rows)
        return ngettext("应采 %(n)d 人。", "应采 %(n)d 人。", n) % {"n": n}

    return _tried(request, act, reverse("rounds:show", args=[round_.pk]))


@require_POST
@PLANS
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a version; with an assumption it is only for comparison."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)
    teams = [one.team for one in screening.crews(round_.zone, round_.day)]
    form = PlanForm(request.POST, teams=teams)
    home = reverse("rounds:show", args=[round_.pk])
    if not form.is_valid():
        for field, errors in form.errors.items():
            label = form.fields[field].label if field in form.fields else ""
            messages.error(request, _("%(field)s：%(error)s") % {"field": label, "error": errors[0]})
        return redirect(home)
    data = form.cleaned_data

    def act() -> str:
        screening.plan_round(
            round_=round_,
            iterations=data["iterations"] or None,
            assumed=screening.Assumed(
                **{
                    name: data[name]
                    for name in ("without", "tubes_per_hour", "pool_size", "drivers", "age_minutes")
                }
            ),
            reason=data["reason"],
            by=actor,
        )
        return _("正在计算，算完会显示在这里。")

    return _tried(request, act, home)


@require_POST
@PLANS
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a version in force."""
    actor = request_actor(request)
    version = version_for(actor, pk)

    def act() -> str:
        slots = screening.adopt_plan(version=version, by=actor)
        n = len({one.enterprise_id for one in slots})
        return ngettext("已采用，%(n)d 家企业的时段已通知。", "已采用，%(n)d 家企业的时段已通知。", n) % {
            "n": n
        }

    return _tried(request, act, reverse("rounds:show", args=[version.round_id]))


@require_POST
@PLANS
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a version that is being computed."""
    actor = request_actor(request)
    version = version_for(actor, pk)

    def act() -> str:
        screening.cancel_plan(version=version, by=actor)
        return _("已要求停止计算。")

    return _tried(request, act, reverse("rounds:show", args=[version.round_id]))


@require_POST
@PLANS
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that sampling has begun."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)

    def act() -> str:
        screening.start_round(round_=round_, by=actor)
        return _("采样已开始。")

    return _tried(request, act, reverse("rounds:show", args=[round_.pk]))


@require_POST
@PLANS
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the round is over."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)

    def act() -> str:
        screening.close_round(round_=round_, by=actor)
        return _("本轮检测已结束。")

    return _tried(request, act, reverse("rounds:show", args=[round_.pk]))


@require_POST
@PLANS
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a round off."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)

    def act() -> str:
        screening.cancel_round(round_=round_, reason=request.POST.get("reason", ""), by=actor)
        return _("本轮检测已取消，已通知的企业会收到取消通知。")

    return _tried(request, act, reverse("rounds:show", args=[round_.pk]))
