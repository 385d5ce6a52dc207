"""企业: the list with its query form, and the registration of an enterprise."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from pingzhan.pages.console.enterprises.forms import (
    BatchRiskForm,
    FilterForm,
    NewForm,
    attach_by_label,
    parents,
)
from pingzhan.pages.console.enterprises.rows import lines
from pingzhan.pages.console.enterprises.table import list_table
from pingzhan.pages.console.guard import needs

PAGE = 50
"""Enterprises on one page of the list."""


def is_htmx(request: HttpRequest) -> bool:
    """Return whether only a fragment is wanted."""
    return request.headers.get("HX-Request") == "true"


def _own(actor: Actor) -> Unit | None:
    """Return the one enterprise of an actor who sees nothing else."""
    paths = actor.paths(Permission.VIEW_ENTERPRISES)
    if len(paths) != 1 or paths[0] == "/":
        return None
    return Unit.objects.filter(path=paths[0], kind=UnitKind.ENTERPRISE, enterprise__isnull=False).first()


def _areas(actor: Actor) -> list[Unit]:
    return list(
        Unit.objects.filter(
            within("path", actor.paths(Permission.VIEW_ENTERPRISES)), kind=UnitKind.AREA
        ).order_by("code")
    )


@require_GET
@needs(Permission.VIEW_ENTERPRISES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the enterprises; with htmx only the table. Whoever sees one enterprise only starts on its page."""
    actor = request_actor(request)
    own = _own(actor)
    if own is not None:
        return redirect("enterprises:detail", pk=own.pk)
    filters = FilterForm(request.GET or None, areas=_areas(actor))
    return _index(request, actor, filters)


def _index(
    request: HttpRequest, actor: Actor, filters: FilterForm, batch: BatchRiskForm | None = None
) -> HttpResponse:
    visible = territory.enterprises_visible_to(actor)
    found = territory.find(visible, filters.wanted())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = {key: value for key, value in request.GET.items() if key != "page" and value}
    editing = actor.paths(Permission.EDIT_ENTERPRISE)
    files = list(page.object_list)
    rows, picks = lines(files), _decides(actor, files)
    context: dict[str, Any] = {
        "filters": filters,
        "page": page,
        "rows": rows,
        "table": list_table(rows, picks=picks),
        "query": urlencode(query),
        "batch": (batch or BatchRiskForm()) if picks else None,
    }
    if is_htmx(request):
        return render(request, "console/enterprises/_list.html", context)
    context |= {
        "counts": territory.status_counts(visible),
        "may_register": bool(editing) and parents(actor).exists(),
    }
    if context["may_register"]:
        context["bare"] = list(_bare(actor)[:20])
    return render(request, "console/enterprises/index.html", context, status=422 if batch else 200)


def _decides(actor: Actor, files: Any) -> bool:
    return any(territory.can_zone_edit(actor, one.unit) for one in files)


def _bare(actor: Actor) -> Any:
    """Return the enterprises of the tree whose file the actor could still make."""
    return Unit.objects.filter(
        within("parent__path", actor.paths(Permission.EDIT_ENTERPRISE)),
        kind=UnitKind.ENTERPRISE,
        enterprise__isnull=True,
    ).order_by("code")


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_ENTERPRISE)
def new(request: HttpRequest) -> HttpResponse:
    """Register an enterprise, or with ``?unit=`` make the file of one that is in the tree already."""
    actor = request_actor(request)
    asked = request.GET.get("unit", "")
    unit = None
    if asked:
        unit = _bare(actor).filter(pk=asked).first() if asked.isdecimal() else None
        if unit is None:
            raise NotFound(_("没有这家企业，或它已经有档案。"))
    elif not parents(actor).exists():
        raise Refused(
            _("您不能登记新的企业。"), hint=_("请由开发区的综合文秘或组织编制员登记。"), code="refused_scope"
        )
    initial = {"name": unit.name, "headcount": unit.headcount} if unit else {}
    form = NewForm(request.POST or None, actor=actor, unit=unit, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = territory.register_enterprise(
                data=form.enterprise_data(),
                by=actor,
                unit=unit,
                parent=data.get("parent"),
                code=data.get("code", ""),
                risk=RiskClass(data["risk"]),
                risk_reason=data["risk_reason"],
            )
        except (Invalid, Conflict) as error:
            attach_by_label(form, error)
        else:
            messages.success(request, _("已登记%(name)s。") % {"name": form.cleaned_data["name"]})
            return redirect("enterprises:detail", pk=made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "console/enterprises/new.html", {"form": form, "unit": unit}, status=status)


@require_POST
@needs(Permission.EDIT_ENTERPRISE)
def batch_risk(request: HttpRequest) -> HttpResponse:
    """Put the chosen enterprises into a risk class, one by one, and say how many were changed and were not."""
    actor = request_actor(request)
    form = BatchRiskForm(request.POST)
    ids = [int(one) for one in request.POST.getlist("chosen") if one.isdecimal()][:PAGE]
    if not ids:
        form.add_error(None, _("请先勾选企业。"))
    if not form.is_valid():
        return _index(request, actor, FilterForm(None, areas=_areas(actor)), form)
    done, left = 0, []
    chosen = territory.enterprises_visible_to(actor).filter(pk__in=ids).select_related("unit")
    for one in chosen.exclude(status=EnterpriseStatus.CLOSED).order_by("pk"):
        try:
            territory.set_risk(
                enterprise=one,
                risk=RiskClass(form.cleaned_data["risk"]),
                reason=form.cleaned_data["reason"],
                by=actor,
            )
            done += 1
        except DomainError as error:
            left.append(_("%(name)s：%(why)s") % {"name": one.unit.name, "why": error.message})
    words = ngettext("已调整 %(n)d 家企业的风险等级。", "已调整 %(n)d 家企业的风险等级。", done) % {"n": done}
    missing = len(ids) - done
    if missing:
        words += _("另有 %(n)d 家没有调整。") % {"n": missing} + "".join(left[:5])
    (messages.warning if missing else messages.success)(request, words)
    return redirect("enterprises:index")


def visible_enterprise(actor: Actor, pk: int) -> Enterprise:
    """Return a file the actor may see. NotFound otherwise, so that nothing is told of others' enterprises."""
    found = (
        territory.enterprises_visible_to(actor)
        .filter(pk=pk)
        .select_related("unit", "unit__parent", "successor__unit")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这家企业的档案，或您无权查看。"))
    return found
