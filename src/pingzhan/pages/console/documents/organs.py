"""公文: the register of numbers (台账), organs and their series."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents.actions.issuing import database_today
from pingzhan.foundation.documents.actions.numbering import number_runs
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.enums import NumberForm, PaperKind
from pingzhan.foundation.documents.models import Number, Organ
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.documents.forms import OrganForm, SeriesForm
from pingzhan.pages.console.documents.listing import numbers_of
from pingzhan.pages.console.documents.reading import organ_of, readers_only
from pingzhan.pages.console.guard import needs

PAGE = 100
"""Numbers on one page of the register."""
EDIT = Permission.EDIT_TEMPLATES


@require_GET
@readers_only
def numbers(request: HttpRequest) -> HttpResponse:
    """Show every number that was given, void ones with their reason, and that none is missing."""
    actor = request_actor(request)
    runs = number_runs(list(Organ.objects.visible_to(actor)))
    found: QuerySet[Number] = Number.objects.visible_to(actor).select_related("paper", "series")
    run = request.GET.get("run", "")
    found = numbers_of(found, run)
    page = Paginator(found.defer("paper__content"), PAGE).get_page(request.GET.get("page"))
    context = {"runs": runs, "page": page, "query": urlencode({"run": run}) if run else ""}
    return render(request, "console/documents/numbers.html", context)


@require_http_methods(["GET", "POST"])
@needs(EDIT)
def organs(request: HttpRequest) -> HttpResponse:
    """Show the organs with their series; register a new one."""
    actor = request_actor(request)
    form = OrganForm(request.POST or None, actor=actor, units=_units(actor))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            save_organ(
                name=data["name"],
                mark=data["mark"],
                printer=data["printer"],
                unit_path=data["unit_path"],
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记发文机关，请再登记它的发文字号系列。"))
            return redirect("documents:organs")
    return _organs(request, form, None, None)


@require_POST
@needs(EDIT)
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """Register a series of numbers of an organ."""
    actor = request_actor(request)
    organ = organ_of(request, pk)
    form = SeriesForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_series(
                organ=organ,
                code=data["code"],
                kinds=[PaperKind(one) for one in data["kinds"]],
                form=NumberForm(data["form"]),
                year=database_today().year,
                used_up_to=data["used_up_to"],
                by=actor,
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记发文字号系列。"))
            return redirect("documents:organs")
    return _organs(request, OrganForm(actor=actor, units=_units(actor)), organ, form)


def _units(actor: Actor) -> list[tuple[str, str]]:
    found = Unit.objects.filter(within("path", actor.paths(EDIT))).exclude(kind="site").order_by("path")
    whole = [("/", _("全部"))] if "/" in actor.paths(EDIT) else []
    return [*whole, *found.values_list("path", "name")[:1000]]


def _organs(
    request: HttpRequest, form: OrganForm, organ: Organ | None, series_form: SeriesForm | None
) -> HttpResponse:
    actor = request_actor(request)
    found = Organ.objects.visible_to(actor).prefetch_related("series")
    kinds = {key: str(label) for key, label in PaperKind.choices}
    rows = [
        {
            "organ": one,
            "series": [
                {"series": part, "kinds": "、".join(kinds.get(kind, kind) for kind in part.kinds)}
                for part in one.series.all()
            ],
            "form": (series_form if organ and one.pk == organ.pk else None)
            or SeriesForm(auto_id=f"s{one.pk}_%s", initial={"form": NumberForm.NUMBER, "used_up_to": 0}),
            "open": organ is not None and one.pk == organ.pk,
        }
        for one in found
    ]
    wrong = form.is_bound or series_form is not None
    context = {"form": form, "rows": rows}
    return render(request, "console/documents/organs.html", context, status=422 if wrong else 200)
