"""What the contact does with meals: set one, plan anew, move a team, publish, hold to it, end it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.models import CanteenMeal, SittingLine
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from pingzhan.pages.company.canteen.forms import MealForm, MoveForm
from pingzhan.pages.company.canteen.views import Refusal, board
from pingzhan.pages.company.firms import one_of
from pingzhan.pages.console.answers import attach
from pingzhan.pages.console.guard import needs


def kept_unit(actor: Actor, pk: int) -> Unit:
    """Return an enterprise whose canteen the actor keeps. NotFound when he may not see it, else Refused."""
    unit = one_of(sanitation.canteen_firms(actor), pk)
    if not sanitation.can_keep_canteen(actor, unit):
        raise Refused(_("您不能办理这家企业的台账。"), hint=_("请由企业联系人办理。"), code="refused_scope")
    return unit


def _meal(actor: Actor, pk: int) -> CanteenMeal:
    found = sanitation.meals_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这一餐次，或您无权查看。"))
    return found


def _done(
    request: HttpRequest, unit_id: int, act: Callable[[], object], words: str, *, plan_id: int = 0
) -> HttpResponse:
    """Do it and say so; a refusal is shown on the page of the enterprise, where it can be mended."""
    actor = request_actor(request)
    try:
        act()
    except (Conflict, Invalid) as error:
        return board(
            request, actor, one_of(sanitation.canteen_firms(actor), unit_id), Refusal(error, plan_id)
        )
    messages.success(request, words)
    return redirect("canteen:firm", pk=unit_id)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def add_meal(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a meal; its first plan is proposed at once."""
    return _meal_page(request, kept_unit(request_actor(request), pk), None)


@require_http_methods(["GET", "POST"])
@needs(Permission.KEEP_LEDGERS)
def change_meal(request: HttpRequest, pk: int) -> HttpResponse:
    """Change hours, seats or lengths of a meal."""
    actor = request_actor(request)
    meal = _meal(actor, pk)
    return _meal_page(request, kept_unit(actor, meal.enterprise_id), meal)


def _meal_page(request: HttpRequest, unit: Unit, meal: CanteenMeal | None) -> HttpResponse:
    form = MealForm(request.POST or None, sites=sanitation.canteens_of(unit.pk), meal=meal)
    if form.is_valid():
        site, data = form.data_of()
        try:
            sanitation.set_meal(
                enterprise=unit,
                site_id=site,
                data=data,
                meal_id=meal.pk if meal is not None else None,
                by=request_actor(request),
            )
        except (Invalid, Conflict) as error:
            attach(form, error)
        else:
            messages.success(request, _("已登记，并编排了一份草案，请核对后发布。"))
            return redirect("canteen:firm", pk=unit.pk)
    context = {
        "unit": unit,
        "meal": meal,
        "form": form,
        "title": _("登记餐次") if meal is None else _("修改餐次"),
    }
    return render(request, "company/canteen/meal.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.KEEP_LEDGERS)
def end_meal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a meal out of use."""
    actor = request_actor(request)
    meal = _meal(actor, pk)
    return _done(
        request,
        meal.enterprise_id,
        lambda: sanitation.end_meal(meal_id=pk, by=actor),
        _("已停用这一餐次，历次安排仍可查看。"),
    )


@require_POST
@needs(Permission.KEEP_LEDGERS)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a meal anew, keeping what was set by hand unless asked otherwise."""
    actor = request_actor(request)
    meal = _meal(actor, pk)
    keep = request.POST.get("fresh") != "1"
    return _done(
        request,
        meal.enterprise_id,
        lambda: sanitation.propose(meal_id=pk, keep_hands=keep, by=actor),
        _("已编排一份草案，请核对后发布。"),
    )


@require_POST
@needs(Permission.KEEP_LEDGERS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft."""
    actor = request_actor(request)
    found = sanitation.plans_visible_to(actor).filter(pk=pk).values_list("enterprise", flat=True).first()
    if found is None:
        raise NotFound(_("没有这份就餐安排，或您无权查看。"))
    return _done(
        request,
        found,
        lambda: sanitation.publish_plan(plan_id=pk, by=actor),
        _("已发布。请打印张贴在餐厅门口，并告知各班组。"),
        plan_id=pk,
    )


@require_POST
@needs(Permission.KEEP_LEDGERS)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a team of a draft; what does not fit is refused with the nearest sitting that has room."""
    actor = request_actor(request)
    line = (
        SittingLine.objects.filter(pk=pk, plan__in=sanitation.plans_visible_to(actor))
        .values("plan", "plan__enterprise")
        .first()
    )
    if line is None:
        raise NotFound(_("没有这份就餐安排，或您无权查看。"))
    form = MoveForm(request.POST)

    def act() -> None:
        if not form.is_valid():
            raise Invalid(_("请选择场次或打包。"), place="sitting")
        sanitation.move_team(line_id=pk, sitting=form.cleaned_data["sitting"], by=actor)

    return _done(request, line["plan__enterprise"], act, _("已调整。"), plan_id=line["plan"])


@require_POST
@needs(Permission.KEEP_LEDGERS)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that today is held as published."""
    actor = request_actor(request)
    unit = kept_unit(actor, pk)
    return _done(
        request,
        unit.pk,
        lambda: sanitation.keep_plans(enterprise=unit, by=actor),
        _("已登记：今天按已发布的安排就餐。"),
    )
