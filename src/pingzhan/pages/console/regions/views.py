"""重点地区: what is on the list on a day, new entries, entries taken off; each change decides returns anew."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import RegionLevel
from pingzhan.domain.returnees.models import Region
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound
from pingzhan.pages.console.guard import needs

PAGE = 50


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label=gettext_lazy("查找"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("地名或区划代码")}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("等级"),
        required=False,
        choices=[("", gettext_lazy("全部")), *RegionLevel.choices],
    )
    on = _day(gettext_lazy("哪一天在名单上"), required=False)


class AddForm(forms.Form):
    """A new entry."""

    code = forms.CharField(
        label=gettext_lazy("区划代码"),
        max_length=12,
        help_text=gettext_lazy("国标 GB/T 2260 的 6 位代码；街道 9 位，社区 12 位。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("地区"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    level = forms.ChoiceField(
        label=gettext_lazy("等级"), choices=RegionLevel.choices, initial=RegionLevel.HIGH
    )
    begin = _day(gettext_lazy("起"), initial=timezone.localdate)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=120, required=False)


def _zone(actor: Actor) -> Unit:
    """Return the first zone whose list the actor may see. NotFound when there is none."""
    found = next((zone for zone in territory.zones() if returnees.can_see_regions(actor, zone)), None)
    if found is None:
        raise NotFound(_("没有您可以查看的重点地区名单。"))
    return found


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Show the list, history included."""
    return _page(request, request_actor(request))


def _page(request: HttpRequest, actor: Actor, form: AddForm | None = None) -> HttpResponse:
    zone = _zone(actor)
    params = {key: str(value) for key, value in request.GET.items() if value}
    page = params.pop("page", "1")
    at = max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1
    found = returnees.region_list(
        returnees.visible_regions(actor).filter(zone=zone), returnees.region_filter_of(params)
    )
    rows = list(found[(at - 1) * PAGE : at * PAGE + 1])
    context = {
        "zone": zone,
        "filters": FilterForm(request.GET or None),
        "rows": rows[:PAGE],
        "count": found.count(),
        "may_edit": returnees.can_edit_regions(actor, zone),
        "form": form or AddForm(),
        "today": timezone.localdate(),
        "before": urlencode({**params, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**params, "page": at + 1}) if len(rows) > PAGE else "",
    }
    return render(request, "console/regions/index.html", context, status=422 if form is not None else 200)


def _may_edit(actor: Actor) -> Unit:
    zone = _zone(actor)
    if not returnees.can_edit_regions(actor, zone):
        require(actor, Permission.MANAGE_MEASURES, zone.path)
    return zone


@require_POST
@needs(Permission.VIEW_LEDGERS)
def add(request: HttpRequest) -> HttpResponse:
    """Put a region on the list."""
    actor = request_actor(request)
    zone = _may_edit(actor)
    form = AddForm(request.POST)
    if form.is_valid():
        try:
            returnees.add_region(zone=zone, spec=returnees.RegionSpec(**form.cleaned_data), by=actor)
        except (Invalid, Conflict) as error:
            form.add_error(
                error.place if error.place in form.fields else None, f"{error.message}{error.hint}"
            )
        else:
            messages.success(request, _("已列入名单，未办结的返岗申请已重新判定。"))
            return redirect("regions:index")
    return _page(request, actor, form)


@require_POST
@needs(Permission.VIEW_LEDGERS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a region off the list from today on."""
    actor = request_actor(request)
    zone = _may_edit(actor)
    row = Region.objects.filter(pk=pk, zone=zone).first()
    if row is None:
        raise NotFound(_("名单上没有这个地区。"))
    try:
        returnees.end_region(region=row, end=timezone.localdate(), by=actor)
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已从名单上撤下，未办结的返岗申请已重新判定。"))
    return redirect("regions:index")
